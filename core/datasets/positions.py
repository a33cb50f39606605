"""Where images stand in a list of ids: sorted once, found by halving, so that a page of images searches no list."""

import numpy as np


class Positions:
    """Where each id stands in a list of them, which is not to be changed afterwards."""

    def __init__(self, ids: np.ndarray) -> None:
        """Sort them.

        Args:
            ids: indices into a dataset, int `(n,)`, in any order.
        """
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]

    def __getitem__(self, index: int) -> int:
        """Return where an id stands. Raises `KeyError` where it is not in the list."""
        if (position := self.get(index)) is None:
            raise KeyError(index)
        return position

    def get(self, index: int) -> int | None:
        """Return where an id stands, where several are alike the first; `None` where it is not in the list."""
        place = int(np.searchsorted(self._sorted, index))
        if place == len(self._sorted) or int(self._sorted[place]) != index:
            return None
        return int(self._order[place])
