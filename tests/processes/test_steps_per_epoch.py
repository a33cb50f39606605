"""The trap of `steps_per_epoch`, as Keras has it."""

import keras
import numpy as np
import pytest

from core.lessons.traps import batches_of_epochs


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]
    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((2, 1)), np.zeros((2, 1))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("steps", [4, 5])
def test_epochs_have_as_many_batches_as_said(steps: int) -> None:
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    counted: list[int] = []

    def began(epoch: int, logs: object) -> None:
        assert (epoch, bool(logs)) == (len(counted), False)
        counted.append(0)

    def trained(batch: int, logs: object) -> None:
        assert (batch, bool(logs)) == (counted[-1], True)
        counted[-1] += 1

    telling = keras.callbacks.LambdaCallback(on_epoch_begin=began, on_train_batch_end=trained)
    model.fit(_Batches(), epochs=4, steps_per_epoch=steps, verbose=0, callbacks=[telling])
    assert counted == batches_of_epochs(5, steps, 4)
