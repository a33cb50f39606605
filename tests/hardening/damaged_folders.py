"""A damaged file in a run, dataset, job or saved thing: no exception anywhere, it is said, and the others are usable.

A case damages one file: gone, cut, of another kind, with other types, sizes or numbers. Then everything is listed by
the command line, looked at as pages do, and opened in pages; what is damaged is deleted, and the rest is still there.
"""

import io
import json
import os
import random
import shutil
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from click.testing import CliRunner
from PIL import Image

from core import damaged, runs
from core.cli import main
from core.datasets import decisions, store
from core.datasets.audit import report
from core.datasets.features import embedding_map as feature_maps
from core.datasets.features import imagenet_classes, label_check
from core.datasets.sources import catalogue, importing
from core.datasets.views import embedding_map, overview
from core.errors import PixelwiseError
from core.evaluation import adam_moments, calibration, loss_slice, ood, predictions
from core.evaluation.adam_moments import AdamMoments
from core.evaluation.explaining import feature_map, features, training_labels, turned
from core.evaluation.explaining.turned import Turned
from core.evaluation.loss_slice import LossSlice
from core.recipes.recipe import find_recipe
from core.runs import Run, comparison, folders, kept_epochs
from core.storage import jobs, user_library
from core.sweeps import folders as sweeps
from core.sweeps import importance
from core.sweeps.importance import Importance, Importances
from tests.pages.opening import new_session
from tests.unit.evaluation.test_ood import HALF
from tests.unit.made_features import keep_features
from tests.unit.made_runs import made_run, unsigned
from tests.unit.photos import photo_set
from tests.unit.sweeps.made_sweeps import carried_out, finish, made_sweep

SUITE, BENCH, BROWSER = 24, 1_500, False
_SEED = 25
# Each page with an address that shows the damaged thing; the suite opens one a case, the benchmark three.
_PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("home", {}),
    ("runs", {"run": "RUN"}),
    ("errors", {"run": "RUN"}),
    ("train", {"run": "RUN"}),
    ("predict", {"run": "RUN"}),
    ("datasets", {}),
    ("browse", {"dataset": "pets"}),
    ("browse", {"dataset": "pets", "view": "overview"}),
    ("browse", {"dataset": "pets", "view": "map"}),
    ("browse", {"dataset": "pets", "view": "map", "by": "features"}),
    ("browse", {"dataset": "pets", "view": "audit"}),
    ("browse", {"dataset": "pets", "view": "label"}),
    ("errors", {"run": "RUN", "view": "calibration"}),
    ("errors", {"run": "RUN", "view": "label-errors"}),
    ("errors", {"run": "RUN", "view": "map"}),
    ("errors", {"run": "RUN", "view": "classes"}),
    ("preprocess", {"dataset": "pets"}),
    ("augment", {"dataset": "pets"}),
    ("train", {"dataset": "pets"}),
    ("runs", {"sweep": "SWEEP"}),
    ("train", {"view": "sweep", "dataset": "digits"}),
    ("explain", {"view": "optimisers", "surface": "slice", "run": "RUN"}),
)
_LEFT_OUT = (".lock", "train.log", "job.log", "worker.log")
_DEEP = "[" * 100_000
_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 7, 10**30, 1e300, -0.5, float("nan"), float("inf"), "", "x", "../../x", "\x00", "\ud800",
    "9" * 5_000, [], [1], [[]], {}, {"a": 1}, [None] * 40, json.loads("[" * 60 + "]" * 60),
)  # fmt: skip

Damage = Callable[[Path, random.Random], None]


def failures(count: int, home: Path) -> Iterator[str]:
    """Damage a file, look at everything, delete what is damaged, and put all back."""
    with ExitStack() as stack:
        stack.enter_context(patch("pages.common.page_frame.prepare_server", threading.Thread))
        stack.enter_context(patch.dict(os.environ))
        stack.enter_context(patch.object(folders, "SHIPPED", home.parent / "no-models"))
        # It reads the metadata of every installed package, 2 s a page.
        stack.enter_context(patch("streamlit.components.v2.manifest_scanner.scan_component_manifests", list))
        # What asks the network is tried in processes of its own.
        stack.enter_context(patch("core.prediction.photo_predictions.warm", lambda _run: None))
        other, broken = _make()
        pages = 3 if count > SUITE else 1
        for number, (file, name, damage) in enumerate(_cases(home)[:count]):
            # One of its own each: a thread of a page that was left may still write into that before.
            case = home.parent / f"case-{number}"
            shutil.copytree(home, case, symlinks=True)
            os.environ["PIXELWISE_HOME"] = str(case)
            damage(case / file, random.Random(number))  # noqa: S311 no secret
            shown = [_PAGES[(pages * number + each) % len(_PAGES)] for each in range(pages)]
            there = [Run(case / run.folder.relative_to(home)) for run in (other, broken)]
            yield _outcome(f"case {number}, {name}: {file}", there[0], there[1], shown)
            shutil.rmtree(case, ignore_errors=True)


