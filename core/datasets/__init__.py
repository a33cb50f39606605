"""Data sets: what can be had (`catalogue`), how it comes in (`download`, `importing`), what is on disk (`store`)."""
