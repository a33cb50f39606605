"""What a form offers to vary is what a sweep takes."""

import pytest

from core.recipes.recipe import find_recipe
from core.sweeps.offered import offers
from core.sweeps.variation import parse


@pytest.mark.parametrize("name", ["digits-cnn", "transfer-frozen", "mnist-accurate"])
def test_each_setting_can_vary_over_what_a_form_begins_with(name: str) -> None:
    recipe = find_recipe(name)
    found = offers(recipe)
    assert {"optimiser.learning_rate", "fit.batch_size", "schedule.kind"} <= set(found)
    assert not {"fit.seed", "split.fraction"} & set(found)
    assert "Optimiser" not in {each.part for each in found.values()}
    for each in found.values():
        if each.values:
            asked = ",".join(str(value).lower() if each.kind is bool else str(value) for value in each.values)
        else:
            low, high = each.usual_range
            asked = f"{'log:' if each.by_ratio else ''}{low!r}..{high!r}"
        assert parse(f"{each.name}={asked}", recipe).name == each.name
