"""Importing zips and folders: classes and splits are found, bad members refused by name, nothing is half-written."""

import io
import json
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import export, store
from core.datasets.sources import archives, catalogue, importing, uploads
from core.datasets.sources import labels as labelling
from core.datasets.sources.import_job import import_job
from core.datasets.sources.importing import import_images, plan, report
from core.datasets.sources.readers.zip import ZipReader
from core.datasets.store import Dataset, DatasetError
from core.errors import StorageError
from core.preprocessing import Pipeline
from core.storage import processes
from core.storage.progress import Cancelled, quiet
from core.training import data
from tests.paths import SHARED
from tests.unit.image_files import profile, saved
from tests.unit.made_runs import unsigned

DATASETS = SHARED / "datasets"


def image(seed: int = 0, size: tuple[int, int] = (12, 10), kind: str = "PNG", mode: str = "RGB") -> bytes:
    channels = () if mode == "L" else (3,)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], *channels), np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, kind)
    return data.getvalue()


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def pets(each: int = 10, **more: bytes) -> dict[str, bytes]:
    """Two classes of small images, all different."""
    found = {f"pets/{name}/{number}.png": image(100 * label + number)
             for label, name in enumerate(("cat", "dog")) for number in range(each)}  # fmt: skip
    return {**found, **more}


def imported(path: Path, name: str = "mine") -> Dataset:
    return import_images(plan(path), name=name, title="Mine")


def refusals(dataset: Dataset) -> dict[str, str]:
    found = report(dataset)
    assert found
    return {each.file: each.reason for each in found.refused}


def test_class_folders_make_a_data_set_with_drawn_splits(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "pets.zip", pets())
    planned = plan(path)
    assert planned.labelling.class_names == ("cat", "dog")
    assert planned.drawn
    assert planned.counts.tolist() == [[8, 2, 0], [8, 2, 0]]
    assert not data_home.exists(), "planning writes nothing"
    shown = planned.preview(each=3)
    assert [len(each) for each in shown.values()] == [3, 3]
    mine = import_images(planned, name="mine", title="Mine")
    assert (len(mine), mine.about.size, mine.about.as_files) == (20, (10, 12, 3), False)
    assert mine.counts.tolist() == planned.counts.tolist()
    assert mine.names[0] == "pets/cat/0.png"
    assert np.array_equal(mine.images[0], np.asarray(Image.open(io.BytesIO(image(0)))))
    assert (mine.index[0]["width"], mine.index[0]["height"], mine.index[0]["mode"]) == (12, 10, b"RGB")
    found = report(mine)
    assert found
    assert (found.accepted, found.refused, found.skipped) == (20, (), 0)


