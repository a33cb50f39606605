"""`python -m core …`."""

from core.cli import main

main(prog_name="python -m core")
