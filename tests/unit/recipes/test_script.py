"""Scripts of recipes: they are Python, name what they need, and do to images what training does."""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import runs
from core.augmentation import Augmentation
from core.augmentation.applying import FILL_MODES
from core.augmentation.presets import PRESETS
from core.datasets import export
from core.datasets.decisions import Decided
from core.datasets.sources import catalogue, importing
from core.datasets.store import About, Dataset, DatasetError
from core.networks.layers import LAYERS, Dense, Flatten
from core.networks.network import Network
from core.preprocessing import STEPS, Flip, Grayscale, Pipeline, Resize
from core.recipes import script
from core.recipes.fit import Fit
from core.recipes.optimisers import OPTIMISERS
from core.recipes.recipe import Recipe, RecipeError, find_recipe, named_recipes
from core.recipes.schedules import SCHEDULES
from core.recipes.script import recipe_script
from core.recipes.script.augmentation import augmentation_code
from core.recipes.script.data import folding_code, split_code
from core.recipes.script.training import schedule_code
from core.recipes.split import Split
from core.runs import Run, RunError
from core.training.batches import Batches
from core.training.data import prepared_images
from core.training.parts import parts
from tests.unit.datasets.test_importing import pets, zipped
from tests.unit.made_runs import made_run, unsigned
from tests.unit.photo_files import sixteen_bits, transparent
from tests.unit.test_cli import call

PHOTOS = About("photos", "Photos", "", "", ("cat", "dog"), (0, 0, 3), as_files=True)
MOVING = Augmentation(
    rotation_range=20.0,
    width_shift_range=0.2,
    height_shift_range=3.0,
    shear_range=10.0,
    zoom_range=(0.7, 1.2),
    horizontal_flip=True,
    vertical_flip=True,
    cval=77.0,
)
AUGMENTATIONS = {
    **{f"moving, {mode}": replace(MOVING, fill_mode=mode) for mode in FILL_MODES},
    **{name: preset.augmentation for name, preset in PRESETS.items() if preset.augmentation.moving},
    "channel shift": Augmentation(channel_shift_range=40.0),
}


def defined(code: str, **known: Any) -> dict[str, Any]:
    """Return the names that code defines."""
    names = {"np": np, **known}
    exec(compile(code, "script", "exec"), names)  # noqa: S102 it is the code under test
    return names


@pytest.mark.parametrize("name", named_recipes())
def test_every_named_recipe_has_a_script_that_is_python(name: str) -> None:
    recipe = named_recipes()[name]
    for about in (catalogue.CATALOGUE[recipe.dataset].about, PHOTOS):
        script = recipe_script(recipe, about)
        ast.parse(script)
        assert max(map(len, script.splitlines())) <= 120
        assert f"EPOCHS = {recipe.fit.epochs}\n" in script


def test_a_script_is_as_tidy_as_the_project(tmp_path: Path) -> None:
    for number, recipe in enumerate(named_recipes().values()):
        about = catalogue.CATALOGUE[recipe.dataset].about
        decided = Decided(tuple(range(90)), {5: 1, 700: 2})
        (tmp_path / f"script_{number}.py").write_text(recipe_script(recipe, about, decided), encoding="utf-8")
    # What is not used, not defined, or imported in no order.
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E,F,I,W", "--line-length", "120"]
    checked = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_texts_from_outside_stay_texts() -> None:
    recipe = replace(find_recipe("digits-cnn"), title='"""\nimport os\n\\', teaches='x"""; exit()', name="mine")
    tree = ast.parse(recipe_script(recipe, catalogue.CATALOGUE["digits"].about))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "os" not in imported
    assert "import os" in (ast.get_docstring(tree) or "")


def test_only_what_is_used_is_installed() -> None:
    digits = catalogue.CATALOGUE["digits"].about
    plain = recipe_script(find_recipe("digits-cnn"), digits)
    assert "cv2" not in plain
    assert "pillow" not in plain
    turned = recipe_script(find_recipe("digits-cnn").with_settings({"augmentation.rotation_range": 10}), digits)
    assert "opencv-python-headless==" in turned
    assert "import cv2\n" in turned
    assert "pillow==" in recipe_script(find_recipe("activity-17"), PHOTOS)


