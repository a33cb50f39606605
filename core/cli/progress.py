"""Progress in one line of the terminal."""

import sys
import time

import click

from core.storage import jobs
from core.storage.jobs import Job
from core.storage.progress import progress_text, quiet

POLL_S = 0.25
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


def await_job(job: Job) -> None:
    """Show a job's progress until it has ended; it is cancelled when this is interrupted."""
    progress = ProgressLine() if sys.stderr.isatty() else quiet
    try:
        while (status := job.status()).state == jobs.RUNNING:
            progress(status.doing, status.done, status.total, status.unit)
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        job.cancel()
        raise
    if status.state != jobs.FINISHED:
        raise click.ClickException(status.cause or "It was canceled.")
