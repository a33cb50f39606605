"""Which images of a dataset train, validate and test."""

from dataclasses import dataclass, replace

from core.settings import SettingError, Specification, setting


@dataclass(frozen=True)
class Split(Specification):
    """Where the validation images come from."""

    validation: str = setting(
        "train",
        choices=("train", "test"),
        help=(
            "train: the dataset's own validation images, or a stratified sample of its training images. "
            "test: the test images themselves, as in the book."
        ),
    )
    fraction: float = setting(
        0.2, minimum=0.01, maximum=0.9, step=0.01, help="Fraction of the training set to hold out."
    )
    seed: int = setting(0, minimum=0, maximum=2**31 - 1, step=1, help="The same seed gives the same split.")
    pictures: int = setting(
        0, minimum=0, maximum=10_000_000, step=1, help="Total number of images to use (stratified sample). 0: all."
    )
    test_pictures: int = setting(
        0,
        minimum=0,
        maximum=10_000_000,
        step=1,
        help="How many of those are test images (stratified sample). 0: the dataset's own test set.",
    )
    decisions: str = setting(
        "apply",
        choices=("apply", "ignore"),
        help=(
            "apply: excluded images are left out of training and validation; relabeled images use their "
            "new class. Test images always stay as published, so runs remain comparable."
        ),
    )

    by_group: bool = setting(
        True,
        help=(
            "Never train on images of a group (a patient, a video) that has images in validation or test. Datasets "
            "without groups stay as they are."
        ),
    )

    def of_fewer(self, images: int, classes: int) -> "Split":
        """Return the split as it is for a dataset that may have fewer images than it draws.

        Args:
            images: how many there are.
            classes: of how many classes.
        """
        test = self.test_pictures
        if self.pictures >= images:
            test = round(test / self.pictures * images)
        if test > min(self.pictures or images, images) / 2 or test < classes:
            test = 0
        return replace(self, pictures=self.pictures if self.pictures < images else 0, test_pictures=test)

    folds: int = setting(
        0,
        minimum=0,
        maximum=20,
        step=1,
        help=(
            "Cross-validation: divide the training and validation images into this many folds, of which one validates. "
            "0: off."
        ),
    )
    fold: int = setting(1, minimum=1, maximum=20, step=1, help="Which of the folds validates.")

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            SettingError: a value is not taken, or there is no such fold.
        """
        super().__post_init__()
        if self.folds == 1:
            raise SettingError("Split: folds must be 0 (off) or at least 2; received 1.")
        if self.folds and self.fold > self.folds:
            raise SettingError(f"Split: fold must be at most {self.folds}, the number of folds; received {self.fold}.")

    @property
    def is_fold(self) -> bool:
        """Whether one of several folds validates."""
        return self.folds > 0 and self.validation == "train"

    @property
    def given_validation_share(self) -> float:
        """The share of images labeled by people, but those that test, that validates; 0: no others are drawn for it."""
        return 0.0 if self.is_fold or self.validation == "test" else self.fraction

    @property
    def watched(self) -> str:
        """What the images are that are looked at after each epoch: `validation` or `test`."""
        return "test" if self.validation == "test" else "validation"

    @property
    def choosing_seed(self) -> int:
        """The seed that draws `pictures`: another than `seed`, which may have drawn the dataset's own test images.

        With the same one, the digits' 600 of 1,797 had 355 of their 360 test images.
        """
        return self.seed + 1