@pytest.mark.parametrize("size", [(8, 8, 1), (32, 32, 3), (70, 66, 3)], ids=str)
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_gives_the_same_pixels(name: str, size: tuple[int, int, int]) -> None:
    import cv2

    augmentation = AUGMENTATIONS[name]
    noise = np.random.default_rng(0).integers(0, 256, (40 * size[0], *size[1:]), np.uint8)
    images = cv2.blur(noise, (3, 3)).reshape(40, *size)
    batches = Batches(np.arange(40), Fit(batch_size=32, seed=3), augmentation)
    augmented = defined(augmentation_code(augmentation, *size[:2]), cv2=cv2, SEED=3)["augmented"]
    for epoch, batch in ((0, 0), (4, 1)):
        ids = batches.order(epoch)[32 * batch : 32 * (batch + 1)]
        expected = augmentation.apply_chances(images[ids], batches.chances(epoch, batch, len(ids)))
        found = augmented(images[ids], epoch, batch)
        assert found.dtype == np.uint8
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("kind", [kind for kind in SCHEDULES if kind != "Constant"])
def test_schedules_give_the_same_factors(kind: str) -> None:
    import math

    schedule = SCHEDULES[kind]()
    code = schedule_code(schedule).partition("class Rate")[0]
    factor = defined(code, math=math, EPOCHS=7)["factor"]
    assert [factor(done / 9) for done in range(64)] == [schedule.factor(done / 9, 7) for done in range(64)]


@pytest.mark.parametrize(
    "split",
    [
        Split(),
        Split(fraction=0.3, seed=5),
        Split(validation="test"),
        Split(pictures=900, seed=1),
        Split(pictures=900, test_pictures=300),
        Split(test_pictures=400, validation="test"),
        Split(pictures=900, test_pictures=300, folds=4, fold=3, seed=2),
    ],
    ids=str,
)
@pytest.mark.parametrize("dataset", ["digits", "mine"])
def test_the_same_images_train(data_home: Path, split: Split, dataset: str) -> None:
    from sklearn.model_selection import train_test_split

    digits = catalogue.open_dataset("digits")
    decided = Decided((3, 4, 10, 1000), {7: 2, 1500: 9, 1796: 1})
    expected = parts(digits, split, decided)
    known = {"labels": np.array(digits.labels), "parts": np.asarray(digits.splits), "TRAIN": 0, "TEST": 1}
    found = defined(
        f"{folding_code(split, by_group=False)}\n{split_code(dataset, split, decided)}",
        np=np,
        train_test_split=train_test_split,
        **known,
        VALIDATION=2,
        UNLABELED=3,
    )
    for name in ("train", "validation", "test"):
        assert np.array_equal(found[name], getattr(expected, name)), name
    used = np.concatenate([expected.train, expected.validation])
    assert np.array_equal(found["labels"][used], expected.labels[used])
    assert np.array_equal(found["labels"][expected.test], expected.labels[expected.test])


