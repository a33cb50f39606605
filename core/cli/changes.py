"""The option that changes settings of a recipe."""

import json
from typing import Any

import click

from core.settings import format_value


def _changes(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Any]:
    changes = {}
    for value in values:
        path, equals, text = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{format_value(value)} is not NAME=VALUE, such as fit.epochs=3")
        try:
            changes[path] = json.loads(text)
        except (ValueError, RecursionError):
            changes[path] = text
    return changes


changes_option = click.option(
    "--set",
    "changes",
    multiple=True,
    callback=_changes,
    metavar="NAME=VALUE",
    help="Override a setting, e.g. fit.epochs=3. Repeatable.",
)
