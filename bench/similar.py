"""How long "More like this" takes among 60,000 images or more: python -m bench.similar DATASET

The dataset's features must be there (Browse → Map → By what they show). Eight images are searched for each of a
hundred, drawn by chance; the first search of a process, which also compares the file with its checksums, is printed
apart. Other programs slow the clock down and not the processor time, so both are printed.
"""

import sys
import time
from statistics import median, quantiles

import numpy as np

from core.datasets.features import neighbours
from core.datasets.sources.catalogue import open_dataset

MOST, TIMES, GOAL_MS, GOAL_IMAGES = 8, 100, 50, 60_000


def main(name: str) -> None:
    """Print the milliseconds of the first search and of the others, and how many neighbours are of the same class."""
    dataset = open_dataset(name)
    drawn = np.random.default_rng(0).choice(len(dataset), TIMES, replace=False)
    milliseconds, processor, same = [], [], []
    for index in map(int, drawn):
        begun, spent = time.perf_counter(), time.process_time()
        found = neighbours.nearest(dataset, index, MOST)
        milliseconds.append(1000 * (time.perf_counter() - begun))
        processor.append(1000 * (time.process_time() - spent))
        if found is None:
            sys.exit(f"skipped: the features of {name} have yet to be made")
        same.append(np.mean(dataset.labels[found[0]] == dataset.labels[index]))
    first, *others = milliseconds
    print(
        f"{name}: {MOST} of {len(dataset):,} images: {median(others):.0f} ms (median), "
        f"{quantiles(others, n=20)[-1]:.0f} ms (95th percentile), {median(processor[1:]):.0f} ms of processor time, "
        f"the first {first:.0f} ms; goal: at most {GOAL_MS} ms for {GOAL_IMAGES:,}. "
        f"Of the same class: {np.mean(same):.0%}"
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "mnist")
