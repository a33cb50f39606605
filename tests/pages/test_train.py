"""The Train page without a browser: recipes, a network being built, fit, text, bad input, and runs in every state."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.augmentation import Augmentation
from core.datasets import decisions
from core.datasets.sources import catalogue
from core.networks.layers import LAYERS, Conv2D, Dense, Dropout, Flatten, MaxPool2D, Rescaling
from core.preprocessing import Grayscale, Pipeline, Resize
from core.preprocessing.normalisation import SIGNED, Normalisation
from core.preprocessing.presets import PipelinePreset, save_preset
from core.recipes import suitable
from core.recipes.optimisers import OPTIMISERS, SGD
from core.recipes.recipe import Recipe, find_recipe
from core.recipes.schedules import SCHEDULES, Cosine
from core.runs import Run, comparison
from core.storage import beat, checked, user_library
from pages.common.hand_over import HandOver
from pages.train import drafts
from tests.pages.opening import new_session, said, show
from tests.unit.made_runs import unsigned
from tests.unit.photos import array_set
from tests.unit.runs.test_runs import own_process
from tests.unit.small_sets import SETS, imported

PAGE = "train"


@pytest.fixture
def never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "start", lambda _run: None)


def number(app: AppTest, label: str) -> Any:
    (found,) = [each for each in app.number_input if each.label.startswith(label)]
    return found


def draft(app: AppTest) -> drafts.Draft:
    found: drafts.Draft = app.session_state["train_drafts"][app.session_state["recipe"]]
    return found


def view(app: AppTest, name: str) -> AppTest:
    app.button_group(key="train_view").set_value(name).run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def made_run(state: str, metrics: list[dict[str, Any]] | None = None, **status: Any) -> Run:
    run = runs.create(find_recipe("digits-cnn"), "digits")
    (run.folder / "metrics.jsonl").write_text("".join(json.dumps(each) + "\n" for each in metrics or []))
    run.write_status(runs.Status(state, 1.0, **{"epochs": 3, "epoch": 2, **status}))
    return run


def curve(losses: list[float], val_losses: list[float], accuracy: float = 0.99) -> list[dict[str, Any]]:
    return [
        {
            "kind": "epoch",
            "epoch": number,
            "loss": loss,
            "accuracy": accuracy,
            "val_loss": val_loss,
            "val_accuracy": 0.7,
            "class_shares": [0.1] * 10,
        }
        for number, (loss, val_loss) in enumerate(zip(losses, val_losses, strict=True), start=1)
    ]


def see(run: Run) -> None:
    """Give a run what there is to see after an epoch."""
    probabilities = np.full((2, 10), 0.01, np.float32)
    probabilities[:, 3] = 0.91
    arrays: dict[str, Any] = {
        "epoch": 2,
        "ids": np.array([5, 9]),
        "labels": np.array([5, 9], np.int16),
        "probabilities": probabilities,
        "filters": np.zeros((4, 3, 3, 1), np.float32),
        "map_id": 7,
        "maps": np.zeros((4, 8, 8), np.uint8),
    }
    np.savez(run.folder / "live.npz", **arrays)


def test_it_begins_a_run_of_what_is_set_and_shows_the_queue(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def start(run: Run) -> None:
        pid, began = own_process()
        started.append(run.name)
        run.write_status(runs.Status(runs.WAITING, len(started), pid=pid, pid_started=began, epochs=30))

    monkeypatch.setattr(Run, "start", start)
    show(app, PAGE, recipe="digits-dense")
    number(app, "Epochs").set_value(3)
    press(app, "train")
    (first,) = runs.all_runs()
    assert (first.recipe.fit.epochs, first.recipe.name) == (3, "digits-dense")
    assert first.title == f"{first.recipe.title} · fit.epochs 3"
    press(app, "train")
    assert "Runs train one at a time" in said(app)
    assert all(f"{place}. " in said(app) for place in (1, 2))
    press(app, "stop")
    assert runs.find(started[1]).stop_file.exists()


def test_a_cluster_is_seen_only_where_there_is_one(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.create(find_recipe("digits-dense"))
    run.write_status(replace(run.status(), state=runs.RUNNING, node="node7"))
    beat.write(run.folder, beat.AT_WORK, node="node7")
    show(app, PAGE, run=run.name)
    assert "Trains on the cluster's node node7." in said(app)
    run.write_status(replace(run.status(), state=runs.STOPPED, node=""))
    beat.forget(run.folder)
    assert "cluster" not in said(app.run())
    # What cannot be used is said before anything starts.
    monkeypatch.setenv("PIXELWISE_CLUSTER", "head")
    press(app, "train")
    assert "must be such as ray" in said(app)
    assert runs.all_runs() == [run]


def test_what_is_changed_is_told_kept_over_a_reload_and_undone(app: AppTest, data_home: Path) -> None:
    show(app, PAGE, recipe="digits-cnn")
    number(app, "Epochs").set_value(7).run()
    assert "fit\\.epochs: 30 → 7" in said(app)
    view(app, "Hyperparameters")
    app.button_group(key=draft(app).key("optimiser")).set_value("SGD").run()
    app.button_group(key=draft(app).key("schedule")).set_value("Cosine").run()
    number(app, "Momentum").set_value(0.5).run()
    assert not app.exception
    view(app, "Run")
    assert (draft(app).recipe.optimiser, draft(app).recipe.schedule) == (SGD(momentum=0.5), Cosine())
    again = new_session()
    show(again, PAGE, recipe="digits-cnn")
    assert draft(again).recipe == draft(app).recipe
    assert number(again, "Epochs").value == 7
    press(again, "train_undo")
    assert not draft(again).changed
    assert number(again, "Epochs").value == 30
    assert user_library.names("draft") == []


def test_a_network_is_built_layer_by_layer(app: AppTest, never_started: None) -> None:
    show(app, PAGE, recipe="own")
    view(app, "Network")
    assert [type(layer) for layer in draft(app).layers] == [Rescaling, Conv2D, MaxPool2D, Flatten]
    app.selectbox(key="train_add_layer").set_value("Conv2D").run()
    assert [type(layer) for layer in draft(app).layers] == [Rescaling, Conv2D, Conv2D, MaxPool2D, Flatten]
    number(app, "Filters").set_value(7).run()
    number(app, "L2").set_value(0.01).run()
    assert draft(app).layers[1] == Conv2D(7, l2=0.01)
    press(app, "train_strided")
    assert draft(app).layers[3] == Conv2D(32, strides=2, padding="same")
    assert [type(layer) for layer in draft(app).layers] == [Rescaling, Conv2D, Conv2D, Conv2D, Flatten]
    press(app, "train")
    (run,) = runs.all_runs()
    assert run.recipe.network.layers == (*draft(app).layers, Dense(10, "softmax"))


def test_every_layer_is_offered_and_can_be_set(app: AppTest) -> None:
    show(app, PAGE, recipe="own")
    view(app, "Network")
    assert app.selectbox(key="train_add_layer").options == [kind.title for kind in LAYERS.values()]
    for kind in LAYERS.values():
        app.selectbox(key="train_add_layer").set_value(kind.__name__).run()
        assert not app.exception, kind
        place = draft(app).layer_numbers.index(max(draft(app).layer_numbers))
        assert draft(app).layers[place] == kind.added()
        assert f"· {kind.title}**" in said(app)


def test_every_optimiser_and_schedule_is_offered_and_can_be_set(app: AppTest) -> None:
    show(app, PAGE, recipe="digits-cnn")
    view(app, "Hyperparameters")
    for part, registry in (("optimiser", OPTIMISERS), ("schedule", SCHEDULES)):
        for name, kind in registry.items():
            app.button_group(key=draft(app).key(part)).set_value(name).run()
            assert not app.exception, kind
            assert getattr(draft(app).recipe, part) == kind()
            assert kind.sentence in said(app)


def test_an_impossible_layer_is_explained_and_nothing_is_trained(app: AppTest) -> None:
    show(app, PAGE, recipe="own")
    view(app, "Network")
    app.selectbox(key="train_add_layer").set_value("Conv2D").run()
    number(app, "Kernel size").set_value(9).run()
    told = [each.value for each in app.error]
    assert len(told) == 2, "at the layer, and at the button"
    assert all("does not fit into an input of 8 × 8" in each for each in told)
    assert "Layer 2" in told[-1] or "Layer 2" in told[0]
    assert app.button(key="train").disabled


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"fit.batch_size": 8000}, "A batch of 8,000 is more than the 1,149 images"),
        ({"split.pictures": 12}, "images can be drawn"),
        ({"fit.shifted": 8}, "images of 8 × 8 can be shifted by 7 at most"),
        (
            {
                "network": [
                    {"kind": "Flatten"},
                    *[{"kind": "Dense", "units": 8192}] * 400,
                    Dense(10, "softmax").to_json(),
                ]
            },
            "Not enough memory",
        ),
    ],
)
def test_what_cannot_go_well_is_said_before_it_starts(app: AppTest, changes: dict[str, Any], told: str) -> None:
    show(app, PAGE)
    app.session_state["handed_over"] = HandOver(find_recipe("digits-cnn").with_settings(changes))
    app.run()
    assert not app.exception
    assert told in " ".join(each.value.replace("\\", "") for each in [*app.error, *app.warning])


def test_watching_the_test_images_is_warned_of(app: AppTest) -> None:
    show(app, PAGE, recipe="exercise-50")
    view(app, "Hyperparameters")
    assert any("you overfit to them" in each.value for each in app.warning)
    app.button_group(key=draft(app).key("split", "validation")).set_value("train").run()
    assert not app.warning
    assert draft(app).recipe.split.validation == "train"


def test_a_training_can_begin_with_a_runs_weights(app: AppTest, never_started: None) -> None:
    earlier, other = made_run(runs.FINISHED), runs.create(find_recipe("digits-dense"))
    for run in (earlier, other):
        (run.folder / "model.keras").touch()
    show(app, PAGE, dataset="digits", recipe="digits-cnn")
    view(app, "Hyperparameters")
    (begin,) = [each for each in app.selectbox if each.label == "Initial weights"]
    assert begin.options == ["Random (from the seed)", *comparison.full_titles([earlier]).values()]
    begin.select(earlier.name).run()
    assert f"initial_weights: – → {earlier.name}" in said(app).replace("\\", "")
    press(app, "train")
    (begun,) = [run for run in runs.all_runs() if run.initial_model.exists()]
    assert begun.recipe.initial_weights == earlier.name


def test_the_books_figure_stands_beside_the_best_run_here(app: AppTest) -> None:
    recipe = find_recipe("digits-cnn")
    for accuracy, changes in ((0.91, {}), (0.95, {"fit.seed": 4}), (0.99, {"fit.epochs": 31})):
        run = runs.create(recipe.with_settings(changes), "digits")
        run.write_status(runs.Status(runs.FINISHED, 1.0, result={"test_accuracy": accuracy}))
    show(app, PAGE, recipe="digits-cnn")
    assert [each.value for each in app.metric if each.label.startswith("Your best")] == ["95.00%"]
    show(app, PAGE, recipe="exercise-51")
    assert [each.value for each in app.metric if each.label.startswith("Test accuracy in the book")] == ["98.62%"]


def test_a_recipe_comes_in_as_text_and_nonsense_is_told(app: AppTest) -> None:
    show(app, PAGE)
    view(app, "JSON")
    good = find_recipe("digits-dense").with_settings({"fit.epochs": 4}).to_json()
    for text, told in (
        ("", "Choose a file"),
        ("{", "is not valid JSON"),
        ("[]", "must be a JSON object"),
        (json.dumps({**good, "version": 99}), "version 99"),
        (json.dumps({**good, "network": [{"kind": "Gone"}]}), "Unknown layer kind"),
        (json.dumps({**good, "fit": {"epochs": 0}}), "epochs must be"),
        (json.dumps({**good, "extra": 1}), "Unknown field"),
    ):
        app.text_area(key="train_pasted").set_value(text)
        press(app, "train_use_text")
        assert told in app.error[0].value.replace("\\", ""), text
        assert app.session_state["recipe"] != drafts.HANDED
    app.text_area(key="train_pasted").set_value(json.dumps(good))
    press(app, "train_use_text")
    assert not app.error
    assert draft(app).recipe == Recipe.from_json(good)
    app.text_input(key="train_save_name").set_value("my *own*").run()
    press(app, "train_save")
    assert app.session_state["recipe"] == "mine-my *own*"
    assert draft(app).base == Recipe.from_json(good)
    press(app, "train_delete")
    assert user_library.names("recipe") == []


def test_a_recipe_handed_over_is_taken_up_with_its_pair(app: AppTest, never_started: None) -> None:
    first = runs.create(find_recipe("digits-dense"), "digits")
    changed = first.recipe.with_settings({"fit.epochs": 5})
    app.session_state["handed_over"] = HandOver(changed, pair_of=first.name)
    show(app, PAGE)
    assert draft(app).recipe == changed
    assert "fit\\.epochs: 40 → 5" in said(app)
    time.sleep(1.1)  # A run is named by the second.
    press(app, "train")
    assert runs.all_runs()[0].about_run.pair_of == first.name


def test_the_coach_says_what_happened_and_sets_up_the_next_run(app: AppTest) -> None:
    falling = [1.0, 0.5, 0.2, 0.1, 0.05, 0.02]
    run = made_run(runs.FINISHED, curve(falling, [1.0, 0.8, 0.9, 1.1, 1.3, 1.5]), epoch=3)
    show(app, PAGE, run=run.name)
    assert "Overfitting since epoch" in said(app)
    press(app, "try_0")
    assert app.session_state["recipe"] == drafts.HANDED
    handed = draft(app)
    assert handed.pair_of == run.name
    assert handed.recipe.augmentation is not None, "the recipe has dropout already"
    assert handed.base == run.recipe


def test_the_time_taken_counts_all_sittings(app: AppTest) -> None:
    records = [
        record | {"seconds": ends} for record, ends in zip(curve([1.0, 0.9], [1.0, 0.9]), (80.0, 190.0), strict=True)
    ]
    run = made_run(runs.FINISHED, records, started=1000.0, ended=1030.0, seconds=190.0)
    show(app, PAGE, run=run.name)
    assert [metric.value for metric in app.metric if metric.label == "Duration"] == ["3 min 10 s"]


def test_it_uses_what_was_saved_and_heeds_decisions(app: AppTest, never_started: None) -> None:
    save_preset("Tiny", PipelinePreset(Pipeline((Grayscale(), Resize(width=6, height=5))), Normalisation(SIGNED)))
    user_library.save("augmentation", "Turned", Augmentation(rotation_range=20.0).to_json())
    digits = catalogue.open_dataset("digits")
    decisions.decide(digits, [3], decisions.EXCLUDE)
    show(app, PAGE, recipe="digits-cnn", augmentation="Turned")
    view(app, "Data")
    app.selectbox(key=draft(app).key("pipeline")).set_value("Tiny").run()
    assert not app.exception
    assert "exactly as the network sees them: 6×5 px, grayscale." in said(app)
    press(app, "train")
    (run,) = runs.all_runs()
    assert run.recipe.steps == Pipeline((Grayscale(), Resize(width=6, height=5)))
    assert run.recipe.network.layers[0] == Rescaling(scale=1 / 127.5, offset=-1.0)
    assert run.recipe.augmentation == Augmentation(rotation_range=20.0)
    assert run.decided == decisions.Decided(excluded=(3,))
    view(app, "Data")
    app.toggle(key=draft(app).key("decisions")).set_value(False).run()
    app.selectbox(key=draft(app).key("pipeline")).set_value("The recipe's own").run()
    press(app, "train")
    assert runs.all_runs()[0].decided is None
    assert runs.all_runs()[0].recipe.network.layers[0] == find_recipe("digits-cnn").network.layers[0]


def test_what_the_disk_refuses_is_said(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    show(app, PAGE)
    monkeypatch.setattr("core.runs.folders._NEEDED_BYTES", 10**18)
    press(app, "train")
    assert "Could not save the run" in app.error[0].value
    assert runs.all_runs() == []


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        (runs.RUNNING, ""),
        (runs.FAILED, "There was not enough *memory*."),
        (runs.STOPPED, ""),
        (runs.PAUSED, ""),
        (runs.INTERRUPTED, "x"),
        (runs.FINISHED, ""),
    ],
)
def test_a_run_is_shown_in_every_state(app: AppTest, state: str, cause: str) -> None:
    run = made_run(state, pid=2**22 + 1, pid_started=1.0, cause=cause)
    (run.folder / "metrics.jsonl").write_text('{"kind": "batch", "epoch": 0.5, "loss": null, "accuracy": 0.1}\n{"kind"')
    show(app, PAGE, run=run.name)
    expected = runs.INTERRUPTED if state == runs.RUNNING else state
    assert f": {expected}]" in said(app)
    assert "Diverged at epoch 0\\.5" in said(app)
    assert bool(app.error) == (expected in (runs.FAILED, runs.INTERRUPTED))
    assert ("resume" in [each.key for each in app.button]) == (expected in runs.RESUMABLE)


def watched(name: str) -> None:
    from core import runs
    from pages.train.live_run import watch

    watch(runs.find(name), polling=True)


def test_a_poll_reads_the_status_of_each_run_once(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid, began = own_process()
    first, second = (made_run(state, pid=pid, pid_started=began) for state in (runs.RUNNING, runs.WAITING))
    app = AppTest.from_function(watched, default_timeout=60, args=(first.name,)).run()
    read: list[str] = []
    reading = checked.read_object

    def counted(path: Path, *arguments: Any, **more: Any) -> Any:
        read.append(f"{path.parent.name}/{path.name}")
        return reading(path, *arguments, **more)

    monkeypatch.setattr(checked, "read_object", counted)
    monkeypatch.setattr(runs, "find", lambda name: Run(data_home / "runs" / name))
    for epoch in (1, 2):
        # Both anew: a status that has not changed for two seconds is not read again.
        for run, state in ((first, runs.RUNNING), (second, runs.WAITING)):
            run.write_status(runs.Status(state, 1.0, epochs=3, epoch=epoch, pid=pid, pid_started=began))
        read.clear()
        app.run()
        assert not app.exception
        assert f"{epoch} of 3" in [each.value for each in app.metric]
        assert "waiting" in said(app)
        assert sorted(each for each in read if each.endswith("status.json")) == sorted(
            f"{run.name}/status.json" for run in (first, second)
        )


def test_a_run_can_be_paused_resumed_and_given_another_rate(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    pid, began = own_process()
    run = made_run(runs.RUNNING, curve([1.0, 0.9], [1.0, 0.9]), pid=pid, pid_started=began)
    show(app, PAGE, run=run.name)
    number(app, "Learning rate").set_value(0.01)
    press(app, "train_set_rate")
    assert run.wanted_learning_rate() == 0.01
    press(app, "pause")
    assert run.stop_file.read_text() == "pause"
    assert run.status().said == "pausing"
    assert "pausing]" in said(app)
    assert "stopping" not in said(app)
    show(app, "home")
    assert "is pausing" in said(app)
    show(app, PAGE, run=run.name)
    assert app.button(key="pause").disabled
    run.write_status(runs.Status(runs.PAUSED, 1.0, epochs=3, epoch=2))
    resumed: list[str] = []
    monkeypatch.setattr(Run, "start", lambda run: resumed.append(run.name))
    app.run()
    press(app, "resume")
    assert resumed == [run.name]


def test_a_finished_run_is_given_more_epochs(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(runs.FINISHED, curve([1.0, 0.9, 0.8], [1.0, 0.9, 0.8]), epoch=3)
    monkeypatch.setattr(Run, "checkpoints", [run.folder / "checkpoint" / "3.npz"])
    given: list[int] = []
    monkeypatch.setattr(Run, "resume", lambda _run, epochs: given.append(epochs))
    show(app, PAGE, run=run.name)
    assert number(app, "Total epochs").value == 6
    number(app, "Total epochs").set_value(8)
    press(app, "train_on")
    assert given == [8]


def test_what_the_network_sees_is_shown_after_an_epoch(app: AppTest) -> None:
    run = made_run(runs.FINISHED, curve([1.0, 0.9], [1.0, 0.9]))
    see(run)
    show(app, PAGE, run=run.name)
    (seen,) = [each.proto.body for each in app.get("html") if "Highest-loss" in each.proto.body]
    assert "true class 5, predicted 3 (91%)" in seen
    assert "First-layer filters after epoch 2" in seen


def test_a_saved_draft_that_cannot_be_read_is_left_aside(app: AppTest, data_home: Path) -> None:
    user_library.save("draft", "digits-cnn", {"recipe": {"version": 0}})
    show(app, PAGE, recipe="digits-cnn")
    assert not app.error
    assert not draft(app).changed


@pytest.mark.parametrize("lost", ["vanished", "changed"])
def test_a_data_set_that_is_gone_is_told_and_the_rest_is_shown(app: AppTest, lost: str) -> None:
    run = made_run(runs.FINISHED, curve([1.0, 0.9], [1.0, 0.9]))
    see(run)
    about = unsigned(run.folder / "dataset.json")
    was = "digits" if lost == "vanished" else run.about.content_hash
    (run.folder / "dataset.json").write_text(about.replace(f'"{was}"', f'"{lost}"'))
    show(app, PAGE, run=run.name)
    assert not app.error
    assert "highest-loss images are not shown: Digits is no longer installed, or has changed" in said(app)
    assert "finished" in said(app)
    (seen,) = [each.proto.body for each in app.get("html") if "First-layer filters" in each.proto.body]
    assert "Highest-loss" not in seen


def test_unused_layers_can_go(app: AppTest) -> None:
    """The list's own clicks run in a browser; what they call is tried here."""
    show(app, PAGE, recipe="own")
    made = draft(app)
    made.set_layers([Flatten(), Dropout(0.1)], [made.layer_numbers[3], None])
    view(app, "Network")
    assert draft(app).layers == (Flatten(), Dropout(0.1))


