"""Nothing outside a family switches on the kind of one of its members: each answers for itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.generation.generators import GENERATORS, Generator
from core.networks.layers import LAYERS, Layer
from core.preprocessing.steps import STEPS, Step
from core.recipes.optimisers import OPTIMISERS, Optimiser
from core.recipes.schedules import SCHEDULES, Schedule

PROJECT = Path(__file__).resolve().parents[2]
FAMILIES: dict[str, tuple[str, ...]] = {
    "core.generation.generators": (*GENERATORS, Generator.__name__),
    "core.networks.layers": (*LAYERS, Layer.__name__),
    "core.preprocessing.steps": (*STEPS, Step.__name__),
    "core.recipes.optimisers": (*OPTIMISERS, Optimiser.__name__),
    "core.recipes.schedules": (*SCHEDULES, Schedule.__name__),
}
ROOTS = ("core", "pages", "bench", "docs", "models")
FILES = [PROJECT / "app.py", *(path for root in ROOTS for path in sorted((PROJECT / root).rglob("*.py")))]


def home_of(path: Path) -> str:
    """Return the family that a file belongs to, if any."""
    module = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    return next((family for family in FAMILIES if f"{module}.".startswith(f"{family}.")), "")


def switches(code: str, home: str = "") -> list[str]:
    """Return where code asks for the kind of a member of a family that it is not of, as `line: what`."""
    kinds = {kind for family, names in FAMILIES.items() if family != home for kind in names}
    tree = ast.parse(code)
    known = dict(imported(tree, home))

    def named(node: ast.AST) -> set[str]:
        """Return the kinds that an expression names: by their classes, or by their names as text."""
        found: set[str] = set()
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                found |= {known[each.id]} & kinds if each.id in known else set()
            elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
                found |= {each.attr} & kinds if known.get(each.value.id) == "" else set()
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                found |= {each.value} & kinds
        return found

    found = []
    for node in ast.walk(tree):
        asked: set[str] = set()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
            asked = named(node.args[1]) if node.func.id in ("isinstance", "issubclass") else set()
        elif isinstance(node, ast.MatchClass):
            asked = named(node.cls)
        elif isinstance(node, ast.MatchValue):
            asked = named(node.value)
        elif isinstance(node, ast.Compare):
            asked = {kind for each in (node.left, *node.comparators) for kind in compared(each, named)}
        elif isinstance(node, ast.Dict):
            asked = {kind for key in node.keys if key for kind in compared(key, named)}
        found += [f"{node.lineno}: {kind}" for kind in sorted(asked) if isinstance(node, ast.expr | ast.pattern)]
    return found


def compared(node: ast.AST, named: object) -> set[str]:
    """Return the kinds that stand for themselves in a comparison or as a key; one that is called makes a member."""
    assert callable(named)
    parts = node.elts if isinstance(node, ast.Tuple | ast.Set | ast.List) else [node]
    plain = [each for each in parts if isinstance(each, ast.Name | ast.Attribute | ast.Constant)]
    return {kind for each in plain for kind in named(each)}


def imported(tree: ast.AST, home: str) -> Iterator[tuple[str, str]]:
    """Yield each name that an import gives a member of a family, with the member's own; nothing for a module's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                family = next((each for each in FAMILIES if f"{inner}.".startswith(f"{each}.")), "")
                if family and family != home:
                    yield alias.asname or alias.name, alias.name if alias.name in FAMILIES[family] else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_code_switches_on_the_kind_of_another_family(path: Path) -> None:
    assert switches(path.read_text(encoding="utf-8"), home_of(path)) == []


LAYER = "from core.networks.layers import Conv2D as C, Dense, LAYERS\nfrom core.networks import layers\n"


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(layer, Dense)",
        "isinstance(layer, C | Dense)",
        "isinstance(layer, (int, layers.Dense))",
        "issubclass(type(layer), Dense)",
        "type(layer) is Dense",
        "type(layer) in (Dense, C)",
        "type(layer).__name__ == 'Dense'",
        "layer.to_json()['kind'] in {'Dense', 'Flatten'}",
        "wide = {Dense: 1}[type(layer)]",
        "said = {'Dense': 'wide'}[kind]",
        "match layer:\n    case Dense(): pass",
        "match kind:\n    case 'Dense': pass",
        "match layer:\n    case layers.Conv2D(filters=3): pass",
    ],
)
def test_a_switch_is_found_in_any_form(code: str) -> None:
    assert switches(LAYER + code)
    assert not switches(code.replace("'Dense'", "'x'").replace("'Flatten'", "'x'")), "other names of the same letters"
    assert not switches(LAYER + code, "core.networks.layers")


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(layer, keras.layers.Dense)",
        "layers[0] == Dense(3)",
        "made = [Dense(3), C()]",
        "LAYERS['Dense']",
        "recipe = {'kind': 'Dense'}",
        "type(layer) in LAYERS.values()",
    ],
)
def test_what_makes_a_member_is_no_switch(code: str) -> None:
    assert not switches(LAYER + code)
