"""The files of a new dataset, written chunk by chunk while its images are read: memory stays flat."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.datasets.integrity.whole import keep_checksums
from core.datasets.sources import uploads
from core.datasets.sources.decoding import GRAY_MODES, Chunk, Form
from core.datasets.sources.import_report import Report
from core.datasets.sources.labels import NO_LABELS
from core.datasets.sources.labels.groups import said_group
from core.datasets.sources.origin import Origin
from core.datasets.sources.plan import Plan
from core.datasets.sources.readers import Refused
from core.datasets.sources.readers.base import clean
from core.datasets.store import INDEX, SPLITS, About, DatasetError
from core.storage import checked

_LONGEST_GROUPS = 200


class Writer:
    """Fills the folder of a new dataset, chunk by chunk."""

    def __init__(self, folder: Path, form: Form) -> None:
        """Begin in an empty folder."""
        self.folder, self.form = folder, form
        self.count = 0
        # The positions of what was taken, chunk by chunk: a list of a million numbers has 40 MB.
        self._positions: list[np.ndarray] = []
        self._digest = hashlib.sha256()
        if form.as_files:
            (folder / "files").mkdir()
        self._payload = (folder / ("thumbnails.bin" if form.as_files else "pictures.npy")).open("wb")
        self._index = (folder / "index.npy").open("wb")
        self._write_headers()

    def __enter__(self) -> "Writer":
        """Take chunks until the block ends."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Say in the files how many images there are, and close them."""
        for file in (self._payload, self._index):
            file.seek(0)
        self._write_headers()
        self._payload.close()
        self._index.close()

    def _write_headers(self) -> None:
        """Write the arrays' headers; NumPy leaves room in them for a first dimension that grows."""
        arrays: list[tuple[IO[bytes], Any, tuple[int, ...]]] = [(self._index, np.lib.format.dtype_to_descr(INDEX), ())]
        if not self.form.as_files:
            arrays.append((self._payload, "|u1", self.form.size))
        for file, descr, each in arrays:
            header = {"descr": descr, "fortran_order": False, "shape": (self.count, *each)}
            np.lib.format.write_array_header_1_0(file, header)

    @property
    def taken(self) -> np.ndarray:
        """The positions in the source of what was taken, int64 `(n,)`."""
        return np.concatenate(self._positions) if self._positions else np.zeros(0, np.int64)

    def append(self, chunk: Chunk, plan: Plan) -> None:
        """Take the images of a chunk."""
        if self.form.as_files:
            ends = np.cumsum([len(payload) for payload in chunk.payloads], dtype=np.int64)
            chunk.rows["thumbnail_end"] = self._payload.tell() + ends
        self._payload.writelines(chunk.payloads)
        self._index.write(chunk.rows.tobytes())
        self._positions.append(np.array(chunk.taken, np.int64))
        self.count += len(chunk.taken)
        for position, sha256 in zip(chunk.taken, chunk.rows["sha256"], strict=True):
            label = "" if plan.unlabeled[position] else plan.labelling.class_names[plan.labelling.labels[position]]
            self._digest.update(f"{sha256.decode()} {SPLITS[plan.splits[position]]} {label}\n".encode())

    def content_hash(self, plan: Plan) -> str:
        """Return the hash of what was taken."""
        digest = self._digest.copy()
        if (grouped := self._groups(plan)) is not None:
            digest.update(grouped[0].astype("<i4").tobytes())
        return digest.hexdigest()

    def _groups(self, plan: Plan) -> tuple[np.ndarray, list[str]] | None:
        """Return the group of each image that was taken, numbered anew, and their names; `None`: none is known."""
        if plan.grouping is None:
            return None
        found, groups = np.unique(plan.grouping.groups[self.taken], return_inverse=True)
        names = [clean((plan.grouping.names[group],))[0] for group in found if group >= 0]
        return (groups - (found[0] == -1)).astype(np.int32), names

    def finish(self, plan: Plan, about: About, refused: Sequence[Refused]) -> None:
        """Write what comes beside the images."""
        index, taken = np.load(self.folder / "index.npy", mmap_mode="r"), self.taken
        found = plan.labelling.labels[taken]
        used = np.unique(found[found >= 0])
        if plan.labelling.kind == NO_LABELS:
            used = np.arange(len(plan.labelling.class_names))
        if not len(used):
            raise DatasetError(f"No images in {plan.source.title} that have a class could be imported.")
        labels = np.where(found < 0, -1, np.searchsorted(used, found))
        about = replace(
            about,
            class_names=tuple(plan.labelling.class_names[label] for label in used),
            size=_common_size(index, self.form),
            as_files=self.form.as_files,
            content_hash=self.content_hash(plan),
            in_srgb=True,
            groups=said_group(plan.grouping.kind)[:_LONGEST_GROUPS] if plan.grouping else "",
        )
        np.save(self.folder / "labels.npy", labels.astype(np.int16))
        np.save(self.folder / "splits.npy", plan.splits[taken].astype(np.uint8))
        if (grouped := self._groups(plan)) is not None:
            np.save(self.folder / "groups.npy", grouped[0])
            self._write_lines("group_names.txt", grouped[1])
        self._write_lines("names.txt", (plan.source.members[position].name for position in taken))
        kept = (plan.unlabeled_line,) if plan.unlabeled_line else ()
        notes = (*plan.notes, *plan.labelling.warnings, *kept, *plan.left_out_lines())
        made = Report(plan.source.title, len(taken), tuple(refused), len(plan.source.skipped), notes)
        checked.write(self.folder / "report.json", asdict(made), lasting=False)
        checked.write(self.folder / "dataset.json", asdict(about), indent=1, lasting=False)
        if plan.source.path.parent != uploads.folder():
            Origin.of(plan.source.path.absolute(), plan.choices).keep(self.folder)
        keep_checksums(self.folder)

    def _write_lines(self, name: str, lines: Iterable[str]) -> None:
        with (self.folder / name).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)


def _common_size(index: np.ndarray, form: Form) -> tuple[int, int, int]:
    """Return height, width and channels, height and width 0 where they differ."""
    if not form.as_files:
        return form.size
    gray = all(mode.decode() in GRAY_MODES for mode in np.unique(index["mode"]))
    same = len(np.unique(index["height"])) == len(np.unique(index["width"])) == 1
    height, width = (int(index[0]["height"]), int(index[0]["width"])) if same else (0, 0)
    return height, width, 1 if gray else 3
