"""Streamlit's command line with a clock: writes each script run's seconds to the file $PIXELWISE_BENCH_TIMES."""

import os
import time
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web.cli import main

_run_script = ScriptRunner._run_script


def _timed(self: ScriptRunner, *arguments: Any) -> None:
    begun = time.perf_counter()
    _run_script(self, *arguments)
    seconds = time.perf_counter() - begun
    with Path(os.environ["PIXELWISE_BENCH_TIMES"]).open("a") as times:
        times.write(f"{seconds}\n")


if __name__ == "__main__":
    ScriptRunner._run_script = _timed  # type: ignore[assignment, method-assign]
    main(prog_name="streamlit")
