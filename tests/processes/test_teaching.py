"""What is taught becomes an ordinary dataset and run, which answers as the Teach page does."""

from pathlib import Path

import numpy as np

from core import runs
from core.datasets.sources import catalogue
from core.evaluation import predictions
from core.images import image_io
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction
from core.teaching import learner as learners
from core.teaching import making, project
from core.training.parts import parts


def test_a_run_made_of_a_project_answers_as_the_page_does(data_home: Path) -> None:
    digits, mine = catalogue.open_dataset("digits"), project.find("mine")
    for class_id, label in ((1, 0), (2, 1)):
        ids = digits.select(label=label)[:12].tolist()
        mine.add_images(class_id, [(f"{index}.png", image_io.png(digits.image(index))) for index in ids])
    mine.rename_class(1, "../zero")
    learner = learners.learner(mine.folder)
    learner.wake()
    assert learner._thread is not None
    learner._thread.join(120)
    assert not learner.problem
    learned = learner.learned
    assert learned is not None
    run = making.make(mine, learned)
    assert run.status().state == runs.FINISHED
    assert run.about.class_names == ("../zero", "Class 2")
    dataset = runs.dataset_of(run)
    assert len(dataset) == 24
    test = predictions.load(run, "test")
    assert np.array_equal(test.ids, parts(dataset, run.recipe.split).test)
    assert np.array_equal(test.labels, dataset.labels[test.ids])
    unseen = image_io.png(digits.image(int(digits.select(label=1)[40])))
    (answer,) = photo_predictions.predict_photos(run, [unseen], total=1)
    assert isinstance(answer, Prediction)
    (taught,) = learners.ask(learned, [project.seen(unseen)])
    assert answer.label == 1
    raw = worker.predict_prepared(run, answer.seen[np.newaxis])[0]
    assert np.allclose(raw, taught.probabilities, atol=0.01)
    heat = learned.heat_map(project.seen(unseen), 1)
    assert heat.maps.shape == (1, 7, 7)
