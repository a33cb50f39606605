"""Images that are there twice: exactly, or nearly (resized, encoded again, cropped a little, brighter or darker).

Near duplicates are sought in two steps. Candidates are pairs whose 8×8 gray thumbnails correlate: one matrix product
for all pairs. Each is then matched in detail: what a blur takes away from one image, a little smaller, is laid over
the other and moved to where both correlate best. On 15,000 photos with 200 planted near duplicates this found 199 and
nothing that was none; pHash and dHash with a distance that finds as many propose thousands of pairs, and with one that
proposes only true pairs they miss the cropped ones (`python -m bench.audit`).
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from core.datasets.store import Dataset
from core.datasets.threads import mapped
from core.storage.progress import Progress, quiet

_TELL_EVERY = 256
_SIGNATURE_SIDE = 8
_CANDIDATE = 0.85
# What is matched in detail at most: the best candidates. It bounds time and memory whatever the set.
_MOST_CANDIDATES = 100_000
# So many images are compared with so many others at a time: 33 MB of numbers.
_BLOCK, _BLOCKS_BESIDE = 512, 16_384
_DETAIL_SIDE = 64
_DETAILS_KEPT = 4096
# Of 8×8 pixels, two ones by different hands may be as alike as copies.
_SMALLEST_SIDE = 16
# A crop by 5 % at each edge leaves nine tenths of a side.
_SHARES = (1.0, 0.95, 0.9)
# A pair that is less alike than this at the first shares is no duplicate at the last.
_HOPELESS = 0.6
# A duplicate leaves at most this share of the difference that there is to unrelated images that look alike (after
# the ratio test of Lowe, "Distinctive image features from scale-invariant keypoints", 2004): written ones resemble
# each other more than photos do. The limits are absolute: no duplicate below the first, always one above the second.
_SHARE_LEFT, _LEAST, _SURE = 1 / 4, 0.9, 0.99
_UNRELATED, _UNRELATED_RANK = 1000, 6
# Fewer gray levels of deviation are noise.
_FLAT = 2.0


def exact_pairs(dataset: Dataset, progress: Progress = quiet) -> np.ndarray:
    """Return each image that repeats an earlier one: int64 `(m, 2)`, the first of its kind and the repetition.

    Files are the same when their bytes are, images of an array when their pixels are.
    """
    if dataset.about.as_files:
        keys = dataset.index["sha256"]
    else:
        keys = np.zeros(len(dataset), "V32")
        for index, pixels in enumerate(dataset.images):
            keys[index] = hashlib.sha256(np.ascontiguousarray(pixels).data).digest()
            if index % _TELL_EVERY == 0:
                dataset.let_go()
                progress("looking for exact duplicates", index, len(dataset), "images")
    _, first, kind = np.unique(keys, return_index=True, return_inverse=True)
    repeats = np.flatnonzero(first[kind] != np.arange(len(keys)))
    return np.column_stack((first[kind[repeats]], repeats)).astype(np.int64)


def near_can_be_told(dataset: Dataset) -> bool:
    """Tell whether the images have pixels enough to tell a near duplicate from one that looks alike."""
    return _side(dataset) >= _SMALLEST_SIDE


def near_pairs(dataset: Dataset, among: np.ndarray, progress: Progress = quiet) -> np.ndarray:
    """Return the pairs of images that are nearly the same, int64 `(m, 2)`, the lower index first.

    There are none where `near_can_be_told` says no.

    Args:
        dataset: whose images they are.
        among: the indices of those to compare, int64 `(k,)`, ascending.
        progress: told how far it is.
    """
    if not near_can_be_told(dataset):
        return np.zeros((0, 2), np.int64)
    signatures = np.zeros((len(among), _SIGNATURE_SIDE**2), np.float32)
    found = mapped(lambda index: _signature(_gray(dataset, index)), among.tolist())
    for position, signature in enumerate(found):
        signatures[position] = signature
        if position % _TELL_EVERY == 0:
            dataset.let_go()
        progress("making small gray copies", position + 1, len(among), "images")
    candidates = _candidates(signatures, progress)
    if not len(candidates):
        return np.zeros((0, 2), np.int64)
    needed = np.clip(1 - _SHARE_LEFT * (1 - _alike_by_chance(signatures)), _LEAST, _SURE)
    side = _side(dataset)

    @lru_cache(maxsize=_DETAILS_KEPT)
    def detail(position: int) -> np.ndarray:
        return _detail(_gray(dataset, int(among[position])), side)

    def duplicate(pair: Sequence[int]) -> bool:
        return _match(detail(pair[0]), detail(pair[1])) >= max(needed[pair[0]], needed[pair[1]])

    kept = np.zeros(len(candidates), bool)
    for position, same in enumerate(mapped(duplicate, candidates.tolist())):
        kept[position] = same
        if position % _TELL_EVERY == 0:
            dataset.let_go()
        progress("comparing what looks alike", position + 1, len(candidates), "pairs")
    pairs: np.ndarray = among[candidates[kept]]
    return pairs


def groups(pairs: np.ndarray, images: int) -> list[np.ndarray]:
    """Return the groups that pairs link: ascending indices, int64 `(k,)` each, by their first image.

    Args:
        pairs: int64 `(m, 2)`.
        images: how many there are in all.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(pairs):
        return []
    members = np.unique(pairs)
    links = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(images, images))
    component = connected_components(links, directed=False)[1][members]
    order = np.argsort(component, kind="stable")
    starts = np.flatnonzero(np.diff(component[order])) + 1
    return sorted(np.split(members[order].astype(np.int64), starts), key=lambda group: int(group[0]))


