"""What one user of a server tries to read, name or guess of another's, by addresses, names, files and programs."""

import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from core import runs
from core.augmentation import Augmentation
from core.augmentation.safety import job as safety
from core.cli import main
from core.datasets import store
from core.datasets.sources import catalogue, importing, uploads
from core.datasets.sources.choices import Choices
from core.errors import PixelwiseError
from core.prediction import worker
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run, folders
from core.spaces import people
from core.spaces.people import Visitor
from core.storage import data_home as homes
from core.storage import user_library
from core.sweeps import folders as sweeps
from core.teaching import project as projects
from pages.common import visitor
from tests.paths import PROJECT
from tests.unit.made_runs import made_run
from tests.unit.small_sets import imported
from tests.unit.spaces.served import joined, serve

# It stands in the title of all that is Ben's.
MARK = "quagga"


@dataclass(frozen=True)
class Two:
    """Ada, who tries, and Ben, who has a run, a dataset, a project, and something saved."""

    ada: Visitor
    ben: Visitor
    token: str
    run: str
    dataset: str
    project: str

    def written(self, text: str) -> str:
        """Fill in an address: Ben's names, his space's id, and its path."""
        names = {"RUN": self.run, "SET": self.dataset, "PROJECT": self.project, "HOME": str(self.ben.home)}
        for name, value in {**names, "SPACE": self.ben.home.name}.items():
            text = text.replace(name, value)
        return text


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """A server of two; made once, since a probe leaves it as it was."""
    folder = tmp_path_factory.mktemp("served")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXELWISE_HOME", str(folder / "home"))
        patch.setattr(folders, "SHIPPED", folder / "no-models")
        serve(folder / "secrets.toml", patch)
        (token, ada), (_, ben) = joined("Ada"), joined("Ben")
        with homes.at(ben.home):
            (ben.home / "uploads").mkdir(parents=True)
            run = made_run([3, 9], title=f"{MARK} run")
            dataset = imported("eight-by-eight", ben.home / "uploads")
            homes.replace_text(dataset.folder / "dataset.json", replace(dataset.about, title=MARK).to_json())
            project = projects.new(f"{MARK} project")
            user_library.save("recipe", f"{MARK} recipe", find_recipe("digits-dense").to_json())
        with homes.at(ada.home):
            catalogue.open_dataset("digits")
        yield Two(ada, ben, token, run.name, dataset.about.name, project.name)


@pytest.fixture
def two(world: Two, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    monkeypatch.setattr("pages.common.page_frame.prepare_server", lambda: None)
    yield world
    homes.find_by(None)


def seen(monkeypatch: pytest.MonkeyPatch, token: str, page: str, address: dict[str, str]) -> str:
    """Return all that a page sends to the browser of whoever has a token."""
    monkeypatch.setattr(visitor, "_token", lambda _session: token)
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=90).run()
    app.switch_page(f"pages/{page}/page.py")
    for name, text in address.items():
        app.query_params[name] = text
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    assert [each.value for each in app.title][:1] not in ([], ["Sign in"])
    return "".join(str(getattr(node, "proto", "")) for node in app._tree)


