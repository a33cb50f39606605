"""What may be wrong with a data set: each check with what it found, in words and as the pictures concerned.

An audit is kept beside the data set as `audit.json`.
"""

import json
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core import home
from core.datasets import catalogue, checks
from core.datasets.findings import PASSED, SEVERITIES, Finding, counted
from core.datasets.property_check import told_by_a_property
from core.datasets.store import Dataset
from core.errors import storing
from core.progress import Progress, quiet


@dataclass(frozen=True)
class Audit:
    """All findings on a data set, the gravest first.

    Attributes:
        content_hash: of the data set that was looked at.
        created: when, in seconds since 1970.
        findings: one a check.
    """

    content_hash: str
    created: float
    findings: tuple[Finding, ...]

    def finding(self, key: str) -> Finding | None:
        """Return the finding of a key; `None` where there is none."""
        return next((each for each in self.findings if each.key == key), None)


def audit(dataset: Dataset, progress: Progress = quiet) -> Audit:
    """Look for everything that may be wrong with a data set, and keep what was found beside it.

    Raises:
        DatasetError: the data set is damaged.
        StorageError: the disk is full or may not be written.
        Cancelled: the user cancelled.
    """
    found = [
        checks.unreadable(dataset, progress),
        *checks.copies(dataset, progress),
        *checks.appearance(dataset.index),
        checks.shapes(dataset.index),
        checks.imbalance(dataset),
        checks.missing(dataset),
        *told_by_a_property(dataset, progress),
    ]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    made = Audit(dataset.about.content_hash, time.time(), tuple(found))
    with storing(f"the audit of {dataset.about.name}"):
        home.replace_text(dataset.folder / "audit.json", json.dumps(asdict(made)))
    return made


def load(dataset: Dataset) -> Audit | None:
    """Return the audit kept beside a data set; `None` where there is none, it is torn, or the content was another."""
    try:
        data = json.loads((dataset.folder / "audit.json").read_text(encoding="utf-8"))
        findings = tuple(_finding(each) for each in data["findings"])
        kept = Audit(data["content_hash"], float(data["created"]), findings)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept if kept.content_hash == dataset.about.content_hash else None


def _finding(data: dict[str, Any]) -> Finding:
    groups = tuple(tuple(group) for group in data["groups"])
    return Finding(**{**data, "ids": tuple(data["ids"]), "groups": groups})


def run(name: str, progress: Progress) -> dict[str, Any]:
    """Audit a data set as a job; return how many findings there are of each severity."""
    made = audit(catalogue.open_dataset(name), progress)
    severities = [finding.severity for finding in made.findings]
    return {severity: severities.count(severity) for severity in SEVERITIES}


def report(made: Audit) -> str:
    """Return an audit as text: a paragraph a finding, and a line of the checks passed."""
    lines = [f"Audited {datetime.fromtimestamp(made.created):%Y-%m-%d %H:%M}."]
    for finding in made.findings:
        if finding.severity != PASSED:
            count = f" ({counted(len(finding.ids), 'picture')})" if finding.ids else ""
            lines.append(f"{finding.severity.upper()}: {finding.title}{count}. {finding.sentence}")
    passed = [finding.title for finding in made.findings if finding.severity == PASSED]
    return "\n".join([*lines, f"Checked, and nothing found: {'; '.join(passed)}."])
