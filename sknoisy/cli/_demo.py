# SPDX-License-Identifier: BSD-3-Clause
"""The command ``sknoisy demo``."""

import time
from pathlib import Path

import numpy as np

from sknoisy.cli._audit import print_files
from sknoisy.cli._contest import NOISE_RATE, draw_digits, run_round
from sknoisy.cli._features import choose_features
from sknoisy.cli._findings import judge_labels
from sknoisy.cli._model_words import describe_model
from sknoisy.cli._output import output_folder, write_errors
from sknoisy.cli._pandas import import_pandas
from sknoisy.cli._progress import stage
from sknoisy.cli._results import RESULT_FILES, write_results
from sknoisy.cli._summary import summarize
from sknoisy.cli._table import Table
from sknoisy.cli._target import read_target
from sknoisy.cli._text_table import lay_out
from sknoisy.utils._sound_model import sound_classifier
from sknoisy.utils._threads import one_thread

_N_ROUNDS = 5
_WORST_SHOWN = 5
_TARGET = "digit"


def demo(arguments):
    """Compare sknoisy with a plain fit and write what an audit writes.

    Parameters
    ----------
    arguments : Namespace
        The options of the command.

    Raises
    ------
    CommandError
        If the folder cannot be used.
    """
    import_pandas()
    seeds = [arguments.random_state + i for i in range(_N_ROUNDS)]
    with output_folder(arguments.out, RESULT_FILES) as folder:
        draws, rounds = [], []
        for seed in seeds:
            with stage(f"Fitting with seed {seed}"), one_thread():
                draws.append(draw_digits(seed))
                rounds.append(run_round(draws[-1]))
        with stage("Judging the labels of the first round"):
            table, findings = _audit(draws[0], arguments.random_state, folder)
    _print_task(draws[0])
    _print_accuracies(seeds, [accuracies for accuracies, _ in rounds])
    _print_detection([detection for _, detection in rounds])
    _print_worst(draws[0], findings)
    print_files(arguments.out, table, findings)
    print("\nNow yours: sknoisy audit FILE --target COLUMN")


def _audit(draw, random_state, folder):
    start = time.perf_counter()
    table = _as_table(draw)
    target = read_target(table, _TARGET)
    features = choose_features(table, target)
    model = sound_classifier(features.X, random_state=random_state)
    sentence, columns = describe_model(features.X, features.names)
    findings = judge_labels(features.X, target.labels, model, random_state=random_state)
    summary = summarize(
        table,
        target,
        features,
        findings,
        model=sentence,
        columns=columns,
        settings={"random_state": random_state},
        seconds=time.perf_counter() - start,
    )
    with write_errors(folder):
        write_results(folder, table, target, findings, summary)
    return table, findings


def _as_table(draw):
    pandas = import_pandas()
    n_pixels = draw.X.shape[1]
    frame = pandas.DataFrame(
        draw.X.astype(int), columns=[f"pixel_{j}" for j in range(n_pixels)]
    )
    frame[_TARGET] = draw.y_given
    return Table(Path("digits of scikit-learn"), frame, frame)


def _print_task(draw):
    n_wrong = np.sum(draw.y_given != draw.y_true)
    print(f"\nHandwritten digits: {len(draw.y_given):,} to learn from,", end=" ")
    print(f"{len(draw.y_test):,} with true labels to test on.")
    print(f"About {NOISE_RATE:.0%} of the training labels are wrong:", end=" ")
    print(f"{n_wrong} in the first round.")
    print("Digits that look alike are mistaken for each other more often.")


def _print_accuracies(seeds, accuracies):
    rows = [
        [
            name,
            *[f"{accuracy[name]:.3f}" for accuracy in accuracies],
            f"{np.mean([accuracy[name] for accuracy in accuracies]):.3f}",
        ]
        for name in accuracies[0]
    ]
    header = ["test accuracy", *[f"seed {seed}" for seed in seeds], "mean"]
    print(f"\n{lay_out(header, rows, numeric=set(range(1, len(header))))}")


def _print_detection(detections):
    mean = {
        name: np.mean([detection[name] for detection in detections])
        for name in detections[0]
    }
    print(f"\nOf the suspects, {mean['suspect_precision']:.0%} are wrong;", end=" ")
    print(f"of the wrong labels, {mean['suspect_recall']:.0%} are suspects.")
    print(f"Average precision {mean['average_precision']:.2f};", end=" ")
    print(f"a random order has {mean['prevalence']:.2f}.")


def _print_worst(draw, findings):
    rows = [
        [
            str(i),
            str(findings.labels[i]),
            str(findings.suggested[i]),
            str(draw.y_true[i]),
            f"{findings.quality[i]:.3f}",
        ]
        for i in findings.listed[:_WORST_SHOWN]
    ]
    header = ["row", "given", "suggested", "true", "quality"]
    print("\nThe worst labels of the first round:\n")
    print(lay_out(header, rows, numeric={0, 1, 2, 3, 4}))
