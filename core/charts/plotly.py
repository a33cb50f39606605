"""Plotly, with pandas whole: every chart takes it from here.

Plotly asks what it is given whether it is of pandas, where that is imported; a thread of another session that is just
importing it for Streamlit made that an AttributeError.
"""

import pandas as pd  # noqa: F401 imported by the first page anyway
import plotly.graph_objects as go

__all__ = ["go"]
