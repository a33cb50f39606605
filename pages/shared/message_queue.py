"""Mends how Streamlit 1.67 drops the messages of a fragment that runs again before the browser has been sent them.

It drops the blocks that the fragment made, but keeps what fragments within it, such as a dialog, put into these blocks.
Where a block is new to the browser, that has no place there: "Cannot set a node at a delta path" takes the whole page
away. A double click on a picture was enough: both clicks run the gallery's fragment, and the first opens the dialog.
"""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_clear = ForwardMsgQueue.clear


def keep_whole() -> None:
    """From now on, drop with each block what is in it; the run for which it is dropped draws it again."""
    ForwardMsgQueue.clear = _clear_with_contents  # type: ignore[assignment, method-assign]


def _clear_with_contents(
    queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
) -> None:
    """Stand in for `ForwardMsgQueue.clear`."""
    before = queue._queue
    _clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
    kept = {id(message) for message in queue._queue}
    gone = [_path(each) for each in before if id(each) not in kept and each.delta.HasField("add_block")]
    queue._queue = [each for each in queue._queue if not any(_path(each)[: len(path)] == path for path in gone)]


def _path(message: ForwardMsg) -> tuple[int, ...]:
    """Return a message's place on the page; nothing for one that has none."""
    return tuple(message.metadata.delta_path)
