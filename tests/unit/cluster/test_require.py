"""What is said of a cluster that cannot be used, before anything starts."""

import importlib.util
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core import runs
from core.cli import main
from core.cluster import look, setting
from core.cluster.look import Node
from core.cluster.setting import ClusterError, Needs
from core.datasets.features import label_check
from core.prediction import folder
from core.recipes.recipe import find_recipe
from core.runs.model_files import MODEL
from core.storage import checked, data_home
from core.training import features
from tests.unit.made_runs import made_run

GOOD = Node("a/123456", 4, 8_000_000_000, look.versions(), 0.0, True)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of something that answers, which is set as the cluster's."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"ray://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv(setting.ADDRESS, address)
        yield address


def found(address: str, *nodes: Node) -> None:
    """Let it be known what the cluster's nodes are, as if they had just been asked."""
    home = data_home.data_home()
    home.mkdir(parents=True, exist_ok=True)
    said: dict[str, Any] = {"at": time.time(), "where": f"{address} {home}", "nodes": [asdict(node) for node in nodes]}
    checked.write(home / "cluster.json", said)


def refusal() -> str:
    with pytest.raises(ClusterError) as caught:
        runs.create(find_recipe("digits-dense"))
    assert not runs.all_runs(), "a run was made all the same"
    return str(caught.value)


def with_(**changes: Any) -> Node:
    return Node(**{**asdict(GOOD), **changes})


def answer_folder() -> None:
    run = made_run()
    (run.folder / MODEL).write_bytes(b"a network")
    folder.predict(run, data_home.data_home(), data_home.data_home() / "a.parquet")


def test_an_address_where_nothing_answers_is_refused_at_once(
    data_home: Path, monkeypatch: pytest.MonkeyPatch, listening: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"ray://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setenv(setting.ADDRESS, nobody)
    told = CliRunner().invoke(main, ["train", "digits-dense"])
    assert told.exit_code == 1
    assert f"No cluster answers at {nobody}" in told.output and "Traceback" not in told.output
    assert not runs.all_runs()


@pytest.mark.parametrize("address", ["head", "http://head:8265", "ray://head:99999", "ray://:1", "ray://a b:10001"])
def test_an_address_that_is_none_is_refused(data_home: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(setting.ADDRESS, address)
    assert refusal().startswith("PIXELWISE_CLUSTER must be such as ray://head:10001")


def test_without_ray_it_is_said_what_to_install(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting.ADDRESS, "ray://head:10001")
    known = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ray" else known(name))
    assert refusal() == (
        "PIXELWISE_CLUSTER is set, but Ray is not installed. Install it with: pip install -r requirements-cluster.txt"
    )


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (with_(shared=False), "is not shared"),
        (with_(versions={**GOOD.versions, "tensorflow": "2.20.0"}), "has tensorflow 2.20.0, and this computer"),
        (with_(versions={**GOOD.versions, "Python": "3.12"}), "has Python 3.12, and this computer Python"),
        (with_(versions={"Python": GOOD.versions["Python"]}), "numpy none"),
        (with_(clock_s=-75.0), "differs from this computer's by 75 s"),
    ],
)
def test_a_node_that_cannot_take_part_is_refused(data_home: Path, listening: str, node: Node, said: str) -> None:
    found(listening, GOOD, node)
    assert said in refusal()


def test_a_training_that_no_node_has_the_memory_for_is_refused(data_home: Path, listening: str) -> None:
    found(listening, with_(memory=200_000_000), with_(name="b/654321", memory=300_000_000))
    sentence = refusal()
    assert "Not enough memory" in sentence and "b/654321, has 300 MB" in sentence


@pytest.mark.parametrize(
    "begin", [lambda: features.start("digits"), lambda: label_check.start("digits"), answer_folder]
)
def test_other_work_is_refused_before_anything_starts(data_home: Path, listening: str, begin: Any) -> None:
    found(listening, with_(memory=200_000_000))
    with pytest.raises(ClusterError, match=r"this needs about .* and the cluster's largest node, a/123456, has 200 MB"):
        begin()
    assert not (data_home / "jobs").exists() and not list(data_home.glob("*.parts"))


def test_a_damaged_note_of_the_nodes_is_made_again(data_home: Path, listening: str, monkeypatch: Any) -> None:
    data_home.mkdir()
    (data_home / "cluster.json").write_text("{")
    monkeypatch.setattr(look, "_ask", lambda _address: (GOOD,))
    assert look.require() == (GOOD,)
    assert json.loads((data_home / "cluster.json").read_text())["nodes"][0]["name"] == GOOD.name


def test_places_follow_cores_and_memory() -> None:
    nodes = [with_(cpus=8, memory=10_000), with_(cpus=3, memory=10_000), with_(cpus=1, memory=10_000)]
    assert look.places(Needs(1_000, 2), nodes) == 4 + 1 + 0
    assert look.places(Needs(4_000, 2), nodes) == 2 + 1 + 0
    assert look.places(Needs(1_000, 16), nodes) == 1, "as many cores as the largest node has"


def test_a_node_reads_and_answers_only_what_is_shared(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc")
    assert look._answer(str(tmp_path / "token"), 3)["read"] == "abc"
    assert (tmp_path / "token-3").read_text() == "abc"
    assert look._answer(str(tmp_path / "elsewhere" / "token"), 0)["read"] == ""
