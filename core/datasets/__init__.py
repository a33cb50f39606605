"""Data sets: what can be had (`catalogue`), how it comes in (`download`, `published`), what is on disk (`store`)."""
