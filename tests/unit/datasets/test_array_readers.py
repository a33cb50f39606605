"""Images kept as arrays: names, shapes and numbers of any usual kind come in, with classes and splits."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.datasets import export, store
from core.datasets.integrity import repair
from core.datasets.sources.importing import import_images, plan
from core.datasets.store import SPLITS, Dataset, DatasetError

RNG = np.random.default_rng(0)
GRAY = RNG.integers(0, 256, (12, 9, 8), np.uint8)
COLOR = RNG.integers(0, 256, (12, 9, 8, 3), np.uint8)
LABELS = np.arange(12) % 3


def imported(path: Path, name: str = "mine") -> Dataset:
    return import_images(plan(path), name=name, title="Mine")


def npz(path: Path, compressed: bool = False, **arrays: Any) -> Path:
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return path


NAMES = {
    "Keras": ({"x_train": slice(0, 8), "x_test": slice(8, 12)}, {"y_train": slice(0, 8), "y_test": slice(8, 12)}),
    "MedMNIST": (
        {"train_images": slice(0, 6), "val_images": slice(6, 9), "test_images": slice(9, 12)},
        {"train_labels": slice(0, 6), "val_labels": slice(6, 9), "test_labels": slice(9, 12)},
    ),
    "capitals": ({"X_train": slice(0, 8), "X_test": slice(8, 12)}, {"Y_train": slice(0, 8), "Y_test": slice(8, 12)}),
    "X and y": ({"X": slice(0, 12)}, {"y": slice(0, 12)}),
    "images and labels": ({"images": slice(0, 12)}, {"labels": slice(0, 12)}),
    "no names": ({"arr_0": slice(0, 12)}, {"arr_1": slice(0, 12)}),
    "Xtrain": ({"Xtrain": slice(0, 8), "Xtest": slice(8, 12)}, {"ytrain": slice(0, 8), "ytest": slice(8, 12)}),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("compressed", [False, True])
def test_arrays_of_usual_names_are_found(data_home: Path, tmp_path: Path, name: str, compressed: bool) -> None:
    images, labels = NAMES[name]
    arrays: dict[str, Any] = {each: GRAY[rows] for each, rows in images.items()}
    arrays |= {each: LABELS[rows, None] for each, rows in labels.items()}
    made = imported(npz(tmp_path / "x.npz", compressed, **arrays))
    assert made.about.class_names == ("0", "1", "2")
    assert made.about.size == (9, 8, 1)
    order: list[int] = [*range(6), *range(9, 12), *range(6, 9)] if len(images) == 3 else list(range(12))
    assert np.array_equal(made.images[..., 0], GRAY[order])
    assert np.array_equal(made.labels, LABELS[order])
    if len(images) > 1:
        assert sorted(int(count) for count in made.counts.sum(axis=0) if count) == sorted(
            rows.stop - rows.start for rows in images.values()
        )


@pytest.mark.parametrize(
    "images",
    [
        np.moveaxis(COLOR, 3, 1),
        COLOR,
        np.asfortranarray(COLOR),
        np.moveaxis(COLOR, 0, 3),
        COLOR / 255,
        (COLOR / 127.5 - 1).astype(np.float32),
        COLOR.astype(np.int64),
        COLOR.astype(np.uint16) * 257,
    ],
)
def test_shapes_and_numbers_of_any_usual_kind_are_read(data_home: Path, tmp_path: Path, images: np.ndarray) -> None:
    made = imported(npz(tmp_path / "x.npz", images=images, labels=LABELS, class_names=np.array(["a", "b/c", "d"])))
    assert made.about.class_names == ("a", "b/c", "d")
    assert np.array_equal(made.images, COLOR)


def test_numbers_of_12_bits_are_scaled_by_what_the_dataset_uses_and_it_is_said(data_home: Path, tmp_path: Path) -> None:
    images = GRAY.astype(np.uint16) * 16
    images[0, 0, 0] = 4095
    found = plan(npz(tmp_path / "x.npz", images=images, labels=LABELS))
    assert found.notes[0].startswith("Values from 0 to 4095 are scaled to 0 to 255")
    made = import_images(found, name="x", title="X")
    assert int(np.abs(made.images[..., 0].astype(int) - GRAY)[1:].max()) <= 1


def test_flat_rows_are_square_images(data_home: Path, tmp_path: Path) -> None:
    flat = RNG.integers(0, 256, (12, 16), np.uint8)
    assert np.array_equal(imported(npz(tmp_path / "x.npz", X=flat, y=LABELS)).images[..., 0], flat.reshape(12, 4, 4))
    planes = RNG.integers(0, 256, (12, 3, 4, 4), np.uint8)
    made = imported(npz(tmp_path / "y.npz", X=planes.reshape(12, 48), y=LABELS), "other")
    assert np.array_equal(made.images, np.moveaxis(planes, 1, 3))


def test_large_images_come_in_as_files(data_home: Path, tmp_path: Path) -> None:
    large = RNG.integers(0, 256, (12, 70, 80, 3), np.uint8)
    made = imported(npz(tmp_path / "x.npz", images=large, labels=LABELS))
    assert made.about.as_files
    assert np.array_equal(np.asarray(made.image(5)), large[5])


def test_our_own_export_comes_back_as_it_was(data_home: Path, tmp_path: Path) -> None:
    arrays: dict[str, Any] = {
        "images": COLOR,
        "labels": LABELS,
        "class_names": np.array(["T-shirt/top", "train", "0-cat"]),
    }
    arrays["parts"] = (np.arange(12) // 2 % 3).astype(np.uint8)
    made = imported(npz(tmp_path / "x.npz", **arrays))
    export.export(made, tmp_path / "out.npz")
    store.remove("mine")
    again = imported(tmp_path / "out.npz")
    assert again.about == made.about
    assert np.array_equal(again.images, made.images)
    assert np.array_equal(again.labels, made.labels)
    assert [SPLITS[each] for each in np.unique(again.splits)] == ["train", "test", "validation"]


def test_a_damaged_dataset_of_arrays_is_repaired_from_them(data_home: Path, tmp_path: Path) -> None:
    made = imported(npz(tmp_path / "x.npz", x_train=GRAY, y_train=LABELS, x_test=GRAY[:6], y_test=LABELS[:6]))
    path = made.folder / "pictures.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9] + bytes(9))
    repair.repair("mine")
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"images": GRAY}, r"x\.npz holds no images with labels: images uint8 \(12, 9, 8\)"),
        ({"images": GRAY, "labels": LABELS[:9]}, "holds 12 images and 9 labels"),
        ({"images": GRAY[:, :, :2], "labels": np.eye(3)[LABELS] * 2}, "several classes at once"),
        ({"images": RNG.random((12, 9, 8, 7)), "labels": LABELS}, "images have 1 or 3 channels"),
        ({"images": RNG.random((12, 11)), "labels": LABELS}, "rows of 11 numbers"),
        ({"images": GRAY, "labels": LABELS + 0.5}, "labels that are no classes: 0.5, 1.5, 2.5"),
        ({"images": np.full((12, 2, 2), np.inf), "labels": LABELS}, "are not finite"),
        ({"images": np.array([{}] * 12), "labels": LABELS}, "holds no images with labels"),
    ],
)
def test_what_are_no_images_is_said(tmp_path: Path, arrays: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence):
        plan(npz(tmp_path / "x.npz", **arrays))


def test_forged_arrays_are_refused_in_a_sentence(tmp_path: Path) -> None:
    whole = npz(tmp_path / "x.npz", images=GRAY, labels=LABELS).read_bytes()
    place = whole.index(b"(12, 9, 8)")
    for number, data in enumerate(
        (
            whole[:place] + b"(99, 9, 8)" + whole[place + 10 :],
            whole.replace(b"|u1", b"|O8"),
            whole[: len(whole) // 2],
        )
    ):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(data)
        with pytest.raises(DatasetError, match=rf"{number}\.npz"):
            plan(path)
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": (150, 1000, 1000)})
        archive.writestr("images.npy", head.getvalue() + bytes(150_000_000))
    with pytest.raises(DatasetError, match="unpacks to more than"):
        plan(tmp_path / "bomb.npz")


def idx(path: Path, array: np.ndarray) -> None:
    head = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    data = head + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx_files_are_read_with_those_beside_them(data_home: Path, tmp_path: Path, ending: str) -> None:
    for split, rows in (("train", slice(0, 8)), ("t10k", slice(8, 12))):
        idx(tmp_path / f"{split}-images-idx3-ubyte{ending}", GRAY[rows])
        idx(tmp_path / f"{split}-labels-idx1-ubyte{ending}", LABELS[rows])
    made = imported(tmp_path / f"train-images-idx3-ubyte{ending}")
    assert np.array_equal(made.images[..., 0], GRAY)
    assert np.array_equal(made.labels, LABELS)
    assert made.counts.sum(axis=0).tolist() == [8, 4, 0]
    assert plan(tmp_path).counts.sum() == 12, "the folder of them will do"


def test_images_of_emnist_are_turned(data_home: Path, tmp_path: Path) -> None:
    for series in ("emnist-letters", "emnist-digits"):
        idx(tmp_path / f"{series}-train-images-idx3-ubyte", GRAY)
        idx(tmp_path / f"{series}-train-labels-idx1-ubyte", LABELS)
    with pytest.raises(DatasetError, match="several datasets: emnist-digits, emnist-letters"):
        plan(tmp_path)
    made = imported(tmp_path / "emnist-letters-train-images-idx3-ubyte")
    assert np.array_equal(made.images[..., 0], GRAY.swapaxes(1, 2))


def test_an_idx_file_alone_is_said(tmp_path: Path) -> None:
    idx(tmp_path / "train-images-idx3-ubyte", GRAY)
    with pytest.raises(DatasetError, match="no file of labels beside it: train-labels-idx1-ubyte"):
        plan(tmp_path / "train-images-idx3-ubyte")
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x0c12")
    with pytest.raises(DatasetError, match="train-labels-idx1-ubyte is incomplete"):
        plan(tmp_path / "train-images-idx3-ubyte")
    (tmp_path / "train-images-idx3-ubyte").rename(tmp_path / "upload-1")
    with pytest.raises(DatasetError, match="upload-1 is one file of two"):
        plan(tmp_path / "upload-1")


def parquet(path: Path, labels: list[Any], *, names: tuple[str, ...] = (), rows: int = 5, flat: bool = False) -> Path:
    """Write a file as Hugging Face publishes it: images as bytes, labels as numbers with names beside them."""
    import pyarrow as pa
    from pyarrow import parquet as writer

    images: list[Any] = [png(GRAY[number]) for number in range(len(labels))]
    if not flat:
        images = [{"bytes": image, "path": f"{number}.png"} for number, image in enumerate(images)]
    feature = {"_type": "ClassLabel", "names": list(names)} if names else {"_type": "Value"}
    told = {"info": {"features": {"image": {"_type": "Image"}, "label": feature}}}
    table = pa.table({"image": images, "label": labels}).replace_schema_metadata({"huggingface": json.dumps(told)})
    path.parent.mkdir(exist_ok=True)
    writer.write_table(table, path, row_group_size=rows)
    return path


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("flat", [False, True])
def test_parquet_of_hugging_face_is_read(data_home: Path, tmp_path: Path, flat: bool) -> None:
    made = imported(parquet(tmp_path / "x.bin", LABELS.tolist(), names=("a", "b", "c"), flat=flat))
    assert made.about.class_names == ("a", "b", "c")
    assert np.array_equal(made.images[..., 0], GRAY)
    assert np.array_equal(made.labels, LABELS)


def test_a_folder_of_parquet_has_splits_by_the_names_of_its_files(data_home: Path, tmp_path: Path) -> None:
    for number in range(2):
        parquet(tmp_path / f"data/train-0000{number}-of-00002.parquet", ["x", "y", "x", "y"])
    parquet(tmp_path / "data/test-00000-of-00001.parquet", ["x", "y"])
    (tmp_path / "README.md").write_text("a dataset")
    found = plan(tmp_path / "data")
    assert found.labelling.class_names == ("x", "y")
    assert found.counts.tolist() == [[4, 1, 0], [4, 1, 0]]
    assert found.way.text == "Labels in the file: x, y"
    assert len(found.preview()["x"]) == 3


def test_a_parquet_file_that_will_not_do_is_said(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet as writer

    writer.write_table(pa.table({"text": ["a"], "label": [1]}), tmp_path / "texts.parquet")
    with pytest.raises(DatasetError, match=r"texts\.parquet holds no images with one label each\. .* text, label"):
        plan(tmp_path / "texts.parquet")
    whole = parquet(tmp_path / "x.parquet", LABELS.tolist()).read_bytes()
    for number, data in enumerate((whole[:200], whole[:-200], whole[:-60] + bytes(52) + whole[-8:])):
        (tmp_path / f"{number}.parquet").write_bytes(data)
        with pytest.raises(DatasetError, match="incomplete or damaged"):
            plan(tmp_path / f"{number}.parquet")


def test_house_numbers_of_matlab_are_read(data_home: Path, tmp_path: Path) -> None:
    from scipy.io import savemat

    images = RNG.integers(0, 256, (32, 32, 3, 20), np.uint8)
    labels = (np.arange(20) % 10 + 1)[:, None].astype(np.uint8)
    savemat(tmp_path / "train_32x32.mat", {"X": images, "y": labels})
    savemat(tmp_path / "test_32x32.mat", {"X": images[..., :10], "y": labels[:10]}, do_compression=True)
    made = imported(tmp_path / "train_32x32.mat")
    assert made.about.class_names == tuple("0123456789")
    assert made.counts.sum(axis=0).tolist() == [20, 10, 0]
    assert np.array_equal(made.images[3], images[..., 3])
    assert made.labels[9] == 0
    savemat(tmp_path / "other.mat", {"data": images})
    with pytest.raises(DatasetError, match=r"other\.mat holds no images X with labels y, but data"):
        plan(tmp_path / "other.mat")
    (tmp_path / "new.mat").write_bytes(b"MATLAB 7.3 MAT-file")
    with pytest.raises(DatasetError, match=r"new\.mat is of Matlab 7\.3"):
        plan(tmp_path / "new.mat")
    whole = (tmp_path / "train_32x32.mat").read_bytes()
    for name, data in {"cut": whole[:5000], "end": whole[:-10], "odd": whole[:128] + b"\xff" * 99}.items():
        (tmp_path / f"{name}.mat").write_bytes(data)
        with pytest.raises(DatasetError, match=rf"{name}\.mat (cannot be read|holds no images)"):
            plan(tmp_path / f"{name}.mat")


DIGITS = RNG.integers(0, 256, (12, 5, 5))


def rows(header: str = "", numbers: range = range(12)) -> str:
    lines = [",".join(map(str, [LABELS[number], *DIGITS[number].ravel()])) for number in numbers]
    return "\n".join([header, *lines] if header else lines) + "\n"


HEADERS = {
    "Kaggle": "label," + ",".join(f"pixel{number}" for number in range(25)),
    "by rows and columns": "label," + ",".join(f"{row}x{column}" for row in range(1, 6) for column in range(1, 6)),
    "no header": "",
}


@pytest.mark.parametrize("name", HEADERS)
def test_pixels_in_a_csv_are_read(data_home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "train.csv").write_text(rows(HEADERS[name]))
    # Kaggle's test.csv has no labels: it is to be answered.
    (tmp_path / "test.csv").write_text(HEADERS["Kaggle"].removeprefix("label,") + "\n" + ",".join(["0"] * 25) + "\n")
    made = imported(tmp_path / "train.csv")
    assert np.array_equal(made.images[..., 0], DIGITS)
    assert np.array_equal(made.labels, LABELS)


def test_the_other_split_is_beside_a_csv(tmp_path: Path) -> None:
    (tmp_path / "sign_mnist_train.csv").write_text(rows(HEADERS["Kaggle"], range(8)))
    (tmp_path / "sign_mnist_test.csv").write_text(rows(HEADERS["Kaggle"], range(8, 12)))
    assert plan(tmp_path / "sign_mnist_test.csv").counts.sum(axis=0).tolist() == [8, 4, 0]


def test_faces_of_fer2013_are_read(data_home: Path, tmp_path: Path) -> None:
    usages = ["Training", "PublicTest", "PrivateTest"]
    lines = [
        f"{LABELS[number]},{' '.join(map(str, DIGITS[number].ravel()))},{usages[number // 4]}" for number in range(12)
    ]
    (tmp_path / "fer2013.csv").write_text("emotion,pixels,Usage\n" + "\n".join(lines))
    made = imported(tmp_path / "fer2013.csv")
    assert np.array_equal(made.images[..., 0], DIGITS)
    assert [SPLITS[each] for each in made.splits[::4]] == ["train", "validation", "test"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (rows(HEADERS["Kaggle"]).replace("label,", "id,"), "has no column of labels"),
        (rows(HEADERS["Kaggle"]) + "1," + ",".join(["256"] * 25), "pixels that are not 0 to 255"),
        (rows(HEADERS["Kaggle"]) + "1,2\n", "pixels that are not 0 to 255"),
        (HEADERS["Kaggle"] + "\n", "has no row"),
        ("emotion,pixels\n1,1 2 3\n2,1 2\n", "cannot be read"),
        (rows("label," + ",".join(f"pixel{number}" for number in range(24)) + ",x"), "rows of 24 numbers"),
    ],
)
def test_a_csv_that_will_not_do_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(DatasetError, match=rf"x\.csv .*{sentence}"):
        plan(tmp_path / "x.csv")


def test_an_image_of_an_array_is_a_file(tmp_path: Path) -> None:
    found = plan(npz(tmp_path / "x.npz", images=GRAY, labels=LABELS))
    with found.source.opened() as opened:
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(opened.read(found.source.members[7])))), GRAY[7])
