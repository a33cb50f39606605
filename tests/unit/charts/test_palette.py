"""The palette: colours have one place, and are what Streamlit's theme says."""

import re
import tomllib
from pathlib import Path

import pytest

from core.charts import palette
from tests.paths import PROJECT

PALETTE = PROJECT / "core" / "charts" / "palette.py"
# A recipe's padding: a setting of its images, not a colour of the app.
SETTINGS = {"core/preprocessing/steps/declared.py": 1, "core/preprocessing/presets.py": 1, "core/settings.py": 1}
LITERAL = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?!\w)|\b(?:rgb|hsl)a?\(\s*[\d.]")


def files() -> list[Path]:
    found = [PROJECT / "app.py"]
    for folder in ("core", "pages"):
        found += [path for path in (PROJECT / folder).rglob("*") if path.suffix in (".py", ".js", ".css")]
    return found


def test_no_colour_is_written_outside_the_palette() -> None:
    found = {
        path.relative_to(PROJECT).as_posix(): len(colours)
        for path in files()
        if path != PALETTE and (colours := LITERAL.findall(path.read_text(encoding="utf-8")))
    }
    assert found == SETTINGS


@pytest.mark.parametrize("text", ["#0072B2", "#fff;", "rgb(0 0 0 / 50%)", "rgba(128,128,128,.3)", "hsl( 20 50% 40%)"])
def test_a_colour_is_found_however_it_is_written(text: str) -> None:
    assert LITERAL.search(text)


def test_ten_class_colours_differ() -> None:
    assert len(set(palette.CLASS_COLOURS)) == 10


def test_the_theme_has_the_palettes_colours() -> None:
    theme = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    for name, shade in (
        ("primaryColor", palette.PRIMARY),
        ("backgroundColor", palette.BACKGROUND),
        ("textColor", palette.TEXT),
    ):
        assert (theme["light"][name], theme["dark"][name]) == shade


def test_a_colour_seen_through_keeps_its_parts() -> None:
    assert palette.translucent("#0A10FF", 0.18) == "rgba(10, 16, 255, 0.18)"


def test_every_variable_that_a_component_uses_is_the_palettes() -> None:
    given = set(re.findall(r"(--palette-[a-z-]+):", palette.style_variables()))
    assert {"--palette-blue", "--palette-chart-text"} <= given
    used: set[str] = set()
    for path in files():
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".js", ".css"):
            used |= set(re.findall(r"var\((--palette-[a-z-]+)\)", text))
            used |= {f"--palette-{name}" for name in re.findall(r'paletteColour\(.+?, "([a-z-]+)"\)', text)}
    assert len(used) > 10
    assert used <= given