def _gray(dataset: Dataset, index: int) -> np.ndarray:
    """Return an image in gray, uint8 `(height, width)`: of photos the thumbnail, black where that is damaged."""
    import cv2

    if dataset.about.as_files:
        gray = cv2.imdecode(np.frombuffer(dataset.thumbnail(index), np.uint8), cv2.IMREAD_GRAYSCALE)
        return np.zeros((1, 1), np.uint8) if gray is None else gray
    pixels = dataset.images[index]
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.shape[-1] == 3 else pixels[..., 0]


def _side(dataset: Dataset) -> int:
    """Return the side in pixels at which details are compared; images of an array are not enlarged."""
    return _DETAIL_SIDE if dataset.about.as_files else min(_DETAIL_SIDE, max(dataset.about.size[:2]))


def _signature(gray: np.ndarray) -> np.ndarray:
    """Return an image's thumbnail so that a product of two is their correlation, float32 `(64,)`; 0 where flat."""
    import cv2

    small = cv2.resize(gray, (_SIGNATURE_SIDE, _SIGNATURE_SIDE), interpolation=cv2.INTER_AREA)
    centred = small.astype(np.float32).ravel() - small.mean(dtype=np.float32)
    norm = float(np.linalg.norm(centred))
    return centred / norm if norm > _FLAT * _SIGNATURE_SIDE else np.zeros_like(centred)


def _candidates(signatures: np.ndarray, progress: Progress) -> np.ndarray:
    """Return the pairs whose signatures correlate, int64 `(m, 2)`, ascending: the best where there are too many."""
    limit, waiting = _CANDIDATE, 0
    pairs, values = [np.zeros((0, 2), np.int64)], [np.zeros(0, np.float32)]

    def keep_best() -> None:
        nonlocal limit, waiting
        all_pairs, all_values = np.concatenate(pairs), np.concatenate(values)
        if len(all_values) > _MOST_CANDIDATES:
            best = np.argpartition(-all_values, _MOST_CANDIDATES)[:_MOST_CANDIDATES]
            all_pairs, all_values = all_pairs[best], all_values[best]
            limit = float(all_values.min())
        pairs[:], values[:], waiting = [all_pairs], [all_values], 0

    for start in range(0, len(signatures), _BLOCK):
        block = signatures[start : start + _BLOCK]
        for beside in range(start, len(signatures), _BLOCKS_BESIDE):
            alike = block @ signatures[beside : beside + _BLOCKS_BESIDE].T
            rows, columns = np.divmod(np.flatnonzero(alike > limit), alike.shape[1])
            once = rows + start < columns + beside
            rows, columns = rows[once], columns[once]
            pairs.append(np.column_stack((rows + start, columns + beside)))
            values.append(alike[rows, columns])
            waiting += len(rows)
            if waiting > _MOST_CANDIDATES:
                keep_best()
        progress("comparing every image with every other", start, len(signatures), "images")
    keep_best()
    return pairs[0][np.lexsort((pairs[0][:, 1], pairs[0][:, 0]))]


def _alike_by_chance(signatures: np.ndarray) -> np.ndarray:
    """Return how much each image correlates with the most similar of some unrelated ones, float32 `(n,)`.

    The very first of a sample are left out, since they may be duplicates.
    """
    sample = np.random.default_rng(0).choice(len(signatures), min(_UNRELATED, len(signatures)), replace=False)
    rank = len(sample) - min(_UNRELATED_RANK, len(sample))
    alike = np.empty(len(signatures), np.float32)
    for start in range(0, len(signatures), _BLOCK):
        block = signatures[start : start + _BLOCK] @ signatures[sample].T
        alike[start : start + _BLOCK] = np.partition(block, rank, axis=1)[:, rank]
    return alike


def _detail(gray: np.ndarray, side: int) -> np.ndarray:
    """Return an image without its coarse light and shade, float32 `(side, side)`: two seascapes share those."""
    import cv2

    square = cv2.resize(gray, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    return square - cv2.GaussianBlur(square, (0, 0), side / 8)


def _match(first: np.ndarray, second: np.ndarray) -> float:
    """Return the highest correlation of one image, whole or smaller, with a part of the other, either way round."""
    import cv2

    side, best = len(first), -1.0
    for share in _SHARES:
        size = round(side * share)
        for inner, outer in ((first, second), (second, first)) if share < 1 else ((first, second),):
            shrunk = cv2.resize(inner, (size, size), interpolation=cv2.INTER_AREA)
            best = max(best, float(cv2.matchTemplate(outer, shrunk, cv2.TM_CCOEFF_NORMED).max()))
        if share < 1 and best < _HOPELESS:
            break
    return best
