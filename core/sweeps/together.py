"""How many trials train at once: as many as the cores and the free memory of this machine allow."""

import os

import psutil

from core.cluster import start as cluster
from core.datasets.store import Dataset
from core.networks.layer_sizes import layer_sizes, total_bytes
from core.recipes.recipe import Recipe
from core.training import data

# What pages and other programs are left.
_LEFT_BYTES = 1_000_000_000
_MOST = 16


def suited_number(recipe: Recipe, dataset: Dataset) -> int:
    """Return how many trainings of a recipe this machine does at once, at least one.

    One a core: trainings beside each other never wait for each other, as the threads of a single one do, and what one
    spends in Python is the other's to use. Each needs memory of its own, but for the images, which all read from one
    file. `python -m bench.sweep` measures what that brings.

    Where there is a cluster, it is how many its nodes have room for.

    Raises:
        ClusterError: there is a cluster, and it cannot train the recipe.
    """
    sizes = layer_sizes(recipe.network.layers, data.shape_after(dataset, recipe.steps))
    each = total_bytes(sizes, recipe.fit.batch_size)
    if cluster.is_set():
        return cluster.places(each)
    free = psutil.virtual_memory().available - _LEFT_BYTES
    return max(1, min(_cores(), int(free // each), _MOST))


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
