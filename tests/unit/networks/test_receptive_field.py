"""Receptive fields, held against what changes an output when it is changed."""

import numpy as np
import pytest

from core.networks.receptive_field import Field, padding_before


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("windows", [[(3, 1, 1), (2, 2, 1), (3, 1, 2)], [(5, 2, 1), (4, 3, 1)], [(1, 1, 1)]])
def test_a_place_sees_the_pixels_that_change_it(windows: list[tuple[int, int, int]], padding: str) -> None:
    size, field = 23, Field()
    # What each place sees, as sets of pixels.
    seen = [{pixel} for pixel in range(size)]
    for kernel, stride, dilation in windows:
        before = padding_before(len(seen), kernel, stride, padding, dilation)
        reach = (kernel - 1) * dilation + 1
        count = -(-len(seen) // stride) if padding == "same" else (len(seen) - reach) // stride + 1
        places = [np.arange(kernel) * dilation + at * stride - before for at in range(count)]
        seen = [set().union(*(seen[each] for each in at if 0 <= each < len(seen))) for at in places]
        field = field.through(kernel, stride, before, dilation)
    tried = 0
    for place, pixels in enumerate(seen):
        first, last = field.low + place * field.jump, field.high + place * field.jump
        # At an edge, holes of a dilated window may be all that reaches over it.
        if first >= 0 and last < size:
            tried += 1
            assert (first, last) == (min(pixels), max(pixels)), place
    assert tried


def test_two_branches_see_what_either_sees() -> None:
    joined = Field(2, -1, 3).joined(Field(2, 0, 5))
    assert joined == Field(2, -1, 5)
    assert joined.size == 7
