"""Words of the glossary in the app's own sentences: dotted beneath, with what they mean, and the way to it."""

import re
from functools import cache
from urllib.parse import quote

from core.lessons.glossary import terms

# These are read as ordinary words where they are not meant as terms.
_PLAIN = {"class", "draw", "image", "label", "layer", "network", "run", "step", "worker", "operation", "decision"}


def with_terms(sentence: str) -> str:
    """Return a sentence of Markdown in which each word of the glossary, where it comes first, is a link to its entry.

    Args:
        sentence: of the app's own, not text from outside; code and links in it stay as they are.
    """
    seen: set[str] = set()

    def linked(found: re.Match[str]) -> str:
        text, word = found.group(0), _word(found.group("word") or "")
        if not word or word in seen:
            return text
        seen.add(word)
        return f'[{text}](explain?view=glossary&word={quote(word)} "{_plain(terms()[word])}")'

    return _pattern().sub(linked, sentence)


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted((word for word in terms() if word not in _PLAIN), key=len, reverse=True)
    # Code and links come first, and are passed over as a whole.
    return re.compile(
        r"`[^`]*`|\[[^\]]*\]\([^)]*\)|:[\w-]+(?:/\w+)?:|\b(?P<word>" + "|".join(map(re.escape, words)) + r")(?:e?s)?\b",
        re.IGNORECASE,
    )


def _word(text: str) -> str:
    return text if text in terms() else next((word for word in terms() if word.casefold() == text.casefold()), "")


def _plain(sentence: str) -> str:
    """Return Markdown as the title of a link can have it."""
    return sentence.replace("`", "").replace('"', "'")
