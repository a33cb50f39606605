"""Classes and splits found in the names of folders and files, and in files of labels."""

from core.datasets.sources.labels.choosing import IMAGE_ENDINGS as IMAGE_ENDINGS
from core.datasets.sources.labels.choosing import best as best
from core.datasets.sources.labels.labelling import BOXES as BOXES
from core.datasets.sources.labels.labelling import FOLDERS as FOLDERS
from core.datasets.sources.labels.labelling import NAMES as NAMES
from core.datasets.sources.labels.labelling import NO_LABELS as NO_LABELS
from core.datasets.sources.labels.labelling import Labelling as Labelling
from core.datasets.sources.labels.labelling import LeftOut as LeftOut
from core.datasets.sources.labels.labelling import Way as Way
from core.datasets.sources.labels.labelling import said as said
from core.datasets.sources.labels.splits import DRAWN as DRAWN
from core.datasets.sources.labels.splits import drawn_splits as drawn_splits
from core.datasets.sources.labels.splits import folder_splits as folder_splits
from core.datasets.sources.labels.splits import usable_splits as usable_splits
from core.datasets.sources.labels.tables import MOST_JSON_BYTES as MOST_JSON_BYTES
from core.datasets.sources.labels.tables import TABLE_ENDINGS as TABLE_ENDINGS
from core.datasets.sources.labels.tables import Table as Table
from core.datasets.sources.labels.tables import parsed as parsed
