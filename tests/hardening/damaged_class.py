"""A damaged file of the class server (people, scores, queue, shared): said, nothing else lost, nobody let in by it.

A case damages one file of a served home with a teacher and two students. Then all look at their pages; nobody must
have another's home or rights, by their own token, by a name and code, or by a token that they made themselves.
"""

import dataclasses
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from core.classroom import board, sharing
from core.classroom.board import Score
from core.cli import main
from core.datasets import decisions, store
from core.datasets.sources import catalogue, uploads
from core.errors import PixelwiseError
from core.runs import Run, folders
from core.spaces import limits, people, queue, settings
from core.spaces.attempts import Attempts
from core.spaces.people import Visitor
from core.storage import checked
from core.storage import data_home as homes
from pages.common import visitor
from tests.hardening.damaged_folders import OF_FOLDER, Damage, damages
from tests.pages.opening import new_session
from tests.unit.made_runs import made_run
from tests.unit.small_sets import imported
from tests.unit.spaces.served import CLASS_KEY, TEACHER_KEY, serve

SUITE, BENCH, BROWSER = 24, 1_500, False
_SEED = 17
_SET = "eight-by-eight"
# A page of each of them; the suite opens one a case, the benchmark all.
_PAGES = (("Eve", "classroom"), ("Ada", "datasets"), ("Ben", "home"), ("Ada", "train"))


@dataclass(frozen=True)
class _One:
    """Somebody: how they come in, and who they are."""

    name: str
    token: str
    code: str
    who: Visitor

    @property
    def key(self) -> str:
        """What they sign in with."""
        return TEACHER_KEY if self.who.teacher else CLASS_KEY


def failures(count: int, home: Path) -> Iterator[str]:
    """Damage a file, look at everything, and put all back."""
    with ExitStack() as stack:
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.callback(homes.find_by, None)
        stack.enter_context(patch("pages.common.page_frame.prepare_server", lambda: None))
        stack.enter_context(patch("streamlit.components.v2.manifest_scanner.scan_component_manifests", list))
        stack.enter_context(patch.object(folders, "SHIPPED", home.parent / "no-models"))
        # Decided by each sign-in, and slow on purpose.
        stack.enter_context(patch.dict(people._SCRYPT, {"n": 2**4}))
        monkeypatch.setenv("PIXELWISE_HOME", str(home))
        home.mkdir(parents=True, exist_ok=True)
        serve(home / "secrets.toml", monkeypatch)
        everyone = _make(home)
        pages = len(_PAGES) if count > SUITE else 1
        for number, (file, name, damage) in enumerate(_cases(home)[:count]):
            case = home.parent / f"case-{number}"
            shutil.copytree(home, case, symlinks=True)
            monkeypatch.setenv("PIXELWISE_HOME", str(case))
            monkeypatch.setenv(settings.SERVE, str(case / "secrets.toml"))
            damage(case / file, random.Random(number))  # noqa: S311 no secret
            shown = [_PAGES[(pages * number + each) % len(_PAGES)] for each in range(pages)]
            try:
                problem = _problem(case, file, everyone, shown, monkeypatch)
            except Exception as error:
                problem = f"{type(error).__name__}: {str(error)[:300]}"
            yield f"case {number}, {name}: {file}: {problem}" if problem else ""
            homes.find_by(None)
            shutil.rmtree(case, ignore_errors=True)


