"""Makes runs whose networks are odd and untrained in the data home of `PIXELWISE_HOME`; prints their names as JSON."""

import json

import numpy as np

from tests.unit.made_runs import made_run


def main() -> None:
    """Make them."""
    import keras

    layers = keras.layers
    networks = {
        "dense": [layers.Flatten(), layers.Dense(12, activation="relu")],
        "nan": [layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(6)],
        "even": [layers.Conv2D(4, 2, strides=3, padding="same"), layers.MaxPooling2D(2), layers.Flatten()],
    }
    names = {}
    for name, inner in networks.items():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((8, 8, 1)), *inner, layers.Dense(10, activation="softmax")])
        if name == "nan":
            model.set_weights([np.full_like(each, np.nan) for each in model.get_weights()])
        run = made_run(title=f"Odd: {name}")
        model.save(run.folder / "model.keras")
        names[name] = run.name
    print(json.dumps(names))


if __name__ == "__main__":
    main()
