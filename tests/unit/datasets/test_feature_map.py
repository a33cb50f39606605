"""The map by what images show: it follows the features, is kept beside the one by pixels, and does without neither."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.features import embedding_map
from core.datasets.store import Dataset
from core.datasets.views import embedding_map as maps
from core.datasets.views.embedding_map import FEATURES, PCA, TSNE, MapError
from core.storage.progress import quiet
from tests.unit.made_features import keep_features
from tests.unit.photos import array_set

RNG = np.random.default_rng(3)
SHOWN = np.arange(40) % 2


@pytest.fixture
def dataset(data_home: Path) -> Dataset:
    return array_set("forty", RNG.integers(0, 256, (40, 4, 4, 1), np.uint8), [0] * 40, "a")


def features_of(shown: np.ndarray) -> np.ndarray:
    """Return features that tell what is shown by their direction, whatever their length."""
    rows = np.eye(2)[shown] + RNG.uniform(0, 0.05, (len(shown), 2))
    return rows * RNG.uniform(0.5, 3, (len(shown), 1))


def test_it_is_arranged_by_what_the_features_tell(dataset: Dataset) -> None:
    assert embedding_map.embed(dataset, PCA) is None, "features have to be made first"
    keep_features(dataset, features_of(SHOWN))
    found = embedding_map.embed(dataset, PCA)
    assert found is not None
    first = found.coordinates[:, 0]
    assert np.array_equal(first > 0, SHOWN[first.argmax()] == SHOWN), "one kind on each side"
    assert found.explained[0] > 0.9
    by_pixels = maps.embed(dataset, PCA)
    assert by_pixels.explained[0] < 0.5
    kept = maps.find(dataset, PCA, FEATURES)
    assert kept is not None
    assert np.array_equal(kept.coordinates, found.coordinates), "kept, and apart from the one by pixels"


def test_tsne_is_a_job_that_needs_the_features(dataset: Dataset) -> None:
    with pytest.raises(MapError, match="Compute them again"):
        embedding_map.run("forty", TSNE, quiet)
    keep_features(dataset, features_of(SHOWN))
    assert embedding_map.run("forty", TSNE, quiet) == {"images": 40}
    found = maps.find(dataset, TSNE, FEATURES)
    assert found is not None
    apart = np.linalg.norm(found.coordinates[:, None] - found.coordinates[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (SHOWN[apart.argmin(axis=1)] == SHOWN).all(), "each nearest neighbour shows the same"
    assert maps.find(dataset, TSNE) is None
