"""Drawing images by group: those that belong together (a patient, a video, a burst) are never divided."""

import numpy as np


def grouped(labels: np.ndarray, groups: np.ndarray, size: float, seed: int) -> np.ndarray:
    """Return places to draw, ascending: whole groups, so that each class has about the share that it has in all.

    Groups go by chance, one after the other, to the side where they bring the classes' shares nearer to what is wanted,
    in a few rounds. Scikit-learn's `StratifiedGroupKFold` is greedy, too, but takes the largest groups first, so
    that these would always be drawn.

    Args:
        labels: the class of each image, int `(n,)`.
        groups: its group, int `(n,)`; -1: none but itself.
        size: a share below 1, or a number from 1 up, that is about met; less than all.
        seed: the same seed draws the same.

    Raises:
        ValueError: there is one group only.
    """
    alone = groups.max(initial=-1) + 1 + np.arange(len(groups))
    _, member, sizes = np.unique(np.where(groups < 0, alone, groups), return_inverse=True, return_counts=True)
    if len(sizes) < 2:
        raise ValueError("All of them are one group, which cannot be divided.")
    classes, label, totals = np.unique(labels, return_inverse=True, return_counts=True)
    missing = totals * (size if size < 1 else size / len(labels))
    # How many images of each class a group has: rows of both, group by group.
    pairs, counts = np.unique(member * len(classes) + label, return_counts=True)
    owner, of_class = np.divmod(pairs, len(classes))
    begins = np.searchsorted(owner, np.arange(len(sizes) + 1))
    order = np.random.default_rng(seed).permutation(len(sizes))
    drawn = np.zeros(len(sizes), bool)
    for group in [*order[sizes[order] > 1]] * 3:  # Rounds: the second mends what the first could not know.
        rows = slice(begins[group], begins[group + 1])
        having, count = of_class[rows], counts[rows] * (-1 if drawn[group] else 1)
        if (count * (count - 2 * missing[having]) / totals[having] ** 2).sum() < 0:
            missing[having] -= count
            drawn[group] = not drawn[group]
    # Groups of one image, class by class: the same at once.
    singles = order[sizes[order] == 1]
    class_of_single = of_class[begins[singles]]
    for place in range(len(classes)):
        drawn[singles[class_of_single == place][: max(0, int(np.ceil(missing[place] - 0.5)))]] = True
    if drawn.all() or not drawn.any():
        smallest = order[sizes[order].argmin()]
        drawn[smallest] = not drawn[smallest]
    return np.flatnonzero(drawn[member])
