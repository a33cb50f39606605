"""Fits what tells a run's own kind of pictures from others: logistic regression on what its layers make of both."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from core import novelty
from core.datasets.store import SPLITS, Dataset
from core.explaining.subject import dataset_of
from core.nn import infer
from core.nn.statistics import statistics, with_statistics
from core.novelty import Novelty
from core.novelty.shapes import drawn
from core.prepare import parts, photo_prepared, prepared_pictures
from core.progress import Progress, quiet
from core.runs import Run, RunError

# Enlarged to the side of a photo by each of these: how a small picture was enlarged must not tell what it shows.
_SIDE = 180
_RESAMPLINGS = (
    Image.Resampling.NEAREST,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
)
_DRAWN_SHARE = 0.5
_PENALTY = 0.01
# So many pictures are in memory at a time.
_AT_ONCE = 256


def fit(
    run: Run,
    others: Dataset,
    *,
    own_classes: Sequence[str],
    other_classes: Sequence[str],
    kept: float = 0.95,
    most: int = 12_000,
    progress: Progress = quiet,
) -> Novelty:
    """Fit what a finished run knows and what it does not; it is kept in the run's folder.

    Known are the run's training pictures, and pictures of `others` that show the same things: else what they are made
    like, not what they show, would decide. Unknown are those of other classes, and drawn shapes. Only training pictures
    of both data sets are taken; the threshold is set on the run's validation pictures.

    Args:
        run: a finished run whose data set is there.
        others: a data set of other pictures.
        own_classes: names of those of its classes that the run knows too.
        other_classes: names of those that it does not; none: drawn shapes alone are unknown.
        kept: the share of the run's validation pictures that are to be taken for known, 0–1.
        most: so many pictures of each kind at most.
        progress: told how far it is.

    Raises:
        RunError: the run's data set has changed, or its network has no convolutions.
        DatasetError: a data set is not on this machine, or a file of it is damaged.
    """
    dataset = dataset_of(run)
    prepared = prepared_pictures(dataset, run.recipe.steps, progress)
    divided = parts(dataset, run.recipe.split, run.decided)
    rng = np.random.default_rng(run.recipe.fit.seed)
    try:
        model = with_statistics(infer.load(str(run.folder)))
    except ValueError as error:
        raise RunError(f"The run {run.name} cannot tell what it does not know: {error}.") from error

    def taken(pictures: Iterator[Image.Image], total: int, doing: str) -> np.ndarray:
        made = [np.empty((0, model.output_shape[0][1]), np.float32)]
        done = 0
        while portion := list(islice(pictures, _AT_ONCE)):
            made.append(statistics(model, np.stack([photo_prepared(each, run.recipe, run.about) for each in portion])))
            done += len(portion)
            progress(doing, done, total, "pictures")
        return np.concatenate(made)

    training = np.sort(rng.choice(divided.train, min(most, len(divided.train)), replace=False))
    count = min(most, len(training))
    known = [
        statistics(model, prepared[training]),
        taken(_enlarged(others, own_classes, count, rng), count, "looking at pictures of the same"),
    ]
    shapes = round(count * _DRAWN_SHARE)
    unknown = [
        taken(_enlarged(others, other_classes, count, rng), count, "looking at other pictures"),
        taken((drawn(rng) for _ in range(shapes)), shapes, "looking at drawn shapes"),
    ]
    progress("fitting", 0, 0, "")
    found = np.concatenate([*known, *unknown])
    is_known = np.arange(len(found)) < sum(map(len, known))
    scale = StandardScaler().fit(found)
    regression = LogisticRegression(C=_PENALTY, max_iter=300, class_weight="balanced")
    regression.fit(scale.transform(found), is_known)
    weights = regression.coef_[0] / scale.scale_
    bias = float(regression.intercept_[0] - weights @ scale.mean_)
    own = np.sort(divided.validation)
    scores = statistics(model, prepared[own]) @ weights + bias
    threshold = float(np.quantile(scores, 1 - kept))
    made = Novelty(weights.astype(np.float32), bias, threshold, own[scores < threshold])
    novelty.keep(run.folder, made)
    return made


def _enlarged(others: Dataset, classes: Sequence[str], most: int, rng: np.random.Generator) -> Iterator[Image.Image]:
    """Yield training pictures of some classes, RGB, enlarged to the side of a photo in one way or another."""
    labels = [others.about.class_names.index(name) for name in classes]
    ids = np.flatnonzero(np.isin(others.labels, labels) & (others.splits == SPLITS.index("train")))
    for index in rng.permutation(ids)[:most].tolist():
        resampling = _RESAMPLINGS[rng.integers(len(_RESAMPLINGS))]
        yield others.picture(index).convert("RGB").resize((_SIDE, _SIDE), resampling)