def by_address(page: str, **address: str) -> Callable[[Two, pytest.MonkeyPatch], None]:
    def probe(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
        written = {name: two.written(text) for name, text in address.items()}
        # What was asked for by its name is said to be missing.
        assert MARK not in seen(monkeypatch, two.token, page, written).replace("\\", "").replace(two.project, "")

    return probe


def refused(act: Callable[[Two], object]) -> Callable[[Two, pytest.MonkeyPatch], None]:
    def probe(two: Two, _monkeypatch: pytest.MonkeyPatch) -> None:
        with homes.at(two.ada.home), pytest.raises(PixelwiseError) as error:
            act(two)
        assert MARK not in str(error.value)

    return probe


def beginning_with(weights: str) -> Recipe:
    return replace(find_recipe("digits-dense"), initial_weights=weights)


def from_an_archive(two: Two, _monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip whose links lead to Ben's images, and whose names lead out of Ada's space."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        with zipfile.ZipFile(two.ben.home / "uploads" / "eight-by-eight.zip") as whole:
            image = whole.read(whole.namelist()[0])
        for number in range(6):
            archive.writestr(f"../../{two.ben.home.name}/datasets/{two.dataset}/{number % 2}/{number}.png", image)
            archive.writestr(f"{number % 2}/{number}.png", image)
        link = zipfile.ZipInfo("0/link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(two.ben.home / "datasets" / two.dataset / "pictures.npy"))
        folder = zipfile.ZipInfo("1")
        folder.external_attr = 0o120777 << 16
        archive.writestr(folder, str(two.ben.home / "datasets"))
    before = {path: path.stat().st_mtime_ns for path in two.ben.home.rglob("*")}
    with homes.at(two.ada.home):
        path = uploads.folder() / "mine"
        uploads.keep_upload(path, file.getvalue())
        dataset = importing.import_images(importing.plan(path, Choices(follow_links=True)), name="mine", title="mine")
        assert {dataset.image(each).tobytes() for each in range(len(dataset))} == {dataset.image(0).tobytes()}
    assert before == {path: path.stat().st_mtime_ns for path in two.ben.home.rglob("*")}


def from_the_command_line(two: Two, _monkeypatch: pytest.MonkeyPatch) -> None:
    """Names with ../ as the command line takes them, in Ada's home."""
    for words in (
        ("runs", "show", f"../../{two.ben.home.name}/runs/{two.run}"),
        ("datasets", "remove", f"../../{two.ben.home.name}/datasets/{two.dataset}"),
    ):
        with homes.at(two.ada.home):
            done = CliRunner().invoke(main, words)
        assert done.exit_code == 1 and MARK not in done.output
    assert (two.ben.home / "datasets" / two.dataset).is_dir()


def of_the_same_name(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of Ada's with the name of Ben's: what is kept in memory of his is not hers."""
    seen(monkeypatch, joined_again(two), "errors", {"run": two.run})
    with homes.at(two.ada.home):
        Run(made_run([], title="mine").folder.rename(two.ada.home / "runs" / two.run))
        try:
            assert MARK not in seen(monkeypatch, two.token, "errors", {"run": two.run})
        finally:
            homes.remove(two.ada.home / "runs" / two.run)


def joined_again(two: Two) -> str:
    """Return a token of Ben's."""
    code = people.new_code(two.ben.id)
    return people.sign_in("Ben", "blue-horses", code).token


def of_a_check_that_another_began(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same check of runs of the same name is two checks."""
    monkeypatch.setattr(safety, "Check", lambda *_arguments: object())
    monkeypatch.setattr(safety, "_checks", type(safety._checks)())
    keys = {safety.start(Run(who.home / "runs" / two.run), Augmentation(), "test", 5, 0) for who in (two.ada, two.ben)}
    assert len(keys) == 2


def in_a_thread(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that was told nobody's home finds none, also while Ben's page runs."""
    monkeypatch.setattr(homes, "_finder", visitor.find_home)
    found: list[object] = []

    def look() -> None:
        try:
            found.append(homes.data_home())
        except PixelwiseError:
            found.append(None)

    with homes.at(two.ben.home):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert found == [None]


PROBES: dict[str, Callable[[Two, pytest.MonkeyPatch], None]] = {
    "runs, its name": by_address("runs", run="RUN"),
    "runs, a path": by_address("runs", run="../../SPACE/runs/RUN"),
    "train, its name": by_address("train", run="RUN"),
    "errors, its name": by_address("errors", run="RUN"),
    "predict, its path": by_address("predict", run="HOME/runs/RUN"),
    "explain, its name": by_address("explain", run="RUN", view="layers"),
    "browse, its name": by_address("browse", dataset="SET"),
    "browse, a path": by_address("browse", dataset="../../SPACE/datasets/SET"),
    "train, its dataset": by_address("train", dataset="HOME/datasets/SET"),
    "teach, its project": by_address("teach", project="../../SPACE/teach/PROJECT"),
    "what was saved": by_address("train"),
    "a run by name": refused(lambda two: runs.find(two.run)),
    "a run by path": refused(lambda two: runs.find(two.written("../../SPACE/runs/RUN"))),
    "a sweep by path": refused(lambda two: sweeps.find(two.written("../../SPACE/runs/RUN"))),
    "a dataset by path": refused(lambda two: catalogue.open_dataset(two.written("../../SPACE/datasets/SET"))),
    "a dataset to be removed": refused(lambda two: store.remove(two.written("../../SPACE/datasets/SET"))),
    "a dataset's folder": refused(lambda two: importing.plan(two.ben.home / "datasets" / two.dataset)),
    "an upload": refused(lambda two: catalogue.add("mnist", two.ben.home / "uploads" / "eight-by-eight.zip")),
    "its weights": refused(lambda two: runs.create(beginning_with(two.written("../../SPACE/runs/RUN")))),
    "its network": refused(lambda two: worker.WorkerCall(Run(two.ada.home / "runs" / two.run), len)),
    "an archive": from_an_archive,
    "the command line": from_the_command_line,
    "the same name": of_the_same_name,
    "a check": of_a_check_that_another_began,
    "a thread": in_a_thread,
}


@pytest.mark.parametrize("name", PROBES)
def test_nothing_of_anothers_is_found(two: Two, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    PROBES[name](two, monkeypatch)


@pytest.mark.parametrize("page", ["runs", "browse", "errors", "teach"])
def test_its_owner_sees_it_so_that_the_probes_can_fail(two: Two, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    address = {"runs": {"run": two.run}, "errors": {"run": two.run}, "browse": {"dataset": two.dataset}, "teach": {}}
    assert MARK in seen(monkeypatch, joined_again(two), page, address[page])
