"""Every colour of the app, by name: no other file writes one as hex digits or as numbers.

Streamlit's theme (.streamlit/config.toml) is written in TOML, which cannot import; a test holds that both say the same.
Components get these names as CSS variables, `--palette-blue` for `BLUE`: see `style_variables`.
"""

from typing import NamedTuple


class Shade(NamedTuple):
    """One colour on a light page and one on a dark page, as CSS writes them."""

    light: str
    dark: str

    def on(self, dark: bool) -> str:
        """Return the colour for a page that is dark, or not."""
        return self.dark if dark else self.light


# Okabe and Ito's eight colours for the colour-blind, their black made a gray that shows on both pages, and two more.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, OLIVE, GRAY = "#CC79A7", "#56B4E9", "#B8A800", "#7F7F7F"
WINE, TEAL = "#882255", "#44AA99"
# The colour of a class, or of a run among several, by its place; after the last the first follows.
CLASS_COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, OLIVE, GRAY, WINE, TEAL)

# The curves of a training.
TRAINING, VALIDATION = Shade(BLUE, SKY), Shade(VERMILION, "#F0883E")
LEARNING_RATE = Shade(GREEN, "#35C09A")
# What is said beside curves, and the lines behind them.
CHART_TEXT, CHART_GRID = Shade("#5F6973", "#C3CAD2"), Shade("#E6EAF1", "#31333F")
CHART_MARK = Shade("#5F6973", "#9AA3AC")

# The theme's, for drawings that no style of the page reaches.
PRIMARY = Shade(BLUE, "#2373AD")
# For text: white is read on the one above, and this one on the page.
PRIMARY_TEXT = Shade(BLUE, "#6FB4E6")
BACKGROUND = Shade("#FFFFFF", "#12161B")
TEXT = Shade("#0A1018", "#E6EAEE")
FAINT_TEXT = CHART_MARK

# What is not the matter: other classes, other bars, layers without weights.
OTHER, OTHERS_ALIKE, PLAIN_LAYER = "#7F8C98", "#B9C1C8", "#8A939C"
# White text is read on it.
WARNING = "#B34E00"
STAR = "#B98A00"
WHITE, BLACK = "#FFFFFF", "#000000"


def translucent(colour: str, share: float) -> str:
    """Return a colour through which what is behind it shows, as CSS and Plotly write it.

    Args:
        colour: as `#RRGGBB`.
        share: how much of it is seen, 0–1.
    """
    return f"rgba({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))}, {share:g})"


# The edge of an image, on a light page as on a dark one.
IMAGE_EDGE = translucent(GRAY, 0.3)
RULE = translucent(GRAY, 0.25)
# Points of a map that a filter leaves out, and what lies inside a lasso.
LEFT_OUT, LASSO = translucent(GRAY, 0.28), translucent(GRAY, 0.15)
SHADOW, VEIL = translucent(BLACK, 0.25), translucent(BLACK, 0.55)
# At the side where a box scrolls on.
SCROLL_SHADOW = Shade(translucent(TEXT.light, 0.22), translucent(FAINT_TEXT.dark, 0.35))


def style_variables() -> str:
    """Return the palette as the style of a component: a CSS variable a colour; a `Shade` goes with the page's theme."""
    lines = []
    for name, value in globals().items():
        if not name.isupper() or not isinstance(value, str | Shade):
            continue
        colour = value if isinstance(value, str) else f"light-dark({value.light}, {value.dark})"
        lines.append(f"  --palette-{name.lower().replace('_', '-')}: {colour};")
    return "\n".join((":host {", *lines, "}"))
