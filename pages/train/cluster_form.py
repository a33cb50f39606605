"""Where trainings run: this computer, or a cluster whose address is tried before it is kept."""

import streamlit as st

from core.cluster import chosen, look, setting
from core.networks.layer_sizes import bytes_text
from core.storage.progress import counted
from pages.common import visitor
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal

_KEY, _FOUND = "train_cluster", "train_cluster_found"


def cluster() -> None:
    """Let the user choose a cluster, folded away; a class has what its server's environment says."""
    if visitor.served():
        return
    now = setting.address()
    label = f"Cluster: {escape_markdown(now)}" if now else "Cluster: none, training runs on this computer"
    # Its label changes, and with that a new one is drawn.
    with st.expander(label, expanded=bool(now) and _FOUND in st.session_state):
        if setting.of_environment():
            st.caption(f"Set by the environment variable {setting.ADDRESS}. Unset it to choose a cluster here.")
            return
        show_refusal(key=_KEY)
        st.session_state.setdefault(_KEY, now)
        address = st.text_input(
            "Address",
            key=_KEY,
            placeholder="ray://head:10001",
            persist_state="session",
            help="Ray cluster that trains, sweeps and computes pretrained features instead of this computer. All of "
            "it shares the data folder: see docs/cluster.md.",
        )
        with st.container(horizontal=True):
            pressed = st.button("Connect", key="train_cluster_connect", icon=":material/hub:")
            if now:
                st.button(
                    "Disconnect",
                    key="train_cluster_disconnect",
                    icon=":material/link_off:",
                    on_click=attempt,
                    args=(_disconnect,),
                    kwargs={"key": _KEY},
                )
        if pressed:
            with show_errors():
                _connect(address.strip())
        elif now and _FOUND in st.session_state:
            st.caption(st.session_state[_FOUND])


def _connect(address: str) -> None:
    """Try an address and keep it where it can be used.

    Raises:
        ClusterError: it cannot; what was chosen before stays.
        StorageError: it cannot be kept.
    """
    with st.spinner("Asking the cluster"):
        nodes = look.at(address)
    chosen.choose(address)
    cores, memory = counted(sum(node.cpus for node in nodes), "core"), sum(node.memory for node in nodes)
    st.session_state[_FOUND] = f"Connected: {counted(len(nodes), 'node')}, {cores}, {bytes_text(memory)} of memory"
    st.rerun()


def _disconnect() -> None:
    chosen.forget()
    st.session_state[_KEY] = ""
