"""The images of a dataset that show what a photo from elsewhere shows."""

import numpy as np
from PIL import Image

from core.datasets.features import neighbours
from core.datasets.store import Dataset
from core.images import image_io
from core.nn.inference import teaching
from core.prediction import worker
from core.training import features


def like_photo(dataset: Dataset, photo: Image.Image, most: int) -> np.ndarray | None:
    """Return the images most like a photo, int64 `(k,)`, the most alike first; `None` where there are no features yet.

    Args:
        dataset: whose images.
        photo: upright, as `read_image` gives it.
        most: how many are returned at most.

    Raises:
        RunError: the worker gives no answer.
        SettingError: the pretrained network cannot be had.
    """
    if features.known(dataset) is None:
        return None
    gray = dataset.about.size[2] == 1
    # As a dataset's own images are seen: without colours where these have none.
    seen = features.usual().steps.apply(photo.convert("L") if gray else photo).convert("RGB")
    vector = worker.ask(teaching.features, image_io.to_array(seen)[np.newaxis])[0]
    found = neighbours.nearest_to(dataset, vector, most)
    return None if found is None else found[0]
