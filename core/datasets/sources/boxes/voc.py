"""Pascal VOC's XML: a file for each image, with `bndbox` of each object, counted from 1."""

from collections.abc import Iterator

from defusedxml import DefusedXmlException, ElementTree

from core.datasets.sources.boxes.annotations import Annotated, box, side, with_marks

_SIDES = ("xmin", "ymin", "xmax", "ymax")


def read(data: bytes) -> Iterator[Annotated]:
    """Yield what a file tells of its image.

    Raises:
        ValueError: it is damaged, or something else.
    """
    try:
        root = ElementTree.fromstring(data)
    except DefusedXmlException as error:
        raise ValueError("it defines entities, as no program writes them there") from error
    except (ElementTree.ParseError, LookupError) as error:  # An encoding that there is none of.
        raise ValueError("it is no XML") from error
    boxes, difficult, odd = [], 0, 0
    for each in root.iter("object"):
        if (each.findtext("difficult") or "").strip() == "1":
            difficult += 1
            continue
        corners = each.find("bndbox")
        sides = tuple(corners.findtext(name) for name in _SIDES) if corners is not None else ()
        made = box(each.findtext("name"), sides)
        if made is None:
            odd += 1
            continue
        left, top, right, bottom = made.sides
        # The first pixel is 1, and the last one is of the object.
        boxes.append(type(made)(made.name, (left - 1, top - 1, right, bottom)))
    size = (side(root.findtext("size/width")), side(root.findtext("size/height")))
    yield Annotated((root.findtext("filename") or "").strip(), size, tuple(boxes), difficult=difficult, odd=odd)


FORMAT = with_marks("Pascal VOC", ".xml", ((b"<annotation", b"<bndbox"),), read)
