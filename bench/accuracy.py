"""What the recipes reach: python -m bench.accuracy

The digits network (validation accuracy, and seconds from the command to its end, start-up included) for some seeds,
and exercise 51 on MNIST (test accuracy, against the 98.33% of the book's code under the same Keras).
"""

import json
import tempfile
from pathlib import Path

from bench.data import MNIST_FILE, command_line, need

SEEDS = (0, 1, 2)
BASELINE = 0.9833


def main() -> None:
    """Print a line a training."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for seed in SEEDS:
            result = json.loads(command_line(home, "train", "digits-cnn", "--set", f"fit.seed={seed}", "--wait"))
            shown = json.loads(command_line(home, "runs", "show", result["run"]))
            accuracy = shown["status"]["result"]["validation_accuracy"]
            print(
                f"digits-cnn, seed {seed}: validation accuracy {accuracy:.2%} (goal 98%), "
                f"{result['seconds']:.1f} s (goal 30 s)",
                flush=True,
            )
        need(MNIST_FILE)
        command_line(home, "datasets", "add", "mnist", "--from", str(MNIST_FILE))
        result = json.loads(command_line(home, "train", "exercise-51", "--wait"))
        difference = result["test_accuracy"] - BASELINE
        print(
            f"exercise-51: test accuracy {result['test_accuracy']:.2%}, {100 * difference:+.2f} points from the "
            f"baseline's {BASELINE:.2%} (goal within 0.5), {result['seconds']:.0f} s"
        )


if __name__ == "__main__":
    main()
