"""Code printed of hostile files: it parses, and has no name but those that the generator itself writes.

Fields of a run's files, of steps and of augmentations become code, line breaks, ends of strings and wrong types.
"""

import ast
import copy
import inspect
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from core.augmentation import Augmentation
from core.datasets.grouped import grouped
from core.errors import PixelwiseError
from core.networks import efficientnet_lite
from core.networks.layers import LAYERS
from core.networks.pretrained import PRETRAINED
from core.preprocessing import Pipeline
from core.preprocessing.steps import STEPS
from core.recipes import script
from core.recipes.optimisers import OPTIMISERS
from core.recipes.recipe import named_recipes
from core.runs import Run
from tests.unit.made_runs import made_run

SUITE, BENCH = 150, 20_000
BROWSER = False
_CORE = Path(script.__file__).parents[2]
_FILES = ("recipe.json", "dataset.json", "decisions.json", "status.json", "learning_rate.json", "about.json")
_CALL = "__import__('os').system('touch pwned')"
_PAYLOADS: tuple[Any, ...] = (
    _CALL,
    f'"{_CALL}"',
    f'""" + {_CALL} + """',
    f'\\"""\n{_CALL}\n"""',
    f"'''\n{_CALL}\n'''",
    f"\n{_CALL}\n",
    f"\r{_CALL}",
    f"\u2028{_CALL}\u2029\x0b\x0c\x85{_CALL}",
    f"]\n{_CALL}\nx = [",
    f"1), {_CALL}, (1",
    f"{{{_CALL}}}",
    f"digits; {_CALL}",
    f"$(touch pwned) `touch pwned` && {_CALL}",
    "\\",
    '"',
    '"""',
    "'",
    "#",
    "\x00",
    "\ud800",
    "\u202e}\u2066",
    "x" * 5000,
    "",
    "pwned",
    None,
    True,
    -1,
    0,
    3,
    0.5,
    1e308,
    10**30,
    float("nan"),
    float("inf"),
    [],
    [_CALL],
    [[0, _CALL]],
    {},
    {_CALL: _CALL},
    {"1": _CALL},
    {"kind": _CALL},
)


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    run, known = made_run(), known_names()
    (run.folder / "decisions.json").write_text('{"excluded": [3, 17], "labels": {"4": 2}}', encoding="utf-8")
    (run.folder / "learning_rate.json").write_text("0.01", encoding="utf-8")
    whole = {name: _plain(run.folder / name) for name in _FILES if (run.folder / name).exists()}
    recipes = [recipe.to_json() for recipe in named_recipes().values()]
    for number in range(count):
        rng = random.Random(number)  # noqa: S311 no secret
        made = (_of_run, _of_run, _of_steps, _of_augmentation)[number % 4]
        files = copy.deepcopy(whole)
        if number % 3 == 0:
            files["recipe.json"] = copy.deepcopy(rng.choice(recipes))
        yield f"case {number}: {problem}" if (problem := _problem(made, files, run.folder, known, rng)) else ""


def _problem(made: Any, files: dict[str, Any], folder: Path, known: set[str], rng: random.Random) -> str:
    try:
        code = made(files, folder, rng)
    except PixelwiseError:
        return ""
    except Exception as error:  # What must not be.
        return f"{type(error).__name__}: {str(error)[:200]}"
    try:
        tree = ast.parse(code)
        code.encode()
    except (SyntaxError, ValueError) as error:
        return f"the code does not parse: {error}"
    if unknown := names_in(tree) - known:
        return f"the code has {sorted(unknown)[:5]}"
    if any(not letter.isprintable() and letter != "\n" for letter in code):
        return "the code has letters that cannot be shown"
    return ""


def known_names() -> set[str]:
    """Return every word in the texts that the generator's code has, and the names of what it makes of settings."""
    parts = ("preprocessing", "augmentation", "networks", "recipes")
    paths = [path for part in parts for path in (_CORE / part).rglob("*.py")]
    texts = (
        node.value
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    words = set(re.findall(r"\w+", "\n".join(texts)))
    words |= set(re.findall(r"\w+", efficientnet_lite.script_code() + inspect.getsource(grouped)))
    words |= {*LAYERS, *OPTIMISERS, *STEPS, *PRETRAINED, *Image.Transpose.__members__, *Image.Resampling.__members__}
    assert not words & {"__import__", "os", "touch", "pwned", "eval", "exec"}
    return words


def names_in(tree: ast.AST) -> set[str]:
    """Return every name that code uses, sets, imports, takes or asks of an object."""
    found: set[str] = set()
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "module", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found |= set(value.split("."))
    return found


def _plain(path: Path) -> Any:
    found = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(found, dict):
        found.pop("checksum", None)
    return found


def _of_run(files: dict[str, Any], folder: Path, rng: random.Random) -> str:
    """Return the script of a run some of whose files' fields are hostile."""
    for _ in range(rng.choice([1, 1, 2, 5])):
        name = rng.choice(sorted(files))
        files[name] = _spoilt(files[name], rng)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return script.run_script(Run(folder))


def _of_steps(_files: dict[str, Any], _folder: Path, rng: random.Random) -> str:
    steps: list[Any] = []
    for kind in rng.sample(sorted(STEPS), 3):
        try:
            steps.append(STEPS[kind].from_json({}).to_json())
        except PixelwiseError:
            steps.append({"kind": kind, "width": 20, "height": 20})
    return Pipeline.from_json(_spoilt(steps, rng)).code(rng.choice(["", str(rng.choice(_PAYLOADS))]))


def _of_augmentation(_files: dict[str, Any], _folder: Path, rng: random.Random) -> str:
    content = Augmentation(rotation_range=20, horizontal_flip=True, brightness_range=(0.5, 1.5)).to_json()
    made = Augmentation.from_json(_spoilt(content, rng))
    return made.generator_code() + "\n\n" + made.layers_code()


def _spoilt(content: Any, rng: random.Random) -> Any:
    """Return a JSON value with one of its leaves, keys or parts replaced."""
    if not isinstance(content, dict | list) or not content or rng.random() < 0.03:
        return rng.choice(_PAYLOADS)
    if isinstance(content, list):
        place = rng.randrange(len(content))
        return [_spoilt(each, rng) if index == place else each for index, each in enumerate(content)]
    chosen = rng.choice(sorted(content))
    if rng.random() < 0.05:
        return {**content, str(rng.choice(_PAYLOADS)): rng.choice(_PAYLOADS)}
    return {name: _spoilt(each, rng) if name == chosen else each for name, each in content.items()}
