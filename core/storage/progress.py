"""How long work tells what it does, and learns that nobody wants it any more."""

from collections.abc import Callable

from core.errors import PixelwiseError

# Called often with what is done now, in words, how much of it is done, how much there is (0: unknown) and of what.
# It may raise `Cancelled`, which the work lets through after tidying up.
Progress = Callable[[str, int, int, str], None]


class Cancelled(PixelwiseError):  # noqa: N818 not an error: the user wanted it
    """The work was cancelled by the user."""


def quiet(doing: str, done: int, total: int, unit: str) -> None:
    """Tell nobody."""


def progress_text(doing: str, done: int, total: int, unit: str) -> str:
    """Return progress for a person, such as `downloading x.zip · 45.0 of 170.0 MB`."""
    if not total:
        return doing
    amount = f"{done / 1e6:,.1f} of {total / 1e6:,.1f} MB" if unit == "bytes" else f"{done:,} of {total:,} {unit}"
    return f"{doing} · {amount}"


def duration(seconds: float | None) -> str:
    """Return seconds for a person, such as `3 min 05 s`, or a dash."""
    if seconds is None:
        return "–"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"


def counted(number: int, noun: str, several: str = "") -> str:
    """Return a number with its noun, such as `1 image`, `2,000 images` or `2 classes`.

    Args:
        number: how many.
        noun: one of them.
        several: more of them; empty: the noun with an s.
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {several or f'{noun}s'}"
