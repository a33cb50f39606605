"""Streamlit's queue of messages, mended: what is sent always has its place."""

from collections.abc import Iterator

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.streamlit_patches import message_queue

GALLERY, DIALOG, OTHER = "gallery", "dialog", "other"


@pytest.fixture(autouse=True)
def mended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)  # Put back afterwards.
    message_queue.apply()
    yield


def block(fragment: str, *path: int) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.fragment_id = fragment
    message.delta.add_block.allow_empty = True
    return message


def text(fragment: str, *path: int) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.fragment_id = fragment
    message.delta.new_element.text.body = "text"
    return message


def lifecycle() -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.main_script_path = "app.py"
    return message


def paths(queue: ForwardMsgQueue) -> list[list[int]]:
    return [list(message.metadata.delta_path) for message in queue.flush()]


def test_what_is_in_a_dropped_block_is_dropped_too() -> None:
    what_is_in_a_dropped_block_is_dropped_too()


@pytest.mark.xfail(strict=True, reason="Streamlit 1.67 keeps it: when it no longer does, message_queue can go")
def test_streamlit_by_itself_drops_what_is_in_a_dropped_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForwardMsgQueue, "clear", message_queue._clear)
    what_is_in_a_dropped_block_is_dropped_too()


def what_is_in_a_dropped_block_is_dropped_too() -> None:
    queue = ForwardMsgQueue()
    kept = [lifecycle(), text("", 0, 0), block(OTHER, 0, 2), text(OTHER, 0, 2, 0)]
    dropped = [block(GALLERY, 0, 1), block(GALLERY, 2, 0), block(DIALOG, 2, 0, 0), text(DIALOG, 2, 0, 0, 0)]
    for message in kept + dropped:
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[GALLERY])
    assert paths(queue) == [list(message.metadata.delta_path) for message in kept]


def test_a_fragment_within_that_runs_alone_leaves_what_is_around_it() -> None:
    queue = ForwardMsgQueue()
    for message in (block(GALLERY, 2, 0), block(DIALOG, 2, 0, 0), text(DIALOG, 2, 0, 0, 0)):
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[DIALOG])
    assert paths(queue) == [[2, 0]]


def test_a_whole_run_drops_all_but_its_lifecycle() -> None:
    queue = ForwardMsgQueue()
    for message in (lifecycle(), block("", 0, 0), text(DIALOG, 0, 0, 0)):
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True)
    assert paths(queue) == [[]]
    queue.enqueue(lifecycle())
    queue.clear()
    assert queue.is_empty()