@pytest.mark.parametrize(
    ("paths", "kind", "classes", "splits"),
    [
        (["train/cat/1.jpg", "train/dog/1.jpg", "test/cat/1.jpg"], "folders", "cat dog", [0, 0, 1]),
        (["a/cat/train/1.jpg", "a/dog/train/1.jpg", "a/dog/val/2.jpg"], "folders", "cat dog", [0, 0, 1]),
        (["cat.0.jpg", "cat.1.jpg", "dog.0.jpg", "dog.1.jpg"], "names", "cat dog", None),
        (["train/cat.0.jpg", "train/cat.1.jpg", "train/dog (0).jpg", "train/dog (1).jpg"], "names", "cat dog", None),
        (["x/n01/images/1.jpg", "x/n02/images/1.jpg"], "folders", "n01 n02", None),
        (["10/a.jpg", "9/a.jpg", "README.txt"], "folders", "9 10", None),
        (["plane/1.jpg", "train/1.jpg", "test.jpg"], "folders", "plane train", None),
        (["Cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "dog/1.jpg"], "folders", "cat dog", None),
        (["cat/1.jpg", "cat/2.jpg"], "folders", "cat", None),
    ],
)
def test_classes_and_splits_are_found(paths: list[str], kind: str, classes: str, splits: list[int] | None) -> None:
    found, _ = labelling.best([tuple(path.split("/")) for path in paths], None, "x.zip")
    assert (found.kind, found.class_names) == (kind, tuple(classes.split()))
    assert (None if found.splits is None else found.splits.tolist()) == splits


def test_the_other_way_of_labelling_can_be_chosen() -> None:
    paths = [(folder, f"{name}_{number}.jpg") for folder in "ab" for name in ("cat", "dog") for number in "12"]
    found, others = labelling.best(paths, None, "x.zip")
    assert found.class_names == ("a", "b")
    assert [(each.kind, each.text) for each in others] == [("names", "File names: cat, dog")]
    assert labelling.best(paths, "names", "x.zip")[0].class_names == ("cat", "dog")


def test_no_class_is_said() -> None:
    with pytest.raises(DatasetError, match=r"No class labels found in x\.zip"):
        labelling.best([("1.jpg",), ("2.jpg",)], None, "x.zip")


def test_drawn_splits_are_stratified_and_repeatable() -> None:
    labels = np.repeat([0, 1, 2, -1], [100, 10, 1, 3])
    splits = labelling.drawn_splits(labels, 0.2, seed=3)
    assert [int(splits[labels == label].sum()) for label in (0, 1, 2)] == [20, 2, 0]
    assert np.array_equal(splits, labelling.drawn_splits(labels, 0.2, seed=3))
    assert not np.array_equal(splits, labelling.drawn_splits(labels, 0.2, seed=4))


def test_images_of_several_sizes_stay_files(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "pets.zip", {**pets(), "pets/cat/large.jpg": image(7, (300, 200), "JPEG")})
    mine = imported(path)
    assert (mine.about.as_files, mine.about.size) == (True, (0, 0, 3))
    large = mine.names.index("pets/cat/large.jpg")
    assert mine.file(large).read_bytes() == image(7, (300, 200), "JPEG")
    assert mine.image(large).size == (300, 200)
    small = Image.open(io.BytesIO(mine.thumbnail(large)))
    assert (small.format, small.size) == ("JPEG", (128, 85))
    assert np.array_equal(np.asarray(mine.image(0)), np.asarray(Image.open(io.BytesIO(image(0)))))


def test_processes_import_the_same_as_threads(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "pets.zip", {**pets(), "pets/cat/bad.jpg": b"x", "pets/dog/photo.png": image(1, (99, 80))})
    by_threads = imported(path)
    monkeypatch.setenv("PIXELWISE_HOME", str(tmp_path / "other"))
    monkeypatch.setattr(processes, "MANY_IMAGES", 0)
    by_processes = imported(path)
    assert by_processes.about == by_threads.about
    assert by_processes.about.as_files, "the photo did not fit an array, which the processes said"
    assert np.array_equal(by_processes.index, by_threads.index)
    assert by_processes.names == by_threads.names
    assert refusals(by_processes) == refusals(by_threads) == {"pets/cat/bad.jpg": "not-a-picture"}


def test_gray_images_stay_gray(data_home: Path, tmp_path: Path) -> None:
    gray = {f"{name}/{number}.png": image(number, mode="L") for name in "ab" for number in range(5)}
    assert imported(zipped(tmp_path / "gray.zip", gray)).about.size == (10, 12, 1)
    # One in colour among many gray, after those that are looked at first.
    many = {f"{name}/{number:03}.png": image(number, mode="L") for name in "ab" for number in range(100)}
    mixed = imported(zipped(tmp_path / "mixed.zip", {**many, "a/001.png": image(1)}), "mixed")
    assert mixed.about.size == (10, 12, 3)
    assert np.array_equal(np.asarray(mixed.image(1)), np.asarray(Image.open(io.BytesIO(image(1)))))


def test_a_folder_and_a_zip_of_the_same_make_one_data_set(data_home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(zipped(tmp_path / "pets.zip", pets())) as archive:
        archive.extractall(tmp_path / "folder")
    first = imported(tmp_path / "pets.zip")
    assert imported(tmp_path / "folder", "again").about == first.about
    assert store.names() == ["mine"]
    other = imported(zipped(tmp_path / "other.zip", pets(each=9)))
    assert other.about.name == "mine-2"


def test_broken_files_are_refused_by_name_and_junk_is_counted(data_home: Path, tmp_path: Path) -> None:
    bad = {
        "pets/cat/empty.jpg": b"",
        "pets/cat/text.jpg": b"hello",
        "pets/dog/torn.jpg": image(1, (200, 200), "JPEG")[:900],
        "pets/dog/Thumbs.db": b"x",
        "__MACOSX/pets/cat/._0.png": b"x",
        "pets/.DS_Store": b"x",
        "pets/inner.zip": b"PK",
        "readme.png": image(5),
        "notes.docx": b"x",
    }
    mine = imported(zipped(tmp_path / "pets.zip", {**pets(), **bad}))
    assert len(mine) == 20
    assert refusals(mine) == {
        "pets/cat/empty.jpg": "empty",
        "pets/cat/text.jpg": "not-a-picture",
        "pets/dog/torn.jpg": "truncated",
        "pets/inner.zip": "archive",
        "readme.png": "no-class",
        "notes.docx": "not-a-picture",
    }
    found = report(mine)
    assert found
    assert found.skipped == 3
    rows = found.to_csv().splitlines()
    assert rows[0] == "file,reason,sentence"
    assert len(rows) == 7


def test_unsafe_members_are_refused_and_nothing_leaves_the_data_home(data_home: Path, tmp_path: Path) -> None:
    good = image(1)
    unsafe = ["../outside/cat/1.png", "/absolute/cat/1.png", "C:/cat/1.png", "pets\\..\\..\\cat\\2.png"]
    path = zipped(tmp_path / "pets.zip", {**pets(), **dict.fromkeys(unsafe, good)})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("pets/cat/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("pets/dog/bomb.bmp", bytes(50_000_000), zipfile.ZIP_DEFLATED)
    mine = imported(path)
    assert len(mine) == 20
    reasons = list(refusals(mine).values())
    assert sorted(reasons) == ["link", "suspicious-compression", *["unsafe-name"] * 4]
    assert {each.name for each in tmp_path.iterdir()} == {"pets.zip", "home"}


def test_encrypted_and_overlapping_members_are_refused(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "pets.zip", pets())
    data = bytearray(path.read_bytes())
    entries = [place for place in range(len(data)) if data[place : place + 4] == b"PK\x01\x02"]
    data[entries[0] + 8] |= 1  # encrypted
    (first,) = struct.unpack_from("<I", data, entries[1] + 42)
    struct.pack_into("<I", data, entries[2] + 42, first + 20)  # begins within its neighbour
    path.write_bytes(data)
    mine = imported(path)
    assert refusals(mine) == {
        "pets/cat/0.png": "encrypted",
        "pets/cat/1.png": "overlapping",
        "pets/cat/2.png": "overlapping",
    }
    assert len(mine) == 17


def test_names_are_text_only(data_home: Path, tmp_path: Path) -> None:
    odd = {
        "pets/cat/![](https://x/y).png": image(1),
        "pets/cat/<img onerror=alert(1)>.png": image(2),
        "pets/dog/‮gnp.png": image(3),
        "pets/dog/line\nbreak.png": image(4),
        "pets/dog/" + "x" * 3000 + ".png": image(5),
        "pets/cat/e\u0301.png": image(6),
        "pets/cat/\u00e9.png": image(7),
    }
    mine = imported(zipped(tmp_path / "pets.zip", {**pets(), **odd}))
    assert len(mine) == len(mine.names) == 27
    assert max(map(len, mine.names)) < 250
    assert "pets/dog/linebreak.png" in mine.names
    assert "pets/dog/gnp.png" in mine.names
    assert mine.names.count("pets/cat/é.png") == 2


def test_names_in_another_encoding_are_read(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "pets.zip", {**pets(), "pets/cat/gr?n.png": image(1)})
    # UTF-8 without the flag that says so.
    path.write_bytes(path.read_bytes().replace(b"gr?n.png", "grü.png".encode()))
    assert "pets/cat/grü.png" in imported(path).names


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_zip_is_said(data_home: Path, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DatasetError, match=r"x\.zip is not a valid ZIP file"):
        plan(tmp_path / "x.zip")


def test_a_zip_cut_short_is_said(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "pets.zip", pets())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DatasetError, match="incomplete"):
        plan(path)


def test_what_holds_no_image_is_said_and_leaves_nothing(data_home: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="There is no file or folder"):
        plan(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="holds no images"):
        plan(zipped(tmp_path / "empty.zip", {"Thumbs.db": b"x"}))
    texts = zipped(tmp_path / "texts.zip", {"cat/1.jpg": b"x", "dog/1.jpg": b"y"})
    with pytest.raises(DatasetError, match=r"No images in texts\.zip could be imported"):
        imported(texts)
    assert list((data_home / "datasets").iterdir()) == []


def test_small_sets_are_taken_with_a_word(data_home: Path, tmp_path: Path) -> None:
    one = plan(zipped(tmp_path / "one.zip", {"cat/1.png": image()}))
    assert one.notes[0].startswith("Only one class found (cat)")
    assert one.notes[1].startswith("One image only: cat")
    mine = import_images(one, name="one", title="One")
    assert mine.counts.tolist() == [[1, 0, 0]]
    # A class none of whose files could be used is no class.
    rest = imported(zipped(tmp_path / "rest.zip", {**pets(), "pets/fox/1.png": b"x"}), "rest")
    assert rest.about.class_names == ("cat", "dog")


def with_another_meanwhile(path: Path, other: Path, name: str, other_name: str) -> tuple[Dataset, bool]:
    """Import `path`; when its images are read, another import does all of its work."""
    done: list[Dataset] = []

    def progress(doing: str, count: int, total: int, unit: str) -> None:
        if count == total and not done:
            done.append(imported(other, other_name))

    made = importing.import_or_find(plan(path), name=name, title="Mine", progress=progress)
    assert done
    return made


@pytest.mark.parametrize("other_name", ["mine", "other"])
def test_of_identical_imports_at_once_the_later_finds_what_the_other_made(
    data_home: Path, tmp_path: Path, other_name: str
) -> None:
    path = zipped(tmp_path / "pets.zip", pets())
    made, known = with_another_meanwhile(path, path, "mine", other_name)
    assert (made.about.name, known) == (other_name, True)
    assert store.names() == [other_name]
    assert not list((data_home / "datasets").glob(".*")), "nothing is left of the later one"


def test_of_different_imports_at_once_under_one_name_the_later_gets_a_number(data_home: Path, tmp_path: Path) -> None:
    one, other = zipped(tmp_path / "pets.zip", pets()), zipped(tmp_path / "more.zip", pets(each=11))
    made, known = with_another_meanwhile(one, other, "mine", "mine")
    assert (made.about.name, known) == ("mine-2", False)
    assert [len(store.read(store.folder_of(name))) for name in store.names()] == [22, 20]


def test_too_many_classes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.datasets.sources.labels.choosing.MAX_CLASSES", 3)
    with pytest.raises(DatasetError, match="4 classes by folders"):
        labelling.best([(name, "1.jpg") for name in "abcd"], None, "x.zip")


def test_more_classes_than_16_bits_count_are_refused_in_a_sentence() -> None:
    with pytest.raises(DatasetError, match="33,000 classes by folders"):
        labelling.best([(f"class {number}", "1.jpg") for number in range(33_000)], None, "x.zip")


def test_a_small_entry_that_unpacks_to_far_more_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("cat/1.png", bytes(120_000_000))
        archive.writestr("cat/2.png", image())
    data = path.read_bytes().replace(struct.pack("<I", 120_000_000), struct.pack("<I", 1000))
    path.write_bytes(data)
    source = archives.open_source(path)
    tracemalloc.start()
    with source.opened() as reader, pytest.raises(OSError, match="damaged"):
        reader.read(source.members[0])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100_000_000
    with source.opened() as reader:
        assert reader.read(source.members[1]) == image()


def test_a_file_in_very_many_folders_is_refused(tmp_path: Path) -> None:
    deepest, deeper = ("/".join([*"x" * folders, "cat", "1.png"]) for folders in (31, 32))
    source = archives.open_source(zipped(tmp_path / "deep.zip", {deepest: image(), deeper: image()}))
    assert [member.name for member in source.members] == [deepest]
    assert [(each.file, each.reason) for each in source.refused] == [(deeper, "too-deep")]


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_a_place_that_cannot_be_is_said(data_home: Path, name: str) -> None:
    for read in (lambda: plan(Path("/") / name), lambda: catalogue.add("mnist", Path("/") / name)):
        with pytest.raises(DatasetError):
            read()


@pytest.mark.parametrize(
    ("owner", "limit", "value"), [(ZipReader, "most_members", 5), (archives, "MAX_TOTAL_BYTES", 100)]
)
def test_a_source_beyond_the_limits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, limit: str, value: int
) -> None:
    monkeypatch.setattr(owner, limit, value)
    with pytest.raises(DatasetError, match="at most"):
        plan(zipped(tmp_path / "pets.zip", pets()))


def test_a_cancelled_import_leaves_nothing(data_home: Path, tmp_path: Path) -> None:
    def cancel(doing: str, done: int, total: int, unit: str) -> None:
        if done > 64:
            raise Cancelled

    with pytest.raises(Cancelled):
        import_images(plan(zipped(tmp_path / "x.zip", pets(each=70))), name="x", title="X", progress=cancel)
    assert list((data_home / "datasets").iterdir()) == []


def test_a_full_disk_is_said_before(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_FREE_AFTER_BYTES", 10**18)
    with pytest.raises(StorageError, match=r"Could not save the dataset mine: it needs about 0 MB"):
        imported(zipped(tmp_path / "x.zip", pets()))
    assert list((data_home / "datasets").iterdir()) == []


def test_names_are_made_of_titles() -> None:
    assert importing.name_for("My Cats & Dogs.zip", []) == "my-cats-dogs"
    assert importing.name_for("???", []) == "pictures"
    assert importing.name_for("x.zip", ["x", "x-2"]) == "x-3"
    assert catalogue.free_name("MNIST") == "mnist-2", "the catalogue's names are kept for its own"


def test_photos_that_were_exported_come_back_with_their_classes_and_splits(data_home: Path, tmp_path: Path) -> None:
    names = ["Zebra", "big Cat", "犬", *map(str, range(8))]
    photos = {f"{split}/{name}/{number}.jpg": image(20 * place + number, (70 + number, 80), "JPEG")
              for split in ("train", "test") for place, name in enumerate(names) for number in range(2)}  # fmt: skip
    made = imported(zipped(tmp_path / "x.zip", photos))
    export.export(made, tmp_path / "out")
    store.remove("mine")
    again = imported(tmp_path / "out")
    assert again.about.class_names == made.about.class_names
    assert again.counts.tolist() == made.counts.tolist()
    assert sorted(again.index["sha256"]) == sorted(made.index["sha256"])


def test_the_job_removes_an_upload_and_tells_what_was_known(data_home: Path) -> None:
    uploads.folder().mkdir(parents=True)
    for known in (False, True):
        upload = zipped(uploads.folder() / "1.zip", pets())
        done = import_job(str(upload), "My pets.zip", "My pets", quiet)
        assert done == {"name": "my-pets", "known": known}
        assert not upload.exists()
    found = report(store.read(store.folder_of("my-pets")))
    assert found
    assert found.source == "My pets.zip"


def test_random_damage_is_refused_and_never_breaks_the_import(data_home: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    damaged = {}
    for number in range(60):
        data = bytearray(image(number, (40, 40), str(rng.choice(["JPEG", "PNG", "GIF", "BMP", "WEBP"]))))
        for _ in range(rng.integers(1, 40)):
            data[rng.integers(len(data))] = rng.integers(256)
        damaged[f"pets/cat/damaged-{number}.png"] = bytes(data)
    mine = imported(zipped(tmp_path / "x.zip", {**pets(), **damaged}))
    assert len(mine) + len(refusals(mine)) == 80
    assert len(refusals(mine)) > 20


@pytest.mark.skipif(not (DATASETS / "cats-vs-dogs.zip").exists(), reason=f"no photos at {DATASETS}")
def test_the_publishers_layout_is_understood() -> None:
    planned = plan(DATASETS / "cats-vs-dogs.zip")
    assert planned.labelling.class_names == ("Cat", "Dog")
    assert planned.counts.sum() == 15_000
    assert len(planned.source.skipped) == 2


def test_a_data_set_of_before_profiles_were_applied_keeps_its_images(data_home: Path, tmp_path: Path) -> None:
    linear, size = profile(1.0), (90, 80)
    sizes = {f"{kind}/{number}.png": (size[0] + number, size[1]) for kind in ("cat", "dog") for number in range(5)}
    made = imported(
        zipped(
            tmp_path / "own.zip",
            {
                name: saved(Image.new("RGB", size, (60, 99, len(name))), "PNG", icc_profile=linear)
                for name, size in sizes.items()
            },
        )
    )
    assert made.image(0).getpixel((0, 0)) != (60, 99, 9)
    about = made.folder / "dataset.json"
    told = json.loads(unsigned(about))
    assert told.pop("in_srgb")
    about.write_text(json.dumps(told), encoding="utf-8")
    before = store.read(made.folder)
    assert before.image(0).getpixel((0, 0)) == (60, 99, 9)
    assert data._key(before, Pipeline(())) != data._key(made, Pipeline(()))
