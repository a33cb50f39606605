"""Texts from outside as names of files and folders: one function, so that no text is ever a path."""

import re
import unicodedata

# What Windows keeps for devices, with or without an ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin|conout|(com|lpt)[\d¹²³]) *(\..*)?", re.IGNORECASE)


def slug(text: str, *, otherwise: str, longest: int = 50, mark: str = "", any_script: bool = False) -> str:
    """Return a name that every file system takes: no folder in it, no device of Windows, at most 200 bytes.

    Args:
        text: any text, such as `My Cats (2)`, which gives `my-cats-2`.
        otherwise: the name where nothing is left of the text.
        longest: how many characters are kept of it, at most 50.
        mark: what keeps it apart from others that come to the same, such as a number: added at the end.
        any_script: whether letters of all scripts, capitals, spaces and dots within are kept, for a name that is read
            again: `My Cats _2_`. Else there are lower case letters a to z, digits and hyphens.
    """
    text, gap = text[: 20 * longest], " " if any_script else "-"
    if any_script:
        readable = re.sub(r"[^\w .-]", "_", unicodedata.normalize("NFC", text))[:longest]
        readable = readable.lstrip(" .-").rstrip(" .")
    else:
        readable = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:longest]
    made = f"{readable or otherwise}{gap}{mark}" if mark else readable.rstrip("-") or otherwise
    return f"{otherwise}{gap}{made}" if _DEVICES.fullmatch(made) else made
