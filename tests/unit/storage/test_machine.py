"""A busy machine is told from an idle one, with who keeps it busy."""

import os
import time
from collections import namedtuple
from types import SimpleNamespace

import psutil
import pytest

from core.storage import machine

Times = namedtuple("Times", "user system idle iowait guest guest_nice")


class Clock:
    """A machine with two processors, on which `mine` seconds go to the training and `others` to other programs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.mine = self.others = 0.0
        process = SimpleNamespace(
            cpu_times=lambda: SimpleNamespace(user=self.mine, system=0.0), children=lambda **_: []
        )
        monkeypatch.setattr(psutil, "Process", lambda _pid: process)
        monkeypatch.setattr(psutil, "cpu_count", lambda: 2)
        monkeypatch.setattr(psutil, "cpu_times", self.times)
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        machine._meter.cache_clear()

    def times(self) -> Times:
        used = self.mine + self.others
        return Times(used, 0.0, 2 * self.now - used - 1.0, 1.0, 0.0, 0.0)

    def go(self, seconds: float, mine: float, others: float) -> None:
        """Let time pass, with shares of both processors."""
        self.now += seconds
        self.mine += mine * 2 * seconds
        self.others += others * 2 * seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_the_shares_of_the_last_seconds_are_told(clock: Clock) -> None:
    assert machine.cpu_shares(7) is None, "there is nothing to compare with yet"
    for _ in range(8):
        clock.go(0.75, 0.9, 0.02)
        found = machine.cpu_shares(7)
    assert found
    assert not found.busy
    for _ in range(40):
        clock.go(0.75, 0.04, 0.96)
        found = machine.cpu_shares(7)
    assert found
    assert (round(found.process, 2), round(found.others, 2), found.busy) == (0.04, 0.96, True)
    assert found.sentence == (
        "The machine is busy: other programs use 96% of its processors, and this training gets 4%. It goes on, only "
        "slower."
    )


def test_what_is_long_past_is_not_told_of_now(clock: Clock) -> None:
    for _ in range(8):
        clock.go(0.75, 0.04, 0.96)
        machine.cpu_shares(7)
    clock.go(600, 0.04, 0.96)
    assert machine.cpu_shares(7) is None
    clock.go(5, 0.9, 0.0)
    found = machine.cpu_shares(7)
    assert found
    assert not found.busy


def test_a_process_that_is_not_there_has_no_share() -> None:
    machine._meter.cache_clear()
    assert machine.cpu_shares(None) is None
    assert machine.cpu_shares(2**22 + 1) is None
    assert machine.cpu_shares(os.getpid()) is None
    assert psutil.Process().is_running()
