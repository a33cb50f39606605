"""How long a process of ours takes to have Keras, against a plain import: python -m bench.keras_import [ROUNDS]

Each import is in a fresh process; both kinds alternate.
"""

import subprocess
import sys
from statistics import median

from tests.paths import PROJECT

ROUNDS = 7
CODE = {
    "plain": "import keras",
    "ours": "from core.nn.tensorflow_import import import_keras; import_keras()",
}
TIMED = "import time; begun = time.perf_counter(); {}; print(time.perf_counter() - begun)"


def main(rounds: int) -> None:
    """Print the median seconds of both, and their ratio."""
    seconds: dict[str, list[float]] = {name: [] for name in CODE}
    for _ in range(rounds):
        for name, code in CODE.items():
            command = [sys.executable, "-c", TIMED.format(code)]
            done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
            seconds[name].append(float(done.stdout))
    plain, ours = (median(seconds[name]) for name in ("plain", "ours"))
    print(f"import of Keras with TensorFlow: plain {plain:.2f} s, ours {ours:.2f} s, {ours / plain:.2f} of it")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