def loaded(script: str, argument: Path | None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run a script up to where training begins, without Keras."""
    body = script.partition("\nclass Batches")[0].partition("\ndef build_network")
    after = body[2][body[2].index("# The images, uint8") :]
    code = "\n".join(line for line in body[0].splitlines() if "keras" not in line) + "\n" + after
    monkeypatch.setattr(sys, "argv", ["script.py", *([str(argument)] if argument else [])])
    return defined(code)


def exported(dataset: Dataset, path: Path) -> Path:
    export.export(dataset, path)
    return path


def test_small_images_are_loaded_as_they_are_trained(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = catalogue.open_dataset("digits")
    steps = Pipeline((Flip(), Resize(width=6, height=5)))
    recipe = replace(find_recipe("digits-dense"), steps=steps)
    found = loaded(recipe_script(recipe, digits.about), None, monkeypatch)
    assert np.array_equal(found["images"], prepared_images(digits, steps))
    path = exported(digits, tmp_path / "mine.npz")
    found = loaded(recipe_script(recipe, replace(digits.about, name="mine")), path, monkeypatch)
    assert np.array_equal(found["images"], prepared_images(digits, steps))
    assert np.array_equal(found["train"], parts(digits, recipe.split).train)


def test_photos_are_loaded_as_they_are_trained(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = {"pets/dog/large.png": large_photo(), "pets/dog/seen through.png": transparent("PNG")}
    odd["pets/dog/16 bits.png"] = sixteen_bits()
    path = zipped(tmp_path / "pets.zip", {**pets(), **odd})
    photos = importing.import_images(importing.plan(path), name="mine", title="Mine")
    assert photos.about.as_files
    steps = Pipeline((Grayscale(), Resize(width=10, height=9, how="fill")))
    recipe = replace(find_recipe("activity-17"), steps=steps, split=Split(validation="test"))
    folder = exported(photos, tmp_path / "out" / "mine")
    found = loaded(recipe_script(recipe, photos.about), folder, monkeypatch)
    assert np.array_equal(found["images"], prepared_images(photos, steps))
    assert np.array_equal(found["labels"], photos.labels)
    assert np.array_equal(found["parts"], photos.splits)


def large_photo() -> bytes:
    from PIL import Image

    from core.images.image_io import png

    return png(Image.effect_noise((90, 70), 60).convert("RGB"))


def test_an_export_does_not_overwrite(data_home: Path, tmp_path: Path) -> None:
    digits = catalogue.open_dataset("digits")
    with pytest.raises(DatasetError, match=r"ends in \.npz; received"):
        export.export(digits, tmp_path / "digits")
    path = exported(digits, tmp_path / "digits.npz")
    with pytest.raises(DatasetError, match="already"):
        export.export(digits, path)
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["digits.npz"]


def test_every_layer_optimiser_and_step_has_code() -> None:
    last = Dense(units=2, activation="softmax")
    for layer in LAYERS.values():
        size = (64, 64, 3)
        network = Network((layer(), Flatten(), last))
        for optimiser in OPTIMISERS.values():
            recipe = Recipe("x", "X", "", "photos", network, Pipeline((Resize(*size[:2]),)), optimiser=optimiser())
            ast.parse(recipe_script(recipe, PHOTOS))
    for step in STEPS.values():
        steps = Pipeline((step.suited(64, 64), Resize(width=8, height=8)))
        ast.parse(recipe_script(replace(recipe, steps=steps), PHOTOS))


def test_the_command_line_prints_the_script_of_a_run_or_a_recipe(data_home: Path, tmp_path: Path) -> None:
    run = runs.create(find_recipe("digits-dense"))
    printed = call("code", run.name).output
    assert printed == script.run_script(run)
    assert call("code", "digits-dense").output == printed
    assert "keras.datasets.mnist.load_data()" in call("code", "exercise-51").output
    assert "Recipes: " in call("code", "nowhere").output
    file = tmp_path / "mine.json"
    file.write_text(unsigned(run.folder / "recipe.json").replace('"digits"', '"vanished"'))
    assert "Unknown dataset 'vanished'" in call("code", str(file)).output
    assert call("datasets", "export", "digits", str(tmp_path / "d.npz")).exit_code == 0
    with np.load(tmp_path / "d.npz") as written:
        assert written["pictures"].shape == (1797, 8, 8, 1)


def test_a_learning_rate_changed_on_the_way_is_said(data_home: Path) -> None:
    run = runs.create(find_recipe("digits-dense"))
    assert "was changed" not in script.run_script(run)
    run.set_learning_rate(0.01)
    assert "The learning rate was changed while the run trained" in script.run_script(run)


def test_steps_that_cannot_be_applied_are_said() -> None:
    recipe = replace(find_recipe("digits-cnn"), steps=Pipeline(()), network=Network((Dense(2, "softmax"),)))
    assert "(64, 64, 3)" in recipe_script(recipe, PHOTOS)
    with pytest.raises(RecipeError):
        find_recipe("nowhere")


def test_code_in_decisions_is_damage_not_code(data_home: Path) -> None:
    run = made_run()
    (run.folder / "decisions.json").write_text('{"excluded": ["__import__(\'os\')"], "labels": {}}', encoding="utf-8")
    with pytest.raises(RunError, match="damaged"):
        script.run_script(Run(run.folder))
    forged = Decided(("__import__('os')",))  # type: ignore[arg-type]
    with pytest.raises(RunError, match="is no image or class"):
        script.recipe_script(run.recipe, run.about, forged)


def test_a_data_sets_name_is_no_command(data_home: Path) -> None:
    run = made_run()
    about = replace(run.about, name="x; rm -rf $HOME", title="two\nlines \x1b[2J \u202e")
    recipe = replace(run.recipe, name="../evil")
    printed = script.recipe_script(recipe, about)
    assert "rm -rf" not in printed
    assert "python evil.py" in printed
    assert all(letter.isprintable() or letter == "\n" for letter in printed)
