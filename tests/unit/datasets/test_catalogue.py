"""The catalogue: from a download or a file to a dataset, what is refused, and what to do without a network."""

import gzip
import hashlib
import io
import json
import re
import shutil
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import store
from core.datasets.sources import catalogue, published
from core.datasets.sources.catalogue import CATALOGUE, add, add_job
from core.datasets.sources.download import Published
from core.datasets.store import About, DatasetError
from core.errors import StorageError
from core.storage.progress import Cancelled, quiet
from tests.paths import SHARED
from tests.unit.file_server import FileServer, serving

DATASETS = SHARED / "datasets"
IMAGES, LABELS, TEST_IMAGES, TEST_LABELS = (file.file_name for file in CATALOGUE["fashion-mnist"].published)


def idx(pixels: np.ndarray) -> bytes:
    head = np.array([0x0800 + pixels.ndim, *pixels.shape], ">u4").tobytes()
    return gzip.compress(head + pixels.tobytes(), 1)


@pytest.fixture(scope="session")
def fashion() -> dict[str, bytes]:
    """The four files of Fashion-MNIST, in full shape, with made-up pixels: row `i` of image `i` is not 0."""
    files = {}
    for images, labels, count in published.FASHION_MNIST_FILES:
        pixels = np.zeros((count, 28, 28), np.uint8)
        pixels[np.arange(count), np.arange(count) % 28] = 200
        files[images], files[labels] = idx(pixels), idx((np.arange(count) % 10).astype(np.uint8))
    return files