def test_a_link_to_a_recipe_brings_its_data_set(app: AppTest) -> None:
    show(app, PAGE, recipe="exercise-51")
    assert app.session_state["dataset"] == "digits"
    array_set("mnist", np.zeros((40, 28, 28, 1), np.uint8), [0, 1] * 20, ("0", "1"))
    again = new_session()
    show(again, PAGE, recipe="exercise-51")
    assert again.session_state["dataset"] == "mnist"
    again.selectbox(key="dataset").select("digits").run()
    assert again.session_state["dataset"] == "digits"
    press(again, "train_its_dataset")
    assert again.session_state["dataset"] == "mnist"
    assert not [each for each in again.button if each.key == "train_its_dataset"]


@pytest.mark.parametrize("name", SETS)
def test_one_click_trains_on_any_imported_images(app: AppTest, never_started: None, tmp_path: Path, name: str) -> None:
    imported(name, tmp_path)
    show(app, PAGE, dataset=name)
    assert not app.button(key="train").disabled, said(app)
    press(app, "train")
    (run,) = runs.all_runs()
    assert (run.about.name, run.recipe.name) == (name, suitable.ADAPTING)


def test_the_recipe_follows_the_data_set_until_one_is_chosen_or_changed(app: AppTest, tmp_path: Path) -> None:
    imported("two-by-45-photos", tmp_path)
    show(app, PAGE)
    assert app.session_state["recipe"] == "digits-cnn"
    app.selectbox(key="dataset").set_value("two-by-45-photos").run()
    assert app.session_state["recipe"] == suitable.ADAPTING
    app.selectbox(key="dataset").set_value("digits").run()
    number(app, "Epochs").set_value(7).run()
    app.selectbox(key="dataset").set_value("two-by-45-photos").run()
    assert app.session_state["recipe"] == "digits-cnn", "what was changed stays"
    app.selectbox(key="recipe").set_value("digits-dense").run()
    app.selectbox(key="dataset").set_value("digits").run()
    assert app.session_state["recipe"] == "digits-dense", "what was chosen stays"


