"""Drops with a block what is in it, where a fragment runs again before the browser has been sent its messages.

Fault: Streamlit drops the blocks that the fragment made, but keeps what fragments within it, such as a dialog, put into
these blocks. Where a block is new to the browser, that has no place there.
Shows: "Cannot set a node at a delta path" takes the whole page away. A double click on an image was enough: both clicks
run the gallery's fragment, and the first opens the dialog.
Streamlit: 1.67, since https://github.com/streamlit/streamlit/pull/9381 (1.39); no issue of it is known.
"""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.streamlit_patches.replacing import replace

_clear = ForwardMsgQueue.clear


def apply() -> None:
    """From now on, drop with each block what is in it; the run for which it is dropped draws it again."""
    replace(ForwardMsgQueue, "clear", _clear, _clear_with_contents, digest="08d22c7db31b85d4")


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
