"""Boxes of objects become images of their own, with their classes; objects of one image stay together."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.datasets.sources.boxes import coco as coco_format
from core.datasets.sources.boxes import crops
from core.datasets.sources.importing import Choices, import_images, plan, report
from core.datasets.store import Dataset, DatasetError
from core.storage.progress import Cancelled
from tests.unit.datasets.test_importing import pets, zipped
from tests.unit.test_cli import call

COLORS = {"cat": (250, 0, 0), "dog": (0, 250, 0)}


def photo(*objects: tuple[str, tuple[int, int, int, int]], size: tuple[int, int] = (60, 40)) -> bytes:
    """A gray image, in which objects have a color for each class."""
    pixels = np.full((size[1], size[0], 3), 90, np.uint8)
    for name, (left, top, right, bottom) in objects:
        pixels[max(0, top) : bottom, max(0, left) : right] = COLORS[name]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def coco(name: str, images: dict[str, list[tuple[str, tuple[int, int, int, int]]]], **more: Any) -> dict[str, bytes]:
    """Images and a file of COCO's; `more` are annotations, each an object, beside those of the images."""
    categories = [{"id": 7, "name": "cat"}, {"id": 9, "name": "dog"}]
    ids = {each["name"]: each["id"] for each in categories}
    told = [{"id": place, "file_name": file, "width": 60, "height": 40} for place, file in enumerate(images)]
    made = [
        {"image_id": place, "category_id": ids[label], "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]]}
        for place, boxes in enumerate(images.values())
        for label, box in boxes
    ]
    found = {"images": told, "categories": categories, "annotations": [*made, *more.get("annotations", [])]}
    folder = name.rpartition("/")[0]
    files = {f"{folder}/{file}".lstrip("/"): photo(*boxes) for file, boxes in images.items()}
    return {**files, name: json.dumps(found).encode()}


def voc(name: str, *objects: tuple[str, tuple[int, int, int, int]], difficult: int = 0, text: str = "") -> bytes:
    """A file of VOC's, whose boxes are counted from 1; the first `difficult` ones are marked so."""
    written = "".join(
        f"<object><name>{label}</name><difficult>{int(place < difficult)}</difficult>"
        f"<bndbox><xmin>{box[0] + 1}</xmin><ymin>{box[1] + 1}</ymin><xmax>{box[2]}</xmax><ymax>{box[3]}</ymax>"
        "</bndbox></object>"
        for place, (label, box) in enumerate(objects)
    )
    size = "<size><width>60</width><height>40</height><depth>3</depth></size>"
    return f"{text}<annotation><filename>{name}</filename>{size}{written}</annotation>".encode()


def boxes(number: int) -> list[tuple[str, tuple[int, int, int, int]]]:
    """A cat and a dog, elsewhere and of another size for each number."""
    return [("cat", (2, 3, 12 + number, 20)), ("dog", (30, 5 + number, 55, 35))]


def imported(path: Path, labelling: str | None = None) -> Dataset:
    return import_images(plan(path, Choices(labelling)), name="mine", title="Mine")


def all_of_their_color(dataset: Dataset) -> bool:
    return all(
        (np.asarray(dataset.image(place)) == COLORS[dataset.class_of(place)]).all() for place in range(len(dataset))
    )


def test_objects_of_coco_are_cut_out(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", coco("_annotations.coco.json", {f"{n}.png": boxes(n) for n in range(10)}))
    found = plan(path)
    assert found.labelling.kind == "boxes"
    assert any("20 objects cut out of 10 images" in line for line in found.lines())
    made = imported(path)
    assert made.about.class_names == ("cat", "dog")
    assert len(made) == 20
    assert all_of_their_color(made)
    assert {made.image(place).size for place in range(2)} == {(10, 17), (25, 30)}
    assert made.groups is not None
    assert made.about.groups == "Source image"
    assert {made.group_of(place) for place in range(2)} == {"0.png"}
    assert len(set(made.groups)) == 10
    for group in range(10):
        assert len(set(made.splits[made.groups == group])) == 1, "objects of one image are on one side"


def test_splits_are_those_of_folders_or_of_the_files_names(data_home: Path, tmp_path: Path) -> None:
    several = {f"{n}.png": boxes(n) for n in range(3)}
    roboflow = {**coco("train/_annotations.coco.json", several), **coco("test/_annotations.coco.json", several)}
    assert imported(zipped(tmp_path / "x.zip", roboflow)).in_splits == {"train": 6, "test": 6}
    files = coco("instances_train2017.json", {f"a{n}.png": boxes(n) for n in range(4)})
    files |= coco("instances_val2017.json", {f"b{n}.png": boxes(n + 5) for n in range(2)})
    assert imported(zipped(tmp_path / "y.zip", files)).in_splits == {"train": 8, "test": 4}


def test_objects_of_voc_are_cut_out_and_lists_tell_splits(data_home: Path, tmp_path: Path) -> None:
    files = {f"VOC/JPEGImages/{n}.png": photo(*boxes(n)) for n in range(6)}
    files |= {f"VOC/Annotations/{n}.xml": voc(f"{n}.png", *boxes(n), difficult=int(n == 0)) for n in range(6)}
    files |= {
        "VOC/ImageSets/Main/train.txt": b"0\n1\n2\n3\n",
        "VOC/ImageSets/Main/test.txt": b"4\n5\n",
        **{f"VOC/ImageSets/Main/class{n}_train.txt": b"0 -1\n1 1\n" for n in range(40)},
    }
    path = zipped(tmp_path / "x.zip", files)
    assert "Boxes left out: 1 marked as difficult." in plan(path).lines()
    made = imported(path)
    assert made.in_splits == {"train": 7, "test": 4}
    assert all_of_their_color(made)
    assert (made.image(0).size, made.class_of(0)) == ((25, 30), "dog"), "the first pixel is 1, the last one counts"


def test_boxes_are_offered_beside_folders_of_classes(data_home: Path, tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "x.zip",
        {**pets(4), **coco("more/a.json", {f"{n}.png": boxes(n) for n in range(3)})},
    )
    found = plan(path)
    assert found.labelling.kind == "folders"
    assert found.others[-1].kind == "boxes"
    assert "a.json" in found.others[-1].text
    made = imported(path, "boxes")
    assert len(made) == 6
    again = plan(path, Choices("boxes"))
    assert again.others[0].kind == "folders", "the way back"


def test_what_is_no_object_is_left_out_and_said(data_home: Path, tmp_path: Path) -> None:
    def told(**more: Any) -> dict[str, Any]:
        return {"image_id": 0, "category_id": 7, "bbox": [1, 1, 5, 5], **more}

    odd = [
        told(iscrowd=1),
        told(bbox=[1, 1, 10**400, 5]),
        told(bbox=[5, 5, 0, 9]),
        told(bbox=[5, 5, -3, 9]),
        told(bbox=["a", None, {}, 1]),
        told(bbox=[1, 2, 3]),
        told(bbox=[float("nan"), 1, 2, 2]),
        told(category_id=99),
        told(bbox=[100, 100, 5, 5]),
        told(bbox=[-20, -20, 5, 5]),
        {"bbox": 3},
    ]
    several = {f"{n}.png": boxes(n) for n in range(4)}
    several["1.png"] = [("cat", (-10, -10, 12, 20)), ("dog", (50, 30, 90, 80))]
    files = coco("a.json", {**several, "gone.png": boxes(0)}, annotations=odd)
    del files["gone.png"]
    # An image of another size than it is said to have, one that is cut short, and files that are damaged.
    files["2.png"] = photo(*boxes(2), size=(120, 80))
    files["3.png"] = files["3.png"][:60]
    files["empty.png"] = photo()
    files["b.json"] = b'{"images": [{"file_name": "0.png"'
    files["c.xml"] = voc("0.png", text="<!DOCTYPE a [<!ENTITY b 'c'>]>")
    path = zipped(tmp_path / "x.zip", files)
    said = " ".join(plan(path).lines())
    assert "1 with several objects in one (crowd), 7 empty, or of no class, 2 outside of the image" in said
    assert "2 of images that are not here" in said
    assert "1 image has no box and is left out." in said
    made = imported(path)
    assert len(made) == 4
    assert all_of_their_color(made)
    assert sorted(made.image(place).size for place in range(4))[:2] == [(10, 10), (10, 17)], "clipped to the image"
    refused = report(made)
    assert refused is not None
    sentences = {each.file: each.sentence for each in refused.refused}
    assert "cannot be read" in sentences["b.json"]
    assert "is for an image of 60×40 px, and 2.png has 120×80 px" in sentences["cat/2.png/1.png"]
    assert "3.png cannot be used" in sentences["cat/3.png/1.png"]


def test_where_no_box_can_be_cut_out_a_sentence_says_so(data_home: Path, tmp_path: Path) -> None:
    files = coco("a.json", {"1.png": boxes(0), "2.png": boxes(1)})
    with pytest.raises(DatasetError, match="none of an object in an image that is here"):
        plan(zipped(tmp_path / "x.zip", {"9.png": files["1.png"], "a.json": files["a.json"]}))
    with pytest.raises(DatasetError, match="no boxes of objects"):
        plan(zipped(tmp_path / "y.zip", pets(2)), Choices("boxes"))
    path = zipped(tmp_path / "z.zip", coco("a.json", {f"{n}.png": boxes(n) for n in range(5)}))
    said = call("datasets", "add", "mine", "--from", str(path), "--labels", "boxes").output
    assert "10 accepted" in said


ODD_FILES = [
    b"{}", b"[]", b"7", b"", b'{"images": 3, "annotations": {"a": [{"bbox": [1, 2, 3, 4]}]}, "categories": [3, [{}]]}',
    b'{"annotations": [{"image_id": 1, "category_id": "2", "bbox": [1, 2, 3, 4], "segmentation": [[1], {"bbox": [9]}]}'
    b', {"image_id": 1, "bbox": {"a": 1}}, {"bbox": [1, 2, 3, 4, 5]}, {"image_id": "1", "iscrowd": 1, "bbox": [[]]}],'
    b' "info": {"images": [{"id": 5, "file_name": "no.png"}]},'
    b' "images": [{"id": 1.5, "file_name": 3}, {"id": 1, "file_name": "a.png", "width": "60", "height": null}],'
    b' "categories": [{"id": 2, "name": "cat", "more": {"id": 9}}, {"id": 3, "name": ["x"]}, 7]}',
    b'{"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 2, "name": "cat"}], "annotations": '
    b'[{"image_id": 1, "category_id": 2, "bbox": [1e300, 1, 1e308, 1e308]}, {"image_id": 1, "category_id": 2, "bbox": '
    b'[1, true, "1", 5]}]}',
    b'{"images": [{"id": 1, "file_name": "a.png"}', b'{"images": []} {}', b"\xff\xfe{",
]  # fmt: skip


@pytest.mark.parametrize("data", ODD_FILES, ids=range(len(ODD_FILES)))
def test_a_large_file_of_coco_tells_what_a_small_one_does(data: bytes) -> None:
    def told(read: Any) -> Any:
        try:
            return list(read())
        except ValueError:
            return "damaged"

    assert told(lambda: coco_format.read_in_pieces(io.BytesIO(data))) == told(lambda: coco_format.read(data))


def test_a_large_file_of_coco_is_read_in_pieces(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crops, "MAX_BYTES", 1_000)
    several = {f"{n}.png": boxes(n) for n in range(10)}
    files = coco("a.json", several)
    files["b.json"] = files["a.json"][:-40]
    path = zipped(tmp_path / "x.zip", files)
    read: list[str] = []
    found = plan(path, progress=lambda *now: read.append(now[3]))
    assert "MB" in read
    assert any("20 objects cut out of 10 images" in line for line in found.lines())
    made = import_images(found, name="mine", title="Mine")
    assert all_of_their_color(made)
    refused = report(made)
    assert refused is not None
    assert "it is no JSON, or cut short" in {each.file: each.sentence for each in refused.refused}["b.json"]
    monkeypatch.setattr(crops, "_MOST_IN_PIECES", 1_000)
    with pytest.raises(DatasetError, match="none of an object in an image that is here"):
        plan(zipped(tmp_path / "y.zip", coco("a.json", several)))


def test_a_text_without_end_is_not_held_in_memory() -> None:
    long = b'{"images": [], "info": "' + b"a" * 17_000_000 + b'"}'
    with pytest.raises(ValueError, match="a text or list in it has more than 16 MB"):
        list(coco_format.read_in_pieces(io.BytesIO(long)))


def lines(several: list[tuple[str, tuple[int, int, int, int]]]) -> bytes:
    """A text of YOLO's: boxes in an image of 60×40 pixels, in shares; a cat is 0, a dog 1."""
    written = [
        f"{int(name == 'dog')} {(left + right) / 120:.6f} {(top + bottom) / 80:.6f} "
        f"{(right - left) / 60:.6f} {(bottom - top) / 40:.6f}"
        for name, (left, top, right, bottom) in several
    ]
    return "\n".join(written).encode()


YAML = b"train: ../train/images\nnc: 2\nnames:\n  0: cat\n  1: dog\n"
YOLO = {
    "images and labels": ("{}/images/{}.png", "{}/labels/{}.txt", {"data.yaml": b"nc: 2\nnames: ['cat', 'dog']\n"}),
    "by splits": ("data/images/{}/{}.png", "data/labels/{}/{}.txt", {"data/coco.yml": YAML}),
    "beside": ("{}/{}.png", "{}/{}.txt", {"obj.names": b"cat\ndog\n"}),
    "a list of classes": ("images/{}/{}.png", "labels/{}/{}.txt", {"classes.txt": b"cat\r\ndog\r\n"}),
}


@pytest.mark.parametrize("layout", YOLO.values(), ids=YOLO)
def test_objects_of_yolo_are_cut_out(
    layout: tuple[str, str, dict[str, bytes]], data_home: Path, tmp_path: Path
) -> None:
    image, text, more = layout
    files = dict(more)
    for split, numbers in (("train", range(4)), ("val", range(2))):
        for number in numbers:
            # The same names in both splits, of other images.
            objects = boxes(number if split == "train" else number + 5)
            files[image.format(split, number)] = photo(*objects)
            files[text.format(split, number)] = lines(objects)
        files[image.format(split, "none")], files[text.format(split, "none")] = photo(size=(60, 41)), b""
    path = zipped(tmp_path / "x.zip", files)
    said = plan(path)
    assert said.labelling.kind == "boxes"
    assert any("Boxes of objects (YOLO): 12 objects cut out of 6 images" in line for line in said.lines())
    assert "2 images have no box and are left out." in said.lines()
    made = imported(path)
    assert made.about.class_names == ("cat", "dog")
    assert made.in_splits == {"train": 8, "test": 4}, "as elsewhere, what validates tests where nothing else does"
    assert all_of_their_color(made)
    assert sorted(made.image(place).size for place in range(2)) == [(10, 17), (25, 30)]
    assert made.groups is not None
    assert len(set(made.groups)) == 6


def test_what_is_no_line_of_yolo_is_counted(data_home: Path, tmp_path: Path) -> None:
    odd = [
        "cat 0.5 0.5 0.1 0.1", "0 nan 0.5 0.1 0.1", "0 0.5 0.5 inf 0.1", "0 0.5 0.5 0 0.1", "0 0.5 0.5 -0.1 0.1",
        "9 0.5 0.5 0.1 0.1", "-1 0.5 0.5 0.1 0.1", "0.5 0.5 0.5 0.1 0.1", "0 0.1 0.1 0.2 0.2 0.3 0.3 0.4", "0 0.5",
        "\x00\xff", "0 " * 9_000,
    ]  # fmt: skip
    outside = ["0 5 0.5 0.1 0.1", "1 0.5 -3 0.1 0.1", "0 1e300 0.5 1e299 0.1"]
    outline = "1 0.5 0.125 0.916667 0.125 0.916667 0.875 0.5 0.875"
    several = {number: boxes(number) for number in range(4)}
    files = {f"images/{number}.png": photo(*objects) for number, objects in several.items()}
    files |= {f"labels/{number}.txt": lines(objects) for number, objects in several.items()}
    files["labels/0.txt"] = "\n".join([*odd, *outside, outline, "0 -0.2 0.3 0.8 0.45"]).encode("latin-1")
    files["images/0.png"] = photo(("dog", (30, 5, 55, 35)), ("cat", (0, 3, 12, 21)))
    files["labels/1.txt"] += b"\n" + b"0 0.5 0.5 0.1 0.1 0.9 word\n" * 10_000
    files["labels/2.txt"] = b"0 0.5 0.5 0.1 0.1\n" * 400_000
    files["labels/gone.txt"] = lines(boxes(0))
    files["classes.txt"] = b"cat\ndog\n"
    files["broken.yaml"] = b"names: [cat, {"
    files["forged.yaml"] = b"names: !!python/object/apply:os.system ['true']"
    files["large.yaml"] = b"names: [" + b"a, " * 60_000 + b"]"
    path = zipped(tmp_path / "x.zip", files)
    said = " ".join(plan(path).lines())
    assert f"{len(odd) + 9_998:,} empty, or of no class, 2 in files with too many lines" in said
    assert "3 outside of the image, 2 of images that are not here" in said
    assert "broken.yaml is not read: it is no YAML. forged.yaml is not read: it is no YAML." in said
    assert "large.yaml is not read: it is larger than 100 kB." in said
    made = imported(path)
    assert len(made) == 6
    assert all_of_their_color(made)
    refused = report(made)
    assert refused is not None
    assert {each.file: each.sentence for each in refused.refused}["labels/2.txt"].endswith("it is larger than 5 MB.")


def test_classes_of_yolo_without_names_are_called_by_their_numbers(data_home: Path, tmp_path: Path) -> None:
    files = {f"images/{number}.png": photo(*boxes(number)) for number in range(5)}
    files |= {f"labels/{number}.txt": lines(boxes(number)) for number in range(5)}
    path = zipped(tmp_path / "x.zip", files)
    assert "No data.yaml or classes.txt names the classes of the boxes" in " ".join(plan(path).lines())
    assert imported(path).about.class_names == ("class 0", "class 1")
    points = {f"labels/{number}.txt": lines(boxes(number)[:1]) + b" 0.1 0.1 2 0.9 0.9 1" for number in range(5)}
    named = {"data.yaml": b"names: [cat, dog]\nkpt_shape: [2, 3]"}
    one = plan(zipped(tmp_path / "y.zip", {**files, **points, **named}), Choices("boxes"))
    assert "Boxes of objects (YOLO): 5 objects cut out of 5 images." in one.lines()


def test_reading_many_boxes_can_be_cancelled(tmp_path: Path) -> None:
    files = {f"images/{number}.png": photo(*boxes(number)) for number in range(5)}
    files |= {f"labels/{number}.txt": lines(boxes(number)) for number in range(5)}
    done: list[int] = []

    def cancelled(doing: str, *at: Any) -> None:
        if doing == "reading boxes":
            done.append(at[0])
            if at[0] == 2:
                raise Cancelled

    with pytest.raises(Cancelled):
        plan(zipped(tmp_path / "x.zip", files), progress=cancelled)
    assert done == [0, 1, 2]


def test_texts_and_numbers_beside_images_are_no_boxes(data_home: Path, tmp_path: Path) -> None:
    texts = {
        "README.txt": b"5 photos of cats and dogs",
        "list.txt": b"0 1\n1 0\n",
        "table.txt": b"17 250 300 12 90\n" * 30,
    }
    found = plan(zipped(tmp_path / "x.zip", {**pets(4), **texts}))
    assert not any(each.kind == "boxes" for each in found.others)
