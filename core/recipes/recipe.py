"""A recipe: everything that decides what a training does. Plain JSON with a version; the hash of it is its identity."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.augmentation import Augmentation
from core.datasets.store import About
from core.generation.generators import GENERATORS, Generator
from core.networks.network import Network
from core.preprocessing import Grayscale, Pipeline, Resize, Step
from core.preprocessing.normalisation import NONE
from core.preprocessing.presets import PipelinePreset
from core.recipes.fit import Fit
from core.recipes.optimisers import OPTIMISERS, Adam, Optimiser
from core.recipes.schedules import SCHEDULES, Constant, Schedule
from core.recipes.split import Split
from core.settings import SettingError, Specification, format_value, specification, unknown_name
from core.storage import checked
from core.storage.checked import DamagedError, MissingError

VERSION = 1
# Images larger than this, or of several sizes, are brought to it by a recipe without steps of its own.
_LARGEST_SIDE = 64
_NAMED = Path(__file__).parent / "library"
_GENERATING = _NAMED / "generation"


class RecipeError(SettingError):
    """A recipe that cannot be used. The message says which part, what was received and what is taken."""


@dataclass(frozen=True)
class Recipe:
    """A recipe; `core/recipes/` holds the named ones.

    Attributes:
        name: lower case, as the command line takes it.
        title: for people.
        teaches: one sentence on what there is to see.
        dataset: the name of the dataset it is meant for.
        network: the layers; none where there is a `generator`.
        steps: preprocessing; empty means images as the dataset keeps them.
        augmentation: how chance changes the training images anew in each epoch, if it does.
        split: where validation comes from.
        optimiser: what turns gradients into steps.
        schedule: how the learning rate changes while training.
        fit: epochs, batch size, seed and more.
        initial_weights: the name of a run that can predict, with whose weights the training begins; empty: the seed
            draws them. The run's layers must have the same weights; its images may have had another size.
        loss: the loss function; the book knows one.
        generator: what learns to make images like the dataset's, in place of a network that classifies them; `None`:
            nothing does. Of `fit`, only epochs, batch size, seed and averaging count for it.
        book_accuracy: the test accuracy that the book prints for it, 0–1, where it is one of the book's.
        book_trap: what in the book's version misleads, if anything.
    """

    name: str
    title: str
    teaches: str
    dataset: str
    network: Network
    steps: Pipeline = field(default_factory=Pipeline)
    augmentation: Augmentation | None = None
    split: Split = field(default_factory=Split)
    optimiser: Optimiser = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    fit: Fit = field(default_factory=Fit)
    initial_weights: str = ""
    loss: str = "categorical_crossentropy"
    generator: Generator | None = None
    book_accuracy: float | None = None
    book_trap: str = ""

    def for_dataset(self, about: About, images: int = 0) -> "Recipe":
        """Return the recipe with sizes that follow a dataset: its classes, and steps that end in its images' shape.

        What comes back works on any image from outside: its steps bring a photo to the network's input.

        Args:
            about: what the dataset is.
            images: how many it has; then what the recipe draws of more is brought down to that, where the recipe is
                made for another dataset. 0: not known.
        """
        height, width, channels = about.size
        if not 0 < max(height, width) <= _LARGEST_SIDE:
            height = width = _LARGEST_SIDE
        steps: tuple[Step, ...] = self.steps.steps
        if not steps:
            gray = (Grayscale(),) if channels == 1 else ()
            steps = (*gray, Resize(width=width, height=height, how="fill"))
        return replace(
            self,
            dataset=about.name,
            split=self.split.of_fewer(images, len(about.class_names))
            if images and about.name != self.dataset
            else self.split,
            steps=Pipeline(steps),
            network=self.network.with_classes(len(about.class_names)),
        )

    def with_preset(self, preset: PipelinePreset) -> "Recipe":
        """Return the recipe with a pipeline's steps in place of its own, and its normalisation where it has one.

        One that leaves the numbers as they are says nothing of the network, which keeps what it does with them first.
        """
        normalises = preset.normalisation.how != NONE
        network = self.network.normalised(preset.normalisation) if normalises else self.network
        return replace(self, steps=preset.pipeline, network=network)

    def with_settings(self, changes: Mapping[str, Any]) -> "Recipe":
        """Return the recipe with values changed by dotted name, such as `{"fit.epochs": 3}`.

        A field of the augmentation switches augmentation on. `network.2.units` is of the second layer.

        Raises:
            RecipeError: no such name, or a value that is not taken.
        """
        data = self.to_json()
        for path, value in changes.items():
            *groups, last = path.split(".")
            if groups == ["augmentation"]:
                data["augmentation"] = {**asdict(Augmentation()), **(data["augmentation"] or {})}
            place: Any = data
            for name in groups:
                place = _within(place, name)
            if not isinstance(place, dict) or last not in place:
                leaves = [
                    *data,
                    *(f"{group}.{name}" for group in data if isinstance(data[group], dict) for name in data[group]),
                ]
                raise RecipeError(unknown_name("setting", path, leaves))
            place[last] = value
        return Recipe.from_json(data)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as a JSON object."""
        return {
            "version": VERSION,
            "name": self.name,
            "title": self.title,
            "teaches": self.teaches,
            "dataset": self.dataset,
            "split": _without_kind(self.split),
            "steps": self.steps.to_json(),
            "augmentation": None if self.augmentation is None else _without_kind(self.augmentation),
            "network": self.network.to_json(),
            "optimiser": self.optimiser.to_json(),
            "schedule": self.schedule.to_json(),
            "loss": self.loss,
            "fit": _without_kind(self.fit),
            "initial_weights": self.initial_weights,
            "book_accuracy": self.book_accuracy,
            "book_trap": self.book_trap,
            # Left out of others, whose identity stays what it was before there were any.
            **({} if self.generator is None else {"generator": self.generator.to_json()}),
        }

    @property
    def identity(self) -> str:
        """The sha256 of its JSON, in hexadecimal."""
        data = self.to_json()
        # What came later is left out where it changes nothing: recipes from before keep their identity.
        if data["split"]["by_group"]:
            del data["split"]["by_group"]
        if not data["split"]["folds"]:
            del data["split"]["folds"], data["split"]["fold"]
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

    @classmethod
    def from_json(cls, data: Any) -> "Recipe":
        """Make a recipe from `to_json`'s object; what is left out takes its default.

        Raises:
            RecipeError: an unknown or missing field, a value that is not taken, or a version from the future.
        """
        if not isinstance(data, Mapping):
            raise RecipeError(f"A recipe must be a JSON object; received {type(data).__name__}.")
        known = list(_EMPTY)
        for name in data:
            if name not in known:
                raise RecipeError(unknown_name("field in the recipe:", name, known))
        generates = data.get("generator") is not None
        for name in ("version", "name", "dataset", *(() if generates else ("network",))):
            if name not in data:
                raise RecipeError(f"The recipe needs the field {name!r}.")
        if data["version"] != VERSION:
            newer = isinstance(data["version"], int) and data["version"] > VERSION
            todo = "Update Pixelwise." if newer else "No version of Pixelwise wrote this file. Create the recipe again."
            version = format_value(data["version"])
            raise RecipeError(f"The recipe has version {version}; this Pixelwise reads version {VERSION}. {todo}")
        values = {**_EMPTY, **data}
        for name, longest in _LONGEST.items():
            if problem := _text_problem(values[name], longest, lines=name in ("teaches", "book_trap")):
                raise RecipeError(f"The recipe's {name} {problem}.")
        for name in ("steps", "network"):
            if not isinstance(values[name], list):
                raise RecipeError(f"The recipe's {name} must be a list; received {format_value(values[name])}.")
        if generates and values["network"]:
            raise RecipeError("A recipe with a generator has no network of its own: leave out one of them.")
        for name in ("split", "fit", "augmentation"):
            if not isinstance(values[name], Mapping) and not (name == "augmentation" and values[name] is None):
                raise RecipeError(f"The recipe's {name} must be an object; received {format_value(values[name])}.")
        book = values["book_accuracy"]
        if not (book is None or (isinstance(book, int | float) and not isinstance(book, bool) and 0 <= book <= 1)):
            raise RecipeError(
                f"The recipe's book_accuracy must be a number from 0 to 1, or null; received {format_value(book)}."
            )
        if values["loss"] != "categorical_crossentropy":
            received = format_value(values["loss"])
            raise RecipeError(f"The recipe's loss must be 'categorical_crossentropy'; received {received}.")
        try:
            return cls(
                name=values["name"],
                title=values["title"] or values["name"],
                teaches=values["teaches"],
                dataset=values["dataset"],
                network=Network(()) if generates else Network.from_json(values["network"]),
                steps=Pipeline.from_json(values["steps"]),
                augmentation=None if values["augmentation"] is None else Augmentation.from_json(values["augmentation"]),
                split=Split.from_json(values["split"]),
                optimiser=specification("optimiser", OPTIMISERS, values["optimiser"]),
                schedule=specification("schedule", SCHEDULES, values["schedule"]),
                fit=Fit.from_json(values["fit"]),
                initial_weights=values["initial_weights"],
                loss=values["loss"],
                generator=specification("generator", GENERATORS, values["generator"]) if generates else None,
                book_accuracy=values["book_accuracy"],
                book_trap=values["book_trap"],
            )
        except RecipeError:
            raise
        except SettingError as error:
            raise RecipeError(f"The recipe cannot be used. {error}") from error


