"""The page's address: what is chosen stands in it, so that a link shows the same thing and Back goes back.

A page declares its parameters in a table and hands it to `page_frame.page`: that reads them, and what they are in the
end is written by `app.py` after the page, and by `fragment` after a part that is drawn without the page. Only what may
keep a page waiting is preceded by a `write` of its own.
"""

import functools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import PixelwiseError

_Value = TypeVar("_Value")
_Default = TypeVar("_Default")
_MOST_DIGITS = 18
_MOST_NAMED, _LONGEST_NAMED = 12, 40
_TABLE, _CAME, _LEFT = "address_table", "address_came", "address_left"
# Streamlit sends the browser's address with every click, and numbers neither: no other way tells its echo from a link.
# A click may be sent before the browser has heard of the address that the click before it made: on a busy machine
# seconds later. After that, an old address came by a link in the page.
_ECHO_S = 10.0


class _Replaced(NamedTuple):
    """An address of the page that was replaced by another one, and when."""

    address: dict[str, list[str]]
    by: dict[str, list[str]]
    when: float


class AddressError(PixelwiseError):
    """A parameter's texts stand for no value.

    Attributes:
        instead: what is taken in its place; without one the default.
    """

    def __init__(self, sentence: str, *instead: object) -> None:
        """Say what is wrong, as the end of a sentence."""
        super().__init__(sentence)
        self.instead = instead


@dataclass(frozen=True)
class Parameter:
    """One choice on a page, and how it stands in the address.

    Attributes:
        name: in the address. Links that people keep have it: it stays, and so do its texts.
        key: of the session's state, mostly a widget's; with several keys the value is a tuple.
        read: makes the value of the texts in the address, of which there is at least one.
        write: makes texts of the value.
        default: the value where the address has no such parameter, and that is left out of it.
        stays: an address without it leaves the value as it was, unless Back or Forward led there and it is this page's.
        shared: other pages change the value too: as this page is opened, what it wrote once says nothing.
        resumed: it comes back when the page is opened again without any parameter.
        spelled: the default is not left out: `write` decides.
    """

    name: str
    key: str | tuple[str, ...]
    read: Callable[[list[str]], Any]
    write: Callable[[Any], list[str]] = lambda value: [str(value)]
    default: Any = None
    stays: bool = False
    shared: bool = False
    resumed: bool = True
    spelled: bool = False

    @property
    def value(self) -> Any:
        """The value in the session's state."""
        if isinstance(self.key, str):
            return st.session_state.get(self.key, self.default)
        return tuple(map(st.session_state.get, self.key, self.default))

    def put(self, value: Any) -> None:
        """Put a value in the session's state."""
        st.session_state.update({self.key: value} if isinstance(self.key, str) else zip(self.key, value, strict=True))

    @property
    def texts(self) -> list[str]:
        """The texts that stand for the value."""
        value = self.value
        return [] if value == self.default and not self.spelled else self.write(value)


def one_of(options: Mapping[str, _Value] | Sequence[str]) -> Callable[[list[str]], _Value]:
    """Return what reads one of some options, by its text; of several texts the first that is one."""
    by_text: Mapping[str, Any] = options if isinstance(options, Mapping) else {each: each for each in options}

    def read(texts: list[str]) -> Any:
        for text, value in by_text.items():
            if text in texts:
                return value
        named = ", ".join(list(by_text)[:_MOST_NAMED]) + (", …" if len(by_text) > _MOST_NAMED else "")
        raise AddressError(f"“{texts[0][:_LONGEST_NAMED]}” is none of {named}.")

    return read


def text_of(options: Mapping[str, Any]) -> Callable[[Any], list[str]]:
    """Return what writes one of some options as its text."""
    return lambda value: [text for text, each in options.items() if each == value]


def number(most: int, least: int = 0) -> Callable[[list[str]], int]:
    """Return what reads a whole number."""

    def read(texts: list[str]) -> int:
        found = whole(texts, most, None)
        if found is None or found < least:
            raise AddressError(f"“{texts[0][:_LONGEST_NAMED]}” is no whole number from {least} to {most:,}.")
        return found

    return read


def first(texts: list[str]) -> str:
    """Return the first text as it is."""
    return texts[0]


def view(key: str, titles: Mapping[str, str], *, resumed: bool = True) -> Parameter:
    """Return the parameter of how a page's subject is looked at.

    Args:
        key: of the control, whose value is a title.
        titles: by their texts in the address; the first is the usual one.
        resumed: as for `Parameter`.
    """
    return Parameter("view", key, one_of(titles), text_of(titles), next(iter(titles.values())), resumed=resumed)


