"""Texts that a program must not take for the name of a file, a line or code: for tests of all that names become."""

from pathlib import PurePosixPath, PureWindowsPath

TRICKS = (
    "../../evil",
    "/etc/passwd",
    "C:\\Windows\\x",
    "C:x",
    "\\\\server\\share",
    "a\x00b",
    "\ud800",
    "two\nlines",
    "con",
    "NUL.txt",
    "Com1",
    "lpt¹",
    "aux .",
    "trailing. . ",
    "..",
    ".",
    "",
    "~",
    "-rf",
    ".hidden",
    "x" * 5000,
    "犬" * 300,
    "\u202egnp.exe",
    "a\u2028b",
    "file:stream",
    '*?<>|"',
    "‥／‥／x",
    "a/b",
    "x/../../../evil",
    "/dev/null",
    "~root/x",
    "$HOME",
    "`touch evil`",
    "e\u0301" * 200,
    "\U0001f600" * 100,
    "\udcff",
    "tab\there",
    "\x1b[2J",
    "name\r",
    "%00",
    "..%2f..%2fevil",
    ".trash",
    ".new-1-2-x",
    "latest",
    "status.json",
    "None",
    "x" * 1_000_000,
)


def is_portable(name: str) -> bool:
    """Tell whether Linux, macOS and Windows take a text as the name of one file, and show it as it is."""
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(name).parts != (name,) or kind(name).drive:
            return False
    odd = PureWindowsPath(name).is_reserved() or name.startswith(("~", "-", " ")) or name.endswith((".", " "))
    return not odd and name.isprintable() and len(name.encode()) <= 255 and not set(name) & set('<>:"/\\|?*')