def written(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


CIFAR10 = [f"cifar-10-batches-bin/{name}" for name in published._CIFAR10_FILES]


def packed(name: str, data: bytes) -> bytes:
    """A file of a .tar.gz, packed by itself: packed pieces one after the other are one packed file (RFC 1952, 2.2)."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    return gzip.compress(member.tobuf() + data + bytes(-len(data) % 512), 1)


@pytest.fixture(scope="session")
def cifar10() -> dict[str, bytes]:
    """The packed files of CIFAR-10. Image `i` is red by its file, green `i % 256` and blue in its first row only."""
    rows = np.zeros((10_000, 3073), np.uint8)
    rows[:, 0] = np.arange(10_000) % 10
    rows[:, 1025:2049] = (np.arange(10_000) % 256)[:, np.newaxis]
    rows[:, 2049 : 2049 + 32] = 255
    files = {"batches.meta": packed("cifar-10-batches-bin/batches.meta.txt", b"airplane")}
    for number, name in enumerate(CIFAR10):
        rows[:, 1:1025] = number
        files[Path(name).stem] = packed(name, rows.tobytes())
    return files


def archive_of(path: Path, files: dict[str, bytes]) -> Path:
    path.write_bytes(b"".join(files.values()) + gzip.compress(bytes(1024)))
    return path


@pytest.mark.parametrize("member", ["x_train", "x_train.npy"])
@pytest.mark.parametrize(
    "data",
    [
        b"no array",
        b"\x93NUMPY\x01\x00\x4e\x00{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999999,), }      \n",
    ],
)
def test_a_forged_mnist_is_refused_in_a_sentence(tmp_path: Path, member: str, data: bytes) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, y_train=np.zeros(3), x_test=np.zeros(3), y_test=np.zeros(3))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, data)
    with pytest.raises(DatasetError, match="is not MNIST"):
        published.mnist(path)


def class_folders(path: Path, names: tuple[str, ...]) -> Path:
    """Write a zip of image files by class, `train` and `test`."""
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for split, name, number in ((s, n, i) for s in ("train", "test") for n in names for i in range(3)):
            data = io.BytesIO()
            Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8)).save(data, "png")
            archive.writestr(f"{split}/{name}/{number}.png", data.getvalue())
    return path


def test_every_entry_says_what_a_person_needs() -> None:
    assert list(CATALOGUE) == ["digits", "mnist", "fashion-mnist", "cifar10", "cats-vs-dogs"]
    for name, entry in CATALOGUE.items():
        assert name == entry.name
        assert entry.images
        assert entry.about.source
        assert entry.about.licence
        assert entry.good_for.endswith(".")
        assert About.from_json(json.dumps(json.loads(entry.about.to_json()))) == entry.about
        assert f"datasets add {name} --from" in entry.by_hand or not entry.published
        assert f"datasets repair {name} --from" in entry.repair_by_hand or not entry.published
        for file in entry.published:
            assert file.address.startswith("https://")
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)
    assert [entry.bytes for entry in CATALOGUE.values()] == [0, 11_490_434, 30_878_645, 170_052_171, 824_887_076]


@pytest.mark.parametrize("given", ["folder", "file"])
def test_fashion_mnist_comes_from_its_four_files(
    data_home: Path, tmp_path: Path, fashion: dict[str, bytes], given: str
) -> None:
    folder = written(tmp_path / "fashion", fashion)
    made = add("fashion-mnist", folder if given == "folder" else folder / TEST_LABELS)
    assert made.images.shape == (70_000, 28, 28, 1)
    assert made.counts.tolist() == [[6000, 1000, 0]] * 10
    assert made.about.class_names[9] == "Ankle boot"
    assert made.images[30, :, 0, 0].tolist() == [0, 0, 200, *[0] * 25]
    assert made.labels[60_003] == 3


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        (IMAGES, b"hello", "no gzip file"),
        (IMAGES, b"", "something else than expected"),
        (LABELS, idx(np.zeros(60_000, np.uint8)), "1 classes of 60,000"),
        (LABELS, idx((np.arange(60_000) % 12).astype(np.uint8)), "12 classes"),
        (LABELS, idx(np.minimum(np.arange(60_000) % 11, 9).astype(np.uint8)), "expected 10 of 6,000"),
        (LABELS, idx(np.zeros(10_000, np.uint8)), "an idx file of 60000 unsigned bytes"),
        (LABELS, gzip.compress(np.array([0x0803, 60_000], ">u4").tobytes() + bytes(60_000)), "something else"),
        (TEST_IMAGES, idx(np.zeros((10_000, 28, 27), np.uint8)), "10000×28×28"),
        (TEST_IMAGES, idx(np.zeros((10_000, 28, 28), np.uint8))[:-200], "cut short"),
        (TEST_IMAGES, gzip.compress(bytes(300_000_000), 1), "something else"),
    ],
    ids=["text", "empty", "one class", "range", "balance", "count", "magic", "shape", "cut", "bomb"],
)
def test_files_that_are_not_fashion_mnist_are_refused(
    data_home: Path, tmp_path: Path, fashion: dict[str, bytes], file: str, data: bytes, said: str
) -> None:
    folder = written(tmp_path / "fashion", {**fashion, file: data})
    with pytest.raises(DatasetError, match=said) as refused:
        add("fashion-mnist", folder)
    assert file in str(refused.value)
    assert store.names() == []


def test_what_is_missing_of_fashion_mnist_is_named(data_home: Path, tmp_path: Path, fashion: dict[str, bytes]) -> None:
    folder = written(tmp_path / "some", {name: fashion[name] for name in (IMAGES, LABELS)} | {"cat.jpg": b""})
    with pytest.raises(DatasetError, match=f"Not in .*some: {TEST_IMAGES}, {TEST_LABELS}"):
        add("fashion-mnist", folder)
    with pytest.raises(DatasetError, match=r"cat\.jpg is no file of Fashion-MNIST"):
        add("fashion-mnist", folder / "cat.jpg")
    with pytest.raises(DatasetError, match="There is no file or folder nowhere"):
        add("fashion-mnist", Path("nowhere"))


def test_cifar10_comes_from_its_binary_version(data_home: Path, tmp_path: Path, cifar10: dict[str, bytes]) -> None:
    seen: list[tuple[str, int, int, str]] = []
    made = add("cifar10", archive_of(tmp_path / "cifar-10-binary.tar.gz", cifar10), lambda *told: seen.append(told))
    assert made.counts.tolist() == [[5000, 1000, 0]] * 10
    assert made.images.shape == (60_000, 32, 32, 3)
    assert made.images[20_007, 0, 9].tolist() == [2, 7, 255]
    assert made.images[20_007, 1, 9].tolist() == [2, 7, 0]
    assert made.images[59_999, 31, 31].tolist() == [5, 9_999 % 256, 0]
    assert seen[1] == ("reading CIFAR-10", 10_000, 60_000, "images")


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        ("data_batch_3", None, "holds no data_batch_3.bin"),
        ("data_batch_1", bytes(30_730_001), "data_batch_1.bin in it does not have 30,730,000 bytes"),
        ("test_batch", bytes(3073), "test_batch.bin in it does not have"),
        ("data_batch_5", bytes(30_730_000), "expected 10 of 5,000"),
        ("data_batch_2", b"\x4d" * 30_730_000, "78 classes"),
        ("batches.meta", bytes(300_000_000), "unpacks to more than CIFAR-10"),
    ],
    ids=["missing", "longer", "shorter", "balance", "range", "bomb"],
)
def test_archives_that_are_not_cifar10_are_refused(
    data_home: Path, tmp_path: Path, cifar10: dict[str, bytes], file: str, data: bytes | None, said: str
) -> None:
    changed = b"" if data is None else packed(f"cifar-10-batches-bin/{file}.bin", data)
    with pytest.raises(DatasetError, match=said):
        add("cifar10", archive_of(tmp_path / "other.tar.gz", {**cifar10, file: changed}))
    assert store.names() == []


def test_damaged_and_forged_archives_are_refused(data_home: Path, tmp_path: Path, cifar10: dict[str, bytes]) -> None:
    whole = archive_of(tmp_path / "whole", cifar10).read_bytes()
    header = tarfile.TarInfo("x" * 200)
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 10**10
    links = io.BytesIO()
    with tarfile.open(fileobj=links, mode="w:gz") as archive:
        for name in CIFAR10:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
    bad = {
        "cut": whole[: len(whole) // 2],
        "wrong-sum": whole[:-8] + b"\0\0\0\0" + whole[-4:],
        "text": b"hello" * 1000,
        "gzip": gzip.compress(b"hello" * 1000),
        "empty": b"",
        "long-name": gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(250_000_000), 1),
        "links": links.getvalue(),
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DatasetError, match=f"^{name} "):
            add("cifar10", tmp_path / name)
    with pytest.raises(DatasetError, match="There is no file nowhere"):
        add("cifar10", Path("nowhere"))
    assert store.names() == []


def test_cifar10_takes_little_memory(tmp_path: Path, cifar10: dict[str, bytes]) -> None:
    path = archive_of(tmp_path / "cifar-10-binary.tar.gz", cifar10)
    tracemalloc.start()
    published.cifar10(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The images are 184 MB, and each file of them, 31 MB, is there some times over: no second copy of all.
    assert peak < 340_000_000


def test_cifar10_also_comes_as_image_files(data_home: Path, tmp_path: Path) -> None:
    names = CATALOGUE["cifar10"].about.class_names
    made = add("cifar10", class_folders(tmp_path / "folders.zip", names))
    assert (made.about.name, made.about.title, made.about.class_names) == ("cifar10", "CIFAR-10", names)
    assert made.counts.tolist() == [[3, 3, 0]] * 10


@pytest.mark.parametrize("name", ["cifar10", "cats-vs-dogs"])
def test_image_files_of_other_classes_are_refused(data_home: Path, tmp_path: Path, name: str) -> None:
    path = class_folders(tmp_path / "mine.zip", ("apple", "pear"))
    with pytest.raises(DatasetError, match=r"mine\.zip is not C.*: its classes are apple, pear, expected"):
        add(name, path)
    assert store.names() == []


def test_cats_and_dogs_come_from_the_publishers_zip(data_home: Path, tmp_path: Path) -> None:
    path = class_folders(tmp_path / "pets.zip", ("Cat", "Dog"))
    assert add_job("cats-vs-dogs", str(path), quiet) == {"name": "cats-vs-dogs", "pictures": 12}
    assert store.read(store.folder_of("cats-vs-dogs")).about.licence == CATALOGUE["cats-vs-dogs"].about.licence


@pytest.fixture
def server(fashion: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """Give Fashion-MNIST from a server of this test's own."""
    with serving({f"/{name}": data for name, data in fashion.items()}) as served:
        files = tuple(
            Published(f"{served.address}/{name}", len(data), hashlib.sha256(data).hexdigest())
            for name, data in fashion.items()
        )
        monkeypatch.setitem(CATALOGUE, "fashion-mnist", replace(CATALOGUE["fashion-mnist"], published=files))
        yield served


def stop_at(doing: str) -> Callable[[str, int, int, str], None]:
    def progress(now: str, *_counts: object) -> None:
        if now.startswith(doing):
            raise Cancelled("Cancelled.")

    return progress


def test_a_download_of_several_files_becomes_a_data_set(data_home: Path, server: FileServer) -> None:
    seen: list[tuple[str, int, int, str]] = []
    made = add("fashion-mnist", progress=lambda *told: seen.append(told))
    assert len(made) == 70_000
    loading = [told for told in seen if told[0] == "downloading from 127.0.0.1"]
    total = CATALOGUE["fashion-mnist"].bytes
    assert {told[2:] for told in loading} == {(total, "bytes")}
    assert [told[1] for told in loading] == sorted(told[1] for told in loading)
    assert loading[-1][1] == total
    assert not (data_home / "downloads" / "fashion-mnist").exists()
    assert len(server.asked) == 4
    add("fashion-mnist")
    assert len(server.asked) == 4


def test_what_was_downloaded_is_kept_until_the_data_set_is_made(data_home: Path, server: FileServer) -> None:
    entry = CATALOGUE["fashion-mnist"]
    assert entry.received == 0
    with pytest.raises(Cancelled):
        add("fashion-mnist", progress=stop_at("reading"))
    assert entry.received == entry.bytes
    assert store.names() == []
    add("fashion-mnist")
    assert len(server.asked) == 4


def test_what_a_cut_download_left_can_be_discarded(data_home: Path, server: FileServer) -> None:
    server.cut_after = 100_000
    with pytest.raises(DatasetError, match="the download resumes"):
        add("fashion-mnist")
    assert CATALOGUE["fashion-mnist"].received
    catalogue.discard("fashion-mnist")
    assert CATALOGUE["fashion-mnist"].received == 0
    assert not [path for path in data_home.rglob("*") if path.is_file() and not path.name.startswith(".")]


def test_two_at_once_download_once(data_home: Path, server: FileServer) -> None:
    with ThreadPoolExecutor(2) as both:
        made = list(both.map(add, ["fashion-mnist"] * 2))
    assert made[0].folder == made[1].folder
    assert len(server.asked) == 4


def test_waiting_for_another_download_can_be_cancelled(data_home: Path, server: FileServer) -> None:
    with catalogue._alone("fashion-mnist", quiet), pytest.raises(Cancelled):
        add("fashion-mnist", progress=stop_at("waiting"))
    assert server.asked == []


def test_a_disk_too_small_is_said_before_the_download(
    data_home: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(data_home.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=50_000_000))
    with pytest.raises(StorageError, match=r"Fashion-MNIST needs 6\d MB, and 50 MB are free"):
        add("fashion-mnist")
    assert server.asked == []


def test_without_a_network_each_says_what_to_do_instead(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mnist", "fashion-mnist", "cifar10", "cats-vs-dogs"):
        entry = CATALOGUE[name]
        # A port that nothing listens on.
        closed = tuple(replace(file, address=f"http://127.0.0.1:9/{file.file_name}") for file in entry.published)
        monkeypatch.setitem(CATALOGUE, name, replace(entry, published=closed))
        argument = "FOLDER" if len(closed) > 1 else closed[0].file_name
        with pytest.raises(DatasetError, match="could not be reached") as said:
            add(name)
        assert str(said.value).endswith(f"python -m core datasets add {name} --from {argument}")
        assert all(file.file_name in str(said.value) for file in closed)
    assert store.names() == []


@pytest.mark.skipif(not DATASETS.exists(), reason=f"no datasets at {DATASETS}")
def test_the_real_cats_and_dogs_are_known_by_their_classes(data_home: Path) -> None:
    # Stops before the import itself, which has tests of its own.
    with pytest.raises(Cancelled):
        add("cats-vs-dogs", DATASETS / "cats-vs-dogs.zip", stop_at("reading"))
    with pytest.raises(DatasetError, match="not CIFAR-10: its classes are Cat, Dog"):
        add("cifar10", DATASETS / "cats-vs-dogs.zip")
