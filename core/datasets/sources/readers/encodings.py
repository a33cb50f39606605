"""The encoding of names in old archives, which do not tell it: by the letters that a decoding gives."""

import re
from collections.abc import Callable, Iterable

_LOOKED_AT = 2_000
# A Latin letter beside one of China, Korea or Japan: what is Latin with accents was decoded as such.
_MIXED = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")
_CYRILLIC_WORDS = re.compile(r"[а-яё]+|[А-ЯЁ][а-яё]+|[А-ЯЁ]+")
_COMMON_SHARE = 0.5


def encoding_of(names: Iterable[bytes]) -> str:
    """Return the encoding of names that are not UTF-8; `cp437`, as zips have it by their standard, where none fits.

    Args:
        names: of one archive; they are told by all of them together.
    """
    some = [name for _, name in zip(range(_LOOKED_AT), names, strict=False)]
    for encoding, fits in _FITTING.items():
        try:
            texts = [name.decode(encoding) for name in some]
        except UnicodeDecodeError:
            continue
        if fits(some, texts):
            return encoding
    return "cp437"


def _are_cyrillic(_names: list[bytes], texts: list[str]) -> bool:
    """Tell whether what is not ASCII makes Cyrillic words, with capitals where words have them."""
    words = [word for text in texts for word in re.findall(r"[^\x00-\x7f]+", text)]
    return bool(_letters(texts)) and all(map(_CYRILLIC_WORDS.fullmatch, words))


def _are_japanese(_names: list[bytes], texts: list[str]) -> bool:
    """Tell whether all is kana and Chinese characters, none of it of half width."""
    letters = _letters(texts)
    return bool(letters) and all("\u3000" <= letter <= "\u30ff" or _is_ideograph(letter) for letter in letters)


def _are_korean(_names: list[bytes], texts: list[str]) -> bool:
    """Tell whether all is Hangul."""
    letters = _letters(texts)
    return bool(letters) and all("\uac00" <= letter <= "\ud7a3" for letter in letters)


def _are_chinese(common: tuple[bytes, bytes]) -> Callable[[list[bytes], list[str]], bool]:
    """Return what tells whether all is Chinese characters, many of them of the common ones, which have a range."""

    def fits(names: list[bytes], texts: list[str]) -> bool:
        letters = _letters(texts)
        firsts = [pair[:1] for name in names for pair in re.findall(rb"[\x80-\xff].", name, re.DOTALL)]
        frequent = sum(common[0] <= first <= common[1] for first in firsts)
        return bool(letters) and all(map(_is_ideograph, letters)) and frequent >= _COMMON_SHARE * len(firsts)

    return fits


def _letters(texts: list[str]) -> list[str]:
    """Return the letters that are not ASCII; none where one is beside a Latin letter."""
    return [] if any(map(_MIXED.search, texts)) else [letter for text in texts for letter in text if letter > "\x7f"]


def _is_ideograph(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"


# In this order: what fits an earlier one by chance is rarer than what fits a later one.
_FITTING: dict[str, Callable[[list[bytes], list[str]], bool]] = {
    "cp1251": _are_cyrillic,
    "cp866": _are_cyrillic,
    "euc_kr": _are_korean,
    "gb2312": _are_chinese((b"\xb0", b"\xd7")),
    "cp932": _are_japanese,
    "cp949": _are_korean,
    "big5": _are_chinese((b"\xa4", b"\xc6")),
    "gb18030": _are_chinese((b"\xb0", b"\xd7")),
}
