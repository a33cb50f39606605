"""The components' scripts: their logic, tried by Node's own test runner, and how their parts become one."""

import re
import subprocess
from pathlib import Path

import pytest

from pages import components
from pages.components import script
from tests.node import node
from tests.paths import PROJECT

TESTS = sorted((PROJECT / "tests" / "javascript").glob("*.test.js"))
SCRIPTS = sorted(Path(components.__file__).parent.rglob("*.js"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.removesuffix(".test.js"))
def test_logic_holds_without_a_browser(path: Path) -> None:
    program = node()
    if program is None:
        pytest.skip("no node on this machine: pip install -r requirements-dev.txt")
    done = subprocess.run([program, "--test", str(path)], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^(?:ℹ|#) pass [1-9]", done.stdout, re.MULTILINE), "it has tests"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_script_is_type_checked(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("// @ts-check\n")


@pytest.mark.parametrize("name", ["chart", "scatter", "viewer"])
def test_a_script_is_one_module_with_what_it_imports_once_and_first(name: str) -> None:
    whole = script(f"{name}/script.js")
    assert not re.search(r"^import\b", whole, re.MULTILINE)
    assert re.findall(r"^export .+", whole, re.MULTILINE) == [
        line for line in whole.splitlines() if line.startswith("export default function")
    ]
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", whole, re.MULTILINE)
    assert len(names) == len(set(names)), "names that two files have"
    if name == "chart":
        assert whole.index("function rounded") < whole.index("function drawAxes") < whole.index("class Charts")
