"""The map of a dataset: its images as points of a plane, those that are alike near each other."""

import io
import re
from contextlib import redirect_stdout
from dataclasses import dataclass

import numpy as np

from core.datasets.cache import keep, load_or_compute
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.datasets.views.thumbnails import small_images, small_size
from core.errors import PixelwiseError
from core.images import image_io
from core.storage.checked import Array
from core.storage.progress import Progress, quiet

PCA, TSNE = "pca", "tsne"
TITLES = {PCA: "PCA", TSNE: "t-SNE"}
# What makes images alike: their pixels, or the features that a pretrained network makes of them.
PIXELS, FEATURES = "pixels", "features"
MOST_IMAGES = 10_000
# An array's images keep their pixels up to this side; photos need more to be recognised.
_TILE_SIDE, _PHOTO_TILE_SIDE = 32, 48
# At most 1,024 features an image: the covariance of more takes longer than all the rest.
_FEATURE_SIDE = {1: 32, 3: 16}
# t-SNE works on as many principal components, as its authors do.
COMPONENTS = 50
_ITERATIONS = 1000
FEWEST_FOR_TSNE = 5
_SHEET = "map-pictures"


class MapError(PixelwiseError):
    """A map that cannot be made of this dataset."""


@dataclass(frozen=True, eq=False)
class Map:
    """Images as points.

    Attributes:
        method: `PCA` or `TSNE`.
        ids: the images, int64 `(m,)`, ascending.
        coordinates: where each is, float32 `(m, 2)`, without a unit.
        explained: the share of the features' variance along each axis, 0–1; zeros for t-SNE, which has none.
    """

    method: str
    ids: np.ndarray
    coordinates: np.ndarray
    explained: tuple[float, float]


@dataclass(frozen=True, eq=False)
class SpriteSheet:
    """The images of a map as tiles of one image, row by row in the order of its ids.

    Attributes:
        image: PNG or JPEG.
        columns: how many tiles a row has.
        height: of a tile's image, in pixels.
        width: of a tile's image, in pixels.
        pitch: from one tile to the next, in pixels, both ways.
    """

    image: bytes
    columns: int
    height: int
    width: int
    pitch: int

    @property
    def mime_type(self) -> str:
        """The kind of `image`."""
        return "image/png" if self.image.startswith(b"\x89PNG") else "image/jpeg"


