"""The command line, a thin door over the same functions that the pages call. Other programs call it: keep it stable."""

import os
import subprocess
import sys
from contextlib import suppress

import click

from core.cli.dataset_commands import datasets
from core.cli.predict_command import predict
from core.cli.run_commands import damaged_list, runs_commands
from core.cli.saying import SayingGroup
from core.cli.script_command import code
from core.cli.serve_command import serve
from core.cli.sweep_commands import sweep, sweeps_commands
from core.cli.training_commands import train
from core.storage import data_home, processes


@click.group(cls=SayingGroup)
def main() -> None:
    """Pixelwise: explore image datasets, train networks, inspect their errors, classify photos."""
    data_home.look_at()


@main.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def run_app(options: tuple[str, ...]) -> None:
    """Start the app; your browser opens it. OPTIONS are those of `streamlit run`, such as --server.port 8600."""
    command = [sys.executable, "-m", "streamlit", "run", str(processes.PROJECT / "app.py"), *options]
    if os.name == "posix":
        # What ends this process is to end the app.
        os.execv(sys.executable, command)  # noqa: S606 no shell is wanted
    with suppress(KeyboardInterrupt):
        sys.exit(subprocess.call(command))


for _command in (datasets, train, sweep, runs_commands, sweeps_commands, damaged_list, code, predict, serve):
    main.add_command(_command)
