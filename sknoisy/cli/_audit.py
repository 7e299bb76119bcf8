# SPDX-License-Identifier: BSD-3-Clause
"""The command ``sknoisy audit``."""

import sys
import time

from sknoisy.cli._features import AS_ASKED, choose_features
from sknoisy.cli._findings import judge_labels
from sknoisy.cli._model_words import describe_model
from sknoisy.cli._output import output_folder, write_errors
from sknoisy.cli._progress import note, spinner, stage
from sknoisy.cli._report import print_report
from sknoisy.cli._results import RESULT_FILES, write_results
from sknoisy.cli._summary import summarize
from sknoisy.cli._table import read_table
from sknoisy.cli._target import read_target
from sknoisy.cli._trusted import read_trusted
from sknoisy.utils._sound_model import sound_classifier


def audit(arguments):
    """Judge the labels of a file and write what was found.

    Parameters
    ----------
    arguments : Namespace
        The options of the command.

    Raises
    ------
    CommandError
        If the file, the columns or the folder cannot be used.
    """
    with spinner(f"Reading {arguments.file}"):
        table = read_table(arguments.file)
    target = read_target(table, arguments.target)
    features = choose_features(
        table,
        target,
        text=arguments.text,
        trusted=arguments.trusted,
        drop=arguments.drop,
    )
    trusted = None
    if arguments.trusted is not None:
        trusted = read_trusted(table, arguments.trusted)[target.rows]
    with output_folder(arguments.out, RESULT_FILES, source=table.path) as folder:
        _note_left_out(features)
        _note_skipped(table, target)
        findings = _judge_and_write(arguments, table, target, features, trusted, folder)
    print_report(table, target, features, findings)
    print_files(arguments.out, table, findings)


def print_files(out, table, findings):
    """Print where the results are.

    Parameters
    ----------
    out : str
        The folder.
    table : Table
        The file.
    findings : Findings
        Judgement of each label.
    """
    n_listed = len(findings.listed)
    n_left = len(table.written) - n_listed
    print(f"\nWritten to {out}:")
    print(f"  suspects.csv  {n_listed:,} rows to review, worst first")
    print(f"  cleaned.csv   the other {n_left:,} rows")
    print("  summary.json  counts, noise estimate, model, settings")


def _judge_and_write(arguments, table, target, features, trusted, folder):
    model = sound_classifier(features.X, random_state=arguments.random_state)
    sentence, columns = describe_model(features.X, features.names)
    start = time.perf_counter()
    print(f"Model: {sentence}", file=sys.stderr)
    with stage(f"Judging {len(target.labels):,} labels"):
        findings = judge_labels(
            features.X,
            target.labels,
            model,
            trusted=trusted,
            budget=arguments.budget,
            random_state=arguments.random_state,
            n_jobs=arguments.n_jobs,
        )
    for message in findings.notes:
        note(message)
    summary = summarize(
        table,
        target,
        features,
        findings,
        model=sentence,
        columns=columns,
        settings=_settings(arguments),
        seconds=time.perf_counter() - start,
    )
    with write_errors(arguments.out):
        write_results(folder, table, target, findings, summary)
    return findings


def _settings(arguments):
    names = ("text", "trusted", "drop", "budget", "random_state", "n_jobs")
    return {name: getattr(arguments, name) for name in names}


def _note_left_out(features):
    for name, reason in features.left_out.items():
        if reason != AS_ASKED:
            note(f"column '{name}' is left out: {reason}")


def _note_skipped(table, target):
    n_skipped = len(table.written) - len(target.rows)
    if n_skipped:
        rows = "1 row has" if n_skipped == 1 else f"{n_skipped:,} rows have"
        note(f"{rows} no value in the target and cannot be judged")