def sample(dataset: Dataset, ids: np.ndarray | None = None) -> np.ndarray:
    """Return the images a map shows, int64 `(m,)`, ascending: all, or `MOST_IMAGES` with each class's share kept.

    Systematic sampling after a shuffle with seed 0: every so-manieth of the images ordered by class.

    Args:
        dataset: what is mapped.
        ids: the images that are drawn from, int64 `(n,)`, ascending; `None`: all of the dataset.
    """
    everything = np.arange(len(dataset)) if ids is None else ids
    if len(everything) <= MOST_IMAGES:
        return everything
    shuffled = np.random.default_rng(0).permutation(everything)
    by_class = shuffled[np.argsort(dataset.labels[shuffled], kind="stable")]
    return np.sort(by_class[np.arange(MOST_IMAGES) * len(everything) // MOST_IMAGES])


def points(images: int) -> dict[str, Array]:
    """Return what the arrays of a map of some of so many images must be."""
    return {
        "ids": Array(np.int64, ("m",), low=0, high=images - 1),
        "coordinates": Array(np.float32, ("m", 2), finite=True),
    }


def find(dataset: Dataset, method: str, by: str = PIXELS) -> Map | None:
    """Return the map that is kept on disk; `None` when it has yet to be made.

    Args:
        dataset: what is mapped.
        method: `PCA` or `TSNE`.
        by: `PIXELS` or `FEATURES`.
    """
    wanted = {**points(len(dataset)), "explained": Array(np.float32, (2,), finite=True)}
    found = load_or_compute(dataset, _kept_as(method, by), wanted)
    if found is None:
        return None
    first, second = found["explained"].tolist()
    return Map(method, found["ids"], found["coordinates"], (first, second))


def embed(dataset: Dataset, method: str, progress: Progress = quiet) -> Map:
    """Return the map of a dataset by its pixels: the one kept on disk, or a new one, kept from now on.

    t-SNE takes a minute and redirects this process's standard output meanwhile: let a job do it.

    Args:
        dataset: what is mapped.
        method: `PCA` or `TSNE`.
        progress: told what is done; it may raise `Cancelled`.

    Raises:
        MapError: too few images for t-SNE.
        StorageError: the disk is full or may not be written.
    """
    if (found := find(dataset, method)) is not None:
        return found
    ids = mapped(dataset, method)
    vectors, sheet = _read(dataset, ids, progress)
    _keep_sheet(dataset, sheet)
    return arrange(dataset, method, PIXELS, ids, vectors, progress)


def mapped(dataset: Dataset, method: str) -> np.ndarray:
    """Return the images that a dataset's map by a method shows, int64 `(m,)`, ascending.

    Raises:
        MapError: too few images for t-SNE.
    """
    ids = sample(dataset)
    if method == TSNE and len(ids) < FEWEST_FOR_TSNE:
        raise MapError(f"t-SNE needs at least {FEWEST_FOR_TSNE} images; {dataset.about.name} has {len(ids)}.")
    return ids


def arrange(
    dataset: Dataset, method: str, by: str, ids: np.ndarray, vectors: np.ndarray, progress: Progress = quiet
) -> Map:
    """Arrange images by vectors, and keep the map; arguments and errors as of `find` and `embed`.

    Args:
        dataset: what is mapped.
        method: `PCA` or `TSNE`.
        by: what the vectors are made of, `PIXELS` or `FEATURES`.
        ids: the images, int64 `(m,)`, ascending.
        vectors: one an image, float32 `(m, d)`.
        progress: told what is done; it may raise `Cancelled`.
    """
    progress("finding the principal components", 0, 0, "")
    components, explained = principal_components(vectors, 2 if method == PCA else COMPONENTS)
    if method == TSNE:
        coordinates, explained = tsne(components, progress), np.zeros(2, np.float32)
    else:
        coordinates = components
    keep(dataset, _kept_as(method, by), {"ids": ids, "coordinates": coordinates, "explained": explained[:2]})
    return Map(method, ids, coordinates, (float(explained[0]), float(explained[1])))


def _kept_as(method: str, by: str) -> str:
    return f"map-{method}" if by == PIXELS else f"map-{by}-{method}"


def run(name: str, method: str, progress: Progress) -> dict[str, int]:
    """Make a dataset's map by its pixels as a job; return how many `images` it shows. It raises what `embed` does."""
    return {"pictures": len(embed(catalogue.open_dataset(name), method, progress).ids)}


def sprite_sheet(dataset: Dataset) -> SpriteSheet:
    """Return the small images of a dataset's map: those kept with it, or new ones.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    wanted = {"image": Array(np.uint8, ("bytes",)), "layout": Array(np.int64, (4,), low=1, high=1_000_000)}
    found = load_or_compute(dataset, _SHEET, wanted)
    if found is not None:
        columns, height, width, pitch = found["layout"].tolist()
        return SpriteSheet(found["image"].tobytes(), columns, height, width, pitch)
    _, sheet = _read(dataset, sample(dataset), quiet)
    return _keep_sheet(dataset, sheet)


def sprite_sheet_of(dataset: Dataset, ids: np.ndarray) -> SpriteSheet:
    """Return the small images of some of a dataset, int64 `(m,)`, in their order; nothing is kept on disk."""
    return _read(dataset, ids, quiet)[1]


def principal_components(features: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first principal components of some vectors.

    Args:
        features: float32 `(m, d)`.
        most: how many components at most, ≥ 2.

    Returns:
        The vectors' places along them, float32 `(m, k)`, and the share of the variance that each holds, float32
        `(k,)`, with k = min(most, m, d), but at least 2: what does not exist is zeros.
    """
    from sklearn import decomposition

    count = min(most, *features.shape)
    places = np.zeros((len(features), max(2, count)), np.float32)
    shares = np.zeros(max(2, count), np.float32)
    # Images that are all alike have no variance to share out.
    if len(features) > 1 and np.ptp(features, axis=0).any():
        solved = decomposition.PCA(count, svd_solver="covariance_eigh")
        places[:, :count] = solved.fit_transform(features)
        shares[:count] = solved.explained_variance_ratio_
    return places, shares


def tsne(components: np.ndarray, progress: Progress) -> np.ndarray:
    """Return t-SNE's places, float32 `(m, 2)`, begun from the first two principal components.

    It takes a minute and redirects this process's standard output meanwhile: let a job do it.

    Args:
        components: from `principal_components`, float32 `(m, k)`, at least `FEWEST_FOR_TSNE` of them.
        progress: told what is done; it may raise `Cancelled`.
    """
    from sklearn import manifold

    progress("finding each image's neighbors", 0, 0, "")
    begin = components[:, :2] / max(float(components[:, 0].std()), 1e-12) * 1e-4
    perplexity = min(30, (len(components) - 1) / 3)
    solver = manifold.TSNE(perplexity=perplexity, init=begin, max_iter=_ITERATIONS, random_state=0, verbose=2, n_jobs=2)
    with redirect_stdout(_Iterations(progress)):
        places: np.ndarray = solver.fit_transform(components)
    return places


class _Iterations(io.TextIOBase):
    """Reads how far t-SNE is from what scikit-learn prints, the only way that it tells."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def write(self, text: str) -> int:
        if found := re.search(r"Iteration (\d+):", text):
            self.progress("arranging the images", int(found[1]), _ITERATIONS, "steps")
        return len(text)


def _read(dataset: Dataset, ids: np.ndarray, progress: Progress) -> tuple[np.ndarray, SpriteSheet]:
    """Read images once: as features, float32 `(m, d)`, 0–1, and as tiles."""
    import cv2

    about = dataset.about
    channels = about.size[2]
    side = _PHOTO_TILE_SIDE if about.as_files else _TILE_SIDE
    height, width = small_size(dataset, side)
    # JPEG's blocks are 8 px wide: tiles that begin with one do not run into each other.
    pitch = -(-max(height, width) // 8) * 8
    columns = int(np.ceil(np.sqrt(len(ids))))
    rows = -(-len(ids) // columns)
    tiles = np.zeros((rows * pitch, columns * pitch, channels), np.uint8)
    scale = min(1, _FEATURE_SIDE[channels] / max(height, width))
    reduced = max(1, round(width * scale)), max(1, round(height * scale))
    features = np.empty((len(ids), reduced[0] * reduced[1] * channels), np.float32)
    number = 0
    for part in small_images(dataset, ids, side, progress):
        for image in part:
            top, left = (pitch * place for place in divmod(number, columns))
            tiles[top : top + height, left : left + width] = image
            features[number] = cv2.resize(image, reduced, interpolation=cv2.INTER_AREA).ravel()
            number += 1
    features /= 255
    return features, SpriteSheet(_encoded(tiles), columns, height, width, pitch)


def _encoded(tiles: np.ndarray) -> bytes:
    """Return tiles as PNG where they are gray, mostly drawings; as JPEG where colour would make that too large."""
    data = io.BytesIO()
    gray = tiles.shape[-1] == 1
    options = {"compress_level": 1} if gray else {"quality": 80}
    image_io.from_array(tiles).save(data, "PNG" if gray else "JPEG", **options)
    return data.getvalue()


def _keep_sheet(dataset: Dataset, sheet: SpriteSheet) -> SpriteSheet:
    layout = np.array([sheet.columns, sheet.height, sheet.width, sheet.pitch])
    keep(dataset, _SHEET, {"image": np.frombuffer(sheet.image, np.uint8), "layout": layout})
    return sheet
