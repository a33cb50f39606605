"""A user's own images: `plan` finds classes and splits in a zip or folder, `import_images` makes a dataset of it.

Nothing is written before the import. It leaves a report beside the dataset: what was accepted, refused and why.
"""

import contextlib
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.datasets import store
from core.datasets.sources.choices import Choices as Choices
from core.datasets.sources.decoding import GRAY_MODES, Chunk, Form, MisfitError, decoded
from core.datasets.sources.import_report import report as report
from core.datasets.sources.plan import Plan as Plan
from core.datasets.sources.planning import plan as plan
from core.datasets.sources.readers import Opened, Refused
from core.datasets.sources.writer import Writer
from core.datasets.store import About, Dataset, DatasetError
from core.errors import StorageError, as_storage_error
from core.images.conversion import LARGE_BYTES, plain
from core.images.image_io import ImageError, decode, look_into
from core.spaces import limits
from core.storage import data_home, processes
from core.storage.names import slug
from core.storage.progress import Progress, counted, quiet

# A larger image takes more room as an array than as the file it came as.
_LARGEST_ARRAY_SIDE = 64
_SAMPLED = 64
_CHUNK = 64
_CHUNK_BYTES = 8_000_000
_FREE_AFTER_BYTES = 200_000_000
_NO_IMAGE = "This row names no image that is here, or several."
# Why a file that nothing gives a class is not taken, by whether it looks like an image.
_WITHOUT_CLASS = {
    True: ("no-class", "Its class is not known: it is in no class's folder, or its name has no class."),
    False: ("not-a-picture", "It is not an image."),
}


def import_images(
    plan: Plan, *, name: str, title: str, source: str = "", licence: str = "", progress: Progress = quiet
) -> Dataset:
    """Make a dataset of what was planned; the same images, classes and splits make one dataset only.

    Small images of one size become one array, others stay as the files they came as.

    Args:
        plan: from `plan`.
        name: what to call it; another dataset's name gets a number added.
        title: for people.
        source: where the images come from.
        licence: under which terms.
        progress: told how many images are read.

    Raises:
        DatasetError: not one image was accepted, or the name is none.
        StorageError: the disk is full or may not be written.
        Cancelled: the user cancelled; nothing is left.
    """
    return import_or_find(plan, name=name, title=title, source=source, licence=licence, progress=progress)[0]


def import_or_find(
    plan: Plan, *, name: str, title: str, source: str = "", licence: str = "", progress: Progress = quiet
) -> tuple[Dataset, bool]:
    """Do `import_images`; return the dataset, and whether it was there already.

    It was, too, where another process made it meanwhile, under this name or another.
    """
    about = About(name_for(name, store.names()), title, source, licence, (), (0, 0, 0))
    with plan.source.opened() as reader:
        form = _sampled_form(plan, reader)
        while True:
            try:
                return _import(plan, reader, form, about, progress)
            except MisfitError as misfit:
                form = misfit.form


def name_for(title: str, taken: Collection[str]) -> str:
    """Return a dataset's name made of a title or file name that is not taken: `My Cats.zip` gives `my-cats`."""
    text = slug(Path(title).stem, otherwise="pictures")
    numbered = [text, *(f"{text}-{number}" for number in range(2, len(taken) + 3))]
    return next(each for each in numbered if each not in taken)


