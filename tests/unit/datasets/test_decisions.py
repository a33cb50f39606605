"""Decisions on images: made, kept on disk, undone, exported, applied."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import decisions, store
from core.datasets.decisions import EXCLUDE, KEEP, KEPT, RELABEL, UNSURE, Decided
from core.datasets.sources import catalogue
from core.datasets.store import Dataset, DatasetError


@pytest.fixture
def digits(data_home: Path) -> Dataset:
    return catalogue.open_dataset("digits")


def standing(dataset: Dataset) -> dict[int, tuple[str, int | None]]:
    return {index: (made.decision, made.label) for index, made in decisions.current(dataset).items()}


def test_the_last_decision_on_an_image_counts_and_keep_takes_it_away(digits: Dataset) -> None:
    assert standing(digits) == {}
    assert decisions.decide(digits, [3, 4], EXCLUDE) == 2
    assert decisions.decide(digits, np.array([4]), RELABEL, 9) == 1
    assert decisions.decide(digits, [5], UNSURE) == 1
    assert standing(digits) == {3: (EXCLUDE, None), 4: (RELABEL, 9), 5: (UNSURE, None)}
    decisions.decide(digits, [3], KEEP)
    assert standing(digits) == {4: (RELABEL, 9), 5: (UNSURE, None)}


def test_decisions_are_undone_one_by_one_also_after_the_data_set_was_opened_anew(digits: Dataset) -> None:
    decisions.decide(digits, [1], EXCLUDE)
    decisions.decide(digits, [1, 2], UNSURE)
    reopened = Dataset(digits.folder, digits.about)
    assert decisions.undo(reopened) == (1, 2)
    assert standing(digits) == {1: (EXCLUDE, None)}
    decisions.decide(digits, [7], EXCLUDE)
    assert decisions.undo(digits) == (7,)
    assert decisions.undo(digits) == (1,)
    assert decisions.undo(digits) == ()
    assert standing(digits) == {}


def test_what_changes_nothing_is_no_step_to_undo(digits: Dataset) -> None:
    assert decisions.decide(digits, [1], KEEP) == 0
    assert decisions.decide(digits, [1], RELABEL, int(digits.labels[1])) == 0
    assert decisions.undoable(digits) == ()
    decisions.decide(digits, [1], EXCLUDE)
    assert decisions.decide(digits, [1, 2], EXCLUDE) == 1
    assert decisions.undoable(digits) == (2,)


def test_what_was_decided_on_one_image_is_undone_step_by_step_and_nothing_else_with_it(digits: Dataset) -> None:
    decisions.decide(digits, [1, 2], EXCLUDE)
    decisions.decide(digits, [1], UNSURE)
    decisions.decide(digits, [3], UNSURE)
    for expected in ((EXCLUDE, None), None):
        decisions.undo_on(digits, 1)
        assert standing(digits).get(1) == expected
        assert {2, 3} < {1, *standing(digits)}
    assert decisions.undo_on(digits, 1) is None
    assert decisions.undo(digits) == (3,)
    assert decisions.undo(digits) == (2,)


def test_what_is_kept_leaves_a_trace_and_changes_no_training(digits: Dataset) -> None:
    assert decisions.decide(digits, [1, 2], KEPT) == 2
    assert standing(digits) == {1: (KEPT, None), 2: (KEPT, None)}
    assert decisions.decided(digits) == Decided()
    assert "kept" in decisions.to_csv(digits)
    decisions.decide(digits, [1], EXCLUDE)
    decisions.decide(digits, [1], KEPT)
    assert decisions.decided(digits) == Decided()


def test_a_torn_line_is_ignored_and_the_next_decision_is_whole(digits: Dataset) -> None:
    decisions.decide(digits, [1], EXCLUDE)
    with (digits.folder / "decisions.jsonl").open("ab") as file:
        file.write(b'{"time": 1.0, "decision": "exclude", "ids": [2')
    assert standing(digits) == {1: (EXCLUDE, None)}
    decisions.decide(digits, [3], UNSURE)
    assert standing(digits) == {1: (EXCLUDE, None), 3: (UNSURE, None)}


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[]",
        b"7",
        b"{}",
        b'{"time": 0, "decision": "burn", "label": null, "ids": [1]}',
        b'{"time": 0, "decision": "relabel", "label": 10, "ids": [1]}',
        b'{"time": "x", "decision": "exclude", "label": null, "ids": [1]}',
        b'{"time": 0, "decision": "exclude", "label": null, "ids": [99999, -1]}',
        b'{"time": 0, "decision": "exclude", "label": null, "ids": "all"}',
    ],
)
def test_lines_that_make_no_sense_decide_nothing(digits: Dataset, line: bytes) -> None:
    (digits.folder / "decisions.jsonl").write_bytes(line + b"\n")
    assert standing(digits) == {}


def test_what_does_not_exist_is_refused_and_nothing_is_kept(digits: Dataset) -> None:
    for ids, decision, label in (
        ([1797], EXCLUDE, None),
        ([-1], EXCLUDE, None),
        ([1], "burn", None),
        ([1], RELABEL, None),
        ([1], RELABEL, 10),
        ([1], EXCLUDE, 3),
    ):
        with pytest.raises(DatasetError):
            decisions.decide(digits, ids, decision, label)
    assert not (digits.folder / "decisions.jsonl").exists()


def test_training_is_told_what_changes_it_and_the_data_set_stays(digits: Dataset) -> None:
    before = np.array(digits.labels)
    decisions.decide(digits, [2, 1], EXCLUDE)
    decisions.decide(digits, [3], RELABEL, 7)
    decisions.decide(digits, [4], UNSURE)
    decided = decisions.decided(digits)
    assert decided == Decided(excluded=(1, 2), labels={3: 7})
    assert Decided.from_json(decided.to_json()) == decided
    assert np.array_equal(np.load(digits.folder / "labels.npy"), before)


def test_the_csv_names_images_and_no_cell_begins_like_a_formula(digits: Dataset) -> None:
    hostile = ('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "plain, with a comma")
    names = [*hostile, *(f"{index}.png" for index in range(len(hostile), len(digits)))]
    (digits.folder / "names.txt").write_text("\n".join(names), encoding="utf-8")
    about = replace(digits.about, class_names=("=0", *digits.about.class_names[1:]))
    dataset = Dataset(digits.folder, about)
    decisions.decide(dataset, range(5), UNSURE)
    decisions.decide(dataset, [7], RELABEL, 3)
    rows = list(csv.DictReader(io.StringIO(decisions.to_csv(dataset))))
    assert [row["image"] for row in rows] == ["0", "1", "2", "3", "4", "7"]
    assert [row["file name"] for row in rows[:5]] == [*(f"'{name}" for name in hostile[:4]), hostile[4]]
    assert rows[0]["label"] == "'=0"
    assert (rows[5]["decision"], rows[5]["new label"]) == (RELABEL, "3")
    assert rows[5]["time"].endswith("+00:00")


def test_decisions_go_with_the_data_set(digits: Dataset) -> None:
    decisions.decide(digits, [1], EXCLUDE)
    store.remove("digits")
    assert standing(catalogue.open_dataset("digits")) == {}
