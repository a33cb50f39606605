"""The command that classifies photos."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from core import runs
from core.cli.progress import ProgressLine
from core.errors import COMMAND
from core.evaluation import ood, threshold
from core.evaluation.threshold import DecisionThreshold
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction, Refusal
from core.runs import Run, RunError
from core.storage.progress import counted, duration, quiet


@click.command("predict")
@click.argument("photos", nargs=-1, metavar="[PHOTO …]")
@click.option("--run", "run_name", help="Run to predict with. Default: the newest with a model.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON per photo.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Classify all images in this folder and its subfolders, into the file that --out names.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Parquet file for the answers of --folder, one row per image. The same command resumes an interrupted one.",
)
def predict(
    photos: tuple[str, ...], run_name: str | None, as_json: bool, folder: Path | None, out: Path | None
) -> None:
    """Classify photos. Exits with 0 if every photo could be read, otherwise 1. A bad photo does not stop the rest.

    The decision is the class, or `ask` where the answer is less sure than the threshold set on the Predict page, or the
    photo unlike those that the run learned from. Where a class is called `ask` itself, the JSON has `asked` beside it:
    true where a person is to be asked, false where the photo is of that class.
    """
    if bool(photos) == (folder is not None) or (folder is None) != (out is None):
        raise click.UsageError("Name photos, or a folder and a file: --folder FOLDER --out answers.parquet")
    able = runs.with_model()
    if run_name:
        run = runs.find(run_name, [*runs.all_runs(), *runs.shipped()])
    elif able:
        run = able[0]
    else:
        raise RunError(f"No run can predict yet. Train one: {COMMAND} train digits-cnn --wait")
    if problem := ood.problem(run.folder):
        click.echo(problem, err=True)
    if folder is not None and out is not None:
        _predict_folder(run, folder, out, as_json=as_json)
        return
    good, booked = True, threshold.decision_threshold(run)
    try:
        given = photo_predictions.predict_photos(run, map(_photo, photos), total=len(photos))
        for photo, answer in zip(photos, given, strict=True):
            good = good and isinstance(answer, Prediction)
            said = _said(photo, answer, run, booked)
            if as_json:
                click.echo(_json_line(said))
            elif isinstance(answer, Refusal):
                click.echo(f"{photo}: {answer.sentence}", err=True)
            else:
                likely = list(said["probabilities"].items())[:3]
                shares = ", ".join(f"{label} {probability:.1%}" for label, probability in likely)
                click.echo(f"{photo}: {shares}: {_decided(answer, run, booked)}")
    finally:
        worker.shut_down()
    sys.exit(0 if good else 1)


def _predict_folder(run: Run, folder: Path, out: Path, *, as_json: bool) -> None:
    """Classify a folder's images, and say how many there were and how fast that went."""
    if out.suffix.lower() != ".parquet" or out.is_dir():
        raise click.UsageError(f"--out must name a Parquet file, such as answers.parquet; received {out}")
    # Other commands do without Arrow, whose import takes a fifth of a second.
    from core.prediction import folder as folder_predictions

    begun = time.monotonic()
    try:
        made = folder_predictions.predict(run, folder, out, ProgressLine() if sys.stderr.isatty() else quiet)
    except KeyboardInterrupt:
        raise click.ClickException("Interrupted. What is done is kept; the same command continues.") from None
    seconds = time.monotonic() - begun
    if as_json:
        click.echo(json.dumps({"out": str(out), "run": run.name, "seconds": round(seconds, 2), **asdict(made)}))
        return
    speed = f"{(made.images - made.before) / max(seconds, 0.001):,.0f} images/s"
    click.echo(f"{counted(made.images, 'image')} in {duration(seconds)} ({speed}): {out}")
    if made.before:
        click.echo(f"{counted(made.before, 'image')} had answers from before.")
    if made.refused:
        click.echo(f"{counted(made.refused, 'file')} could not be read: see the column `error`.", err=True)


def _photo(path: str) -> bytes | Refusal:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        sentence = "There is no such file." if isinstance(error, FileNotFoundError) else f"{error.strerror}."
        return Refusal("not-readable", sentence)


def _said(photo: str, answer: Prediction | Refusal, run: Run, booked: DecisionThreshold) -> dict[str, Any]:
    """Return what `predict --json` prints for a photo."""
    if isinstance(answer, Refusal):
        return {"file": photo, "error": answer.sentence, "reason": answer.reason}
    class_names = run.about.class_names
    ranked = answer.ranked(class_names)
    label, probability = ranked[0]
    return {
        "file": photo,
        "label": label,
        "probability": probability,
        "probabilities": dict(ranked),
        "decision": answer.decision(booked, class_names),
        **({"asked": answer.asks(booked)} if threshold.ASK in class_names else {}),
    }


def _decided(answer: Prediction, run: Run, booked: DecisionThreshold) -> str:
    names = run.about.class_names
    return threshold.in_words(answer.decision(booked, names), names, asked=answer.asks(booked))


def _json_line(said: dict[str, Any]) -> str:
    """Return JSON as readable as what it is written to takes."""
    line = json.dumps(said, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(said)
    return line
