"""How many cases of each kind of fault were tried, and how many failed: `python -m bench.hardening [KIND ...]`.

Every kind is a module of `tests.hardening`, where the tests try fewer of the same cases.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from tests import hardening

_SHOWN = 10


def _name(kind: hardening.Kind) -> str:
    return kind.__name__.rpartition(".")[2]


def main() -> None:
    """Try the kinds of the names that are given, or all; end with an error where a case failed."""
    kinds = {_name(kind): kind for kind in hardening.kinds()}
    lines = "\n".join(f"  {name:18} {kind.BENCH:7,}  {kind.__doc__.splitlines()[0]}" for name, kind in kinds.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench.hardening",
        description="Try many cases of the kinds of faults, and count what failed. Ctrl+C ends a kind early.",
        epilog=f"kinds, with how many cases they have:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="which to try; all, where none is named")
    parser.add_argument("--cases", type=int, help="how many of each kind to try, instead of all")
    given = parser.parse_args()
    if unknown := set(given.kinds) - set(kinds):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}. Known: {', '.join(kinds)}.")
    failed = [_failed(kinds[name], given.cases or kinds[name].BENCH) for name in given.kinds or kinds]
    raise SystemExit(any(failed))


def _failed(kind: hardening.Kind, count: int) -> int:
    """Try a kind; return how many cases failed."""
    tried, failed, said = 0, [], ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        os.environ["PIXELWISE_HOME"] = str(home)
        began = time.perf_counter()
        try:
            for sentence in kind.failures(count, home):
                tried += 1
                if sentence:
                    failed.append(sentence)
                    if len(failed) <= _SHOWN:
                        print(f"    {sentence}", flush=True)
        except hardening.MissingError as lack:
            print(f"{_name(kind)}: not tried, {lack}", flush=True)
            return 0
        except KeyboardInterrupt:
            said = f" Interrupted before all {count:,}."
        seconds = time.perf_counter() - began
    about = kind.__doc__.splitlines()[0]
    print(f"{_name(kind)}: {tried:,} tried, {len(failed):,} failed, {seconds:.0f} s.{said} {about}", flush=True)
    return len(failed)


if __name__ == "__main__":
    main()
