"""Imports TensorFlow and Keras in two thirds of the time: without what Keras only looks for, nor garbage collected."""

import gc
import sys

# Keras imports them, if they are there, to work with data frames and inside scikit-learn's pipelines.
_LOOKED_FOR = ("pandas", "sklearn")


def import_keras() -> None:
    """Import TensorFlow and Keras, unless that is done; `bench.keras_import` prints what is gained.

    pandas and scikit-learn are not to be had meanwhile; they can be imported afterwards.

    Raises:
        MemoryError: there is not enough memory for their libraries.
    """
    absent = [name for name in _LOOKED_FOR if name not in sys.modules]
    new, collected = "keras" not in sys.modules, gc.isenabled()
    gc.disable()
    try:
        for name in absent:
            sys.modules[name] = None  # type: ignore[assignment]
        import keras  # noqa: F401
    except ImportError as error:
        # What the loader of shared libraries says when there is no room for one.
        if "failed to map segment" in str(error) or "Cannot allocate memory" in str(error):
            raise MemoryError("there is not enough memory to start TensorFlow") from error
        raise
    finally:
        for name in absent:
            del sys.modules[name]
        if new:
            # What a module has made lives as long as the process: no collection need look at it, now or later.
            gc.freeze()
        if collected:
            gc.enable()