_EMPTY: dict[str, Any] = {
    "version": VERSION,
    "name": "",
    "title": "",
    "teaches": "",
    "dataset": "",
    "split": {},
    "steps": [],
    "augmentation": None,
    "network": [],
    "optimiser": {"kind": "Adam"},
    "schedule": {"kind": "Constant"},
    "loss": "categorical_crossentropy",
    "generator": None,
    "fit": {},
    "initial_weights": "",
    "book_accuracy": None,
    "book_trap": "",
}


# How many characters each text may have.
_LONGEST = {
    "name": 80,
    "title": 300,
    "teaches": 4000,
    "dataset": 80,
    "initial_weights": 255,
    "book_trap": 4000,
}


def _text_problem(value: Any, longest: int, *, lines: bool) -> str:
    """Return what is wrong with one of a recipe's texts, after its name; nothing when it is fine."""
    if not isinstance(value, str):
        return f"must be text; received {format_value(value)}"
    if len(value) > longest:
        return f"has {len(value):,} characters; at most {longest:,} are taken"
    broken = "".join(value.splitlines()).replace("\t", "") if lines else value
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in broken):
        return f"has characters that cannot be shown, such as a line break: {format_value(value)}. Leave them out"
    return ""


def _within(place: Any, name: str) -> Any:
    """Return the part of a recipe's JSON of a name, in a list of a number from 1; `None` where there is none."""
    if isinstance(place, dict):
        return place.get(name)
    if isinstance(place, list) and re.fullmatch(r"\d{1,9}", name) and 1 <= int(name) <= len(place):
        return place[int(name) - 1]
    return None


