"""`pixelwise …`, and `python -m pixelwise …`: the command line, from wherever it is called."""

import sys
from pathlib import Path


def main() -> None:
    """Find `core`, in this folder of an installed copy and beside it in a checkout, and hand over to it."""
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here if (here / "core").is_dir() else here.parent))
    from core.cli import main as command_line

    command_line(prog_name="pixelwise")


if __name__ == "__main__":
    main()
