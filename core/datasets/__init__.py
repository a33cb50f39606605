"""Data sets: what can be had (`catalogue`), how it comes in, what is on disk (`store`).

Published files come by `download` and `published`, a user's own pictures by `importing`.
"""
