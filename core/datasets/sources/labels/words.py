"""What names of folders mean as a rule: splits, masks, versions of the same images, parts of one dataset."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPLITS = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("test", "testing", "tst", "holdout"), "test"),
    **dict.fromkeys(
        ("val", "valid", "validation", "validate", "validating", "dev", "eval", "evaluation"), "validation"
    ),
}
# What stands beside the word of a split and says nothing: `Training Data`, `train-set`, `seg_test`, `val_images`.
_FILLERS = {
    "set",
    "sets",
    "data",
    "dataset",
    "image",
    "images",
    "img",
    "imgs",
    "seg",
    "folder",
    "dir",
    "split",
    "files",
}
# What is in a file of labels says nothing of its split.
_OF_TABLES = {
    *("label", "labels", "annotation", "annotations", "annots", "class", "classes", "list", "metadata", "meta", "info"),
    *("gt", "truth", "ground", "groundtruth", "csv", "targets", "answers", "solution", "file", "names"),
}
_CONTAINERS = {
    *("image", "images", "img", "imgs", "jpegimages", "jpeg", "jpg", "png", "photo", "photos", "picture", "pictures"),
    *("pic", "pics", "data", "dataset", "files"),
}
_ANNOTATIONS = {
    *("annotation", "annotations", "annots", "trimap", "trimaps", "ground truth", "groundtruth", "segmentation masks"),
    *("segmentationclass", "segmentation class", "segmentationobject", "segmentation object", "bounding boxes", "xmls"),
}
_MASKS = {"mask", "masks", "label", "labels", "gt", "segmentation", "segmentations"}
# By preference: an image as it was taken is what a photo to predict will look like.
VERSIONS = (
    *("color", "colour", "colored", "rgb", "original", "originals", "raw", "grayscale", "greyscale", "gray", "grey"),
    *("bw", "black and white", "segmented", "augmented", "resized", "cropped", "processed", "preprocessed", "enhanced"),
)
_SIZE = re.compile(r"\d+ ?(x|px)( ?\d+)?")
_GROUP = re.compile(r"(.* )?(fold|part|batch|chunk|shard|group|volume|vol|subset|section) ?\d+")
_BESIDE = {
    *("pred", "predict", "prediction", "predictions", "seg pred", "single prediction", "unlabeled", "unlabelled"),
    *("meta", "metadata", "sample", "samples", "example", "examples", "figures", "docs", "demo", "inference"),
}
_UNLABELED = {
    *("pred", "predict", "prediction", "predictions", "seg pred", "single prediction", "inference"),
    *("unlabeled", "unlabelled", "unlabeled data", "unlabelled data", "unsup", "no label", "unknown labels"),
}
_MASK_WORDS = ("mask", "segmentation", "groundtruth", "trimap")
_MASK_FILE = re.compile(rf"(.+?)[ _-]+(?:{'|'.join(_MASK_WORDS)})s?(?:[ _-]?\d+)?", re.IGNORECASE)


def _tokens(name: str) -> list[str]:
    return _TOKEN.findall(_CAMEL.sub(" ", name).casefold())


@lru_cache(maxsize=10_000)
def normalized(name: str) -> str:
    """Return a name in lower case with single spaces: `Training-Data`, `training_data` and `TrainingData` are one."""
    return " ".join(_tokens(name))


@lru_cache(maxsize=10_000)
def split_of(name: str) -> str | None:
    """Return the split that a folder's name stands for, such as `train` for `Training Data`; else `None`."""
    return _split(_tokens(name))


def split_of_table(name: str) -> str | None:
    """Return the split that the name of a file of labels stands for: of `train_labels.csv`, `train`; else `None`."""
    return _split(token for token in _tokens(name.rpartition(".")[0]) if token not in _OF_TABLES)


def _split(tokens: Iterable[str]) -> str | None:
    told = [token.rstrip("0123456789") for token in tokens]
    rest = [token for token in told if token and token not in _FILLERS]
    if len(rest) != 1:
        return None
    return _SPLITS.get(rest[0]) or _SPLITS.get(rest[0].removesuffix("set")) or _SPLITS.get(rest[0].removesuffix("data"))


def splits_of(names: Collection[str]) -> dict[str, str]:
    """Return the splits that some of the folders beside each other stand for, by name.

    What all of them have in common says nothing: `asl_alphabet_train` and `asl_alphabet_test` are train and test.
    """
    tokens = {name: _tokens(name) for name in names}
    common = set.intersection(*map(set, tokens.values())) if len(names) > 1 else set()
    common -= set(_SPLITS)
    found = {name: _split(token for token in each if token not in common) for name, each in tokens.items()}
    return {name: split for name, split in found.items() if split}


def is_container(name: str) -> bool:
    """Tell whether a folder's name only says that there are images in it."""
    return normalized(name) in _CONTAINERS


def masks_among(names: Collection[str]) -> list[str]:
    """Return which of the folders beside each other hold masks or other annotations.

    A folder `mask` may be a class, unless `images` or `train` is beside it.
    """
    texts = {name: normalized(name) for name in names}
    there = set(texts.values())
    images = any(text in _CONTAINERS or split_of(name) for name, text in texts.items())
    found = []
    for name, text in texts.items():
        begin, _, end = text.rpartition(" ")
        if (
            (text in _ANNOTATIONS and len(there) > 1)
            or (text in _MASKS and images)
            or (end in _MASKS and begin in there)
        ):
            found.append(name)
    return found


def sounds_like_mask(name: str) -> bool:
    """Tell whether a class's name is a usual one of masks or other annotations."""
    return normalized(name) in _ANNOTATIONS | (_MASKS - {"mask"})


def masked(stem: str) -> str | None:
    """Return the name of the image that a mask's file belongs to: `benign (1)` for `benign (1)_mask`; else `None`."""
    if not any(word in stem.lower() for word in _MASK_WORDS):  # Cheap: most names have none.
        return None
    found = _MASK_FILE.fullmatch(stem)
    return found[1] if found else None


def is_version(name: str) -> bool:
    """Tell whether a folder's name is that of one version of images, such as `grayscale` or `128x128`."""
    text = normalized(name)
    return text in VERSIONS or bool(_SIZE.fullmatch(text))


def preference(name: str) -> int:
    """Return the place of a version's name in the order of preference, 0 first."""
    text = normalized(name)
    return VERSIONS.index(text) if text in VERSIONS else len(VERSIONS)


@lru_cache(maxsize=10_000)
def is_group(name: str) -> bool:
    """Tell whether a folder's name is that of a part of one dataset: `fold_0`, `images_part_1`, `images_001`."""
    text = normalized(name)
    whole = text.rstrip("0123456789").rstrip()
    return bool(_GROUP.fullmatch(text)) or (whole != text and whole in _CONTAINERS)


def says_unlabeled(name: str) -> bool:
    """Tell whether a folder's name cannot be a class's, since it says that there is none."""
    return normalized(name).startswith(("unlabeled", "unlabelled"))


def is_unlabeled(name: str) -> bool:
    """Tell whether a folder's name says that nobody has said what its images are: `seg_pred`, `unlabeled`, `test1`."""
    text = normalized(name)
    return text in _UNLABELED or text.rstrip("0123456789 ") == "test"


def is_beside(name: str) -> bool:
    """Tell whether a folder usually stands beside the images to learn from, such as `single_prediction`."""
    return normalized(name) in _BESIDE