def begin(page: str, parameters: Iterable[Parameter | Sequence[Parameter]] = ()) -> list[str]:
    """Begin to draw a page, perhaps another one than before: bring the session's state to what the address asks for.

    Args:
        page: its title.
        parameters: its table. A later one may be made with what an earlier one has chosen, so it may be a generator;
            of several in a sequence all are read as soon as one has come.

    Returns:
        What is wrong with the address, in sentences.
    """
    _begin(page)
    sentences: list[str] = []
    table = st.session_state[_TABLE] = []
    if parameters == ():
        return sentences
    _resume()
    try:
        for row in parameters:
            together = [row] if isinstance(row, Parameter) else list(row)
            come = [has_come(str(each.key), each.name, shared=each.shared) for each in together]
            if any(come):
                sentences += [sentence for each in together if (sentence := _take(each))]
            table += together
    except PixelwiseError:
        pass  # A dataset or a run is damaged: the page says so where it shows it, and the rest of the table is its.
    return sentences


def _take(parameter: Parameter) -> str:
    """Give a parameter the value in the address; return what is wrong with that, if anything."""
    texts = [text for text in st.query_params.get_all(parameter.name) if text]
    if not texts and parameter.stays and (parameter.shared or not by_history()):
        return ""
    try:
        parameter.put(parameter.read(texts) if texts else parameter.default)
    except AddressError as error:
        parameter.put(*(error.instead or (parameter.default,)))
        return f"The address's {parameter.name} cannot be used: {error}"
    st.session_state.setdefault(_CAME, set()).add(parameter.name)
    return ""


def take_came(name: str) -> bool:
    """Tell, once, whether a parameter's value came from outside since the page was opened."""
    came: set[str] = st.session_state.setdefault(_CAME, set())
    found = name in came
    came.discard(name)
    return found


def fragment(draw: Callable[..., bool | None]) -> Callable[..., None]:
    """Return a function as a Streamlit fragment whose choices stand in the address, unless it returns `False`.

    It does while something is dragged: a browser takes two hundred changes of its address in half a minute at most.
    """

    @functools.wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> None:
        if draw(*args, **kwargs) is not False:
            write()

    return st.fragment(drawn)


def _resume() -> None:
    """Bring back what stood in the address when the page was left, if it was now opened without any."""
    left = {name: texts for name, texts in _of_page(_LEFT).items() if texts}
    if left and not st.query_params:
        st.query_params.from_dict(left)


def _begin(page: str) -> None:
    another = st.session_state.get("page") != page
    if another:
        st.session_state["page"] = page
        st.session_state["address_heard"] = {}
        st.session_state[_CAME] = set()
    if another or by_history():
        st.session_state["address_replaced"] = []


def has_come(key: str, parameter: str, *, shared: bool = False) -> bool:
    """Tell whether a parameter came from outside since this was asked last for a key: by a link, by Back, typed.

    What this session wrote there is nothing new, nor what it found there before, if a click brings it late.

    Args:
        key: who asks.
        parameter: the parameter's name in the address.
        shared: whether other pages change what it stands for: as this page is opened, what it wrote says nothing then.
    """
    heard = st.session_state.setdefault("address_heard", {})
    texts, before = st.query_params.get_all(parameter), heard.get((key, parameter))
    heard[key, parameter] = texts
    if before is None and shared:
        return True
    if texts == _written().get(parameter, []):
        return False
    late = any(texts == each.get(parameter, []) for one in _replaced() for each in (one.address, one.by))
    return by_history() or (texts != before and not late)


def whole(texts: Sequence[str], most: int, default: _Default) -> int | _Default:
    """Return the whole number, from 0 to `most`, that a parameter's first text is; `default` where it is none.

    Args:
        texts: the parameter's.
        most: the largest number.
        default: what takes its place.
    """
    text = texts[0] if texts else ""
    # Longer ones Python refuses to read, after a while.
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else -1
    return number if 0 <= number <= most else default


def write() -> None:
    """Put what is chosen on the page in its address: one step of the browser's history."""
    table: list[Parameter] = st.session_state.get(_TABLE, [])
    if not table:
        return
    noted = {each.name: each.texts for each in table}
    _of_page(_LEFT).update({each.name: noted[each.name] for each in table if each.resumed})
    came, replaced = _now(), _replaced()
    before = replaced[-1].by if any(came == each.address for each in replaced) else came
    after = {name: texts for name, texts in (before | noted).items() if texts}
    _written().update(noted)
    if after != before or after != came:
        st.session_state["address_replaced"] = [*replaced, _Replaced(came, after, time.monotonic())]
        st.query_params.from_dict(after)


def by_history() -> bool:
    """Tell whether Back or Forward led to the address, which may then be the one before and no echo of it."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _now() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _written() -> dict[str, list[str]]:
    """Return what was written there on this page: others have parameters of the same name."""
    return _of_page("address_written")


def _of_page(key: str) -> dict[str, list[str]]:
    by_page: dict[str, dict[str, list[str]]] = st.session_state.setdefault(key, {})
    return by_page.setdefault(st.session_state["page"], {})


def _replaced() -> list[_Replaced]:
    """Return which of the page's addresses were replaced just now, the last one last: clicks may still bring them."""
    since = time.monotonic() - _ECHO_S
    return [each for each in st.session_state["address_replaced"] if each.when > since]
