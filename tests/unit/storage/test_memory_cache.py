"""What is kept takes no more than it may, and what is kept is not made again."""

from PIL import Image

from core.storage.memory_cache import bounded, image_bytes


def test_what_is_kept_takes_no_more_than_it_may() -> None:
    made: list[int] = []

    @bounded(100, len)
    def text(length: int) -> str:
        made.append(length)
        return "x" * length

    assert [len(text(length)) for length in (40, 40, 50, 40)] == [40, 40, 50, 40]
    assert made == [40, 50]
    text(30)  # 50, not used for longest, makes room.
    text(40)
    assert made == [40, 50, 30]
    text(50)
    assert made == [40, 50, 30, 50]
    text(200)
    text(200)
    text(50)
    assert made == [40, 50, 30, 50, 200, 200], "what is larger by itself is not kept, and drives nothing out"


def test_an_image_takes_what_pillow_keeps_of_it() -> None:
    assert image_bytes(Image.new("L", (30, 20))) == 600
    assert image_bytes(Image.new("RGB", (30, 20))) == 2400