def _sampled_form(plan: Plan, reader: Opened) -> Form:
    """Look at some images and decide how all are kept."""
    taken = np.flatnonzero(plan.taken)
    sizes, gray = set(), True
    for position in taken[:: max(1, len(taken) // _SAMPLED)]:
        with contextlib.suppress(ImageError, OSError):
            size, mode = _size_and_mode(plain(reader.read(plan.source.members[position]), plan.white))
            sizes.add(size)
            gray = gray and mode in GRAY_MODES
    if len(sizes) != 1 or max(max(size) for size in sizes) > _LARGEST_ARRAY_SIDE:
        return Form(as_files=True)
    ((width, height),) = sizes
    return Form(False, (height, width, 1 if gray else 3))


def _size_and_mode(data: bytes) -> tuple[tuple[int, int], str]:
    opened = look_into(data)
    if opened.cost > LARGE_BYTES:
        return opened.size, "RGB"  # It is kept as a file, whatever it is.
    original = decode(opened)
    return original.image.size, original.mode


def _import(plan: Plan, reader: Opened, form: Form, about: About, progress: Progress) -> tuple[Dataset, bool]:
    """Import in one form; tell whether it was there. Raises `MisfitError` where an image does not fit the form."""
    folder = store.folder_of(about.name)
    with as_storage_error(f"the dataset {about.name}"):
        _check_space(plan, form, folder)
        with data_home.filling(folder.parent) as beside:
            writer, refused = _written(plan, reader, form, beside, progress)
            with store.adding():
                if known := store.with_content(writer.content_hash(plan)):
                    return known, True
                # Another import may have taken the name meanwhile.
                name = name_for(about.name, store.names())
                writer.finish(plan, replace(about, name=name), refused)
                data_home.put(beside, store.folder_of(name))
    return store.read(store.folder_of(name)), False


def _written(plan: Plan, reader: Opened, form: Form, folder: Path, progress: Progress) -> tuple[Writer, list[Refused]]:
    """Write the images into a folder; return what can write the rest, and what was refused."""
    refused, reading = list(plan.source.refused), f"reading {plan.source.title}"
    refused += [Refused(row, "no-image", _NO_IMAGE) for row in plan.labelling.missing]
    done, total = 0, len(plan.source.members) - plan.set_aside
    with Writer(folder, form) as writer:
        for chunk in _chunks(plan, reader, form, folder / "files"):
            writer.append(chunk, plan)
            refused += chunk.refused
            done += len(chunk.taken) + len(chunk.refused)
            progress(reading, done, total, "images")
    if not writer.count:
        ((sentence, count),) = Counter(each.sentence for each in refused).most_common(1)
        raise DatasetError(
            f"No images in {plan.source.title} could be imported. {count:,} of {counted(len(refused), 'file')}: "
            f"{sentence}"
        )
    return writer, refused


def write_again(plan: Plan, about: About, folder: Path, progress: Progress = quiet) -> None:
    """Write the files of a dataset that was imported into a folder, in the form in which it was.

    Args:
        plan: of the same source as then.
        about: what the dataset is.
        folder: an empty one.
        progress: told how many images are read.

    Raises:
        DatasetError: the source does not give such images any more.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    form = Form(True) if about.as_files else Form(False, about.size)
    with as_storage_error(f"the dataset {about.name}"), plan.source.opened() as reader:
        try:
            _check_space(plan, form, store.folder_of(about.name))
            writer, refused = _written(plan, reader, form, folder, progress)
        except MisfitError as error:
            raise DatasetError(f"{plan.source.title} has other images than {about.title} was made of.") from error
        writer.finish(plan, about, refused)


def _check_space(plan: Plan, form: Form, folder: Path) -> None:
    """Refuse an import that the disk, or the user's space, cannot hold."""
    pixels = form.size[0] * form.size[1] * form.size[2]
    taken = np.flatnonzero(plan.taken)
    needed = sum(plan.source.members[each].bytes for each in taken) if form.as_files else pixels * len(taken)
    folder.parent.mkdir(parents=True, exist_ok=True)
    limits.require_images(store.own_images(), len(taken))
    limits.require_room(needed)
    free = shutil.disk_usage(folder.parent).free
    if free < needed + _FREE_AFTER_BYTES:
        raise StorageError(
            f"Could not save the dataset {folder.name}: it needs about {needed / 1e6:,.0f} MB and the disk of "
            f"{folder.parent} has {free / 1e6:,.0f} MB left. Free some space and try again."
        )


def _chunks(plan: Plan, reader: Opened, form: Form, files: Path) -> Iterator[Chunk]:
    """Yield what becomes of the members, in order."""
    sizes = [member.bytes for member in plan.source.members]
    portions = list(_portions(sizes))
    found = ((*_read(plan, reader, portion), form, files, plan.white) for portion in portions)
    return processes.mapped(
        decoded,
        found,
        many=len(sizes) >= processes.MANY_IMAGES,
        sizes=[sum(sizes[portion.start : portion.stop]) for portion in portions],
    )


def _portions(sizes: Sequence[int]) -> Iterator[range]:
    """Yield which files are worked on together: so many, or as few as have so many bytes, one at least."""
    start, total = 0, 0
    for position, size in enumerate(sizes):
        if position > start and (position - start == _CHUNK or total + size > _CHUNK_BYTES):
            yield range(start, position)
            start, total = position, 0
        total += size
    if start < len(sizes):
        yield range(start, len(sizes))


def _read(plan: Plan, reader: Opened, positions: range) -> tuple[list[tuple[int, str, bytes]], list[Refused]]:
    """Return positions, names and bytes of members that have a class and can be read, and the others.

    What is set aside, such as masks, is neither: the report's notes tell of it by folders.
    """
    found, refused = [], []
    for position in positions:
        member = plan.source.members[position]
        if not plan.taken[position]:
            reason = plan.labelling.reason(position)
            if reason is None or not reason.set_aside:
                refused.append(Refused(member.name, *_WITHOUT_CLASS[bool(plan.images[position])]))
            continue
        try:
            found.append((position, member.name, reader.read(member)))
        except OSError as error:
            refused.append(Refused(member.name, "not-readable", f"It could not be read: {error}."))
    return found, refused
