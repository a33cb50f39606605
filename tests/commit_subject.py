"""A commit's subject, its first line: what a user or reader gets, in at most 72 characters. A hook calls this."""

import sys
from pathlib import Path

LONGEST = 72


def problem(message: str) -> str:
    """Say what is wrong with a commit's message; empty where its subject is short and stands alone."""
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject, rest = (lines or [""])[0], lines[1:]
    if not subject.strip():
        return "Write a subject: what does a user or reader get?"
    if len(subject) > LONGEST:
        return f"The subject has {len(subject)} characters; {LONGEST} are read. Put the rest below an empty line."
    if rest and rest[0].strip():
        return "Leave the line after the subject empty."
    return ""


if __name__ == "__main__":
    sys.exit(problem(Path(sys.argv[1]).read_text(encoding="utf-8")) or 0)
