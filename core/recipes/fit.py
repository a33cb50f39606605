"""How long and how a network is trained."""

from dataclasses import dataclass

from core.settings import Specification, setting


@dataclass(frozen=True)
class Fit(Specification):
    """How long and in which portions the network trains."""

    epochs: int = setting(10, minimum=1, maximum=1000, step=1, help="Number of passes over the training set.")
    batch_size: int = setting(32, minimum=1, maximum=8192, step=1, help="Number of images per training step.")
    seed: int = setting(0, minimum=0, maximum=2**31 - 1, step=1, help="The same seed gives the same initial weights.")
    patience: int = setting(
        0,
        minimum=0,
        maximum=1000,
        step=1,
        unit="epochs",
        help="Stop after this many epochs without a lower validation loss, and keep the best weights. 0: off.",
    )
    label_smoothing: float = setting(
        0.0,
        minimum=0.0,
        maximum=0.5,
        step=0.01,
        help="Fraction of the target probability moved from the true class to all classes.",
    )
    class_weights: str = setting(
        "none", choices=("none", "balanced"), help="balanced: images of rare classes get more weight."
    )
    averaging: float = setting(
        0.0,
        minimum=0.0,
        maximum=0.9999,
        step=0.001,
        help="Decay of an exponential moving average of the weights, used for validation. 0: off.",
    )
    mirrored: bool = setting(
        False,
        help=(
            "Average the predictions for the image and its mirror image. Often slightly better, half as "
            "fast. Not for text or digits."
        ),
    )
    shifted: int = setting(
        0,
        minimum=0,
        maximum=16,
        step=1,
        help=(
            "Also average over the image shifted by this many pixels to the upper left and lower right. "
            "Often slightly better, a third as fast. 0: off."
        ),
    )
    precision: str = setting(
        "float32",
        choices=("float32", "mixed_bfloat16"),
        help=(
            "mixed_bfloat16: 16-bit arithmetic where it is accurate enough and faster on this processor, "
            "otherwise 32-bit."
        ),
    )

    @property
    def views(self) -> int:
        """How many views of an image a prediction is made from: with `mirrored` and `shifted`, six."""
        return (2 if self.mirrored else 1) * (3 if self.shifted else 1)

    def precision_said(self, computes_with: str) -> str:
        """Return a sentence on why a training does not compute with `precision`; empty where it does.

        Args:
            computes_with: another name of a precision; empty: that is not known yet.
        """
        if computes_with in ("", self.precision):
            return ""
        return "This processor is faster with 32 bits than with the recipe's 16, so the training computes with 32."
