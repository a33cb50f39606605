"""Pixelwise's own work, everything that is not a widget. Nothing here imports Streamlit."""
