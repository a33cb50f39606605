"""The documents say what is so: the examples of docs/adding.md work as they stand, and what is named is there."""

import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.paths import PROJECT

ADDING = PROJECT / "docs" / "adding.md"
DOCUMENTS = [
    *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((PROJECT / "docs").glob("*.md")),
]
# The tests that walk the registries, each restricted to the examples; they pass before anything is added, too.
WALKS = {
    "Invert": ["tests/unit/preprocessing/test_steps.py"],
    "Gamma": ["tests/unit/augmentation/test_operations.py"],
    "GaussianNoise": ["tests/unit/networks"],
    "Nadam": ["tests/unit/networks/test_layers.py"],
    "Linear": ["tests/unit/recipes/test_schedules.py", "tests/unit/networks/test_layers.py"],
    "shares": ["tests/unit/test_imports.py", "tests/unit/test_kinds.py"],
    "stepper": ["tests/unit/pages/test_javascript.py", "tests/unit/test_kinds.py"],
}


class Block(NamedTuple):
    """A fenced block: the section that it stands in, what its head says, and its text."""

    section: str
    head: str
    text: str


def blocks() -> list[Block]:
    found: list[Block] = []
    section = ""
    for title, language, text in re.findall(
        r"^## ([^\n]+)$|^```(python|js|css)\n(.*?)^```$", ADDING.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        section = title or section
        if not language:
            continue
        lines = text.splitlines(keepends=True)
        # A script's first line is the one that has it type-checked.
        place = 1 if lines[0].startswith("// @ts-check") else 0
        head = lines.pop(place).strip("/*# \n")
        found.append(Block(section, head, "".join(lines)))
    return found


BLOCKS = blocks()
SECTIONS = list(dict.fromkeys(block.section for block in BLOCKS))
CHECKS = {block.section: block.text for block in BLOCKS if block.head == "check"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with all the examples in it."""
    copy = tmp_path_factory.mktemp("added") / "project"
    ignored = shutil.ignore_patterns("__pycache__", "models", ".git", ".venv", ".*_cache", "*.png", "bench")
    shutil.copytree(PROJECT, copy, ignore=ignored)
    shutil.copyfile(PROJECT / "pages" / "icon.png", copy / "pages" / "icon.png")
    for block in BLOCKS:
        if block.head == "check":
            continue
        if inserted := re.fullmatch(r"in (\S+), after (.+)", block.head):
            path, after = copy / inserted[1], inserted[2]
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            (place,) = [number for number, line in enumerate(lines) if after in line]
            path.write_text("".join([*lines[: place + 1], block.text, *lines[place + 1 :]]), encoding="utf-8")
        else:
            path = copy / block.head
            assert not path.exists(), f"{block.head} is there already"
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    return copy


def run(copy: Path, *arguments: str) -> str:
    """Run Python in the copy; return what it printed where it failed, else nothing."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PIXELWISE_HOME": str(copy / "home")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture(scope="module")
def outcomes(copy: Path) -> dict[str, str]:
    """What each section's check printed where it failed, by the section; one process runs them all."""
    program = (
        "import json, threading, traceback\nfrom pages.common import page_frame\n"
        f"page_frame.prepare_server = threading.Thread\noutcomes = {{}}\nfor section, code in {CHECKS!r}.items():\n"
        "    try:\n        exec(compile(code, section, 'exec'), {})\n        outcomes[section] = ''\n"
        "    except BaseException:\n        outcomes[section] = traceback.format_exc()\n"
        "open('outcomes.json', 'w').write(json.dumps(outcomes))\n"
    )
    assert run(copy, "-c", program) == ""
    import json

    outcomes: dict[str, str] = json.loads((copy / "outcomes.json").read_text())
    return outcomes


@pytest.mark.parametrize("section", SECTIONS)
def test_each_example_works(outcomes: dict[str, str], section: str) -> None:
    assert outcomes[section] == ""


def test_the_examples_are_written_as_the_project_is(copy: Path) -> None:
    written = [block.head for block in BLOCKS if block.head.endswith(".py") and " " not in block.head]
    assert run(copy, "-m", "ruff", "check", *written) == ""
    assert run(copy, "-m", "ruff", "format", "--check", *written) == ""


def test_the_tests_that_walk_the_registries_find_the_examples_and_pass(copy: Path) -> None:
    paths = sorted({path for each in WALKS.values() for path in each})
    printed = copy / "walk.txt"
    program = (
        "import sys, pytest\nfrom pathlib import Path\nclass Walked:\n    passed = []\n"
        "    def pytest_runtest_logreport(self, report):\n"
        "        self.passed += [report.nodeid] * (report.when == 'call' and report.passed)\n"
        f"code = pytest.main(['-q', '-x', '-p', 'no:cacheprovider', '-k', {' or '.join(WALKS)!r}, *{paths!r}], "
        f"plugins=[Walked()])\nPath({str(printed)!r}).write_text('\\n'.join(Walked.passed))\nsys.exit(code)\n"
    )
    assert run(copy, "-c", program) == ""
    passed = printed.read_text()
    assert [name for name in WALKS if name not in passed] == []


def test_each_kind_of_the_table_has_an_example() -> None:
    listed = re.findall(r"^\| \[(.+?)\]", ADDING.read_text(encoding="utf-8"), re.MULTILINE)
    assert [each.lower() for each in SECTIONS] == listed
    assert list(CHECKS) == SECTIONS


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"`((?:core|pages|tests|bench|docs|models|pixelwise)/[\w./*-]*|app\.py|Makefile)`", text)
    links = [link for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) if link]
    missing = [name for name in named if not list(PROJECT.glob(name.rstrip("/")))]
    missing += [link for link in links if not (path.parent / link).exists()]
    modules = re.findall(r"`((?:core|pages)(?:\.\w+)+)`", text)
    missing += [name for name in modules if not found(name)]
    assert missing == []


def test_an_arrow_of_the_picture_is_an_import() -> None:
    """Between rooms of `core`, as architecture.md draws them."""
    drawn = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = drawn.split("subgraph core\n")[1].split(" end\n")[0].splitlines()
    chains = [[part.split(" & ") for part in line.strip().split(" --> ")] for line in lines if "-->" in line]
    arrows = [(one, other) for chain in chains for begin, end in pairwise(chain) for one in begin for other in end]
    assert len(arrows) > 8
    for one, other in arrows:
        texts = [path.read_text(encoding="utf-8") for path in (PROJECT / "core" / one).rglob("*.py")]
        imported = re.compile(rf"from core\.{other}\b|from core import .*\b{other}\b")
        assert any(imported.search(text) for text in texts), f"{one} does not import {other}"


def found(name: str) -> bool:
    """Tell whether a dotted name is a module, or a name that stands in one."""
    path = PROJECT.joinpath(*name.split("."))
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    outer, _, inner = name.rpartition(".")
    home = PROJECT.joinpath(*outer.split("."))
    home = home / "__init__.py" if home.is_dir() else home.with_suffix(".py")
    return home.is_file() and re.search(rf"\b{inner}\b", home.read_text(encoding="utf-8")) is not None
