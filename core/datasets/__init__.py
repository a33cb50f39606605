"""Datasets: what can be had, how it comes in, what is on disk, what is in it and what is wrong with it.

Had: `catalogue`. In: `download`, `published`, `importing` with `sources`,
`readers`, `labelling` and `decoding`. Disk: `store`.
What is in it: `selection`, `closeup`, `overview`, `map`. Wrong: `audit` with `duplicates` and `leaks`; `decisions` on
images.
"""
