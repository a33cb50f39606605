"""Who may import whom, and that TensorFlow stays out of everything but `core.nn`."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LAYERS = [
    {"app"},
    {"pages"},
    {"pages.shared"},
    {"core.__main__"},
    {"core.cli"},
    {"core.safety_check", "core.estimate"},
    {"core.answers"},
    {"core.worker"},
    {"core.nn"},
    {"core.explaining"},
    {
        "core.comparison",
        "core.network_drawing",
        "core.dataset_figures",
        "core.evaluation_figures",
        "core.safety_figures",
    },
    {"core.booking_figures"},
    {"core.booking"},
    {"core.calibration", "core.label_errors"},
    {"core.safety"},
    {
        "core.applying",
        "core.codegen",
        "core.exports",
        "core.coach",
        "core.curves",
        "core.evaluation",
        "core.figures",
        "core.batches",
    },
    {"core.prepare", "core.runs", "core.novelty"},
    {"core.recipe", "core.shapes"},
    {"core.datasets"},
    {"core.network", "core.optimiser", "core.schedule", "core.pasted"},
    {"core.preprocessing", "core.augmentation", "core.drawing"},
    {"core.pictures", "core.settings", "core.contact_sheet"},
    {"core.jobs", "core.saved"},
    {"core.home", "core.progress", "core.spreadsheet"},
    {"core.errors", "core.processes"},
]
FOLDERS = (
    "core.coach",
    "core.nn",
    "core.codegen",
    "core.comparison",
    "core.explaining",
    "core.novelty",
    "core.runs",
    "core.datasets",
    "core.preprocessing",
    "core.augmentation",
    "pages.shared",
)
FILES = sorted([PROJECT / "app.py", *(PROJECT / "pages").rglob("*.py"), *(PROJECT / "core").rglob("*.py")])


def module_of(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def unit_of(module: str) -> str:
    """Return the unit that a module belongs to: a file, or a folder with one subject."""
    for folder in FOLDERS:
        if module == folder or module.startswith(folder + "."):
            return folder
    return "pages" if module.startswith("pages.") else module


def layer_of(unit: str) -> int:
    (found,) = [index for index, units in enumerate(LAYERS) if unit in units]
    return found


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
    unit = unit_of(module)
    for imported in imports(path):
        if imported.split(".")[0] not in ("core", "pages", "app"):
            continue
        other = unit_of(imported)
        same_folder = unit == other and unit in FOLDERS
        assert same_folder or layer_of(unit) < layer_of(other), f"{module} must not import {imported}"


def test_core_never_imports_streamlit() -> None:
    assert not [
        path for path in FILES if "core" in path.parts and "streamlit" in {i.split(".")[0] for i in imports(path)}
    ]


def test_everything_outside_nn_leaves_tensorflow_alone() -> None:
    modules = [module_of(path) for path in FILES if module_of(path).startswith("core")]
    outside = [module for module in modules if not module.startswith("core.nn") and module != "core.__main__"]
    assert "core.worker" in outside
    code = f"""
import importlib, sys
for module in {[*outside, "core.nn.infer", "pages.shared.frame", "pages.shared.controls"]}:
    importlib.import_module(module)
print([name for name in ("tensorflow", "keras") if name in sys.modules])
"""
    printed = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert printed.stdout.strip().splitlines()[-1] == "[]"
