"""An exercise of the book as a learner writes it in bare Keras: python -m bench.bare_fit NAME EPOCHS [IMAGES TEST]

Prints how many images a second it trains on between the ends of the first and the last epoch. It reads the dataset
from the data home; of IMAGES in all, TEST are its test images (0: the dataset's own).
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from core.datasets.sources import catalogue
from core.recipes.split import Split
from core.training.parts import parts

layers = keras.layers
DENSE = [layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(32, "relu"), layers.Dense(10, "softmax")]
BEGIN = [
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPool2D(2),
]
PLAIN = [*BEGIN, layers.Flatten(), layers.Dense(128, "relu"), layers.Dense(10, "softmax")]
REGULARISED = [
    *BEGIN,
    layers.BatchNormalization(),
    layers.Dropout(0.1),
    layers.Flatten(),
    layers.Dense(512, "relu"),
    layers.Dropout(0.5),
    layers.Dense(10, "softmax"),
]
EXERCISES = {
    "exercise-50": ("mnist", 32, DENSE),
    "exercise-51": ("mnist", 1024, PLAIN),
    "exercise-52-b": ("cifar10", 512, REGULARISED),
    "exercise-53": ("cifar10", 128, REGULARISED),
    "exercise-53-unaugmented": ("cifar10", 128, REGULARISED),
}


def main(name: str, epochs: int, images: int = 0, test_images: int = 0) -> None:
    """Fit and print."""
    dataset_name, batch_size, network = EXERCISES[name]
    dataset = catalogue.open_dataset(dataset_name)
    divided = parts(dataset, Split(validation="test", pictures=images, test_pictures=test_images))
    one_hot = keras.utils.to_categorical(divided.labels, 10)
    (x, y), test = ((dataset.images[ids], one_hot[ids]) for ids in (divided.train, divided.test))
    model = keras.Sequential([keras.Input(x.shape[1:]), *network])
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    ends: list[float] = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(time.perf_counter()))
    if name == "exercise-53":
        from tensorflow.keras.preprocessing.image import ImageDataGenerator

        generator = ImageDataGenerator(
            rotation_range=45, width_shift_range=0.2, height_shift_range=0.2, horizontal_flip=True
        )
        # Without the book's `steps_per_epoch`, under which Keras 3 makes every second epoch one batch.
        data = {"x": generator.flow(x, y, batch_size=batch_size)}
    else:
        data = {"x": x, "y": y, "batch_size": batch_size}
    model.fit(**data, epochs=epochs, validation_data=test, callbacks=[clock], verbose=0)
    print(len(x) * (epochs - 1) / (ends[-1] - ends[0]))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
