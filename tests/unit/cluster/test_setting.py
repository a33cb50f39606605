"""Where the machines of a cluster have what is in the data home."""

from pathlib import Path

import pytest

from core.cluster import setting
from core.cluster.setting import ClusterError
from core.storage import data_home as homes


def test_nodes_have_the_data_home_where_it_is_here_or_where_it_is_said(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = data_home / "users" / "ann" / "runs" / "1"
    assert setting.on_node(run) == run
    monkeypatch.setenv(setting.SHARED, "file:///mnt/shared")
    assert setting.on_node(run) == Path("/mnt/shared/users/ann/runs/1")
    with homes.at(data_home / "users" / "ann"):
        assert setting.on_node(run) == Path("/mnt/shared/users/ann/runs/1")
    with pytest.raises(ClusterError, match="is not in"):
        setting.on_node(data_home.parent / "elsewhere")


@pytest.mark.parametrize("said", ["s3://bucket/home", "gs://bucket", "shared", "file://s3://x"])
def test_what_is_no_folder_is_refused(data_home: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(setting.SHARED, said)
    with pytest.raises(ClusterError, match="PIXELWISE_SHARED must be the path"):
        setting.shared_home()


@pytest.mark.parametrize("said", ["0", "two", "-1", "1000", "²"])
def test_a_number_of_cores_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(setting.CPUS, said)
    with pytest.raises(ClusterError, match="from 1 to 256"):
        setting.usual_cpus()
