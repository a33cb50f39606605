"""Who may import whom, and that TensorFlow stays out of everything but `core.nn`."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.paths import PROJECT

# `pages.*` stands for each folder with a page in it.
PAGES = sorted(f"pages.{path.parent.name}" for path in (PROJECT / "pages").glob("*/page.py"))
LAYERS = [
    PAGES if line == "pages.*" else line.split()
    for line in (PROJECT / "docs" / "architecture.md")
    .read_text()
    .split("```layers\n")[1]
    .split("\n```")[0]
    .splitlines()
]
FILES = sorted([PROJECT / "app.py", *(PROJECT / "pages").rglob("*.py"), *(PROJECT / "core").rglob("*.py")])


def module_of(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """Return the room that a module belongs to: the longest of those listed that it is, or is in."""
    rooms = [room for rooms in LAYERS for room in rooms if module == room or module.startswith(room + ".")]
    assert rooms, f"{module} stands in no line of docs/architecture.md"
    return max(rooms, key=len)


def layer_of(room: str) -> int:
    (found,) = [index for index, rooms in enumerate(LAYERS) if room in rooms]
    return found


@cache
def imports(path: Path) -> set[str]:
    """Return the modules that a file imports anywhere, as full names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                file = PROJECT / (inner.replace(".", "/") + ".py")
                found.add(inner if file.exists() or file.with_suffix("").is_dir() else node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_only_go_downwards(path: Path) -> None:
    module = module_of(path)
    if module in ("core", "pages"):
        return
    room = room_of(module)
    for imported in imports(path):
        if imported.split(".")[0] not in ("core", "pages", "app"):
            continue
        other = room_of(imported)
        assert room == other or layer_of(room) < layer_of(other), f"{module} must not import {imported}"


def test_core_never_imports_streamlit() -> None:
    assert not [
        path for path in FILES if "core" in path.parts and "streamlit" in {i.split(".")[0] for i in imports(path)}
    ]


def test_nothing_outside_nn_imports_tensorflow_even_when_called() -> None:
    outside = [path for path in FILES if not module_of(path).startswith("core.nn")]
    assert not [path for path in outside if {"tensorflow", "keras"} & {name.split(".")[0] for name in imports(path)}]


def test_everything_outside_nn_leaves_tensorflow_alone() -> None:
    modules = [module_of(path) for path in FILES if module_of(path).startswith("core")]
    outside = [module for module in modules if not module.startswith("core.nn") and module != "core.__main__"]
    assert "core.prediction.worker" in outside
    code = f"""
import importlib, sys
for module in {[*outside, "core.nn.inference.models", "pages.common.page_frame", "pages.common.pickers"]}:
    importlib.import_module(module)
print([name for name in ("tensorflow", "keras") if name in sys.modules])
"""
    printed = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert printed.stdout.strip().splitlines()[-1] == "[]"
