"""Fits an `OodDetector` on statistics of images: of a run's own, and of others or of what nothing shows."""

import math
import warnings
from dataclasses import replace

import numpy as np
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from core.evaluation.ood import OodDetector, as_kept, logarithms

# Chosen for the shipped classifier, by how much it declines of photos of other things, vehicles and digits. A few small
# networks with seeds of their own err in different ways: their mean declines more than one network of their size.
_NETWORKS, _HIDDEN, _PENALTY, _EPOCHS = 4, 8, 1.0, 15
# How much the distance counts beside them, each by how it differs among the own images: chosen likewise, on a half of
# photos and drawings that neither was fitted on.
_DISTANCE_WEIGHT = 1.5
# Added to a statistic before its logarithm, in means of it over the run's own images: nothing is not infinitely odd.
_OFFSET = 0.3
# So many images that the network did not learn from set the limit. Of fewer it was tried by folds, and declined all 200
# photos of others' cats and dogs where 24 had taught.
ENOUGH = 100
_SMALLEST = 1e-6


def fitted(
    own: np.ndarray, known: np.ndarray, unknown: np.ndarray, judged: np.ndarray, columns: np.ndarray, seed: int
) -> OodDetector:
    """Return a detector that has no limit yet: networks that tell known from unknown images, and the distance.

    Args:
        own: the statistics of the run's training images, float32 `(n, d)`.
        known: those of all known images, these among them, float32 `(k, d)`.
        unknown: those of images that are none of the run's, float32 `(u, d)`.
        judged: those of other images of the run, by which both parts are scaled, float32 `(m, d)`.
        columns: the statistics that the distance is measured in, int64 `(c,)`.
        seed: of the networks.

    Raises:
        ValueError: a statistic is no number.
        numpy.linalg.LinAlgError: the own images are all alike.
    """
    hidden_weights, hidden_bias, weights = _networks(known, unknown, seed)
    offset, usual, evenly = _distance(own[:, columns])
    unscaled = OodDetector(
        hidden_weights=hidden_weights.astype(np.float32),
        hidden_bias=hidden_bias.astype(np.float32),
        weights=weights.astype(np.float32),
        bias=0.0,
        columns=columns,
        offset=offset.astype(np.float32),
        usual=usual.astype(np.float32),
        whitening=evenly.astype(np.float32),
        unknown_ids=np.empty(0, np.int64),
    )
    evidence, distances = unscaled.evidence(judged).std(), unscaled.distances(judged).std()
    return replace(
        unscaled,
        weights=unscaled.weights / np.float32(max(evidence, _SMALLEST)),
        whitening=unscaled.whitening * np.float32(_DISTANCE_WEIGHT / max(distances, _SMALLEST)),
    )


def with_limit(made: OodDetector, judged: np.ndarray, ids: np.ndarray, kept: float) -> OodDetector:
    """Return a detector with the limit that a share of images like some is expected within.

    Args:
        made: without a limit.
        judged: the statistics of images that the network did not learn from, float32 `(m, d)`.
        ids: which these are, int64 `(m,)`.
        kept: the share, 0–1.
    """
    # As it is kept: what it only just knows must not be unknown to what is read again.
    made = as_kept(made)
    made = replace(made, bias=limit(made.scores(judged), kept))
    return replace(made, unknown_ids=ids[~made.known(judged)])


def of_own_images(
    learned: np.ndarray,
    judged: np.ndarray,
    ids: np.ndarray,
    unknown: np.ndarray,
    *,
    columns: np.ndarray,
    kept: float,
    seed: int = 0,
) -> OodDetector | None:
    """Return a detector of a run's own images and of images that show no thing; `None`: too few, or all alike.

    Args:
        learned: the statistics of training images, float32 `(n, k)`.
        judged: those of validation images, which the network did not learn from, float32 `(m, k)`: at least `ENOUGH`.
        ids: which these are, int64 `(m,)`.
        unknown: those of images that show no thing, float32 `(u, k)`.
        columns: as of `fitted`.
        kept: as of `with_limit`.
        seed: as of `fitted`.

    Raises:
        ValueError: a statistic is no number.
    """
    if len(judged) < ENOUGH:
        return None
    try:
        made = fitted(learned, learned, unknown, judged, columns, seed)
    except np.linalg.LinAlgError:
        return None
    return with_limit(made, judged, ids, kept)


def limit(scores: np.ndarray, kept: float) -> float:
    """Return what is added to scores, float `(n,)`, so that a share of others like them is 0 or more.

    It is that of conformal prediction (V. Vovk and others, Algorithmic learning in a random world, 2005), which holds
    for any distribution; of few images it is what the oddest needs.
    """
    odd = np.sort(-scores)
    return float(odd[min(math.ceil((len(odd) + 1) * kept), len(odd)) - 1])


def _networks(known: np.ndarray, unknown: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return small networks that tell statistics of known images, float `(n, d)`, from unknown ones, as one network.

    Returns:
        Weights and bias of its hidden units, float64 `(d, h)` and `(h,)`, and the weight of each, float64 `(h,)`.
    """
    found = np.concatenate([known, unknown])
    scale = StandardScaler().fit(found)
    scaled, is_known = scale.transform(found), np.arange(len(found)) < len(known)
    networks = []
    for number in range(_NETWORKS):
        network = MLPClassifier(
            (_HIDDEN,), alpha=_PENALTY, batch_size=min(256, len(found)), max_iter=_EPOCHS, random_state=seed + number
        )
        with warnings.catch_warnings():
            # It is to end after these epochs.
            warnings.simplefilter("ignore", ConvergenceWarning)
            networks.append(network.fit(scaled, is_known))
    hidden_weights = np.concatenate([each.coefs_[0] for each in networks], axis=1) / scale.scale_[:, np.newaxis]
    hidden_bias = np.concatenate([each.intercepts_[0] for each in networks]) - scale.mean_ @ hidden_weights
    return hidden_weights, hidden_bias, np.concatenate([each.coefs_[1][:, 0] for each in networks]) / _NETWORKS


def _distance(own: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what measures how unusual statistics are among those of the run's own images, float `(n, k)`.

    Returns:
        `offset`, `usual` and `whitening` as `OodDetector` has them, float64; the covariance is Ledoit's and Wolf's.
    """
    means = own.mean(axis=0, dtype=np.float64)
    offset = _OFFSET * np.where(means > 0, means, 1.0)
    found = logarithms(own, offset)
    usual = found.mean(axis=0)
    return offset, usual, whitening(found - usual)


def whitening(centred: np.ndarray) -> np.ndarray:
    """Return what makes numbers around 0, float64 `(n, k)`, as spread in each direction, float64 `(k, k)`.

    Of fewer images than numbers, their own directions are enough: all the others have the spread that Ledoit and Wolf
    give them. So it takes no time that grows with the cube of the numbers.

    Raises:
        numpy.linalg.LinAlgError: all rows are alike.
    """
    count, numbers = centred.shape
    spread = float((centred**2).mean())
    if spread < _SMALLEST**2:
        raise np.linalg.LinAlgError("all images are alike")
    share = ledoit_wolf_shrinkage(centred, assume_centered=True)
    if count < numbers:
        _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
        variances = sizes**2 / count
    else:
        variances, columns = np.linalg.eigh(centred.T @ centred / count)
        directions = columns.T
    rest = max(share, _SMALLEST) * spread
    along = (1 - share) * np.maximum(variances, 0) + rest
    made: np.ndarray = np.eye(numbers) / np.sqrt(rest)
    return made + directions.T @ ((1 / np.sqrt(along) - 1 / np.sqrt(rest))[:, np.newaxis] * directions)
