"""The Teach page: classes that grow, what is said of bad input, and that nothing is lost."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.prediction import worker
from core.teaching import learner as learners
from core.teaching import project as projects
from core.teaching.project import Project
from tests.pages.opening import said, show
from tests.unit.test_teaching import files, photo


@pytest.fixture
def teach(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page, on a worker that is made up."""

    def made(_function: object, images: np.ndarray) -> np.ndarray:
        values = np.ones((len(images), 1280), np.float32)
        values[:, :640] *= images.mean(axis=(1, 2, 3))[:, np.newaxis] / 40
        return values + np.random.default_rng(0).random((len(images), 1280)).astype(np.float32) / 10

    monkeypatch.setattr(worker, "ask", made)
    return show(app, "teach")


def mine() -> Project:
    return projects.find("my-classes")


def bring(app: AppTest, class_id: int, *given: tuple[str, bytes]) -> AppTest:
    widget = next(each for each in app.file_uploader if str(each.key).startswith(f"teach_my-classes_{class_id}_files"))
    widget.set_value([(name, data, "image/png") for name, data in given]).run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def settled(app: AppTest) -> AppTest:
    thread = learners.learner(mine().folder)._thread
    if thread is not None:
        thread.join(60)
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def test_it_learns_by_itself_and_answers_photos(teach: AppTest) -> None:
    assert "as soon as two classes have images" in said(teach)
    bring(teach, 1, *files(20, 6))
    settled(teach)
    assert "Bring some for Class 2" in said(teach)
    bring(teach, 2, *files(200, 6))
    settled(teach)
    assert teach.metric[0].value == "100%"
    tried = next(each for each in teach.file_uploader if str(each.key).startswith("teach_try"))
    tried.set_value([("a.png", photo(20, 50), "image/png"), ("no.png", b"text", "image/png")]).run()
    assert not teach.exception
    assert "no\\.png: Not a supported image" in teach.error[0].value
    assert any(str(each.key).startswith("teach_heat_") for each in teach.button)


def test_one_class_and_a_class_without_images_are_said_and_the_others_learned(teach: AppTest) -> None:
    bring(teach, 1, *files(20, 4))
    teach.button(key="teach_my-classes_2_remove").click().run()
    settled(teach)
    assert "One class alone cannot be told from anything" in said(teach)
    for _ in range(2):
        teach.button(key="teach_add_class").click().run()
    bring(teach, 2, *files(200, 4))
    settled(teach)
    assert teach.metric[0].value == "100%"
    assert "Class 3" in " ".join(each.value for each in [*teach.caption, *teach.warning, *teach.info])
    # All that the third class has is in the second as well: it has nothing to be learned from.
    bring(teach, 3, files(200, 1)[0])
    settled(teach)
    assert teach.metric[0].value == "100%"
    assert "nothing is learned from what is in two classes" in " ".join(each.value for each in teach.warning)
    assert len(mine().content().of(1).images) == 4


def test_what_is_taught_is_there_after_a_reload(teach: AppTest) -> None:
    bring(teach, 1, *files(20, 3))
    again = AppTest.from_file(teach._script_path, default_timeout=90).run()
    show(again, "teach")
    assert len(mine().content().of(1).images) == 3
    assert "**3**" in said(again)


def test_what_is_no_image_is_said_and_the_others_are_taken(teach: AppTest) -> None:
    bring(teach, 1, ("a.png", photo(20)), ("![](x).png", b"text"), ("again.png", photo(20)))
    warned = " ".join(each.value for each in teach.warning)
    assert "\\!\\[\\]\\(x\\)\\.png\\: Not a supported image" in warned
    assert "1 image is there already" in warned
    assert len(mine().content().of(1).images) == 1


def test_an_image_in_two_classes_is_said_at_both(teach: AppTest) -> None:
    bring(teach, 1, ("a.png", photo(20)))
    bring(teach, 2, ("a.png", photo(20)))
    assert sum("nothing is learned from what is in two classes" in each.value for each in teach.warning) == 2
    settled(teach)
    assert not teach.error


def test_classes_are_named_added_removed_and_brought_back(teach: AppTest) -> None:
    teach.text_input(key="teach_my-classes_1_name_Class 1").set_value("Cat").run()
    assert mine().content().of(1).name == "Cat"
    teach.text_input(key="teach_my-classes_2_name_Class 2").set_value("cat").run()
    assert "Another class is called cat" in teach.error[0].value
    teach.button(key="teach_add_class").click().run()
    assert [each.name for each in mine().content().classes] == ["Cat", "Class 2", "Class 3"]
    teach.button(key="teach_my-classes_1_remove").click().run()
    teach.button(key="teach_my-classes_2_remove").click().run()
    assert "One class alone" in said(teach)
    teach.button(key="teach_undo").click().run()
    assert [each.name for each in mine().content().classes] == ["Class 2", "Class 3"]


def test_a_class_takes_images_of_a_dataset(teach: AppTest) -> None:
    key = "teach_my-classes_1"
    teach.selectbox(key=f"{key}_dataset").set_value("digits").run()
    teach.selectbox(key=f"{key}_of_digits").set_value(7).run()
    teach.number_input(key=f"{key}_many_digits_7").set_value(5).run()
    teach.button(key=f"{key}_take").click().run()
    assert not teach.exception
    assert (mine().content().of(1).name, len(mine().content().of(1).images)) == ("7", 5)


def test_another_project_is_begun_and_the_first_stays(teach: AppTest) -> None:
    bring(teach, 1, *files(20, 2))
    teach.text_input(key="teach_title_my-classes").set_value("Cups").run()
    teach.button(key="teach_new").click().run()
    assert not teach.exception
    assert [each.name for each in projects.projects()] == ["cups", "my-classes"]
    assert not projects.find("cups").content().of(1).images
    assert len(mine().content().of(1).images) == 2


def test_projects_of_the_same_title_are_told_apart(app: AppTest) -> None:
    mine().rename("Pets")
    other = projects.new("Pets")
    teach = show(app, "teach")
    choice = next(each for each in teach.selectbox if each.label == "Project")
    assert choice.options == ["Pets (my-classes)", f"Pets ({other.name})"]


def test_looking_at_the_page_writes_nothing(teach: AppTest) -> None:
    assert not mine().folder.exists()
