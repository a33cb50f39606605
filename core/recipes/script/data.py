"""The images of a script: where they come from, which of them train, and what is done to each before."""

import inspect
import textwrap

from PIL import Image

from core.datasets import given_labels
from core.datasets.decisions import Decided
from core.datasets.folds import folds_by_class, folds_by_group
from core.datasets.grouped import grouped
from core.datasets.store import About
from core.errors import COMMAND
from core.preprocessing import Pipeline
from core.preprocessing.open_code import opening_code
from core.recipes.split import Split
from core.runs import RunError
from core.settings import format_value
from core.storage.names import slug

# Those that Keras hands out as Pixelwise keeps them: in the same order, split alike.
_OF_KERAS = {"mnist": "mnist", "fashion-mnist": "fashion_mnist"}

_LARGEST_SIDE, _MOST_PIXELS = 65_535, 50_000_000

_DIGITS = '''\
def load_images():
    """Return scikit-learn's handwritten digits; a fifth of them, drawn by class, tests."""
    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]  # 0–16 becomes 0–255
    labels, parts = digits.target, np.zeros(len(digits.target), int)
    _, test = train_test_split(np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=0)
    parts[test] = TEST
    return images, labels, parts'''
_ARRAY = '''\
def load_images():
    """Return the images of the file that Pixelwise exported."""
    with np.load(sys.argv[1]) as data:
        return data["pictures"], data["labels"], data["parts"]'''
_BY_GROUP = (
    "groups = load_groups()",
    "",
    "",
    "def apart(ids, judging):",
    '    """Return ids without those of a group that judges, and what judges."""',
    "    shared = (groups[ids] >= 0) & np.isin(groups[ids], groups[judging])",
    "    return ids[~(shared | np.isin(ids, judging))], judging",
    "",
    "",
)
_KERAS = '''\
def load_images():
    """Return the images: of the file that Pixelwise exported, or else as Keras downloads them."""
    if len(sys.argv) > 1:
        with np.load(sys.argv[1]) as data:
            return data["pictures"], data["labels"], data["parts"]
    (images, labels), (test_images, test_labels) = keras.datasets.{name}.load_data()
    parts = np.repeat([TRAIN, TEST], [len(labels), len(test_labels)])
    images = np.concatenate([images, test_images])[..., np.newaxis]
    return images, np.concatenate([labels, test_labels]), parts'''


def data_command(dataset: str, about: About) -> str:
    """Return the command that makes what a script reads its images from; empty where it needs nothing.

    Args:
        dataset: the dataset's name.
        about: what it is.
    """
    if dataset == "digits":
        return ""
    name = slug(dataset, otherwise="pictures", longest=64)
    return f"{COMMAND} datasets export {name} {name}{'' if about.as_files else '.npz'}"


def require_sound(about: About, decided: Decided | None) -> None:
    """Make sure that what a script prints of a dataset and of decisions on it are numbers, as large as they can be.

    Raises:
        RunError: they are not: the file that they were read from is damaged, or forged.
    """
    if not isinstance(about.name, str) or not isinstance(about.title, str):
        raise RunError(f"What is said of the dataset {format_value(about.name)} is damaged: a name must be text.")
    sizes = [*about.size]
    sound = len(sizes) == 3 and all(type(each) is int and 0 <= each <= _LARGEST_SIDE for each in sizes)
    if not sound or sizes[2] not in (1, 3) or sizes[0] * sizes[1] > _MOST_PIXELS:
        raise RunError(f"The size of the images of {format_value(about.title)} cannot be {format_value(about.size)}.")
    numbers = [] if decided is None else [*decided.excluded, *decided.labels, *decided.labels.values()]
    if wrong := [each for each in numbers if type(each) is not int or not 0 <= each < 2**63]:
        raise RunError(
            f"The decisions on {format_value(about.title)} are damaged: {format_value(wrong[0])} is no image or class."
        )


def shape_after(steps: Pipeline, about: About) -> tuple[int, int, int]:
    """Return height, width and channels of the images after the steps, which end in one size."""
    made = steps.apply(_sample(about))
    return made.height, made.width, 1 if made.mode == "L" else 3


