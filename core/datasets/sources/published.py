"""From what is published to what the store keeps."""

import gzip
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import numpy as np

from core.datasets.store import DatasetError
from core.datasets.stratified import stratified
from core.images.samples import of_scikit_learn
from core.storage.progress import Progress, quiet

_MNIST_SHAPES = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}
_MNIST_BYTES = 60_000_000

# Images, labels and how many: the files of the training and of the test split.
FASHION_MNIST_FILES = (
    ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", 60_000),
    ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", 10_000),
)
# The first bytes of an idx file of unsigned bytes; the number of dimensions is added.
_IDX_UBYTE = 0x0800

_CIFAR10_FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
# An image is its label and then its red, green and blue pixels, 32×32 each.
_CIFAR10_ROWS, _CIFAR10_ROW_BYTES = 10_000, 1 + 3 * 32 * 32
# The six files make 184 MB; a few small texts and the headers come on top.
_CIFAR10_TAR_BYTES = 190_000_000
_BLOCK = 1 << 20


def digits() -> dict[str, np.ndarray]:
    """Return scikit-learn's 1,797 handwritten digits, 8×8×1.

    scikit-learn has them as 0–16; here 16 is 255. It has no split: a fifth, drawn by class with seed 0, is the test
    split.
    """
    # `sklearn.datasets.load_digits` reads the same file.
    with gzip.open(of_scikit_learn("data/digits.csv.gz"), "rt") as file:
        *pixels, labels = np.loadtxt(file, np.int16, delimiter=",", unpack=True)
    images = np.rint(np.stack(pixels, axis=1).reshape(-1, 8, 8, 1) * (255 / 16)).astype(np.uint8)
    splits = np.zeros(len(labels), np.uint8)
    splits[stratified(labels, 0.2, seed=0)] = 1
    return {"pictures": images, "labels": labels, "splits": splits}


def mnist(path: Path, progress: Progress = quiet) -> dict[str, np.ndarray]:
    """Return MNIST from Keras's `mnist.npz`, 28×28×1, in its published order and split.

    Args:
        path: the file.
        progress: told that it begins.

    Raises:
        DatasetError: the file is no such archive.
    """
    progress("reading MNIST", 0, 70_000, "images")
    expected = f"Expected Keras's mnist.npz with {', '.join(_MNIST_SHAPES)}."
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MNIST_BYTES:
                raise DatasetError(f"{path.name} holds more than MNIST does. {expected}")
        with np.load(path, allow_pickle=False) as archive:
            found = {name: archive[name] for name in _MNIST_SHAPES}
    except FileNotFoundError as error:
        raise DatasetError(f"There is no file {path}.") from error
    except DatasetError:
        raise
    except Exception as error:  # Whatever the readers make of forged bytes.
        raise DatasetError(f"{path.name[:200]} is not MNIST, or is damaged. {expected}") from error
    for name, shape in _MNIST_SHAPES.items():
        if not isinstance(found[name], np.ndarray):
            raise DatasetError(f"{path.name} is not MNIST: {name} is no array. {expected}")
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


def fashion_mnist(path: Path, progress: Progress = quiet) -> dict[str, np.ndarray]:
    """Return Fashion-MNIST from its four published files, 28×28×1, in its published order and split.

    Args:
        path: a folder with the four files, or one of them with the others beside it.
        progress: told how many images are read.

    Raises:
        DatasetError: a file is missing or is something else.
    """
    if not path.exists():
        raise DatasetError(f"There is no file or folder {path}.")
    names = [name for images, labels, _ in FASHION_MNIST_FILES for name in (images, labels)]
    folder = path if path.is_dir() else path.parent
    if path != folder and path.name not in names:
        raise DatasetError(f"{path.name} is no file of Fashion-MNIST. It has these: {', '.join(names)}.")
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise DatasetError(
            f"Fashion-MNIST is four files in one folder: {', '.join(names)}. Not in {folder}: {', '.join(missing)}."
        )
    images, labels, begin = np.empty((70_000, 28, 28, 1), np.uint8), np.empty(70_000, np.int16), 0
    for images_file, labels_file, count in FASHION_MNIST_FILES:
        progress("reading Fashion-MNIST", begin, 70_000, "images")
        rows = slice(begin, begin + count)
        images[rows, ..., 0] = _idx(folder / images_file, (count, 28, 28))
        labels[rows] = _idx(folder / labels_file, (count,))
        _require_balance(labels[rows], "Fashion-MNIST", labels_file)
        begin += count
    return {"pictures": images, "labels": labels, "splits": np.repeat(np.array([0, 1], np.uint8), [60_000, 10_000])}


