"""Imports TensorFlow and Keras in three quarters of the time: without what Keras only looks for."""

import sys

# Keras imports them, if they are there, to work with data frames and inside scikit-learn's pipelines.
_LOOKED_FOR = ("pandas", "sklearn")


def import_keras() -> None:
    """Import TensorFlow and Keras, unless that is done; `bench.keras_import` prints what is gained.

    pandas and scikit-learn are not to be had meanwhile; they can be imported afterwards.
    """
    absent = [name for name in _LOOKED_FOR if name not in sys.modules]
    try:
        for name in absent:
            sys.modules[name] = None  # type: ignore[assignment]
        import keras  # noqa: F401
    finally:
        for name in absent:
            del sys.modules[name]
