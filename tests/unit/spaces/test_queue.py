from pathlib import Path

from core.spaces import queue
from core.spaces.queue import Ticket, Turn
from core.storage import checked, processes


def ticket(space: str, run: str, since: float) -> Ticket:
    return Ticket(space, run, since, 1, "x")


def test_users_take_turns_however_many_runs_one_has() -> None:
    waiting = [ticket("ada", f"a{number}", number) for number in range(3)] + [
        ticket("ben", "b", 9),
        ticket("eve", "e", 8),
    ]
    order = [each.run for each in queue.in_order(waiting, {})]
    assert order == ["a0", "e", "b", "a1", "a2"]
    assert [each.run for each in queue.in_order(waiting, {"eve": 5.0, "ada": 9.0})] == ["b", "e", "a0", "a1", "a2"]


def turn(served: Path, space: str, run: str, places: int = 1) -> Turn:
    return Turn(served / "spaces" / space / "runs" / run, places)


def test_so_many_train_at_once_and_the_next_is_who_waits_longest_for_a_turn(served: Path) -> None:
    first, second, other = turn(served, "ada", "a1"), turn(served, "ada", "a2"), turn(served, "ben", "b1")
    assert first.take()
    assert not second.take() and not other.take()
    # Ada had a turn: Ben is before her second run, which waited longer.
    assert not second.take() and (second.ahead, other.ahead) == (1, 0)
    assert "1 before it" in second.said and "next" in other.said
    assert [each.run for each in queue.waiting()] == ["b1", "a2"]
    first.give_back()
    assert not second.take() and other.take()
    other.give_back()
    assert second.take() and not queue.waiting()
    second.give_back()


def test_two_places_are_two_trainings(served: Path) -> None:
    turns = [turn(served, name, "r", places=2) for name in ("ada", "ben", "eve")]
    assert [each.take() for each in turns] == [True, True, False]
    for each in turns:
        each.give_back()
    assert not queue.waiting()


def test_who_was_killed_or_is_damaged_blocks_nobody(served: Path) -> None:
    folder = served / "queue" / "waiting"
    folder.mkdir(parents=True)
    gone = Ticket("ben", "b", 0.0, processes.own()[0], "another begin")
    checked.write(folder / "ben.b.json", gone.__dict__)
    (folder / "eve.e.json").write_text("{")
    (served / "queue" / "had.json").write_text("[1")
    mine = turn(served, "ada", "a")
    assert mine.take()
    mine.give_back()
    assert not (folder / "ben.b.json").exists()


def test_where_nothing_is_served_there_is_no_line(data_home: Path) -> None:
    assert queue.turn_of(data_home / "runs" / "r") is None


def test_a_run_that_gives_up_leaves_the_line(served: Path) -> None:
    first, second = turn(served, "ada", "a"), turn(served, "ben", "b")
    assert first.take() and not second.take()
    second.give_back()
    assert not queue.waiting()
    first.give_back()
