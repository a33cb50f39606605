"""What is said where Ray cannot connect."""

import pytest

from core.cluster import connection, setting


def test_other_versions_are_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting.ADDRESS, "ray://head:10001")
    # As `ray._private.utils.check_version_info` of Ray 2.60 says it.
    error = RuntimeError(
        "Version mismatch: The cluster was started with:\n    Ray: 2.59.0\n    Python: 3.12.4\n"
        "This process on Ray Client was started with:\n    Ray: 2.60.0\n    Python: 3.11.2\n"
    )
    said = connection._refusal(error)
    assert "runs Ray 2.59.0 on Python 3.12.4, and this computer Ray 2.60.0 on Python 3.11.2: both must be" in said


def test_what_else_keeps_ray_from_connecting_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting.ADDRESS, "ray://head:10001")
    said = connection._refusal(ConnectionError("a\n  trace\nray client connection timeout:\n"))
    assert said == (
        "The cluster at ray://head:10001 cannot be used: ray client connection timeout. See `ray status` on its first "
        "node."
    )
