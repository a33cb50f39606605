"""The import of a user's own images as a job."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.datasets.sources import catalogue, importing, uploads
from core.datasets.sources.choices import Choices
from core.storage.progress import Progress


@dataclass(frozen=True)
class Imported:
    """What `import_job` returns: the dataset's name, and whether it was there already."""

    name: str
    known: bool


def import_job(path: str, source: str, title: str, progress: Progress, **choices: Any) -> dict[str, Any]:
    """Import images of a user's own as a job; an upload is removed after.

    Args:
        path: the zip or folder.
        source: what to call it.
        title: the dataset's title, which gives its name.
        progress: told what is done.
        choices: the fields of `Choices`.

    Returns:
        The dataset's name, and whether it was there already.
    """
    place = Path(path)
    try:
        plan = importing.plan(place, Choices.read(**choices), title=source, progress=progress)
        made, known = importing.import_or_find(
            plan, name=catalogue.free_name(title), title=title, source=source, progress=progress
        )
    finally:
        uploads.remove_upload(place)
    return {"name": made.about.name, "known": known}
