"""The glossary: the field's words as the app uses them, from `glossary.md` beside this file."""

import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".md")
_ROW = re.compile(r"^\| (?!-)(.+?) \| (.+) \|$", re.MULTILINE)


@cache
def terms() -> dict[str, str]:
    """Return what each word means, in a sentence of Markdown, by the word, in alphabetical order."""
    _heading, *rows = _ROW.findall(_FILE.read_text(encoding="utf-8"))
    return dict(rows)


def matching(text: str) -> dict[str, str]:
    """Return the entries whose word or sentence holds a text, whatever its case; those whose word does come first."""
    wanted = text.strip().casefold()
    by_word = {word: said for word, said in terms().items() if wanted in word.casefold()}
    return by_word | {word: said for word, said in terms().items() if wanted in said.casefold()}
