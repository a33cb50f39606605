"""Figures: what all of them share."""

from core.charts import figures


def test_a_class_with_the_name_of_a_tag_or_a_value_is_drawn_by_its_letters() -> None:
    names = ["<a href='https://example.com'>a link</a>", "%{x}", "a" * 30, "a" * 31]
    drawn = figures.ranking([(name, 0.25) for name in names])
    assert list(drawn.data[0].y) == [0, 1, 2, 3], "names that begin alike have a bar each"
    assert drawn.data[0].customdata[0] == "&lt;a href=&#x27;https://example.com&#x27;&gt;a link&lt;/a&gt;"
    assert "%{" not in drawn.data[0].customdata[1]
    assert drawn.layout.yaxis.ticktext[0] == "&lt;a href=&#x27;https://ex…"
    assert drawn.layout.yaxis.ticktext[2] == "a" * 19 + "…"
