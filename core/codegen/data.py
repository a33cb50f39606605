"""The pictures of a script: where they come from, which of them train, and what is done to each before."""

import textwrap

from PIL import Image

from core.datasets.decisions import Decided
from core.datasets.store import About
from core.preprocessing import Pipeline
from core.recipe import Split

# Those that Keras hands out as Pixelwise keeps them: in the same order, split alike.
_OF_KERAS = {"mnist": "mnist", "fashion-mnist": "fashion_mnist"}

_DIGITS = '''\
def load_pictures():
    """Return scikit-learn's handwritten digits; a fifth of them, drawn by class, tests."""
    digits = load_digits()
    pictures = np.rint(digits.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]  # 0–16 becomes 0–255
    labels, parts = digits.target, np.zeros(len(digits.target), int)
    _, test = train_test_split(np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=0)
    parts[test] = TEST
    return pictures, labels, parts'''
_ARRAY = '''\
def load_pictures():
    """Return the pictures of the file that Pixelwise exported."""
    with np.load(sys.argv[1]) as data:
        return data["pictures"], data["labels"], data["parts"]'''
_KERAS = '''\
def load_pictures():
    """Return the pictures: of the file that Pixelwise exported, or else as Keras downloads them."""
    if len(sys.argv) > 1:
        with np.load(sys.argv[1]) as data:
            return data["pictures"], data["labels"], data["parts"]
    (pictures, labels), (test_pictures, test_labels) = keras.datasets.{name}.load_data()
    parts = np.repeat([TRAIN, TEST], [len(labels), len(test_labels)])
    pictures = np.concatenate([pictures, test_pictures])[..., np.newaxis]
    return pictures, np.concatenate([labels, test_labels]), parts'''


def data_command(dataset: str, about: About) -> str:
    """Return the command that makes what a script reads its pictures from; empty where it needs nothing.

    Args:
        dataset: the data set's name.
        about: what it is.
    """
    if dataset == "digits":
        return ""
    return f"python -m core datasets export {dataset} {dataset}{'' if about.as_files else '.npz'}"


def shape_after(steps: Pipeline, about: About) -> tuple[int, int, int]:
    """Return height, width and channels of the pictures after the steps, which end in one size."""
    made = steps.apply(_sample(about))
    return made.height, made.width, 1 if made.mode == "L" else 3


def data_code(dataset: str, steps: Pipeline, about: About) -> str:
    """Return the functions `load_pictures()` and, where there is something to do, `prepared(picture)`.

    Args:
        dataset: the data set's name.
        steps: what is done to each picture.
        about: what the data set is.
    """
    parts = []
    if is_prepared(steps, about):
        code = steps.code().splitlines()
        lines = [line for line in code if line and not line.startswith("from PIL import")]
        body = textwrap.indent("\n".join(lines), "    ")
        said = '    """Return a Pillow picture as the network gets it."""'
        parts.append("\n".join(["def prepared(picture):", said, *([body] if body else []), "    return picture"]))
    height, width, channels = shape_after(steps, about)
    if about.as_files:
        mode = "L" if about.size[2] == 1 else "RGB"
        parts.append(_folder_code(mode, (height, width, channels)))
    elif dataset == "digits":
        parts.append(_DIGITS)
    elif dataset in _OF_KERAS:
        parts.append(_KERAS.format(name=_OF_KERAS[dataset]))
    else:
        parts.append(_ARRAY)
    return "\n\n\n".join(parts)


def _folder_code(mode: str, shape: tuple[int, int, int]) -> str:
    return f'''\
def load_pictures():
    """Return the pictures of the folder that Pixelwise exported: train/0-cat/000001.jpg, numbered in order."""
    paths = sorted(Path(sys.argv[1]).glob("*/*/*"), key=lambda path: path.stem)
    names = sorted({{path.parent.name for path in paths}})
    labels = np.array([names.index(path.parent.name) for path in paths])
    parts = np.array([("train", "test", "validation").index(path.parent.parent.name) for path in paths])
    pictures = np.empty((len(paths), {shape[0]}, {shape[1]}, {shape[2]}), np.uint8)
    for index, path in enumerate(paths):
        with Image.open(path) as picture:
            made = prepared(ImageOps.exif_transpose(picture).convert("{mode}"))
        pictures[index] = np.asarray(made).reshape(pictures.shape[1:])
    return pictures, labels, parts'''