def data_code(dataset: str, steps: Pipeline, about: About) -> str:
    """Return the functions `load_images()` and, where there is something to do, `prepared(image)`.

    Args:
        dataset: the dataset's name.
        steps: what is done to each image.
        about: what the dataset is.
    """
    parts = []
    if is_prepared(steps, about):
        code = steps.code().splitlines()
        lines = [line for line in code if line and not line.startswith("from PIL import")]
        body = textwrap.indent("\n".join(lines), "    ")
        said = '    """Return a Pillow image as the network gets it."""'
        parts.append("\n".join(["def prepared(image):", said, *([body] if body else []), "    return image"]))
    height, width, channels = shape_after(steps, about)
    if about.as_files:
        parts += [opening_code(), _folder_code((height, width, channels), gray=about.size[2] == 1)]
    elif dataset == "digits":
        parts.append(_DIGITS)
    elif dataset in _OF_KERAS:
        parts.append(_KERAS.format(name=_OF_KERAS[dataset]))
    else:
        parts.append(_ARRAY)
    return "\n\n\n".join(parts)


def _folder_code(shape: tuple[int, int, int], *, gray: bool) -> str:
    opened = 'open_image(path).convert("L")' if gray else "open_image(path)"
    return f'''\
def load_images():
    """Return the images of the folder that Pixelwise exported: train/0-cat/000001.jpg, numbered in order."""
    paths = sorted(Path(sys.argv[1]).glob("*/*/*"), key=lambda path: path.stem)
    parts = np.array([("train", "test", "validation", "unlabeled").index(path.parent.parent.name) for path in paths])
    names = sorted({{path.parent.name for path, part in zip(paths, parts) if part != UNLABELED}})
    labels = np.array([names.index(path.parent.name) if path.parent.name in names else -1 for path in paths])
    images = np.empty((len(paths), {shape[0]}, {shape[1]}, {shape[2]}), np.uint8)
    for index, path in enumerate(paths):
        images[index] = np.asarray(prepared({opened})).reshape(images.shape[1:])
    return images, labels, parts'''


def is_prepared(steps: Pipeline, about: About) -> bool:
    """Tell whether the steps do anything, or images are read from files one by one."""
    sample = _sample(about)
    return about.as_files or steps.apply(sample) is not sample


def loading_code(steps: Pipeline, about: About) -> str:
    """Return the lines that set `images`, uint8 `(n, height, width, channels)`, `labels` and `parts`."""
    lines = ["images, labels, parts = load_images()"]
    if is_prepared(steps, about) and not about.as_files:
        height, width, channels = shape_after(steps, about)
        lines += [
            "images = [np.asarray(prepared(Image.fromarray(image.squeeze()))) for image in images]",
            f"images = np.stack(images).reshape(len(images), {height}, {width}, {channels})",
        ]
    return "\n".join(lines)


def grouping_code(about: About) -> str:
    """Return the functions `grouped(labels, groups, size, seed)` and `load_groups()`."""
    place = 'np.load(Path(sys.argv[1]) / "groups.npy")' if about.as_files else 'np.load(sys.argv[1])["groups"]'
    loading = f'''\
def load_groups():
    """Return which images belong together, int32 (n,), as Pixelwise exported it; -1: with no other."""
    return {place}'''
    return f"{inspect.getsource(grouped)}\n\n{loading}"


def folding_code(split: Split, *, by_group: bool) -> str:
    """Return the function that divides images into folds; empty where a split has none."""
    return inspect.getsource(folds_by_group if by_group else folds_by_class) if split.is_fold else ""


