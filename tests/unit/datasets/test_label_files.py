"""Labels in files beside images: names and columns are found, and what does not fit is said."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.datasets.sources import labels
from core.datasets.sources.importing import plan
from core.datasets.sources.labels import Labelling, Way, parsed
from core.datasets.store import DatasetError
from tests.unit.datasets.test_importing import image, zipped
from tests.unit.datasets.test_layouts import left_out, tree, understood


def read(text: str, files: Mapping[str, str], kind: str | None = None) -> tuple[Labelling, tuple[Way, ...]]:
    tables = [parsed(tuple(name.split("/")), content.encode()) for name, content in files.items()]
    return labels.best(tree(text), kind, "x.zip", None, [table for table in tables if table])


HAM = "lesion_id,image_id,dx,age\nL1,A1,nv,40\nL2,A2,mel,50\nL3,A3,nv,60\nL4,A4,mel,40\n"
FOUR = {"mel": {"drawn": 2}, "nv": {"drawn": 2}}
PETS = {"cat": {"drawn": 2}, "dog": {"drawn": 2}}
SPLIT = {"cat": {"train": 1, "test": 1}, "dog": {"train": 1, "test": 1}}
CASES = {
    "parts and a CSV": ("IMAGES_part_1/{A1,A2}.jpg IMAGES_part_2/{A3,A4}.jpg", {"metadata.csv": HAM}, FOUR),
    "TSV": ("img/{A1,A2,A3,A4}.jpg", {"metadata.tsv": HAM.replace(",", "\t")}, FOUR),
    "semicolons": ("img/{A1,A2,A3,A4}.jpg", {"metadata.csv": HAM.replace(",", ";")}, FOUR),
    "Kaggle": (
        "train/{a,b,c,d}.jpg test/{e,f}.jpg",
        {"train.csv": "id,breed\na,cat\nb,dog\nc,cat\nd,dog\n", "sample_submission.csv": "id,breed\ne,cat\nf,cat\n"},
        PETS,
    ),
    "with endings": ("{a,b,c,d}.png", {"labels.csv": "file,label\na.png,cat\nb.png,dog\nc.png,cat\nd.png,dog"}, PETS),
    "with paths": (
        "x/part_{1,2}/{a,b}.png",
        {"x/list.csv": "path,class\npart_1/a.png,cat\npart_1/b.png,dog\n./part_2/a.png,cat\npart_2\\b.png,dog"},
        PETS,
    ),
    "Hugging Face": (
        "data/{train,test}/{a,b}.png",
        {
            f"data/{split}/metadata.jsonl": '{"file_name": "a.png", "label": "cat"}\n'
            '{"file_name": "b.png", "label": "dog"}'
            for split in ("train", "test")
        },
        SPLIT,
    ),
    "Roboflow": (
        "{train,test}/{a,b}.jpg",
        {f"{split}/_classes.csv": "filename, cat, dog\na.jpg, 1, 0\nb.jpg, 0, 1\n" for split in ("train", "test")},
        SPLIT,
    ),
    "a list": ("images/{a,b,c,d}.jpg", {"list.txt": "a.jpg cat\nb.jpg dog\nc.jpg cat\nd.jpg dog\n"}, PETS),
    "a list of names with spaces": (
        "images/{a,b,c,d}~(x).jpg",
        {"list.txt": "a_(x).jpg\tcat\nb_(x).jpg\tdog\nc_(x).jpg\tcat\nd_(x).jpg\tdog\n".replace("_", " ")},
        PETS,
    ),
    "a column of splits": (
        "{a,b,c,d}.jpg",
        {"all.csv": "name,kind,split\na,cat,train\nb,dog,train\nc,cat,test\nd,dog,test\n"},
        SPLIT,
    ),
    "a file for each split": (
        "img/{a,b,c,d}.jpg",
        {"train.csv": "name,label\na,cat\nb,dog\n", "test.csv": "name,label\nc,cat\nd,dog\n"},
        SPLIT,
    ),
    "folders, and lists of splits": (
        "images/{cat,dog}/{1,2}.jpg",
        {"meta/train.txt": "cat/1\ndog/1\n", "meta/test.txt": "cat/2\ndog/2\n"},
        SPLIT,
    ),
    "one-hot": (
        "{a,b,c,d}.jpg",
        {"train.csv": "image_id,cat,dog\na,1,0\nb,0,1\nc,1,0\nd,0,1\n"},
        PETS,
    ),
    "a JSON object": (
        "img/{a,b,c,d}.jpg",
        {"labels.json": '{"a.jpg": "cat", "b.jpg": "dog", "c.jpg": "cat", "d.jpg": "dog"}'},
        PETS,
    ),
    "a JSON array, what is nested left out": (
        "img/{a,b,c,d}.jpg",
        {
            "labels.json": '[{"image": "a", "size": [1, 2], "label": "cat"}, {"image": "b", "label": "dog"}, '
            '{"image": "c", "label": "cat"}, {"image": "d", "label": "dog"}]'
        },
        PETS,
    ),
    "Excel's line of the delimiter": (
        "{a,b,c,d}.jpg",
        {"labels.csv": "sep=;\nfile;sex;label\na;f;cat\nb;m;dog\nc;m;cat\nd;f;dog\n"},
        PETS,
    ),
    "comments at the beginning": (
        "{a,b,c,d}.jpg",
        {"labels.csv": "# Pets, by hand\n# of 2020\nfile,sex,label\na,f,cat\nb,m,dog\nc,m,cat\nd,f,dog\n"},
        PETS,
    ),
    "a header that begins as a comment": (
        "{a,b,c,d}.jpg",
        {"labels.csv": "# file,sex,label\na,f,cat\nb,m,dog\nc,m,cat\nd,f,dog\n"},
        PETS,
    ),
    "delimiters within quotes": (
        "{a,b,c,d}.jpg",
        {"labels.csv": 'file,label\n"a.jpg","cat"\n' + "".join(f'{name},"dog, small"\n' for name in "bcd")},
        {"cat": {"drawn": 1}, "dog, small": {"drawn": 3}},
    ),
    "floats of whole numbers": (
        "{a,b,c,d,e}.jpg",
        {"labels.csv": "file,label\na,0.0\nb,1.0\nc,0.000000000000000000e+00\nd,1.0\ne,nan\n"},
        {"0": {"drawn": 2}, "1": {"drawn": 2}},
    ),
    "names of splits with labels": (
        "{train,test}/{a,b}.jpg",
        {f"{split}_labels.csv": "name,label\na,cat\nb,dog\n" for split in ("train", "test")},
        SPLIT,
    ),
    "names of splits and of annotations, in one folder": (
        "img/{a,b,c,d}.jpg",
        {"annotations_train.csv": "name,label\na,cat\nb,dog\n", "Test_Metadata.csv": "name,label\nc,cat\nd,dog\n"},
        SPLIT,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_labels_are_found_in_files(name: str) -> None:
    text, files, classes = CASES[name]
    found, _ = read(text, files)
    assert understood(found) == classes
    assert found.warnings == ()


@pytest.mark.parametrize("name", [name for name in CASES if "folders" not in name])
def test_the_same_is_read_again_by_the_way_that_is_kept(name: str) -> None:
    text, files, classes = CASES[name]
    kind = read(text, files)[0].kind
    assert kind.startswith("file:")
    again, _ = read(text, files, kind)
    assert (again.kind, understood(again)) == (kind, classes)


def test_a_file_gives_the_classes_that_folders_do_not_tell() -> None:
    lines = "".join(f"val_{number}.JPEG\tn0{1 + number % 2}\t0\t{number}\t44\t62\n" for number in range(4))
    text = "tiny/train/{n01,n02}/images/{1,2}.JPEG tiny/val/images/val_{0,1,2,3}.JPEG tiny/val/val_annotations.txt"
    found, _ = read(text, {"tiny/val/val_annotations.txt": lines})
    assert understood(found) == {name: {"train": 2, "test": 2} for name in ("n01", "n02")}
    assert "val_annotations.txt gives the classes of 4 images that no folder tells." in found.notes
    signs = "Width,ClassId,Path\n" + "".join(f"{50 + n},{n % 2},Test/0{n}.png\n" for n in range(4))
    found, _ = read("Train/{0,1}/{1,2}.png Test/{00,01,02,03}.png Meta/{0,1}.png", {"Test.csv": signs})
    assert understood(found) == {name: {"train": 2, "test": 2} for name in "01"}
    assert left_out(found) == {"Meta": 2}


def test_columns_can_be_chosen_and_what_does_not_fit_is_counted() -> None:
    files = {"m.csv": "id,sex,kind\na,f,cat\nb,m,dog\nc,f,cat\nd,m,dog\nx,m,dog\ny,f,cat\n"}
    found, _ = read("{a,b,c,d,e}.jpg", files, "file:m.csv:id:kind")
    assert understood(found) == PETS
    assert found.notes[0] == "m.csv: 2 rows name no image here, or several: x, y"
    assert found.notes[1] == "m.csv: 1 image has no label there."
    assert read("{a,b,c,d}.jpg", files, "file:m.csv:id:SEX")[0].class_names == ("f", "m")


@pytest.mark.parametrize("data", ['{"0": "cat", "1": "dog"}', '{"0": ["n01", "tench"]}', "[1, 2]", "7", "[" * 9_999])
def test_json_that_tells_no_labels_of_images_is_no_table(data: str) -> None:
    assert parsed(("classes.json",), data.encode()) is None


def test_rows_that_disagree_give_no_class_and_are_counted() -> None:
    rows = "file,label\na,cat\nb,dog\nc,cat\nd,dog\ne,dog\ne,cat\ne,dog\na,CAT\n"
    found, _ = read("{a,b,c,d,e}.jpg", {"m.csv": rows})
    assert understood(found) == PETS
    assert "m.csv gives 1 image different classes in several rows, so that none counts: e" in found.notes


def test_fractions_and_names_with_points_stay_as_they_are() -> None:
    for labels_ in (("0.5", "1.0"), ("v1.0", "v2.0")):
        rows = "".join(f"{name},{labels_[place % 2]}\n" for place, name in enumerate("abcd"))
        found, _ = read("{a,b,c,d}.jpg", {"m.csv": f"file,label\n{rows}"})
        assert found.class_names == labels_


def test_names_of_single_images_are_no_classes() -> None:
    names = ",".join(f"{chr(97 + place)}{chr(99 + place)}f_{place}" for place in range(9))
    with pytest.raises(DatasetError, match="No class labels found"):
        read(f"{{{names}}}.jpg", {})


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("file:m.csv:id", "are given as file:train.csv:image_id:label"),
        ("file:n.csv:id:kind", r"no file of labels n\.csv .* here: m\.csv"),
        ("file:m.csv:id:breed", r"m\.csv has no column 'breed'\. Its columns: id, sex, kind"),
    ],
)
def test_a_file_or_column_that_is_not_there_is_said(kind: str, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence):
        read("{a,b,c,d}.jpg", {"m.csv": "id,sex,kind\na,f,cat\nb,m,dog\n"}, kind)


@pytest.mark.parametrize(
    "table",
    [
        "id,cat,dog\na,1,1\nb,0,1\nc,1,0\nd,0,0\n",
        "id,Finding Labels\na,Edema|Mass\nb,Mass\nc,Edema\nd,Mass\n",
    ],
)
def test_several_classes_at_once_are_refused_in_a_sentence(table: str) -> None:
    found, _ = read("cat/{a,b}.jpg dog/{c,d}.jpg", {"m.csv": table})
    assert understood(found) == PETS
    assert any("several classes at once" in note for note in found.notes)


@pytest.mark.parametrize("data", [b"", b"\0\1", b"\xff\xfe", b'{"a": [', b"a" * 200_000, b"\n\n", b'"' * 999])
@pytest.mark.parametrize("name", ["x.csv", "x.txt", "x.jsonl", "x.json"])
def test_what_is_no_table_is_none(name: str, data: bytes) -> None:
    table = parsed((name,), data)
    found, _ = labels.best(tree("{cat,dog}/{1,2}.jpg"), None, "x.zip", None, [table] if table else [])
    assert understood(found) == PETS


def test_an_import_reads_labels_from_a_file(tmp_path: Path) -> None:
    images = {f"part_{1 + number // 4}/A{number}.png": image(number) for number in range(8)}
    rows = "".join(f"A{number},{'nv' if number % 2 else 'mel'}\n" for number in range(8))
    planned = plan(zipped(tmp_path / "x.zip", {**images, "meta.csv": b"image_id,dx\n" + rows.encode()}))
    assert planned.labelling.kind == "file:meta.csv:image_id:dx"
    assert planned.counts.sum(axis=1).tolist() == [4, 4]
    assert [each.kind for each in planned.others] == ["folders"]


def excel(*rows: Sequence[Any], empty_first: bool = False) -> bytes:
    """An Excel file with these rows in a sheet, which may stand behind an empty one."""
    book = openpyxl.Workbook()
    sheet = book.active
    if empty_first:
        sheet = book.create_sheet("Labels")
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(data: bytes, name: str, text: bytes) -> bytes:
    """The file with one of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, text if entry == name else old.read(entry))
    return file.getvalue()


