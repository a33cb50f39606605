"""Spaces of users on one server: who is signed in, whose data home is meant, how much fits in, and whose turn it is.

Nothing of it does anything unless `PIXELWISE_SERVE` names the file of secrets (`settings.now`). A space is an ordinary
data home, `spaces/<id>` below the served root (`data_home.common`).
"""