def _problem(
    case: Path, file: Path, everyone: dict[str, _One], pages: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Return what is wrong after a file of a home was damaged; empty: nothing."""
    for one in everyone.values():
        if problem := _wrong_rights(case, one) or _wrong_by_name(case, one, everyone):
            return problem
    if problem := _wrong_looks(case, file, everyone):
        return problem
    told = CliRunner().invoke(main, ["damaged"])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        return f"damaged: {told.exception!r}"
    for name, page in pages:
        if problem := _wrong_page(everyone[name], page, monkeypatch):
            return f"{name}'s {page}: {problem}"
    return ""


def _wrong_rights(case: Path, one: _One) -> str:
    """Try a token, one made without the server's secret, and one for another role."""
    try:
        found = people.visitor(one.token)
    except PixelwiseError:
        found = None
    own = case / "spaces" / one.who.home.name
    if found is not None and (found.home != own or found.teacher != one.who.teacher):
        return f"{one.name}'s token is of {found}"
    serving = settings.Serving(CLASS_KEY, TEACHER_KEY)
    for secret in (b"", bytes(32)):
        with patch.object(people, "_secret", lambda secret=secret: secret):
            parts = one.token.split(".")[:4]
            forged = ".".join([*parts, people._mark(parts, parts[3], serving)])
        try:
            if people.visitor(forged) is not None:
                return f"a token that {one.name}'s key alone makes is taken"
        except PixelwiseError:
            continue
    return ""


def _wrong_by_name(case: Path, one: _One, everyone: dict[str, _One]) -> str:
    """Try a name with a wrong code, and with its own."""
    spaces = {case / "spaces" / each.who.home.name: each.name for each in everyone.values()}
    for code in ("", "aaaa-bbbb-cccc", "é", one.code):
        try:
            entered = people.sign_in(one.name, one.key, code, wait=Attempts())
            found = people.visitor(entered.token)
        except PixelwiseError:
            continue
        if found is None:
            return f"{one.name}'s new token is none"
        if (whose := spaces.get(found.home)) not in ((one.name,) if code == one.code else ()) and whose is not None:
            return f"{one.name} with the code {code!r} is in {whose}'s space"
        if entered.code:
            # The file was gone, and the name free: a space of its own.
            return "" if whose is None and not found.home.exists() else f"{one.name} joined into {whose or 'something'}"
    return ""


def _wrong_looks(case: Path, file: Path, everyone: dict[str, _One]) -> str:
    """Look at what pages of a teacher read, have a run wait for its turn, and show what is shared in each space."""
    said = []
    for look in (people.everybody, board.class_runs, board.unscored, sharing.all_shared, queue.waiting, _places):
        try:
            look()
        except PixelwiseError as error:
            said.append(str(error))
    for sentences in (people.damaged, sharing.damaged, lambda: [each.damage for each in sharing.all_shared()]):
        try:
            said += [str(each) for each in sentences()]
        except PixelwiseError as error:
            said.append(str(error))
    if file.parts[0] == "people" and file.suffix == ".json" and os.path.lexists(case / file):
        try:
            checked.read_object(case / file, people.Person)
        except PixelwiseError:
            if not any(file.name in each for each in said):
                return f"it is not said: {said}"
    if problem := _wrong_turn(case, everyone["Ada"].who.home.name):
        return problem
    for one in everyone.values():
        space = case / "spaces" / one.who.home.name
        try:
            sharing.show_in(space)
        except PixelwiseError:
            continue
        for path in space.rglob("*"):
            if path.is_symlink() and Path(os.path.realpath(path)).is_relative_to(case / "held-back"):
                return f"{one.name} is shown what is held back"
        limits.used_bytes(space, look_again=True)
    ben = case / "spaces" / everyone["Ben"].who.home.name
    left = list((ben / "datasets").glob("*/decisions*")) if (ben / "datasets").is_dir() else []
    gone = file == Path("shared") or file.is_relative_to(ben.relative_to(case))
    if not left and not gone:
        return "Ben's decisions are gone"
    if "held-back" in file.parts and (ben / "datasets" / _SET / "dataset.json").exists():
        with homes.at(ben):
            if store.damage(_SET):
                return "the class lost the dataset"
    if file.name == store.SHARED or (file.parts[0] == "spaces" and file.name in sharing.COPIED):
        with homes.at(ben):
            names = [
                each for each in store.names() if store.is_shared(store.folder_of(each)) and not store.damage(each)
            ]
            if not names or not decisions.current(catalogue.open_dataset(names[0])):
                return f"it is not made anew with what was decided: {names}"
    return ""


def _places() -> list[board.Place]:
    found = [place for shared in sharing.all_shared() for place in board.leaderboard(shared)]
    assert all(0 <= place.score.accuracy <= 1 for place in found)
    return found


def _wrong_turn(case: Path, space: str) -> str:
    """Have one more run of a user's wait; it must not come before the one that waits already."""
    try:
        ahead = sum(each.space == space for each in queue.waiting())
        turn = queue.Turn(case / "spaces" / space / "runs" / "late", 1)
        began = turn.take()
        turn.give_back()
    except PixelwiseError:
        return ""
    return f"a run began before {ahead} that waited" if began and ahead else ""


def _wrong_page(one: _One, page: str, monkeypatch: pytest.MonkeyPatch) -> str:
    visitor._entered.clear()
    monkeypatch.setattr(visitor, "_token", lambda _session: one.token)
    app: AppTest = new_session()
    # Who is not let in, or no teacher any more, has no pages to go to.
    with suppress(ValueError):
        app.switch_page(f"pages/{page}/page.py")
        app.run()
    if app.exception:
        return f"{app.exception[0].message[:300]} {app.exception[0].stack_trace[-2:]}"
    if not app.title and not app.error:
        return "nothing was shown"
    return ""


def _make(home: Path) -> dict[str, _One]:
    """Make a served home: people, a dataset that is shared in part, a run with a score, and two runs that wait."""
    everyone = {}
    for name, key in (("Eve", TEACHER_KEY), ("Ada", CLASS_KEY), ("Ben", CLASS_KEY)):
        entered = people.sign_in(name, key, wait=Attempts())
        who = people.visitor(entered.token)
        assert who is not None
        everyone[name] = _One(name, entered.token, entered.code, who)
    with homes.at(everyone["Eve"].who.home):
        uploads.folder().mkdir(parents=True)
        shared = sharing.share(imported(_SET, uploads.folder()), 0.25)
    assert shared.held is not None
    for one in everyone.values():
        sharing.show_in(one.who.home)
        if one.who.teacher:
            continue
        with homes.at(one.who.home):
            decisions.decide(catalogue.open_dataset(_SET), [3], decisions.EXCLUDE)
            run = made_run([1, 2], title=f"{one.name}'s")
            (run.folder / "model.keras").write_bytes(b"no network")
            _say_trained_on(run, shared.dataset.about.content_hash)
        score = Score(1, len(shared.held), shared.held.about.content_hash, homes.version(run.folder / "model.keras"))
        path = board._file(run)
        path.parent.mkdir(parents=True)
        checked.write(path, dataclasses.asdict(score))
    for name in ("Ada", "Ben"):
        turn = queue.Turn(everyone[name].who.home / "runs" / "waits", 1)
        turn._file.parent.mkdir(parents=True, exist_ok=True)
        checked.write(turn._file, dataclasses.asdict(turn._ticket))
    checked.write(home / "queue" / "had.json", {everyone["Ada"].who.home.name: 1.7e9})
    return everyone


def _say_trained_on(run: Run, content: str) -> None:
    (run.folder / "dataset.json").write_text(replace(run.about, content_hash=content).to_json())


def _cases(home: Path) -> list[tuple[Path, str, Damage]]:
    """Return all cases, each file in turn with its next damage, always in the same order."""
    rng = random.Random(_SEED)  # noqa: S311 no secret
    ben = max((home / "spaces").iterdir(), key=lambda each: (each / "datasets" / _SET).stat().st_mtime_ns)
    roots = [home / name for name in ("people", "scores", "queue", "shared", "held-back", "secrets.toml")]
    roots += [ben / "datasets" / _SET]
    queues = []
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not path.is_symlink() and path.suffix != ".lock" and path.stat().st_size:
                # Another content is another dataset, and those who had the one no longer do.
                made = [each for each in damages(path) if "content_hash" not in each[0]]
                rng.shuffle(made)
                queues.append([(path.relative_to(home), name, damage) for name, damage in made])
        if root.is_dir():
            queues.append([(root.relative_to(home), name, damage) for name, damage in OF_FOLDER.items()])
    rng.shuffle(queues)
    longest = max(len(queue) for queue in queues)
    return [queue[place] for place in range(longest) for queue in queues if place < len(queue)]