def _outcome(case: str, other: Run, broken: Run, pages: list[tuple[str, dict[str, str]]]) -> str:
    try:
        for command in (["runs", "list"], ["datasets", "list"], ["damaged"]):
            told = CliRunner().invoke(main, command)
            if told.exit_code:
                return f"{case}: {' '.join(command)}: {told.exception!r} {told.output[-200:]}"
            if command[0] == "runs" and other.name not in told.output:
                return f"{case}: the other run is not listed"
        for what, look in _looks(other, broken).items():
            try:
                look()
            except PixelwiseError as error:
                if what.startswith("other"):
                    return f"{case}: {what}: {error}"
        swept = next((each.name for each in sweeps.all_sweeps()), "")
        for page, address in pages:
            if problem := _page_problem(
                page, {name: text.replace("RUN", broken.name).replace("SWEEP", swept) for name, text in address.items()}
            ):
                return f"{case}: {problem}"
        for each in damaged.all_damaged():
            if each.remove is not None:
                each.remove()
        if left := [each.key for each in damaged.all_damaged() if each.remove is not None]:
            return f"{case}: cannot be deleted: {left}"
        if other not in runs.all_runs():
            return f"{case}: the other run is gone"
    except Exception as error:
        return f"{case}: {type(error).__name__}: {str(error)[:300]}"
    return ""


def _page_problem(page: str, address: dict[str, str]) -> str:
    app = new_session()
    app.switch_page(f"pages/{page}/page.py")
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    if app.exception:
        return f"{page} {address}: {app.exception[0].message[:300]} {app.exception[0].stack_trace[-2:]}"
    return "" if app.title else f"{page} {address}: no page was shown"


def _looks(other: Run, broken: Run) -> dict[str, Callable[[], object]]:
    """Return everything that pages read, by what it is; of what begins with `other`, nothing is damaged."""
    looks: dict[str, Callable[[], object]] = {
        "rows": comparison.rows,
        "other: predictions": partial(predictions.load, other, "test"),
        "able": runs.with_model,
        "evaluated": runs.with_evaluation,
        "alive": runs.alive,
        "jobs": lambda: [(job.status(), job.arguments) for job in jobs.all_jobs()],
        "saved": lambda: [
            [user_library.load(kind, name) for name in user_library.names(kind)] for kind in user_library.KINDS
        ],
        "datasets": lambda: [catalogue.open_dataset(name).counts for name in catalogue.available()],
        "other: dataset": lambda: catalogue.open_dataset("digits").image(3),
    }
    run: dict[str, Callable[[], object]] = {
        "curves": broken.metrics,
        "seen": broken.seen,
        "predictions": lambda: [predictions.load(broken, part).losses for part in predictions.parts(broken)],
        "calibration": partial(calibration.of, broken),
        "novelty": partial(ood.problem, broken.folder),
        "features": partial(features.load, broken),
        "training labels": partial(training_labels.load, broken),
        "map": partial(feature_map.find_tsne, broken, "test"),
        "loss slice": partial(loss_slice.load, broken),
        "moments": partial(adam_moments.load, broken),
        "kept epochs": lambda: [kept_epochs.read(broken.folder, each) for each in kept_epochs.epochs(broken)],
        "learning rate": broken.wanted_learning_rate,
        "title": lambda: broken.title,
    }
    for what, look in run.items():
        looks[f"run: {what}"] = look

    def dataset(what: Callable[[store.Dataset], object]) -> object:
        return what(store.read(store.folder_of("pets")))

    of_dataset: dict[str, Callable[[store.Dataset], object]] = {
        "pictures": lambda pets: [pets.image(index) for index in range(len(pets))],
        "thumbnails": lambda pets: [pets.thumbnail(index) for index in range(len(pets))],
        "names": lambda pets: pets.names,
        "decisions": decisions.decided,
        "audit": report.load,
        "report": importing.report,
        "map": lambda pets: embedding_map.find(pets, embedding_map.PCA),
        "label check": label_check.load,
        "imagenet classes": imagenet_classes.of_dataset,
        "map by features": lambda pets: feature_maps.embed(pets, embedding_map.PCA),
        "means": overview.known_class_means,
    }
    for name, read in of_dataset.items():
        looks[f"dataset: {name}"] = partial(dataset, read)
    return looks