def _without_kind(part: Specification) -> dict[str, Any]:
    return {name: value for name, value in part.to_json().items() if name != "kind"}


def read_recipe(path: Path, *, verified: bool = True) -> Recipe:
    """Read a recipe from a JSON file.

    Args:
        path: the file.
        verified: whether a checksum in it must fit, as in the folder of a run. A copy that a person changed is taken.

    Raises:
        RecipeError: there is no such file, it is no JSON, or no recipe. The message begins with the file's name.
    """
    try:
        return Recipe.from_json(checked.read_json(path, verified=verified))
    except MissingError as error:
        raise RecipeError(f"There is no recipe file {path}.") from error
    except DamagedError as error:
        raise RecipeError(f"{error}.") from error
    except RecipeError as error:
        raise RecipeError(f"{path.name}: {error}") from error


@lru_cache(maxsize=1)
def named_recipes() -> dict[str, Recipe]:
    """Return the recipes of `core/recipes/` for networks that classify by name, sorted."""
    return _in(_NAMED)


@lru_cache(maxsize=1)
def generating_recipes() -> dict[str, Recipe]:
    """Return the recipes of `core/recipes/` for networks that make images by name, sorted."""
    return _in(_GENERATING)


def _in(folder: Path) -> dict[str, Recipe]:
    paths = sorted(folder.glob("*.json"), key=lambda path: path.stem)
    return {recipe.name: recipe for recipe in map(read_recipe, paths)}


def find_recipe(name_or_path: str) -> Recipe:
    """Return a named recipe, or the one in a JSON file.

    Raises:
        RecipeError: neither.
    """
    recipes = named_recipes() | generating_recipes()
    if name_or_path in recipes:
        return recipes[name_or_path]
    if name_or_path.endswith(".json"):
        return read_recipe(Path(name_or_path), verified=False)
    raise RecipeError(unknown_name("recipe", name_or_path, list(recipes)))