def test_a_recipe_that_cannot_train_leads_to_one_that_can(app: AppTest, tmp_path: Path) -> None:
    imported("three-pixels", tmp_path)
    show(app, PAGE, dataset="three-pixels", recipe="exercise-52-a")
    assert app.button(key="train").disabled
    press(app, "train_suiting")
    assert (app.session_state["recipe"], app.button(key="train").disabled) == (suitable.ADAPTING, False)


@pytest.mark.parametrize("recipe", ["activity-17", "pets-transfer"])
def test_a_recipe_for_more_images_takes_those_that_are_there_and_says_so(
    app: AppTest, never_started: None, tmp_path: Path, recipe: str
) -> None:
    imported("two-by-45-photos", tmp_path)
    show(app, PAGE, dataset="two-by-45-photos", recipe=recipe)
    assert "here are 90, and all take part" in "\n".join(each.value for each in app.warning)
    press(app, "train")
    (run,) = runs.all_runs()
    assert (run.recipe.split.pictures, run.recipe.split.test_pictures) == (0, 27)


def test_a_saved_preprocessing_leaves_the_networks_rescaling_and_can_be_undone(app: AppTest) -> None:
    save_preset("Small", PipelinePreset(Pipeline((Resize(width=6, height=5),))))
    save_preset("Signed", PipelinePreset(Pipeline((Resize(width=6, height=5),)), Normalisation(SIGNED)))
    for recipe in ("digits-cnn", "mnist-fast", "exercise-50-scaled"):
        show(app, PAGE, dataset="digits", recipe=recipe)
        view(app, "Data")
        before = draft(app).recipe
        app.selectbox(key=draft(app).key("pipeline")).set_value("Small").run()
        assert draft(app).recipe.network == before.network
        assert draft(app).recipe.steps == Pipeline((Resize(width=6, height=5),))
        assert "that of “Small” now" in said(app)
        app.selectbox(key=draft(app).key("pipeline")).set_value("Signed").run()
        assert "rescales values, × 0.00784 − 1; before, it" in said(app).replace("\\", "")
        press(app, "train_input_undo")
        press(app, "train_undo")
        assert draft(app).recipe == before
        assert "; before, it" not in said(app)


def test_a_pair_keeps_the_decisions_of_its_first_run_unless_those_since_are_wanted(
    app: AppTest, never_started: None
) -> None:
    digits = catalogue.open_dataset("digits")
    train = digits.select("train")
    decisions.decide(digits, [int(train[0])], decisions.EXCLUDE)
    first = made_run(runs.FINISHED)
    show(app, "runs")
    again(app)
    assert "decisions taken since" not in " ".join(each.label for each in app.toggle)
    decisions.decide(digits, train[1:4].tolist(), decisions.EXCLUDE)
    app.run()
    before = said(app)
    assert "It trains with those of then" in before
    press(app, "train")
    assert runs.all_runs()[0].decided == first.decided == decisions.Decided((int(train[0]),))
    app.toggle(key=draft(app).key("newest")).set_value(True).run()
    assert said(app) != before
    press(app, "train")
    assert runs.all_runs()[0].decided == decisions.decided(digits)


def again(app: AppTest) -> None:
    """Click on "Duplicate and change"; AppTest does not follow to the page that this leads to."""
    (button,) = [each for each in app.button if each.label == "Duplicate and change"]
    button.click().run()
    show(app, PAGE, dataset="digits")
