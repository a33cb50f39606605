"""The estimate of a training's time."""

from pathlib import Path

from core.progress import quiet
from core.recipe import find_recipe


def test_more_epochs_take_longer_and_steps_were_measured(data_home: Path) -> None:
    from core.nn.estimating import estimate

    recipe = find_recipe("digits-dense").with_settings({"fit.epochs": 10, "augmentation.rotation_range": 5})
    found = estimate(recipe.to_json(), "digits", quiet)
    assert found["steps"] > 36, "more than the epoch in which the graph is built"
    assert found["epoch_seconds"] > 0
    assert found["seconds"] > 10 * found["epoch_seconds"]
