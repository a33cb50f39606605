"""Boxes of objects beside images: each becomes an image of its own, cut out, with the object's class.

A format is a module with a `FORMAT` and a line here.
"""

from core.datasets.sources.boxes import coco, voc, yolo
from core.datasets.sources.boxes.annotations import Format

FORMATS: tuple[Format, ...] = (coco.FORMAT, voc.FORMAT, yolo.FORMAT)
