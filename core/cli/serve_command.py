"""The command that serves the app to a class."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
import psutil

from core.errors import as_storage_error
from core.spaces import settings
from core.spaces.settings import USUAL, Serving
from core.storage import data_home, processes
from core.storage.progress import counted


@click.command("serve", context_settings={"ignore_unknown_options": True})
@click.option("--secrets", type=click.Path(path_type=Path), default=USUAL, help="How the class signs in.")
@click.option("--address", default="0.0.0.0", help="Where to listen. Default: on all of this machine's addresses.")  # noqa: S104
@click.option("--port", type=click.IntRange(1, 65535), default=8501, help="On which port. Default: 8501.")
@click.option("--host", "hosts", multiple=True, help="A name that browsers use for it, or *.names.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def serve(secrets: Path, address: str, port: int, hosts: tuple[str, ...], options: tuple[str, ...]) -> None:
    """Serve the app to a class: each user signs in, to a space of their own. OPTIONS are those of `streamlit run`.

    See docs/serving.md for the file of secrets, proxies and limits.
    """
    secrets = secrets.expanduser().absolute()
    serving = settings.read(secrets)
    with as_storage_error("the spaces of users"):
        (data_home.common() / "spaces").mkdir(parents=True, exist_ok=True)
    known = [*hosts, *own_names()]
    shown = next(each for each in known if "*" not in each)
    _say(serving, known, port)
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(processes.PROJECT / "app.py")),
        *(f"--server.address={address}", f"--server.port={port}", "--server.headless=true"),
        *(f"--server.allowedHosts={each}" for each in known),
        *(f"--browser.serverAddress={shown}", f"--secrets.files={secrets}", *options),
    ]
    environment = {**os.environ, settings.SERVE: str(secrets)}
    if os.name == "posix":
        # What ends this process is to end the app.
        os.execve(sys.executable, command, environment)  # noqa: S606 no shell is wanted
    with suppress(KeyboardInterrupt):
        sys.exit(subprocess.call(command, env=environment))


def own_names() -> list[str]:
    """Return the names and addresses by which other machines may know this one, and its own for itself."""
    found = [socket.gethostname(), socket.getfqdn()]
    for addresses in psutil.net_if_addrs().values():
        numbers = (each for each in addresses if each.family in (socket.AF_INET, socket.AF_INET6))
        found += [each.address.partition("%")[0] for each in numbers]
    return list(dict.fromkeys(each for each in (*found, "localhost", "127.0.0.1") if each))


def _say(serving: Serving, hosts: Sequence[str], port: int) -> None:
    ways = [
        "by an account" if serving.accounts else "",
        "by a name and the class key" if serving.class_key else "",
        "teachers by their key" if serving.teacher_key and serving.class_key else "",
        f"{counted(len(serving.teachers), 'teacher')} by e-mail" if serving.teachers and serving.accounts else "",
    ]
    limits = serving.limits
    click.echo(f"Serving a class on port {port}, as {', '.join(hosts)}.")
    click.echo(f"Sign-in: {'; '.join(filter(None, ways))}. Spaces: {data_home.common() / 'spaces'}")
    click.echo(
        f"Each user: {limits.megabytes:,} MB, {limits.images:,} images, {limits.runs} runs at a time; "
        f"{limits.trainings} trainings at once."
    )
    if not serving.teacher_key and not (serving.teachers and serving.accounts):
        click.echo("Nobody is a teacher: set teacher_key, or teachers and [auth].")
    click.echo("What goes over the network can be read on the way, unless a proxy with HTTPS stands before it.")
