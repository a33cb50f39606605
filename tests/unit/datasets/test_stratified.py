"""Drawing by class gives what scikit-learn's `train_test_split` gives, place for place."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from core.datasets.sources import published
from core.datasets.stratified import stratified


def test_it_draws_what_scikit_learn_draws() -> None:
    rng = np.random.default_rng(5)
    for seed in range(300):
        classes = int(rng.integers(2, 12))
        # Even classes have ties, which are broken by chance.
        each = np.full(classes, 20) if seed % 3 == 0 else rng.integers(3, 60, classes)
        labels = rng.permutation(np.repeat(np.arange(classes), each))
        size = float(rng.uniform(0.05, 0.9)) if seed % 2 else int(rng.integers(1, len(labels)))
        try:
            _, expected = train_test_split(np.arange(len(labels)), test_size=size, stratify=labels, random_state=seed)
        except ValueError:
            with pytest.raises(ValueError, match="fewer than one for each of"):
                stratified(labels, size, seed)
            continue
        assert np.array_equal(stratified(labels, size, seed), np.sort(expected)), (seed, size)


def test_the_digits_are_scikit_learns() -> None:
    expected, found = load_digits(), published.digits()
    assert np.array_equal(np.rint(found["pictures"][..., 0] * (16 / 255)), expected.images)
    assert np.array_equal(found["labels"], expected.target)
    _, test = train_test_split(np.arange(1797), test_size=0.2, stratify=expected.target, random_state=0)
    assert np.array_equal(np.flatnonzero(found["splits"] == 1), np.sort(test))
