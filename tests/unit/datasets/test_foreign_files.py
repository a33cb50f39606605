"""Files that people take for datasets and that are not read: a sentence says what each is, and what to do."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.sources.importing import import_images, plan, report
from core.datasets.store import DatasetError
from tests.unit.datasets.test_importing import image, zipped


def _array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros((2, 4, 4)))
    return file.getvalue()


def _saved(format_: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (5, 4)).save(file, format_)
    return file.getvalue()


def _torch() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x/data.pkl", b"x")
    return file.getvalue()


FILES: dict[str, tuple[bytes, str]] = {
    "X_train.npy": (_array(), r"numpy\.savez"),
    "data_batch_1": (pickle.dumps({"data": [1]}), r"pickle.*numpy\.savez"),
    "train.h5": (b"\x89HDF\r\n\x1a\n" + bytes(90), r"HDF5.*numpy\.savez"),
    "train.tfrecord-00000-of-00001": (b"\x0b" + bytes(90), r"TFRecord.*numpy\.savez"),
    "train.pt": (_torch(), r"PyTorch.*numpy\.savez"),
    "data-00000-of-00001.arrow": (b"\xff\xff\xff\xff" + bytes(90), "Arrow.*Parquet"),
    "pets.zip": (b"\n<!DOCTYPE html><html>Sign in</html>", "web page.*sign in"),
    "pets.tar.zst": (b"\x28\xb5\x2f\xfd" + bytes(90), r"Zstandard.*Unpack"),
    "pets.7z": (b"7z\xbc\xaf'\x1c\0\4" + bytes(90), "7z.*Unpack"),
    "pets.rar": (b"Rar!\x1a\x07\1\0" + bytes(90), "RAR.*Unpack"),
    "pets.z01": (b"PK\7\x08" + bytes(90), "several files.*Join"),
    "pets.zip.001": (b"PK\3\4" + bytes(20), "several files.*Join"),
    "scan.dcm": (bytes(128) + b"DICM" + bytes(90), "DICOM.*PNG"),
    "cat.svg": (b'\xef\xbb\xbf<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG.*PNG"),
    "cat.mkv": (b"\x1a\x45\xdf\xa3" + bytes(90), "video.*frames"),
    "pointer.bin": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_kind_is_told_alone_and_in_a_folder(tmp_path: Path, name: str) -> None:
    data, sentence = FILES[name]
    folder = tmp_path / "pets"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / name).write_bytes(data)
    with pytest.raises(DatasetError, match=rf"(?s){name}.*{sentence}"):
        plan(folder / "inner" / name)
    # Of an archive within, its name is enough.
    archives = (".7z", ".rar", ".zip")
    with pytest.raises(DatasetError, match="archive in itself" if name.endswith(archives) else rf"(?s){sentence}"):
        plan(folder)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [("cat.jpg", image(), "single image.*folder"), ("labels.csv", b"file,label\na.jpg,cat\n", "table.*folder")],
)
def test_a_part_of_a_folder_is_told_to_be_one(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DatasetError, match=sentence):
        plan(tmp_path / name)


def _npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, x_train=np.zeros((4, 5, 5), np.uint8), y_train=[0, 1, 0, 1])
    return file.getvalue()


def _encrypted(path: Path) -> Path:
    data = bytearray(zipped(path, {"cat/1.png": image(), "dog/1.png": image()}).read_bytes())
    for mark, flag in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + flag] |= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"d/x.npz": _npz(), "README.md": b"hello"}, r"d/x\.npz is read alone"),
        (
            {"d.tar.gz": b"\x1f\x8b" + bytes(50)},
            r"1 file was refused\. d\.tar\.gz: It is an archive in itself\. Unpack it",
        ),
        ({"cat/1.jp2": _saved("JPEG2000")}, r"cat/1\.jp2: JPEG 2000 images are not read\. Save"),
        ({"cat/1.tga": _saved("TGA")}, r"cat/1\.tga: TGA images are not read\. Save"),
        ({"a/1.bin": b"12", "a/2.bin": b"12"}, r"It holds a/1\.bin, a/2\.bin\. Images are JPEG"),
    ],
)
def test_what_is_there_instead_of_images_is_told(tmp_path: Path, members: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(DatasetError, match=rf"x\.zip holds no images\. {sentence}"):
        plan(zipped(tmp_path / "x.zip", members))


def test_why_everything_is_refused_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"2 files were refused\. cat/1\.png: Encrypted\. Unpack"):
        plan(_encrypted(tmp_path / "x.zip"))


def test_an_image_that_is_a_pointer_is_refused_with_what_to_do(data_home: Path, tmp_path: Path) -> None:
    members = {f"{name}/{number}.png": image() for name in ("cat", "dog") for number in range(2)}
    members["cat/3.jpg"] = FILES["pointer.bin"][0]
    dataset = import_images(plan(zipped(tmp_path / "x.zip", members)), name="pets", title="Pets")
    found = report(dataset)
    assert found is not None
    ((file, sentence),) = [(each.file, each.sentence) for each in found.refused]
    assert file == "cat/3.jpg"
    assert "git lfs pull" in sentence


@pytest.mark.parametrize("junk", ["@eaDir/cat", "$RECYCLE.BIN", "System Volume Information", "lost+found", "#recycle"])
def test_what_systems_leave_is_no_class(tmp_path: Path, junk: str) -> None:
    members = {f"{name}/{number}.png": image() for name in ("cat", "dog", junk) for number in range(2)}
    assert plan(zipped(tmp_path / "x.zip", members)).labelling.class_names == ("cat", "dog")