def is_prepared(steps: Pipeline, about: About) -> bool:
    """Tell whether the steps do anything, or pictures are read from files one by one."""
    sample = _sample(about)
    return about.as_files or steps.apply(sample) is not sample


def loading_code(steps: Pipeline, about: About) -> str:
    """Return the lines that set `pictures`, uint8 `(n, height, width, channels)`, `labels` and `parts`."""
    lines = ["pictures, labels, parts = load_pictures()"]
    if is_prepared(steps, about) and not about.as_files:
        height, width, channels = shape_after(steps, about)
        lines += [
            "pictures = [np.asarray(prepared(Image.fromarray(picture.squeeze()))) for picture in pictures]",
            f"pictures = np.stack(pictures).reshape(len(pictures), {height}, {width}, {channels})",
        ]
    return "\n".join(lines)


def split_code(dataset: str, split: Split, decided: Decided | None) -> str:
    """Return the lines that set `train`, `validation` and `test` to the indices of the pictures of each part."""
    draw = "train_test_split({ids}, test_size={size}, stratify=labels[{ids}], random_state={seed})"

    def drawn(ids: str, size: float, seed: int = split.seed) -> str:
        return draw.format(ids=ids, size=repr(size), seed=seed)

    lines = ["train, validation, test = (np.flatnonzero(parts == part) for part in (TRAIN, VALIDATION, TEST))"]
    if split.pictures or split.test_pictures:
        lines.append("everything = np.arange(len(labels))")
    if split.pictures:
        lines += [
            f"_, everything = map(np.sort, {drawn('everything', split.pictures, split.choosing_seed)})",
            "train, validation, test = (np.intersect1d(part, everything) for part in (train, validation, test))",
        ]
    if split.test_pictures:
        lines += [
            f"rest, test = map(np.sort, {drawn('everything', split.test_pictures)})",
            "validation = np.intersect1d(validation, rest)",
            "train = np.setdiff1d(rest, validation)",
        ]
    if split.validation == "test":
        lines.append("validation = test  # as the book does: then no pictures are left that nothing was chosen by")
    elif dataset == "digits":
        lines.append(f"train, validation = map(np.sort, {drawn('train', split.fraction)})")
    else:
        lines += [
            "if len(validation) == 0:",
            f"    train, validation = map(np.sort, {drawn('train', split.fraction)})",
        ]
    return "\n".join(lines + _decisions(split, decided))


def _decisions(split: Split, decided: Decided | None) -> list[str]:
    """Return the lines that heed what people decided on pictures; test pictures stay as published."""
    if decided is None or not (decided.excluded or decided.labels):
        return []
    lines = ["", "# What was decided on single pictures, by looking at them."]
    parts = ["train"] if split.validation == "test" else ["train", "validation"]
    if decided.labels:
        relabelled = textwrap.wrap(", ".join(f"{index}: {label}" for index, label in decided.labels.items()), 108)
        lines += [
            "relabelled = {",
            *(f"    {line}" for line in relabelled),
            "}",
            "for index, label in relabelled.items():",
            f"    if index in {parts[0]}{''.join(f' or index in {part}' for part in parts[1:])}:",
            "        labels[index] = label",
        ]
    if decided.excluded:
        excluded = textwrap.wrap(", ".join(map(str, decided.excluded)), 108)
        lines += ["excluded = [", *(f"    {line}" for line in excluded), "]"]
        lines += [f"{part} = np.setdiff1d({part}, excluded)" for part in parts]
    return lines


def _sample(about: About) -> Image.Image:
    """Return an empty picture such as the data set's; where sizes differ, of any size."""
    height, width, channels = about.size
    return Image.new("L" if channels == 1 else "RGB", (width or 64, height or 64))
