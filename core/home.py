"""The data home, the one folder where Pixelwise keeps data sets and runs, and writing there without halves."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from core import processes


def data_home() -> Path:
    """Return `$PIXELWISE_HOME`, else the user data folder of this operating system. It may not exist yet."""
    chosen = os.environ.get("PIXELWISE_HOME")
    return Path(chosen).expanduser().resolve() if chosen else Path(platformdirs.user_data_dir("pixelwise", False))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a new file's path beside `path`; put it in `path`'s place when the block ends, remove it when it fails.

    The new file's name ends as `path`'s does, since some writers look at the ending.
    """
    beside = path.with_name(f".{os.getpid()}-{os.urandom(4).hex()}-{path.name}")
    try:
        yield beside
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path`: a reader sees the old file or the whole new one."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder beside `path` to fill; it becomes `path` when the block ends and is removed when it fails.

    What killed processes left beside `path` is removed first.

    Raises:
        FileExistsError: `path` came to exist meanwhile; what was written beside it is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(".new-*"):
        maker = re.match(r"\.new-(\d+)-(\d+)-", left.name)
        if maker and not processes.lives(int(maker[1]), float(maker[2])):
            shutil.rmtree(left, ignore_errors=True)
    pid_now, began_now = processes.own()
    beside = Path(tempfile.mkdtemp(prefix=f".new-{pid_now}-{began_now:.0f}-", dir=path.parent))
    try:
        yield beside
        beside.chmod(0o755)
        try:
            beside.rename(path)
        except OSError as error:
            if path.exists():
                raise FileExistsError(path) from error
            raise
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
