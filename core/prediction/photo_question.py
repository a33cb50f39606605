"""A photo that a run is asked about in the background: its answer, then where the network looked for it."""

import threading

from PIL import Image

from core.errors import PixelwiseError
from core.evaluation.explaining.heat import laid_over
from core.images.image_io import from_array
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction, Refusal
from core.runs import Run
from core.storage.data_home import carried

# The longer side of what is shown, in pixels.
_SHOWN_PX = 256


class PhotoQuestion:
    """A question to a run, asked as this is made; its thread waits for the worker, so that a page need not.

    Attributes:
        name: the photo's file name, for display.
        photo: the file's bytes.
        answer: `None` until it is there.
        seen: what the network saw, enlarged, and `heat` the same with the heatmap of the answered class laid over it;
            `None` until they are there.
        problem: why there is no answer, or no heatmap, in a sentence; else empty.
    """

    def __init__(self, run: Run, name: str, photo: bytes) -> None:
        """Ask a run that has a model."""
        self.name, self.photo = name, photo
        self.answer: Prediction | Refusal | None = None
        self.seen: Image.Image | None = None
        self.heat: Image.Image | None = None
        self.problem = ""
        self._thread = threading.Thread(target=carried(self._ask), args=(run,), name="photo-question", daemon=True)
        self._thread.start()

    def is_going(self) -> bool:
        """Tell whether more is still to come."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait until all is there, so long at most."""
        self._thread.join(seconds)

    def _ask(self, run: Run) -> None:
        try:
            (answer,) = photo_predictions.predict_photos(run, [self.photo], total=1)
            if isinstance(answer, Prediction):
                self.seen = _enlarged(from_array(answer.seen))
            self.answer = answer
            if isinstance(answer, Prediction):
                found = worker.heat_maps(run, answer.seen, (answer.label,)).wait()
                self.heat = _enlarged(laid_over(answer.seen, found.maps[0], _SHOWN_PX))
        except PixelwiseError as error:
            self.problem = str(error)
        except Exception as error:  # A thread that dies would leave the page waiting.
            self.problem = f"The photo could not be answered ({type(error).__name__}: {error}). Try another one."


def _enlarged(image: Image.Image) -> Image.Image:
    share = _SHOWN_PX / max(image.size)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    return image.resize(size, Image.Resampling.BICUBIC)
