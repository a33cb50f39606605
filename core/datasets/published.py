"""From what is published to what the store keeps."""

import zipfile
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from core.datasets.store import DatasetError

_MNIST_SHAPES = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}
_MNIST_BYTES = 60_000_000


def digits() -> dict[str, np.ndarray]:
    """Return scikit-learn's 1,797 handwritten digits, 8×8×1.

    scikit-learn has them as 0–16; here 16 is 255. It has no split: a fifth, drawn by class with seed 0, is the test
    split.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    published = load_digits()
    labels = published.target.astype(np.int16)
    pictures = np.rint(published.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]
    splits = np.zeros(len(labels), np.uint8)
    _, test = train_test_split(np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=0)
    splits[test] = 1
    return {"pictures": pictures, "labels": labels, "splits": splits}


def mnist(path: Path) -> dict[str, np.ndarray]:
    """Return MNIST from Keras's `mnist.npz`, 28×28×1, in its published order and split.

    Raises:
        DatasetError: the file is no such archive.
    """
    expected = f"Expected Keras's mnist.npz with {', '.join(_MNIST_SHAPES)}."
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MNIST_BYTES:
                raise DatasetError(f"{path.name} holds more than MNIST does. {expected}")
        with np.load(path, allow_pickle=False) as archive:
            found = {name: archive[name] for name in _MNIST_SHAPES}
    except FileNotFoundError as error:
        raise DatasetError(f"There is no file {path}.") from error
    except (OSError, BadZipFile, ValueError, KeyError, EOFError, NotImplementedError) as error:
        raise DatasetError(f"{path.name} is not MNIST, or is damaged. {expected}") from error
    for name, shape in _MNIST_SHAPES.items():
        if found[name].shape != shape or found[name].dtype != np.uint8:
            received = f"{found[name].dtype} {found[name].shape}"
            raise DatasetError(f"{path.name} is not MNIST: {name} is {received}, expected uint8 {shape}.")
    labels = np.concatenate([found["y_train"], found["y_test"]]).astype(np.int16)
    if labels.max() > 9:
        raise DatasetError(f"{path.name} is not MNIST: a label is {labels.max()}, expected 0 to 9.")
    return {
        "pictures": np.concatenate([found["x_train"], found["x_test"]])[..., np.newaxis],
        "labels": labels,
        "splits": np.repeat(np.array([0, 1], np.uint8), [60_000, 10_000]),
    }
