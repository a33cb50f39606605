"""Sweeps: settings of a recipe varied over many trainings, to find those that do best on validation images.

A sweep is a folder of the data home: `sweep.json` (what is varied and how, never changed but for the number of
trials), `decisions.json` (what people had decided on the images, if anything), `trials.jsonl` (a flushed line for
each thing that happened to a trial, with a checksum), `status.json` (replaced atomically) and `sweep.log`; the file
`stop` asks its driver to end. The driver is a process of its own, `python -m core.sweeps.driver SWEEP_DIR`. A trial
is an ordinary run, named after its sweep, or several runs with other seeds. Optuna proposes values and tells hopeless
trials; what it knows is made anew from `trials.jsonl`, so that one file, which every reader checks, is the truth.
"""
