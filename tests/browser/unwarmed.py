"""Streamlit's command line, for a server whose worker with TensorFlow begins when it is first asked, not beforehand.

It takes as much processor time as all else that a test of a page does, and few tests ask it.
"""

import sys
from unittest.mock import patch

from streamlit.web import cli

from core.prediction import photo_predictions, worker

if __name__ == "__main__":
    with patch.object(worker, "warm"), patch.object(photo_predictions, "warm"):
        sys.exit(cli.main())