def _make() -> tuple[Run, Run]:
    """Make a data home with one of everything; return a run that stays whole and the one that is damaged."""
    rng = np.random.default_rng(_SEED)
    other = made_run([1, 2], title="Whole")
    decisions.decide(catalogue.open_dataset("digits"), [3], decisions.EXCLUDE)
    with patch.object(Run, "start", lambda run: finish(Run(run.folder))):
        swept = made_sweep("optimiser.learning_rate=0.001..0.1", "fit.batch_size=32,64", trials=3)
        swept.write_status(replace(swept.status(), state="stopped"))
        importance.keep(swept.folder, Importances(12, (Importance("fit.batch_size", 0.5, 0.2, 0.7),)))
        carried_out(swept)
    broken = made_run([3, 4, 5])
    broken.annotate(title="Mine", note="a note", star=True)
    for run in (other, broken):
        (run.folder / "model.keras").write_bytes(b"no network")
    calibration.of(broken)
    ood.keep(broken.folder, HALF)
    np.savez(
        broken.folder / "live.npz",
        epoch=3,
        ids=np.array([7, 5]),
        labels=np.array([0, 1], np.int16),
        probabilities=np.eye(10, dtype=np.float32)[[1, 0]],
        filters=rng.normal(size=(4, 3, 3, 1)).astype(np.float32),
        map_id=9,
        maps=np.zeros((4, 8, 8), np.uint8),
    )
    np.save(broken.folder / "features.npy", rng.normal(size=(1797, 8)).astype(np.float16))
    for epoch in (0, 2):
        kept_epochs.keep(broken, epoch, [rng.normal(size=(3, 4)).astype(np.float32)])
    slice_of_loss = LossSlice(np.ones((5, 5)), np.zeros((2, 2)), np.array([0, -1]), 50)
    loss_slice.keep(broken, loss_slice.file_of(broken), slice_of_loss)
    moments = np.ones((2, 4))
    of_weights = AdamMoments(("a", "b"), moments, moments, moments, np.ones(4), 9, 1, 0.0)
    adam_moments.keep(broken, adam_moments.file_of(broken), of_weights)
    turned.keep(broken, Turned(np.array([-90, 0, 90]), np.array([10, 90, 30]), 100))
    shutil.copy(broken.folder / "evaluation.npz", broken.folder / "environment.json")
    broken.set_learning_rate(0.01)
    pets = photo_set(
        "pets",
        [Image.fromarray(rng.integers(0, 256, (40 + number, 50, 3), np.uint8)) for number in range(12)],
        [0, 1] * 6,
        ["cat", "dog"],
    )
    # Two have no class, and pairs belong together.
    np.save(pets.folder / "labels.npy", np.array([0, 1] * 5 + [-1, -1], np.int16))
    np.save(pets.folder / "splits.npy", np.repeat([0, 3], [10, 2]).astype(np.uint8))
    np.save(pets.folder / "groups.npy", np.arange(12, dtype=np.int32) // 2)
    (pets.folder / "dataset.json").write_text(replace(pets.about, groups="pairs").to_json())
    pets = store.read(pets.folder)
    decisions.decide(pets, [1, 2], decisions.EXCLUDE)
    decisions.decide(pets, [4], decisions.RELABEL, 1)
    report.audit(pets)
    overview.class_means(pets)
    embedding_map.embed(pets, embedding_map.PCA)
    keep_features(pets, rng.random((12, 8)))
    feature_maps.embed(pets, embedding_map.PCA)
    label_check.check(pets, rng.random((12, 8)).astype(np.float16))
    imagenet_classes.of_dataset(pets)
    (pets.folder / "report.json").write_text(
        json.dumps({"source": "pets.zip", "accepted": 12, "refused": [], "skipped": 0, "notes": ["a note"]})
    )
    for key, result in (("apply-pets", {"pictures": 12, "seconds": 1.0, "shape": [8, 8, 3]}), ("import-x", None)):
        job = jobs.Job(jobs.folder() / key)
        job.folder.mkdir(parents=True)
        todo = {"call": "core.preprocessing.whole_dataset:apply_job", "arguments": {"title": "X", "steps": []}}
        (job.folder / "job.json").write_text(json.dumps(todo))
        state = jobs.FINISHED if result else jobs.FAILED
        job.write_status(jobs.JobStatus(state, 1e9, cause="" if result else "no disk", result=result))
    user_library.save(
        "pipeline", "Gray", {"steps": [{"kind": "Grayscale"}], "normalisation": {"kind": "Normalisation"}}
    )
    user_library.save("augmentation", "Turned", {"rotation_range": 20.0})
    user_library.save("recipe", "Mine", find_recipe("digits-cnn").to_json())
    return other, Run(broken.folder)


def _cases(home: Path) -> list[tuple[Path, str, Damage]]:
    """Return all cases, each file in turn with its next damage, always in the same order."""
    rng = random.Random(_SEED)  # noqa: S311 no secret
    roots = [path for path in sorted((home / "runs").iterdir()) if path.is_dir()][1:]
    roots += [
        home / "datasets" / "pets",
        *sorted((home / "features").iterdir()),
        *sorted((home / "jobs").iterdir()),
        *sorted((home / "saved").iterdir()),
        *(path for path in sorted((home / "sweeps").iterdir()) if path.is_dir()),
    ]
    queues = []
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.name.endswith(_LEFT_OUT) and path.stat().st_size:
                made = list(damages(path))
                rng.shuffle(made)
                queues.append([(path.relative_to(home), name, damage) for name, damage in made])
        queues.append([(root.relative_to(home), name, damage) for name, damage in OF_FOLDER.items()])
    rng.shuffle(queues)
    longest = max(len(queue) for queue in queues)
    return [queue[place] for place in range(longest) for queue in queues if place < len(queue)]


def damages(path: Path) -> Iterator[tuple[str, Damage]]:
    """Yield what can be done to a file, each with its name."""
    yield from _OF_ANY.items()
    if path.suffix == ".json" and path.name != "environment.json":
        yield from _OF_JSON.items()
        for place in _places(json.loads(unsigned(path))):
            for value in _VALUES:
                yield (
                    f"{'.'.join(str(each) for each in place)} = {str(value)[:20]!r}",
                    partial(_set_field, place=place, value=value),
                )
    elif path.suffix == ".jsonl":
        for text in ("{}", "[]", "3", "null", "NaN", '{"kind": "epoch"', '{"kind": [], "epoch": NaN}', _DEEP):
            yield f"a line {text[:20]}", partial(_set_line, text=text)
        for value in _VALUES:
            yield f"a field of a line = {str(value)[:20]!r}", partial(_set_field_of_line, value=value)
    elif path.suffix == ".npz":
        with np.load(path) as stored:
            for name in stored.files:
                for what, change in _OF_ARRAY.items():
                    yield f"{name} {what}", partial(_change_member, name=name, change=change)
                yield f"{name} claims 4 TiB", partial(_claim, name=name)
    elif path.suffix == ".npy":
        for what, change in _OF_ARRAY.items():
            yield f"an array {what}", partial(_change_array, change=change)
        yield "an array claims 4 TiB", partial(_claim, name="")


def _places(data: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value; of a list, the first item's."""
    found = [before] if before else []
    items = data.items() if isinstance(data, dict) else enumerate(data[:1]) if isinstance(data, list) else ()
    for name, value in items:
        found += _places(value, (*before, name))
    return found


def _set_field(path: Path, _rng: random.Random, *, place: tuple[Any, ...], value: Any) -> None:
    data = json.loads(unsigned(path))
    _put(data, place, value)
    path.write_text(json.dumps(data))


def _put(data: Any, place: tuple[Any, ...], value: Any) -> None:
    for name in place[:-1]:
        data = data[name]
    data[place[-1]] = value


def _set_line(path: Path, rng: random.Random, *, text: str) -> None:
    lines = path.read_text().splitlines()
    lines[rng.randrange(len(lines))] = text
    path.write_text("\n".join(lines) + "\n")


def _set_field_of_line(path: Path, rng: random.Random, *, value: Any) -> None:
    lines = path.read_text().splitlines()
    chosen = rng.randrange(len(lines))
    data = json.loads(lines[chosen])
    data.pop("checksum", None)
    data[rng.choice(list(data))] = value
    lines[chosen] = json.dumps(data)
    path.write_text("\n".join(lines) + "\n")


def _change_member(path: Path, rng: random.Random, *, name: str, change: Callable[[np.ndarray], Any]) -> None:
    with np.load(path) as stored:
        arrays = dict(stored)
    made = change(arrays[name])
    if made is None:
        del arrays[name]
    else:
        arrays[name] = made
    np.savez(path, **arrays)


def _change_array(path: Path, rng: random.Random, *, change: Callable[[np.ndarray], Any]) -> None:
    made = change(np.load(path))
    if made is None:
        path.unlink()
    else:
        np.save(path, made)


def _claim(path: Path, rng: random.Random, *, name: str) -> None:
    """Let an array's header claim 4 TiB."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }".ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(64)
    if not name:
        path.write_bytes(data)
        return
    with np.load(path) as stored:
        arrays = dict(stored)
    with zipfile.ZipFile(path, "w") as archive:
        for each, array in arrays.items():
            file = io.BytesIO()
            np.save(file, array)
            archive.writestr(f"{each}.npy", data if each == name else file.getvalue())


def _edit(change: Callable[[bytes, random.Random], bytes]) -> Damage:
    def damage(path: Path, rng: random.Random) -> None:
        path.write_bytes(change(path.read_bytes(), rng))

    return damage


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _flip_digit(data: bytes, rng: random.Random) -> bytes:
    digits = [place for place, byte in enumerate(data) if chr(byte).isdigit()]
    changed = bytearray(data)
    if digits:
        place = rng.choice(digits)
        changed[place] = ord("0") + (changed[place] - ord("0") + 1) % 10
    return bytes(changed)


def _folder_in_place(path: Path, _rng: random.Random) -> None:
    path.unlink()
    path.mkdir()


def _loop(path: Path, _rng: random.Random) -> None:
    """Put a link in its place that leads to itself: it cannot be read, even by an administrator."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    path.symlink_to(path.name)


def _emptied(path: Path, _rng: random.Random) -> None:
    for each in path.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()


OF_FOLDER: dict[str, Damage] = {"an empty folder": _emptied, "a folder that cannot be read": _loop}
_OF_ANY: dict[str, Damage] = {
    "missing": lambda path, _rng: path.unlink(),
    "empty": _edit(lambda _data, _rng: b""),
    "a third": _edit(lambda data, _rng: data[: len(data) // 3]),
    "half": _edit(lambda data, _rng: data[: len(data) // 2]),
    "two thirds": _edit(lambda data, _rng: data[: 2 * len(data) // 3]),
    "10 MB of noise": _edit(lambda _data, rng: rng.randbytes(10_000_000)),
    "a flipped bit": _edit(_flip),
    "another flipped bit": _edit(_flip),
    "a flipped digit": _edit(_flip_digit),
    "not UTF-8": _edit(lambda data, _rng: data[:5] + b"\xff\xfe\xfa" + data[5:]),
    "zeros": _edit(lambda data, _rng: bytes(len(data))),
    "a folder": _folder_in_place,
    "not to be read": _loop,
}
_OF_JSON: dict[str, Damage] = {
    f"all of it {text[:20]}": _edit(lambda _data, _rng, text=text: text.encode())  # type: ignore[misc]
    for text in ("[]", "{}", "null", "3", '"x"', "NaN", _DEEP, '{"a": ' * 5000, "1" + "0" * 400, "9" * 5000)
}
_OF_ARRAY: dict[str, Callable[[np.ndarray], Any]] = {
    "missing": lambda _array: None,
    "with another axis": lambda array: array[..., np.newaxis],
    "flat": lambda array: array.ravel() if array.ndim != 1 else array.reshape(-1, 1),
    "shorter": lambda array: array[:-1] if array.ndim else np.zeros(2),
    "empty": lambda array: array[:0] if array.ndim else np.zeros(0),
    "as text": lambda array: np.full(array.shape, "x"),
    "as complex numbers": lambda array: np.zeros(array.shape, np.complex64),
    "negative": lambda array: np.full(array.shape, -5, np.int64),
    "huge": lambda array: np.full(array.shape, 2**40, np.int64),
    "huge floats": lambda array: np.full(array.shape, 1e30, np.float32),
    "NaN": lambda array: np.full(array.shape, np.nan, np.float32),
}
