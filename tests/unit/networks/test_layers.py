"""Layers, optimisers and schedules: each one that is registered says what pages and scripts ask of it."""

import ast
from dataclasses import fields, replace

import pytest

from core.networks.layer_sizes import layer_sizes, without_pooling
from core.networks.layers import LAYERS, Conv2D, Dense, Flatten, Layer, MaxPool2D, Pretrained
from core.networks.network import Network
from core.networks.pretrained import PRETRAINED
from core.recipes.optimisers import OPTIMISERS, Optimiser
from core.recipes.recipe import find_recipe
from core.recipes.schedules import SCHEDULES, Schedule
from core.settings import SettingError, Specification, specification

SOFTMAX = Dense(10, "softmax")


@pytest.mark.parametrize(("base", "registry"), [(Layer, LAYERS), (Optimiser, OPTIMISERS), (Schedule, SCHEDULES)])
def test_every_member_of_a_family_is_registered_by_its_name(
    base: type[Specification], registry: dict[str, type[Specification]]
) -> None:
    def below(kind: type[Specification]) -> set[type[Specification]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    whole = {kind for kind in below(base) if "__dataclass_fields__" in vars(kind)} - {base}
    assert set(registry.values()) == whole
    assert all(name == kind.__name__ for name, kind in registry.items())


@pytest.mark.parametrize("kind", [*LAYERS.values(), *OPTIMISERS.values(), *SCHEDULES.values()])
def test_every_member_has_a_title_of_its_own_and_says_what_it_is(kind: type[Specification]) -> None:
    for registry in (LAYERS, OPTIMISERS, SCHEDULES):
        titles = [each.title for each in registry.values()]
        assert len(set(titles)) == len(titles)
    assert kind.title
    assert (kind.__doc__ or "").partition("\n")[0].endswith((".", ".)"))
    if issubclass(kind, Optimiser | Schedule):
        assert kind.sentence.endswith(".")
        assert kind.sentence[0].islower() or kind.sentence.startswith(tuple(OPTIMISERS)), "it goes on after a colon"


@pytest.mark.parametrize("name", LAYERS)
def test_what_is_said_of_a_layer_is_short_and_its_code_is_an_expression(name: str) -> None:
    for layer in (LAYERS[name](), LAYERS[name].added()):
        assert 0 < len(layer.drawing().label) <= 20
        assert layer.drawing().colour.startswith("#")
        assert len(layer.details()) <= 60
        assert not layer.details().endswith((",", " "))
        for mixed in (False, True):
            ast.parse(layer.code(mixed=mixed), mode="eval")
        ast.parse(layer.functions_code())


@pytest.mark.parametrize("name", LAYERS)
def test_what_is_changed_in_a_layer_stays_a_layer_of_its_kind(name: str) -> None:
    layer = LAYERS[name]()
    for changed in (layer.wider(), layer.with_l2(0.5), layer.with_statistics_momentum(0.5)):
        assert type(changed) is type(layer)
    sizes = layer_sizes((layer.wider(), Flatten(), SOFTMAX), (40, 40, 3))
    assert sizes[0].parameters >= layer_sizes((layer, Flatten(), SOFTMAX), (40, 40, 3))[0].parameters
    assert layer.with_l2(0.5).is_penalised == any(each.name == "l2" for each in fields(layer))
    assert layer.with_statistics_momentum(0.5).statistics_momentum in (0.0, 0.5)


@pytest.mark.parametrize("name", LAYERS)
def test_only_a_layer_of_probabilities_ends_a_network(name: str) -> None:
    layer = LAYERS[name]()
    assert not layer.answers, "by itself"
    with pytest.raises(SettingError, match="must be a Dense layer with softmax; received"):
        Network((layer,))
    assert Network((layer, SOFTMAX)).with_classes(3).layers == (layer, Dense(3, "softmax"))


def test_pools_of_more_channels_than_a_convolution_may_have_stay() -> None:
    pools: list[Layer] = [MaxPool2D(), Conv2D(1024, padding="same"), MaxPool2D(3), Flatten(), MaxPool2D(), SOFTMAX]
    first, _, second, _, third, _ = without_pooling(pools, (40, 40, 2000))
    assert first == third == MaxPool2D(), "2,000 channels, and one row of many numbers"
    assert second == Conv2D(1024, 3, 3, "same")


def test_pretrained_networks_are_registered_by_their_names() -> None:
    assert all(name == network.name for name, network in PRETRAINED.items())
    assert LAYERS["Pretrained"].setting_of("application").choices == tuple(PRETRAINED)


# The sentence that the recipe had when the hash below was taken, which counts it.
TEACHES = (
    "Transfer learning: a network that has seen a million photos of a thousand "
    "things sees these, and only the last layer is trained. Its weights are downloaded once."
)


def test_a_pretrained_layer_of_an_earlier_version_stays_what_it_was() -> None:
    """Its JSON decides the identity of its recipe."""
    earlier = {"kind": "Pretrained", "application": "MobileNetV2", "trainable": True}
    assert specification("layer", LAYERS, earlier) == Pretrained("MobileNetV2", trainable=True)
    assert Pretrained("MobileNetV2", trainable=True).to_json() == earlier
    recipe = replace(find_recipe("pets-transfer"), teaches=TEACHES)
    assert recipe.identity == "2be82c25b9de4851deb3b0b1bb55b2e7fe7a17fb08a41ec5a961e7f8958cd570"
    told = Pretrained("EfficientNetLite0", True, "block_12", 128)
    assert specification("layer", LAYERS, told.to_json()) == told
