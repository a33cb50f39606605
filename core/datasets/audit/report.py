"""What may be wrong with a dataset: each check with what it found, in words and as the images concerned.

An audit is kept beside the dataset as `audit.json`.
"""

import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from core.datasets.audit import checks, leaks
from core.datasets.audit.findings import GONE, PASSED, SEVERITIES, AuditFinding
from core.datasets.audit.shortcut_check import told_by_a_property
from core.datasets.integrity import verification
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.errors import as_storage_error
from core.storage import checked
from core.storage.checked import DamagedError, Time
from core.storage.progress import Progress, counted, quiet

_MOST = 500_000_000


@dataclass(frozen=True)
class Audit:
    """All findings on a dataset, the gravest first.

    Attributes:
        content_hash: of the dataset that was looked at.
        created: when, in seconds since 1970.
        findings: one a check.
    """

    content_hash: str
    created: Time
    findings: tuple[AuditFinding, ...]

    def finding(self, key: str) -> AuditFinding | None:
        """Return the finding of a key; `None` where there is none."""
        return next((each for each in self.findings if each.key == key), None)


def audit(dataset: Dataset, progress: Progress = quiet) -> Audit:
    """Look for everything that may be wrong with a dataset, and keep what was found beside it.

    Raises:
        DatasetError: the dataset is damaged.
        StorageError: the disk is full or may not be written.
        Cancelled: the user cancelled.
    """
    made = look(dataset, progress)
    keep(dataset, made)
    return made


def look(dataset: Dataset, progress: Progress = quiet) -> Audit:
    """Look for everything that may be wrong with a dataset.

    Raises:
        DatasetError: the dataset is damaged.
        Cancelled: the user cancelled.
    """
    verification.require_whole(dataset, progress)
    found = [
        checks.unreadable(dataset, progress),
        *checks.copies(dataset, progress),
        *checks.divided_groups(dataset),
        *checks.appearance(dataset.index),
        checks.shapes(dataset.index),
        checks.imbalance(dataset),
        checks.missing(dataset),
        *told_by_a_property(dataset, progress),
    ]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Audit(dataset.about.content_hash, time.time(), tuple(found))


def keep(dataset: Dataset, made: Audit) -> None:
    """Keep an audit beside its dataset.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    with as_storage_error(f"the audit of {dataset.about.name}"):
        checked.write(dataset.folder / "audit.json", asdict(made))


def load(dataset: Dataset) -> Audit | None:
    """Return the audit kept beside a dataset; `None` where there is none, it is torn, or the content was another."""
    try:
        kept = checked.read_object(dataset.folder / "audit.json", Audit, most=_MOST)
    except DamagedError:
        return None
    last = len(dataset) - 1
    there = all(index <= last for each in kept.findings for index in (*each.ids, *chain(*each.groups)))
    return kept if there and kept.content_hash == dataset.about.content_hash else None


def as_decided(dataset: Dataset, finding: AuditFinding) -> AuditFinding:
    """Return a finding as it stands by what people have decided since: a leak with what is left of it, or `GONE`."""
    if finding.key != checks.LEAK or not finding.groups:
        return finding
    rest = leaks.left(dataset, finding.groups)
    ids = tuple(index for group in rest for index in group)
    severity = finding.severity if rest else GONE
    return replace(
        finding, sentence=leaks.summary(dataset, finding.groups), severity=severity, ids=ids, groups=tuple(rest)
    )


def run(name: str, progress: Progress) -> dict[str, Any]:
    """Audit a dataset as a job; return how many findings there are of each severity."""
    made = audit(catalogue.open_dataset(name), progress)
    severities = [finding.severity for finding in made.findings]
    return {severity: severities.count(severity) for severity in SEVERITIES}


def report(dataset: Dataset, made: Audit) -> str:
    """Return an audit as text: a paragraph a finding, and a line of the checks passed; by what is decided since."""
    lines = [f"Audited {datetime.fromtimestamp(made.created):%Y-%m-%d %H:%M}."]
    for finding in made.findings:
        if finding.severity != PASSED:
            now = as_decided(dataset, finding)
            count = f" ({counted(len(finding.ids), 'image')})" if finding.ids else ""
            lines.append(f"{now.severity.upper()}: {finding.title}{count}. {now.sentence}")
    passed = [finding.title for finding in made.findings if finding.severity == PASSED]
    return "\n".join([*lines, f"Checked, and nothing found: {'; '.join(passed)}."])
