"""Keras as layers and optimisers are given it: with our own where they are better."""

from typing import Any

import keras

from core.networks.layers import KerasContext
from core.nn.layers import batch_norm, conv2d
from core.nn.training import muon


class _Names:
    """The names of a module, some of them for something else."""

    def __init__(self, module: Any, **own: Any) -> None:
        self.__dict__.update(own)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


CONTEXT = KerasContext(
    keras, _Names(keras.layers, Conv2D=conv2d.Conv2D, BatchNormalization=batch_norm.BatchNormalization)
)
OPTIMIZERS: Any = _Names(keras.optimizers, Muon=muon.Muon)
