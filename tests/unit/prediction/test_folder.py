"""Answers to a folder of images: which are asked about, what the file says, and going on after an end."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from core.cli import main
from core.images import image_io
from core.prediction import folder, photo_predictions, processes_here
from core.prediction.folder import FolderError, Maker, Part, Summary, Work
from core.prediction.photo_predictions import Prediction, Refusal
from core.runs import Run
from tests.unit.made_runs import made_run

ENDED = RuntimeError("killed")


@pytest.fixture
def run(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run whose answers no network makes: an image's bytes say its class; `x` is no image."""

    def predict_here(run: Run, certain: Any, photos: Any) -> Any:
        for photo in photos:
            if isinstance(photo, Refusal) or photo == b"x":
                yield photo if isinstance(photo, Refusal) else Refusal("not-a-picture", "No image.")
                continue
            probabilities = np.full(10, 0.01)
            probabilities[int(photo)] = 0.91
            yield Prediction(probabilities, np.zeros((8, 8, 1), np.uint8), b"")

    def here(work: Work, parts: Sequence[Part], told: Callable[[int], None]) -> None:
        maker = Maker(work)
        for part in parts:
            maker.make(part)
        told(sum(len(part.names) for part in parts))

    monkeypatch.setattr(photo_predictions, "predict_here", predict_here)
    monkeypatch.setattr(processes_here, "work_through", here)
    monkeypatch.setattr(folder, "PART", 4)
    made = made_run()
    (made.folder / "model.keras").write_bytes(b"a network")
    return made


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Ten images in two folders, with one that is none, and files that are none of its images."""
    for number in range(10):
        path = tmp_path / "images" / ("b" if number % 2 else "a/c") / f"{number}.JPG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" if number == 7 else str(number).encode())
    for other in ("b/readme.txt", "b/.hidden.png", ".git/1.png"):
        (tmp_path / "images" / other).parent.mkdir(exist_ok=True)
        (tmp_path / "images" / other).write_bytes(b"1")
    return tmp_path / "images"


def raise_ended(*_: object) -> None:
    raise ENDED


def rows(out: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(out).to_pylist())


def test_every_image_has_a_row_by_name(run: Run, images: Path, tmp_path: Path) -> None:
    told: list[int] = []
    out = tmp_path / "answers.parquet"
    assert folder.predict(run, images, out, lambda _doing, done, *_: told.append(done)) == Summary(10, 1, 0)
    found = rows(out)
    assert [row["file"] for row in found] == sorted(row["file"] for row in found)
    assert {row["file"]: row["label"] for row in found} == {
        **{f"a/c/{number}.JPG": str(number) for number in range(0, 10, 2)},
        **{f"b/{number}.JPG": str(number) if number != 7 else None for number in range(1, 10, 2)},
    }
    refused, answered = found[-2], found[0]
    assert (refused["reason"], refused["error"], refused["probability"]) == ("not-a-picture", "No image.", None)
    assert answered["probability"] == pytest.approx(0.91) == max(answered["probabilities"])
    classes = json.loads(pq.read_schema(out).metadata[b"classes"])
    assert classes[int(np.argmax(answered["probabilities"]))] == answered["label"]
    assert told[-1] == 10 and not out.with_name("answers.parquet.parts").exists()


def test_an_interrupted_one_goes_on_and_ends_alike(
    run: Run, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, whole = tmp_path / "answers.parquet", tmp_path / "whole.parquet"
    folder.predict(run, images, whole)
    make, made = Maker.make, list[int]()

    def until_killed(maker: Maker, part: Part) -> None:
        if len(made) == 2:
            raise ENDED
        made.append(part.number)
        make(maker, part)

    monkeypatch.setattr(Maker, "make", until_killed)
    with pytest.raises(RuntimeError):
        folder.predict(run, images, out)
    assert not out.exists()
    # The training goes on meanwhile: what was begun is answered by the network as it was.
    made[:] = [9]
    assert folder.predict(run, images, out) == Summary(10, 1, 8)
    assert made == [9, 2]
    assert rows(out) == rows(whole)


def test_a_file_that_goes_meanwhile_costs_nothing_but_its_own_answer(
    run: Run, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = "line\nbreak \U0001f431 \udcff.png" if os.name == "posix" else "\U0001f431.png"
    (images / odd).write_bytes(b"3")
    out, whole = tmp_path / "answers.parquet", tmp_path / "whole.parquet"
    folder.predict(run, images, whole)
    make = Maker.make
    with monkeypatch.context() as killed:
        killed.setattr(Maker, "make", lambda maker, part: make(maker, part) if part.number == 0 else raise_ended())
        with pytest.raises(RuntimeError):
            folder.predict(run, images, out)
    # One that has an answer already, and one that has none yet.
    (images / "a" / "c" / "0.JPG").unlink()
    (images / "b" / "5.JPG").unlink()
    assert folder.predict(run, images, out) == Summary(11, 2, 4)
    before, now = rows(whole), rows(out)
    (changed,) = [place for place, row in enumerate(before) if row != now[place]]
    assert (now[changed]["file"], now[changed]["reason"]) == ("b/5.JPG", "not-readable")
    assert now[changed]["error"] == "No such file or directory."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_what_is_no_file_is_neither_waited_for_nor_read_whole(run: Run, images: Path, tmp_path: Path) -> None:
    os.mkfifo(images / "pipe.png")
    (images / "device.png").symlink_to("/dev/zero")
    (images / "nowhere.png").symlink_to("gone")
    with (images / "large.png").open("wb") as file:
        file.truncate(image_io.MAX_BYTES + 1_000_000)
    folder.predict(run, images, tmp_path / "answers.parquet")
    said = {row["file"]: row["error"] for row in rows(tmp_path / "answers.parquet")}
    assert said["pipe.png"] == said["device.png"] == "It is not a file."
    assert said["nowhere.png"] == "No such file or directory."
    assert said["large.png"] == "The file is 101 MB; the limit is 100 MB."


@pytest.mark.parametrize("change", ["run", "folder", "files", "plan", "names"])
def test_what_was_begun_for_something_else_is_not_mixed(
    run: Run, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    out = tmp_path / "answers.parquet"
    with monkeypatch.context() as killed:
        killed.setattr(Maker, "make", raise_ended)
        with pytest.raises(RuntimeError):
            folder.predict(run, images, out)
    asked = images
    if change == "run":
        (run.folder / "model.keras").write_bytes(b"trained on")
    elif change == "folder":
        asked = images / "b"
    elif change == "files":
        (images / "b" / "11.png").write_bytes(b"1")
    else:
        (tmp_path / "answers.parquet.parts" / {"plan": "plan.json", "names": "names"}[change]).write_text("{")
    with pytest.raises(FolderError, match=r"answers\.parquet\.parts") as caught:
        folder.predict(run, asked, out)
    assert "Delete" in str(caught.value) and not out.exists()


def test_a_folder_that_cannot_be_asked_about_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FolderError, match="No images in"):
        folder.predict(run, tmp_path / "empty", tmp_path / "a.parquet")
    with pytest.raises(FolderError, match="There is no folder"):
        folder.predict(run, tmp_path / "nowhere", tmp_path / "a.parquet")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--folder", "x"],
        ["--out", "a.parquet"],
        ["1.png", "--folder", "x", "--out", "a.parquet"],
        ["--folder", "x", "--out", "a.csv"],
    ],
)
def test_the_command_says_what_goes_together(run: Run, arguments: list[str]) -> None:
    told = CliRunner().invoke(main, ["predict", *arguments])
    assert told.exit_code == 2 and "Error: " in told.output


def test_the_command_tells_how_many(run: Run, images: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.parquet"
    told = CliRunner().invoke(main, ["predict", "--folder", str(images), "--out", str(out), "--json"])
    assert told.exit_code == 0, told.output
    said = json.loads(told.output)
    assert (said["images"], said["refused"], said["before"]) == (10, 1, 0) and len(rows(out)) == 10
