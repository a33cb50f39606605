"""Features of a dataset by EfficientNet-Lite0: images a second, decoding included; run `python -m bench.features NAME`.

Other programs slow the clock down and not the processor time, so both are printed: on an idle machine of so many cores
the rate comes near to what processor time allows.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil

from core.datasets.sources import catalogue
from core.nn.tensorflow_import import import_keras
from core.training import features


def main(name: str) -> None:
    """Print, for 32 and 16 bits, how fast the features of a dataset are made, and the most memory that took."""
    dataset = catalogue.open_dataset(name)
    import_keras()
    from core.nn.inference import dataset_features
    from core.training.data import shape_after

    cores = os.cpu_count() or 1
    own = psutil.Process()
    home = Path(os.environ.get("PIXELWISE_HOME", ""))
    print(f"{name}: {len(dataset):,} images, {cores} cores")
    for precision in (features.BFLOAT16, features.FLOAT32):
        with tempfile.TemporaryDirectory() as scratch:
            os.environ["PIXELWISE_HOME"] = scratch
            kind = features.usual(precision)
            network = dataset_features.network(kind, shape_after(dataset, kind.steps))
            most: list[int] = []
            begun, spent = time.perf_counter(), time.process_time()

            def look(*_now: object, most: list[int] = most) -> None:
                most.append(own.memory_info().rss)

            features.make(dataset, kind, lambda network=network: network, look)  # type: ignore[misc]
            seconds, processor = time.perf_counter() - begun, time.process_time() - spent
            shutil.rmtree(Path(scratch) / "features", ignore_errors=True)
        print(
            f"{precision:>15}: {len(dataset) / seconds:6.1f} images/s, {cores * len(dataset) / processor:6.1f} by "
            f"processor time; memory {most[len(most) // 4] / 1e6:,.0f} MB after a quarter, {most[-1] / 1e6:,.0f} MB "
            "at the end"
        )
    os.environ["PIXELWISE_HOME"] = str(home)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "cats-vs-dogs")
