"""Texts → classes: what a file's name says, spellings that are one, the order of classes."""

import re
from collections import Counter

import numpy as np

from core.datasets.sources.labels import words

_LETTER = re.compile(r"[^\W\d_]")
# What cameras and programs begin names of files with.
_NO_CLASS_NAMES = {
    *("img", "image", "images", "photo", "picture", "pic", "dsc", "dscn", "dscf", "pxl", "vid", "frame", "screenshot"),
    *("scan", "file", "sample", "im", "p", "isic", "untitled"),
}
_NUMBERED = re.compile(r"(\d+)-(.+)")


def class_in(stem: str) -> str | None:
    """Return the class that a file's name without its ending tells, such as `cat` of `cat.0`; `None`: none."""
    text = _without_number(stem)
    if text is None or words.normalized(text) in _NO_CLASS_NAMES or words.split_of(text):
        return None
    return text


def _without_number(text: str) -> str | None:
    """Return `cat` of `cat.0`, `cat_12`, `cat (3)` or `cat7`; `None` of what does not end so, or has no letter."""
    numbered = text.removesuffix(")")
    end = len(numbered)
    while end and numbered[end - 1].isdecimal():
        end -= 1
    if end == len(numbered) or not _LETTER.search(numbered[:end]):
        return None
    rest = numbered[:end].removesuffix("(")
    while rest[-1].isspace() or rest[-1] in "._-":
        rest = rest[:-1]
    return rest.strip()


def numbered(texts: list[str | None]) -> tuple[tuple[str, ...], np.ndarray, list[str]]:
    """Number the classes; spellings that differ only in case are one, as on many a disk."""
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        if text:
            spellings.setdefault(text.casefold(), Counter())[text] += 1
    ordered = sorted(spellings, key=_natural)
    number = {key: label for label, key in enumerate(ordered)}
    labels = np.array([number[text.casefold()] if text else -1 for text in texts])
    several = [", ".join(sorted(spellings[key])) for key in ordered if len(spellings[key]) > 1]
    notes = [f"Names that differ only in upper and lower case are one class: {each}." for each in several]
    return tuple(spellings[key].most_common(1)[0][0] for key in ordered), labels, notes


def _natural(text: str) -> list[tuple[int, str]]:
    """Return a key by which 2 comes before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text)]


def without_order(class_names: tuple[str, ...], labels: np.ndarray) -> tuple[tuple[str, ...], np.ndarray, list[str]]:
    """Take the numbers from `0-cat` and `1-dog` where they are just the order of the classes, as in our own export."""
    parts = [_NUMBERED.fullmatch(name) for name in class_names]
    order = [int(part[1]) if part else -1 for part in parts]
    names = [part[2] if part else "" for part in parts]
    if order != list(range(len(order))) or len({name.casefold() for name in names}) < len(names) or len(names) < 2:
        return class_names, labels, []
    note = f"The numbers before the names of folders ({class_names[0]}) are taken for the order of the classes."
    return tuple(names), labels, [note]
