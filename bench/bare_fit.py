"""An exercise of the book as a learner writes it in bare Keras: python -m bench.bare_fit exercise-51 3

Prints the seconds between the ends of the first and the last epoch.
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from bench.data import MNIST_FILE

layers = keras.layers
NETWORKS = {
    "exercise-50": (
        32,
        [layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(32, "relu"), layers.Dense(10, "softmax")],
    ),
    "exercise-51": (
        1024,
        [
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPool2D(2),
            layers.Flatten(),
            layers.Dense(128, "relu"),
            layers.Dense(10, "softmax"),
        ],
    ),
}


def main(name: str, epochs: int) -> None:
    """Fit and print."""
    with np.load(MNIST_FILE) as data:
        pictures = [data[f"x_{part}"].reshape(-1, 28, 28, 1) for part in ("train", "test")]
        labels = [keras.utils.to_categorical(data[f"y_{part}"], 10) for part in ("train", "test")]
    batch_size, network = NETWORKS[name]
    model = keras.Sequential([keras.Input((28, 28, 1)), *network])
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    ends: list[float] = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(time.perf_counter()))
    model.fit(
        pictures[0],
        labels[0],
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(pictures[1], labels[1]),
        callbacks=[clock],
        verbose=0,
    )
    print(ends[-1] - ends[0])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
