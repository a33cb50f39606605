"""The audit: each check finds its fault and stays silent on a clean set, and what is kept is whole or not used."""

import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageEnhance

from core.datasets import decisions, store
from core.datasets.audit import duplicates, leaks
from core.datasets.audit import report as auditing
from core.datasets.audit.findings import INFO, PASSED, PROBLEM, WARNING
from core.datasets.audit.report import Audit, audit, load, report
from core.datasets.sources import catalogue, importing
from core.datasets.store import About, Dataset
from core.evaluation.explaining import subject
from core.recipes.split import Split
from core.storage import jobs
from core.storage.progress import Cancelled, quiet
from core.training.parts import parts
from tests.unit.storage.test_jobs import wait

Arrays = dict[str, np.ndarray]


def photos(count: int = 80, side: int = 40, seed: int = 0) -> np.ndarray:
    """Images of nothing that are as unlike each other, and as bright, as photos are."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 236, (count, 8, 8, 3), np.uint8)
    large = [np.asarray(Image.fromarray(each).resize((side, side), Image.Resampling.BICUBIC)) for each in coarse]
    noisy = np.stack(large).astype(float) + rng.normal(0, 12, (count, side, side, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def clean() -> Arrays:
    """Two classes of forty images, a quarter of each for the test; nothing is wrong."""
    labels = np.arange(80, dtype=np.int16) % 2
    return {"pictures": photos(), "labels": labels, "splits": np.repeat(np.array([0, 1], np.uint8), [60, 20])}


def kept(arrays: Arrays, names: tuple[str, ...] = ("cat", "dog")) -> Dataset:
    _, height, width, channels = arrays["pictures"].shape
    return store.write(About("made-up", "Made up", "", "", names, (height, width, channels)), arrays)


def severities(made: Audit) -> dict[str, str]:
    return {finding.key: finding.severity for finding in made.findings if finding.severity != PASSED}


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return data.getvalue()


def from_files(folder: Path, files: dict[str, bytes]) -> Dataset:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return importing.import_images(importing.plan(folder), name="files", title="Files")


def test_nothing_is_reported_on_a_clean_set(data_home: Path) -> None:
    dataset = kept(clean())
    made = audit(dataset)
    assert severities(made) == {}
    assert len({finding.key for finding in made.findings}) == len(made.findings) == 13
    assert all(not finding.ids for finding in made.findings)
    assert "nothing found: Unreadable files" in report(dataset, made)


def test_an_exact_duplicate_across_splits_with_another_label_is_all_three(data_home: Path) -> None:
    arrays = clean()
    arrays["pictures"][71] = arrays["pictures"][4]
    made = audit(kept(arrays))
    assert severities(made) == {"leak": PROBLEM, "label-conflict": PROBLEM, "exact-duplicates": WARNING}
    for key in severities(made):
        finding = made.finding(key)
        assert finding
        assert (finding.ids, finding.groups) == ((4, 71), ((4, 71),))


@pytest.mark.parametrize("change", ["brighter", "darker", "shifted", "encoded", "resized", "cropped"])
def test_a_near_duplicate_is_found(data_home: Path, change: str) -> None:
    arrays = clean()
    image = Image.fromarray(arrays["pictures"][10])
    changed = {
        "brighter": ImageEnhance.Brightness(image).enhance(1.15),
        "darker": ImageEnhance.Brightness(image).enhance(0.85),
        "shifted": ImageChops.offset(image, 1, 1),
        "encoded": Image.open(io.BytesIO(jpeg(image, 60))),
        "resized": image.resize((60, 60)).resize(image.size),
        "cropped": image.crop((2, 2, 38, 38)).resize(image.size),
    }
    arrays["pictures"][12] = np.asarray(changed[change])
    made = audit(kept(arrays))
    assert severities(made) == {"near-duplicates": INFO}
    found = made.finding("near-duplicates")
    assert found
    assert found.groups == ((10, 12),)


def test_handwriting_that_looks_alike_is_no_duplicate(data_home: Path) -> None:
    """Written digits resemble each other far more than photos do."""
    digits = catalogue.open_dataset("digits")
    large = [np.asarray(digits.image(index).resize((24, 24), Image.Resampling.BICUBIC)) for index in range(600)]
    arrays = {
        "pictures": np.stack(large)[..., np.newaxis],
        "labels": digits.labels[:600],
        "splits": digits.splits[:600],
    }
    assert "near-duplicates" not in severities(audit(kept(arrays, digits.about.class_names)))


def test_near_duplicates_are_not_looked_for_in_images_of_few_pixels(data_home: Path) -> None:
    dataset = kept({**clean(), "pictures": photos(side=8)})
    made = audit(dataset)
    assert severities(made) == {"near-duplicates": INFO}
    assert "Skipped: at this resolution" in report(dataset, made)


def test_groups_join_what_pairs_link() -> None:
    found = duplicates.groups(np.array([[7, 9], [1, 4], [4, 2]]), 10)
    assert [group.tolist() for group in found] == [[1, 2, 4], [7, 9]]
    assert duplicates.groups(np.zeros((0, 2), np.int64), 10) == []


def test_the_best_candidates_are_kept_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    signatures = rng.normal(0, 1, 64) + rng.normal(0, 0.1, (300, 64))
    signatures[299] = signatures[5]
    signatures /= np.linalg.norm(signatures, axis=1, keepdims=True)
    monkeypatch.setattr(duplicates, "_MOST_CANDIDATES", 100)
    monkeypatch.setattr(duplicates, "_BLOCK", 32)
    found = duplicates._candidates(signatures.astype(np.float32), lambda *_: None)
    assert len(found) == 100
    assert [5, 299] in found.tolist()


def test_images_that_look_wrong_are_found(data_home: Path) -> None:
    arrays = clean()
    images = arrays["pictures"]
    images[3] = 128
    images[5] = (images[5] * 0.15).astype(np.uint8)
    images[7] = 255 - (images[7] * 0.15).astype(np.uint8)
    slope = np.linspace(40, 200, 40)[:, np.newaxis, np.newaxis]
    images[9] = np.broadcast_to(slope, images[9].shape)
    made = audit(kept(arrays))
    found = {finding.key: finding.ids for finding in made.findings if finding.ids}
    assert found == {"almost-empty": (3,), "dark": (5,), "bright": (7,), "blurred": (9,)}


def test_a_dark_set_has_no_dark_images(data_home: Path) -> None:
    arrays = clean()
    arrays["pictures"] = (arrays["pictures"] * 0.2).astype(np.uint8)
    assert severities(audit(kept(arrays))) == {}


def test_odd_shapes_are_found(data_home: Path, tmp_path: Path) -> None:
    made = [Image.fromarray(each) for each in photos(24, 100)]
    made[4], made[7] = made[4].crop((0, 0, 100, 30)), made[7].resize((20, 20))
    files = {f"{'ab'[number % 2]}/{number:02}.jpg": jpeg(image) for number, image in enumerate(made)}
    dataset = from_files(tmp_path / "mine", files)
    found = audit(dataset).finding("odd-shapes")
    assert found
    assert [dataset.names[index].rsplit("/", 1)[-1] for index in found.ids] == ["04.jpg", "07.jpg"]


def test_classes_of_unlike_size_are_found_by_how_unlike_they_are(data_home: Path) -> None:
    for few, severity in ((40, PASSED), (25, INFO), (10, WARNING)):
        labels = np.repeat(np.array([0, 1], np.int16), [80 - few, few])
        splits = (np.arange(80) % 4 == 0).astype(np.uint8)
        dataset = kept({"pictures": photos(), "labels": labels, "splits": splits}, ("cat", "dog"))
        found = audit(dataset).finding("imbalance")
        assert found
        assert found.severity == severity
        store.remove("made-up")


def test_a_class_that_the_test_never_asks_for_is_found(data_home: Path) -> None:
    arrays = {**clean(), "labels": np.repeat(np.array([0, 1], np.int16), [40, 40])}
    arrays["splits"] = np.repeat(np.array([0, 1], np.uint8), [60, 20])
    found = audit(kept(arrays)).finding("missing-from-split")
    assert found
    assert (found.severity, found.sentence[:36]) == (PROBLEM, "The test split has no image of cat. ")


def test_an_empty_split_is_found(data_home: Path) -> None:
    found = audit(kept({**clean(), "splits": np.zeros(80, np.uint8)})).finding("missing-from-split")
    assert found
    assert "The test split is empty." in found.sentence


def test_a_label_that_brightness_tells_is_found_with_its_direction(data_home: Path) -> None:
    arrays = clean()
    darker = arrays["pictures"][arrays["labels"] == 0] * 0.6
    arrays["pictures"][arrays["labels"] == 0] = darker.astype(np.uint8)
    made = audit(kept(arrays))
    assert severities(made)["told-by-brightness"] == PROBLEM
    found = made.finding("told-by-brightness")
    assert found
    assert "images of cat are darker: " in found.sentence
    assert "guessing gets 50%" in found.sentence
    assert len(found.ids) > 70


def test_one_class_and_one_image_are_said_in_words(data_home: Path) -> None:
    for count in (1, 80):
        arrays = {name: array[:count] for name, array in clean().items()}
        dataset = kept({**arrays, "labels": np.zeros(count, np.int16)}, ("cat",))
        found = audit(dataset).finding("imbalance")
        assert found
        assert (found.severity, found.sentence[:34]) == (PROBLEM, "There is one class only, cat. A ne")
        store.remove("made-up")


def test_refused_and_damaged_files_are_listed(data_home: Path, tmp_path: Path) -> None:
    images = photos(24, 100)
    files = {f"{'ab'[number % 2]}/{number:02}.jpg": jpeg(Image.fromarray(each)) for number, each in enumerate(images)}
    dataset = from_files(tmp_path / "mine", {**files, "a/empty.jpg": b""})
    found = audit(dataset).finding("unreadable")
    assert found
    assert (found.severity, found.ids) == (INFO, ())
    assert "empty.jpg: The file is empty" in found.sentence
    dataset.file(3).write_bytes(b"no image")
    dataset.file(5).unlink()
    found = audit(dataset).finding("unreadable")
    assert found
    assert (found.severity, found.ids) == (PROBLEM, (3, 5))


def test_an_audit_is_kept_whole_or_not_used(data_home: Path) -> None:
    dataset = kept(clean())
    assert load(dataset) is None
    made = audit(dataset)
    assert load(dataset) == made
    path = dataset.folder / "audit.json"
    whole = path.read_text(encoding="utf-8")
    other: dict[str, Any] = {**json.loads(whole), "content_hash": "of other images"}
    for text in (whole[: len(whole) // 2], "", "[]", "{}", '{"findings": [1]}', json.dumps(other)):
        path.write_text(text, encoding="utf-8")
        assert load(dataset) is None


def test_a_cancelled_audit_leaves_nothing(data_home: Path) -> None:
    dataset = kept(clean())

    def cancel(doing: str, done: int, total: int, unit: str) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        audit(dataset, cancel)
    assert load(dataset) is None


def test_an_audit_runs_as_a_job(data_home: Path) -> None:
    arrays = clean()
    arrays["pictures"][71] = arrays["pictures"][4]
    dataset = kept(arrays)
    job = jobs.start("audit-made-up", "core.datasets.audit.report:run", {"name": "made-up"})
    status = wait(job, lambda status: status.state != jobs.RUNNING)
    assert (status.state, status.result["problem"]) == (jobs.FINISHED, 2), status
    assert auditing.load(dataset)


def test_comparing_many_images_takes_little_memory() -> None:
    """Every image with every other would be 6 GB of numbers, and the best of them kept by mistake half of that."""
    signatures = np.random.default_rng(0).normal(size=(40_000, 64)).astype(np.float32)
    signatures /= np.linalg.norm(signatures, axis=1, keepdims=True)
    comparisons: list[Callable[[], object]] = [
        lambda: duplicates._candidates(signatures, quiet),
        lambda: duplicates._alike_by_chance(signatures),
    ]
    for compare in comparisons:
        tracemalloc.start()
        compare()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 90e6


def test_what_was_read_of_the_arrays_is_given_back(data_home: Path) -> None:
    dataset = catalogue.open_dataset("digits")
    before = dataset.images.sum()
    dataset.let_go()
    assert dataset.images.sum() == before


def with_leaks() -> Arrays:
    """The clean set with validation images, 50 to 59, and copies: exact and near ones, over two or three splits."""
    arrays = clean()
    arrays["splits"][50:60] = 2
    images = arrays["pictures"]
    images[71] = images[4]
    images[72] = np.asarray(ImageEnhance.Brightness(Image.fromarray(images[8])).enhance(1.15))
    images[51] = images[10]
    images[52] = images[12]
    images[74] = images[12]
    images[53] = images[76]
    images[14] = images[16]
    return arrays


def leaking(dataset: Dataset) -> list[tuple[int, int]]:
    """Return what an audit of what trains, validates and tests finds: nothing, where no copy is in two of them."""
    divided = parts(dataset, Split(), decisions.decided(dataset))
    place = {int(index): name for name in ("train", "validation", "test") for index in getattr(divided, name)}
    copies = ((4, 71), (8, 72), (10, 51), (12, 52), (12, 74), (52, 74), (53, 76))
    return [pair for pair in copies if len({place.get(each) for each in pair} - {None}) > 1]


def test_a_leak_is_gone_once_the_copies_that_the_audit_names_are_excluded(data_home: Path) -> None:
    dataset = kept(with_leaks())
    made = audit(dataset)
    leak = made.finding("leak")
    assert leak
    assert leak.groups == ((4, 71), (8, 72), (10, 51), (12, 52, 74), (53, 76))
    assert "Exclude the 6 copies in train and validation: test images stay as published" in leak.sentence
    assert len(leaking(dataset)) == 7
    decisions.decide(dataset, (71, 72, 74, 76), decisions.EXCLUDE)
    assert len(leaking(dataset)) == 7, "excluding test images changes nothing"
    assert len(leaks.left(dataset, leak.groups)) == 5
    named = leaks.to_exclude(leak.groups, dataset.splits)
    assert named == (4, 8, 10, 12, 52, 53)
    decisions.decide(dataset, named[:2], decisions.EXCLUDE)
    assert "Exclude the 4 copies in train and validation" in leaks.summary(dataset, leak.groups)
    assert "PROBLEM: Train/test leakage" in report(dataset, made)
    assert "leak" in [each.key for each in subject.flags(dataset, 10)]
    decisions.decide(dataset, named, decisions.EXCLUDE)
    assert leaking(dataset) == []
    assert leaks.left(dataset, leak.groups) == []
    assert leaks.excluded(dataset, leak.groups) == named
    assert "no image is in two splits any more" in leaks.summary(dataset, leak.groups)
    assert "GONE: Train/test leakage" in report(dataset, made)
    assert "leak" not in [each.key for each in subject.flags(dataset, 10)]


def test_of_a_leak_into_validation_alone_the_copies_in_train_are_named(data_home: Path) -> None:
    arrays = clean()
    arrays["splits"][50:60] = 2
    arrays["pictures"][51] = arrays["pictures"][10]
    leak = audit(kept(arrays)).finding("leak")
    assert leak
    assert leak.sentence.endswith("Exclude the 1 copy in train.")
