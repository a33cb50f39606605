"""Progress in one line of the terminal."""

import sys
import time
from collections.abc import Callable

import click

from core.storage import jobs
from core.storage.jobs import Job
from core.storage.progress import progress_text, quiet

_POLL_S = 0.25
_SHOWN_EVERY_S = 0.1


class ProgressLine:
    """Shows progress in one line of the terminal, ten times a second at most."""

    def __init__(self) -> None:
        """Begin with an empty line."""
        self._shown_at, self._doing = 0.0, ""

    def __call__(self, doing: str, done: int, total: int, unit: str) -> None:
        """Show how much of what is done, as `core.storage.progress.Progress` is called."""
        now = time.monotonic()
        if doing != self._doing and self._doing:
            click.echo(err=True)
        if doing != self._doing or now - self._shown_at > _SHOWN_EVERY_S or done == total:
            self._shown_at, self._doing = now, doing
            click.echo(f"\r{progress_text(doing, done, total, unit):<78}", err=True, nl=False)
        if total and done == total:
            click.echo(err=True)
            self._doing = ""


def show_states(line: Callable[[], str | None]) -> None:
    """Show what changes in one line, or in a line each where the output is no terminal, until it is `None`.

    Args:
        line: says how something stands; asked four times a second.
    """
    terminal, shown = sys.stderr.isatty(), ""
    while (now := line()) is not None:
        if now != shown:
            click.echo(f"\r{now:<78}" if terminal else now, err=True, nl=not terminal)
            shown = now
        time.sleep(_POLL_S)
    if terminal:
        click.echo(err=True)


def await_job(job: Job) -> None:
    """Show a job's progress until it has ended; it is cancelled when this is interrupted."""
    progress = ProgressLine() if sys.stderr.isatty() else quiet
    try:
        while (status := job.status()).state == jobs.RUNNING:
            progress(status.doing, status.done, status.total, status.unit)
            time.sleep(_POLL_S)
    except KeyboardInterrupt:
        job.cancel()
        raise
    if status.state != jobs.FINISHED:
        raise click.ClickException(status.cause or "It was canceled.")