ROWS = [("image", "level", None), (1.0, "mild", None), (), (2, "none", "x"), ("3.png", "mild", ""), (4, " none ", None)]


def test_an_excel_table_gives_classes(tmp_path: Path) -> None:
    files = {f"images/{number}.png": image(number) for number in range(1, 5)}
    for empty_first in (False, True):
        data = excel(*ROWS, empty_first=empty_first)
        found = plan(zipped(tmp_path / "x.zip", {**files, "labels.xlsx": data}))
        assert found.labelling.kind == "file:labels.xlsx:image:level"
        assert found.labelling.class_names == ("mild", "none")
        assert found.counts.sum() == 4


def test_an_excel_file_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = excel(*ROWS)
    sheet = "xl/worksheets/sheet1.xml"
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'
    odd = {
        "no Excel file": b"PK",
        "cut": good[:900],
        "no sheet": changed(good, sheet, b"<x"),
        "entities": changed(good, sheet, bomb),
    }
    for what, data in odd.items():
        found = plan(zipped(tmp_path / "x.zip", {"cat/1.png": image(1), "dog/1.png": image(2), "labels.xlsx": data}))
        assert "labels.xlsx is not read as a table: it is damaged, or no Excel file. Save it as CSV." in found.notes, (
            what
        )
        assert found.labelling.class_names == ("cat", "dog")
    large = changed(good, sheet, b" " * 2_000_000)
    for limit, value, sentence in (
        ("_MOST_BYTES", 1_000_000, "unpacks to 2 MB"),
        ("_MOST_CELLS", 3, "more than 3 cells"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(labels.excel, limit, value)
            with pytest.raises(ValueError, match=sentence):
                labels.excel.rows(large if limit == "_MOST_BYTES" else good)


# Images are 0.jpg to 9.jpg; the even ones are cats.
MIXED = (7, 3, 9, 1, 0, 8, 2, 6, 5, 4)
PET = ("cat", "dog")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (",filename,label", lambda place, image: (place, f"{image}.jpg", PET[image % 2])),
        (",id,label", lambda place, image: (place, image, PET[image % 2])),
        ("index,file,label", lambda place, image: (place, f"{image}.jpg", PET[image % 2])),
        ("Unnamed: 0,image,label", lambda place, image: (place, image, PET[image % 2])),
        ("label,id", lambda _place, image: (image % 2, image)),
        ("label,file", lambda _place, image: (image % 2, f"{image if image < 8 else image + 90}.jpg")),
        (",label", lambda _place, image: (image, PET[image % 2])),
        ("index,label", lambda _place, image: (image, PET[image % 2])),
    ],
)
def test_numbers_of_rows_and_labels_are_not_taken_for_names(
    header: str, row: Callable[[int, int], tuple[object, ...]]
) -> None:
    rows = [",".join(map(str, row(place, image))) for place, image in enumerate(MIXED)]
    paths = tree("img/{0,1,2,3,4,5,6,7,8,9}.jpg")
    table = parsed(("labels.csv",), "\n".join([header, *rows]).encode())
    assert table is not None
    found, _ = labels.best(paths, None, "x.zip", None, [table])
    there = {int(path[-1][0]): found.class_names[label] for path, label in zip(paths, found.labels, strict=True)
             if label >= 0}  # fmt: skip
    assert len(there) >= 8
    assert all(name in (PET[image % 2], str(image % 2)) for image, name in there.items())


def test_large_json_is_not_parsed_for_labels_and_hides_no_other_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.datasets.sources.planning.MOST_JSON_BYTES", 100)
    monkeypatch.setattr("core.datasets.sources.planning._MOST_TABLE_BYTES", 300)
    files = {f"img/{number}.png": image(number) for number in range(4)}
    files["a.json"] = b'{"0": "x", "1": "x", "2": "y", "3": "y"}' + b" " * 400
    files["b.txt"] = b"0 cat\n1 dog\n2 cat\n3 dog\n"
    assert plan(zipped(tmp_path / "x.zip", files)).labelling.class_names == ("cat", "dog")
