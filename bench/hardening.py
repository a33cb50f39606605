"""How many cases of each kind of fault were tried, and how many failed: `python -m bench.hardening [KIND ...]`.

Every kind is a module of `tests.hardening`, where the tests try fewer of the same cases.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests import hardening


def main(names: list[str]) -> None:
    """Try the kinds of these names, or all."""
    for kind in hardening.kinds():
        name = kind.__name__.rpartition(".")[2]
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            home = Path(folder) / "home"
            os.environ["PIXELWISE_HOME"] = str(home)
            began = time.perf_counter()
            try:
                outcomes = list(kind.failures(kind.BENCH, home))
            except hardening.MissingError as lack:
                print(f"{name}: not tried, {lack}")
                continue
            seconds = time.perf_counter() - began
        failed = [sentence for sentence in outcomes if sentence]
        print(
            f"{name}: {len(outcomes):,} tried, {len(failed):,} failed, {seconds:.0f} s. {kind.__doc__.splitlines()[0]}"
        )
        for sentence in failed[:10]:
            print(f"    {sentence}")


if __name__ == "__main__":
    main(sys.argv[1:])
