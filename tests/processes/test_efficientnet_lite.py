"""EfficientNet-Lite0 sees what it is published to see: probabilities and features as PyTorch's computes them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from core.networks.pretrained import lite_weights

# The centre square of each photo; the five likeliest classes of ImageNet, the features' mean and largest.
SEEN = {
    "china.jpg": ({698: 0.3011, 442: 0.2218, 663: 0.1034, 483: 0.0508, 975: 0.0453}, 0.1920, 3.0627),
    "flower.jpg": ({985: 0.2275, 947: 0.1140, 309: 0.0491, 996: 0.0423, 738: 0.0401}, 0.1856, 3.5261),
}


@pytest.fixture(scope="module", params=[False, True], ids=["normalised", "folded"])
def networks(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the whole network, and what it makes of images before its last layer."""
    import keras

    from core.networks.efficientnet_lite import efficientnet_lite0

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXELWISE_HOME", str(tmp_path_factory.mktemp("home")))
        whole = efficientnet_lite0(keras, weights=lite_weights(), folded=request.param)
    return whole, keras.Model(whole.input, whole.get_layer("features").output)


@pytest.mark.parametrize("photo", SEEN)
def test_it_sees_what_the_published_network_sees(networks: Any, photo: str) -> None:
    image = Image.fromarray(load_sample_image(photo))
    side = min(image.size)
    left, top = ((length - side) // 2 for length in image.size)
    square = image.crop((left, top, left + side, top + side)).resize((224, 224), Image.Resampling.BICUBIC)
    probabilities, features = (np.asarray(network(np.asarray(square)[np.newaxis]))[0] for network in networks)
    likeliest, mean, largest = SEEN[photo]
    assert probabilities.argsort()[:-6:-1].tolist() == list(likeliest)
    assert probabilities[list(likeliest)] == pytest.approx(list(likeliest.values()), abs=5e-4)
    assert features.shape == (1280,)
    assert (features.mean(), features.max()) == pytest.approx((mean, largest), abs=5e-4)


def test_a_part_of_it_learns_from_the_block_that_is_named(data_home: Path) -> None:
    from core.networks.layers import Dense, GlobalAveragePooling2D, Pretrained
    from core.networks.network import Network
    from core.nn.layers.build import build_model

    layer = Pretrained("EfficientNetLite0", True, "block_15", 64)
    model = build_model(Network((layer, GlobalAveragePooling2D(), Dense(2, "softmax"))), (20, 30, 1))
    (inside,) = [each for each in model.layers if each.name == "efficientnet_lite0"]
    learning = {each.name for each in inside.layers if each.trainable_weights}
    assert {name.split("_")[1] for name in learning if name.startswith("block")} == {"15", "16"}
    assert "head" in learning
    assert not [name for name in learning if name.endswith("_norm")]