def _idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return the unsigned bytes of a packed idx file (Y. LeCun, the MNIST database), which must be of this shape."""
    head = np.array([_IDX_UBYTE + len(shape), *shape], ">u4").tobytes()
    size = len(head) + int(np.prod(shape))
    try:
        with gzip.open(path) as file:
            data = file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path.name} is cut short, damaged or no gzip file. Download it again.") from error
    if len(data) != size or not data.startswith(head):
        sides = "×".join(map(str, shape))
        raise DatasetError(f"{path.name} is something else than expected: an idx file of {sides} unsigned bytes.")
    return np.frombuffer(data, np.uint8, offset=len(head)).reshape(shape)


def cifar10(path: Path, progress: Progress = quiet) -> dict[str, np.ndarray]:
    """Return CIFAR-10 from its `cifar-10-binary.tar.gz`, 32×32×3, in its published order and split.

    Args:
        path: the file. Nothing of it is unpacked to disk.
        progress: told how many images are read.

    Raises:
        DatasetError: the file is something else.
    """
    images, labels = np.empty((60_000, 32, 32, 3), np.uint8), np.empty(60_000, np.int16)
    missing = set(_CIFAR10_FILES)
    try:
        with _Bounded(path) as unpacked:
            with tarfile.open(fileobj=unpacked, mode="r|", bufsize=_BLOCK) as archive:
                for member in archive:
                    name = PurePosixPath(member.name).name
                    content = archive.extractfile(member) if member.isreg() and name in missing else None
                    if content is None:
                        continue
                    progress("reading CIFAR-10", (6 - len(missing)) * _CIFAR10_ROWS, 60_000, "images")
                    begin = _CIFAR10_FILES.index(name) * _CIFAR10_ROWS
                    rows = slice(begin, begin + _CIFAR10_ROWS)
                    found = _cifar10_rows(content.read(_CIFAR10_ROWS * _CIFAR10_ROW_BYTES + 1), name, path.name)
                    labels[rows] = found[:, 0]
                    images[rows] = found[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
                    missing.remove(name)
            while unpacked.read(_BLOCK):
                pass  # The packed file's checksum is at its end.
    except FileNotFoundError as error:
        raise DatasetError(f"There is no file {path}.") from error
    except DatasetError:
        raise
    except Exception as error:  # Whatever the readers make of forged bytes.
        raise DatasetError(
            f"{path.name} is cut short, damaged or no .tar.gz file. Expected cifar-10-binary.tar.gz."
        ) from error
    if missing:
        raise DatasetError(
            f"{path.name} is not CIFAR-10's binary version: it holds no {', '.join(sorted(missing))}. Expected "
            f"cifar-10-binary.tar.gz; the Python and Matlab versions are not read."
        )
    splits = np.repeat(np.array([0, 1], np.uint8), [50_000, 10_000])
    for split in (0, 1):
        _require_balance(labels[splits == split], "CIFAR-10", path.name)
    return {"pictures": images, "labels": labels, "splits": splits}


def _cifar10_rows(data: bytes, member: str, file: str) -> np.ndarray:
    """Return the rows of one of CIFAR-10's files, uint8 `(10000, 3073)`."""
    if len(data) != _CIFAR10_ROWS * _CIFAR10_ROW_BYTES:
        raise DatasetError(
            f"{file} is not CIFAR-10: {member} in it does not have {_CIFAR10_ROWS * _CIFAR10_ROW_BYTES:,} bytes."
        )
    return np.frombuffer(data, np.uint8).reshape(_CIFAR10_ROWS, _CIFAR10_ROW_BYTES)


class _Bounded(gzip.GzipFile):
    """Ends with an error before an archive forged to unpack to far more has filled the memory."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if self.tell() > _CIFAR10_TAR_BYTES:
            raise DatasetError(
                f"{Path(self.name).name} unpacks to more than CIFAR-10 does. Expected cifar-10-binary.tar.gz."
            )
        return data


def _require_balance(labels: np.ndarray, title: str, file: str) -> None:
    """Raise `DatasetError` unless there are 10 classes with as many images each, as the publishers say.

    This tells these sets from others of the same shape, such as MNIST from Fashion-MNIST.
    """
    counts = np.bincount(labels)
    if len(counts) != 10 or counts.min() != counts.max():
        raise DatasetError(
            f"{file} is not of {title}: its labels make {len(counts)} classes of {counts.min():,} to "
            f"{counts.max():,} images, expected 10 of {len(labels) // 10:,}."
        )
