"""Patches of Streamlit: for the version that is required, and for no other."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest
import streamlit as st
from streamlit import cli_util, config
from streamlit.runtime.pages_manager import PagesManager

from pages import streamlit_patches
from pages.streamlit_patches import browser_opening, pages_directory, replacing
from pages.streamlit_patches.replacing import UnknownStreamlitError
from tests.paths import PROJECT

FOLDER = PROJECT / "pages" / "streamlit_patches"
FILES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "replacing"))
NAMES = {patch.__name__.split(".")[-1]: patch for patch in streamlit_patches.PATCHES}


def original() -> None:
    """Stand in for code of Streamlit."""


class Owner:
    act = staticmethod(original)


def by() -> None:
    """Stand in for a patch."""


def test_the_required_streamlit_is_the_one_that_is_mended() -> None:
    assert f"streamlit=={replacing.VERSION} " in (PROJECT / "requirements.txt").read_text()
    assert st.__version__ == replacing.VERSION


@pytest.mark.parametrize("name", FILES)
def test_each_file_says_the_fault_how_it_shows_and_where(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text().split('"""')[1]
    assert re.search(r"^Fault: .*^Shows: .*^Streamlit: 1\.", text, re.MULTILINE | re.DOTALL)


def test_each_file_is_applied() -> None:
    assert set(FILES) - {"browser_opening"} == set(NAMES)  # That one is no patch, but handed to Streamlit.


@pytest.mark.parametrize("patch", NAMES.values(), ids=NAMES)
def test_each_refuses_another_streamlit_and_says_what_to_do(patch: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "getattr", lambda *_: None, raising=False)  # As if not applied before.
    monkeypatch.setattr(st, "__version__", "1.68.0")
    with pytest.raises(UnknownStreamlitError, match=r"1\.68\.0 .*1\.67\.0 \(pages/\w+/\w+\.py\).*pip install"):
        patch.apply()


def test_other_code_of_the_same_version_is_not_replaced() -> None:
    with pytest.raises(UnknownStreamlitError, match=r"^original of the installed Streamlit .*force-reinstall"):
        replacing.replace(Owner, "act", original, by, digest="0" * 16)
    assert Owner.act is original


def test_what_another_patch_replaces_is_not_replaced_again() -> None:
    digest = replacing.digest_of(original)
    try:
        replacing.replace(Owner, "act", original, by, digest=digest)
        with pytest.raises(UnknownStreamlitError, match=r"^original is replaced already"):
            replacing.replace(Owner, "act", original, lambda: None, digest=digest)
        assert Owner.act is by
    finally:
        Owner.act = staticmethod(original)


def test_what_is_applied_again_stays() -> None:
    digest = replacing.digest_of(original)
    try:
        replacing.replace(Owner, "act", original, by, digest=digest)
        replacing.replace(Owner, "act", original, by, digest="0" * 16)
        assert Owner.act is by
    finally:
        Owner.act = staticmethod(original)


def test_the_app_does_not_start_on_another_streamlit_and_says_so(tmp_path: Path) -> None:
    code = "import streamlit as st; st.__version__ = '1.68.0'; from streamlit.web.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "run", str(PROJECT / "app.py"), "--server.headless=true", "--server.port=0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("Streamlit 1.68.0 is installed, but Pixelwise mends")
    assert "Traceback" not in ended.stderr


def found_pages_directory() -> bool | None:
    """Return what Streamlit makes of the app's folder as a session begins."""
    PagesManager(str(PROJECT / "app.py"))
    return PagesManager.uses_pages_directory


def test_the_folder_pages_is_no_list_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    pages_directory.apply()
    assert not found_pages_directory()


@pytest.mark.xfail(strict=True, reason="Streamlit 1.67 does: when it no longer does, pages_directory can go")
def test_streamlit_by_itself_takes_the_folder_pages_for_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    assert not found_pages_directory()


@pytest.mark.parametrize("headless", [False, True])
def test_the_browser_opens_the_app_unless_headless(monkeypatch: pytest.MonkeyPatch, headless: bool) -> None:
    opened: list[str] = []
    monkeypatch.setattr(cli_util, "open_browser", opened.append)
    before = config.get_option("server.headless")
    config.set_option("server.headless", headless)

    async def start() -> None:
        async with browser_opening.opening_browser(cast("st.App", None)):
            await asyncio.sleep(0.4)

    try:
        asyncio.run(start())
    finally:
        config.set_option("server.headless", before)
    assert [address.startswith("http://localhost") for address in opened] == ([] if headless else [True])
