"""The command `pixelwise`. The app itself is in `app.py`, `pages` and `core`, which an installed copy has in here."""