def split_code(dataset: str, split: Split, decided: Decided | None, *, by_group: bool = False) -> str:
    """Return the lines that set `train`, `validation` and `test` to the indices of the images of each part.

    Args:
        dataset: the dataset's name.
        split: how it is divided.
        decided: what people decided on images.
        by_group: whether images that belong together stay on one side; then there is `grouping_code`. With folds, there
            is `folding_code`, too.
    """
    draw = "train_test_split({ids}, test_size={size}, stratify=labels[{ids}], random_state={seed})"

    def drawn(ids: str, size: float, seed: int = split.seed) -> str:
        return draw.format(ids=ids, size=repr(size), seed=seed)

    def divided(ids: str, size: float) -> str:
        """Return what gives the rest and the drawn."""
        if by_group:
            return f"apart({ids}, {ids}[grouped(labels[{ids}], groups[{ids}], {size!r}, {split.seed})])"
        return f"map(np.sort, {drawn(ids, size)})"

    lines = list(_BY_GROUP) if by_group else []
    relabelled = decided.labels if decided is not None else {}
    if relabelled:
        pairs = textwrap.wrap(", ".join(f"{index}: {label}" for index, label in relabelled.items()), 108)
        lines += [
            "# The classes that people gave to single images, by looking at them.",
            "relabelled = {",
            *(f"    {line}" for line in pairs),
            "}",
        ]
    drawn_of_given = given_labels.draw(given_labels.given_labels(decided), split.given_validation_share)
    if drawn_of_given is not None and dataset != "digits" and dataset not in _OF_KERAS:
        fewest = given_labels.FEWEST_OF_A_CLASS
        lines += [
            "if (parts == UNLABELED).all():",
            "    # No image came with a label: those that people gave are divided.",
            "    given = np.array(sorted(relabelled))",
            "    labels[given], parts[given] = [relabelled[index] for index in given], TRAIN",
            f"    rest = given[np.bincount(labels[given])[labels[given]] >= {fewest}]",
            f"    rest, test = {divided('rest', drawn_of_given.test)}",
            "    parts[test] = TEST",
        ]
        if drawn_of_given.validation:
            lines += [
                f"    _, validation = {divided('rest', drawn_of_given.validation)}",
                "    parts[validation] = VALIDATION",
            ]
    lines.append("train, validation, test = (np.flatnonzero(parts == part) for part in (TRAIN, VALIDATION, TEST))")
    if split.pictures or split.test_pictures:
        lines.append("everything = np.flatnonzero(labels >= 0)")
    if split.pictures:
        lines += [
            f"_, everything = map(np.sort, {drawn('everything', split.pictures, split.choosing_seed)})",
            "train, validation, test = (np.intersect1d(part, everything) for part in (train, validation, test))",
        ]
    if split.test_pictures:
        lines += [
            f"rest, test = {divided('everything', split.test_pictures)}",
            "validation = np.intersect1d(validation, rest)",
            "train = np.setdiff1d(rest, validation)",
        ]
    if split.is_fold:
        lines.append("train, validation = np.union1d(train, validation), validation[:0]")
    if by_group:
        lines += ["validation, _ = apart(validation, test)", "train, _ = apart(train, np.append(validation, test))"]
    if split.is_fold:
        grouping = ", groups[train]" if by_group else ""
        lines += [
            f"# Cross-validation: fold {split.fold} of {split.folds} validates.",
            f"fold = folds_by_{'group' if by_group else 'class'}(labels[train]{grouping}, {split.folds}, {split.seed})",
            f"train, validation = train[fold != {split.fold - 1}], train[fold == {split.fold - 1}]",
        ]
    elif split.validation == "test":
        lines.append("validation = test  # as the book does: then no images are left that nothing was chosen by")
    elif dataset == "digits":
        lines.append(f"train, validation = {divided('train', split.fraction)}")
    else:
        lines += [
            "if len(validation) == 0:",
            f"    train, validation = {divided('train', split.fraction)}",
        ]
    return "\n".join(lines + _decisions(split, decided, by_group=by_group))


def _decisions(split: Split, decided: Decided | None, *, by_group: bool) -> list[str]:
    """Return the lines that heed what people decided on images; test images stay as published."""
    if decided is None or not (decided.excluded or decided.labels):
        return []
    lines = ["", "# What people decided on single images."]
    parts = ["train"] if split.validation == "test" else ["train", "validation"]
    if decided.labels:
        lines += [
            "for index, label in relabelled.items():",
            f"    if index in {' or index in '.join(parts)} or parts[index] == UNLABELED:",
            "        labels[index] = label",
            "given = np.array([index for index in relabelled if parts[index] == UNLABELED], int)",
            *(["given, _ = apart(given, np.append(validation, test))"] if by_group else []),
            "train = np.union1d(train, given)",
        ]
    if decided.excluded:
        excluded = textwrap.wrap(", ".join(map(str, decided.excluded)), 108)
        lines += ["excluded = [", *(f"    {line}" for line in excluded), "]"]
        lines += [f"{part} = np.setdiff1d({part}, excluded)" for part in parts]
    return lines


def _sample(about: About) -> Image.Image:
    """Return an empty image such as the dataset's; where sizes differ, of any size."""
    height, width, channels = about.size
    return Image.new("L" if channels == 1 else "RGB", (width or 64, height or 64))
