"""A group of commands that says what is wrong in one sentence."""

import io
import sys
from typing import Any

import click

from core.errors import PixelwiseError


class SayingGroup(click.Group):
    """Prints a `PixelwiseError` as one sentence, and exits with status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run what was asked for."""
        for stream in (sys.stdout, sys.stderr):
            # A file's name may be no text at all, or one that the terminal cannot write.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except PixelwiseError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or error}.") from error
