"""What the hook on commit messages lets pass."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commit_subject import problem
from tests.paths import PROJECT


@pytest.mark.parametrize("message", ["x" * 72, "Subject\n\nWhy, in lines of any length", "# comment of git\nSubject\n"])
def test_a_short_subject_passes(message: str) -> None:
    assert problem(message) == ""


@pytest.mark.parametrize(
    ("message", "said"), [("x" * 73, "73 characters"), ("\n# only comments", "Write"), ("Subject\nmore", "empty")]
)
def test_another_is_refused_with_what_to_do(message: str, said: str) -> None:
    assert said in problem(message)


@pytest.mark.parametrize(("subject", "status"), [("x" * 72, 0), ("x" * 73, 1)])
def test_the_hook_ends_a_commit(tmp_path: Path, subject: str, status: int) -> None:
    path = tmp_path / "COMMIT_EDITMSG"
    path.write_text(subject)
    command = [sys.executable, "-m", "tests.commit_subject", str(path)]
    assert subprocess.run(command, cwd=PROJECT, capture_output=True, check=False).returncode == status
