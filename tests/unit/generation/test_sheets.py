"""The files of samples: written, found, read, and refused where they are damaged."""

from pathlib import Path

import numpy as np
import pytest

from core.generation import sheets
from core.storage.checked import DamagedError, MissingError

IMAGES, LABELS = np.full((4, 8, 8, 1), 7, np.uint8), np.array([0, 0, 1, 1], np.int16)


def test_samples_come_back_by_epoch(tmp_path: Path) -> None:
    assert sheets.epochs(tmp_path) == []
    for epoch in (0, 12, 3):
        sheets.write(tmp_path, epoch, IMAGES + epoch, LABELS)
    assert sheets.epochs(tmp_path) == [0, 3, 12]
    images, labels = sheets.read(tmp_path, 12)
    np.testing.assert_array_equal(images, IMAGES + 12)
    np.testing.assert_array_equal(labels, LABELS)


def test_what_is_trained_again_is_drawn_again(tmp_path: Path) -> None:
    for epoch in range(5):
        sheets.write(tmp_path, epoch, IMAGES, LABELS)
    sheets.remove_after(tmp_path, 2)
    assert sheets.epochs(tmp_path) == [0, 1, 2]


@pytest.mark.parametrize("bad", [IMAGES[..., 0], IMAGES.astype(float), IMAGES[:0], IMAGES.repeat(2, axis=3)])
def test_what_is_no_sheet_is_refused(tmp_path: Path, bad: np.ndarray) -> None:
    sheets.write(tmp_path, 1, bad, LABELS[: len(bad)])
    with pytest.raises(DamagedError, match="epoch-00001"):
        sheets.read(tmp_path, 1)
    with pytest.raises(MissingError):
        sheets.read(tmp_path, 2)


def test_a_film_shows_some_epochs_evenly_and_leaves_out_what_is_damaged(tmp_path: Path) -> None:
    assert sheets.film(tmp_path, 5).epochs == []
    for epoch in range(21):
        sheets.write(tmp_path, epoch, IMAGES + epoch, LABELS)
    found = sheets.film(tmp_path, 5)
    assert (found.epochs, found.lost) == ([0, 5, 10, 15, 20], [])
    assert [int(sheet[0, 0, 0, 0]) for sheet in found.sheets] == [7, 12, 17, 22, 27]
    (tmp_path / "samples" / "epoch-00010.npz").write_bytes(b"nothing")
    sheets.write(tmp_path, 15, IMAGES[:, :4], LABELS)
    again = sheets.film(tmp_path, 5)
    assert (again.epochs, again.lost) == ([0, 5, 20], [10, 15])
