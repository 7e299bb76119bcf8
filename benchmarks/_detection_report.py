# SPDX-License-Identifier: BSD-3-Clause
"""Write the tables of the detection benchmark as one page."""

from importlib.metadata import version
from importlib.util import find_spec

from _markdown import block
from _problems import LEFT_OUT
from _tables import (
    JOINT,
    TOLERANCE,
    audit_table,
    complete,
    contest_table,
    failure_lines,
    friedman_line,
    like_chance,
    loss_table,
    mean_table,
    measure_table,
    rate_table,
    set_table,
    split_audited,
)

import sknoisy

NOTES = """\
- Contenders with a star are peers. AreaUnderMargin is ours, but counts as a peer, for
  other libraries offer it on boosting rounds too.
- ConfidentLearning and cleanlab judge by the same out-of-fold probabilities of the
  same base model, so equal scores give equal rankings; ranks of ties are averaged.
  AreaUnderMargin, DatasetCartography and "SmallLoss, in sample" have that base model
  too. SmallLoss by its default, out of fold, ranks as ConfidentLearning does.
- On text the logistic regression has no stages: AreaUnderMargin and
  DatasetCartography take their default there, a logistic regression trained by
  stochastic gradient descent.
- All other detectors of the library take their defaults everywhere, so what parts
  them from the peers is their model as well as their method.
- cleanlab's filter ranks what it flags by self-confidence; other rows tie.
- "cleanlab, smooth model" has the kind of model that OutOfBag takes: extra trees with 3
  rows a leaf, or complement naive Bayes on text. What OutOfBag gains over it is due to
  the bags; what it gains over the others is due to the model too. It is no peer,
  for no library picks that model by itself.
- That kind of model was known to do well on earlier samples of these data sets before
  it became the default of OutOfBag, so some of its lead here is hindsight.
- ENN, RENN and AllKNN have no ranking: rows that both `kind_sel="all"` and `"mode"`
  remove come before rows that one removes, and other rows tie. Their AP is that of a
  score of three values; flags are those of the default, `"all"`. They see categories
  one-hot, scaled with the rest.
- The hardness of InstanceHardnessThreshold is its forest's out-of-fold probability of
  the given label; its own cut balances classes and is not judged.
- Exact copies of a row share a fold wherever there are folds, and so do the tokens of
  a sentence. A token is described by itself, its neighbours, its first and last three
  letters, whether it is capitalised, and its digits.
- Miss rate: share of wrong labels missed when exactly as many labels are flagged as
  are wrong. ECE: expected calibration error of `label_quality_` as the probability
  that a label is right, over 10 bins of equal width; most methods claim no
  probability. Flag precision and recall are those of the contender's own flags,
  precision over the tasks on which it flags any. A dash: it has none.
- Seconds are of processor time with one thread, and include the shared out-of-fold
  fits for all who use them. Costs are seconds over those of one fit of the base model
  on the same rows: the median over problems in the first table, means below."""


def report(results, command, *, max_rows, limit):
    """Write the page."""
    results, unfinished = complete(results)
    judged, audited = split_audited(like_chance(results))
    parts = ["# Detectors of wrong labels, side by side"]
    parts.append(made_by(results, command, max_rows, limit))
    if unfinished:
        parts.append("Left out, with problems still to judge: " + ", ".join(unfinished))
    parts += [NOTES, left_out()]
    if not judged.empty:
        parts += sections(judged)
    if not audited.empty:
        parts += [
            "## Inside audited rows",
            "Only rows that confident learning flagged were reviewed, so the ranking "
            "counts among them alone, where reviewers agreed, and in no other table.",
            nameless(audit_table(audited)),
        ]
    return "\n\n".join([*parts, failure_lines(results)]) + "\n"


def made_by(results, command, max_rows, limit):
    """Say what made the page."""
    names = ["scikit-learn", "cleanlab", "imbalanced-learn", "numpy", "lightgbm"]
    modules = {"scikit-learn": "sklearn", "imbalanced-learn": "imblearn"}
    versions = [
        f"{name} {version(name)}"
        for name in names
        if find_spec(modules.get(name, name)) is not None
    ]
    versions.append(f"sknoisy {sknoisy.__version__}")
    n_tasks = results[["task", "noise"]].drop_duplicates().shape[0]
    model = "LightGBM" if find_spec("lightgbm") else "HistGradientBoosting"
    return (
        f"Made by `{command}` with {', '.join(versions)}.\n{n_tasks} tasks from "
        f"{results['task'].nunique()} data sets, {results['seed'].nunique()} seed(s) "
        f"of injected noise, at most {max_rows} training rows. Base models: {model} "
        "for tables, TF-IDF + logistic regression (C=10) for text. A contender that "
        f"takes more than {limit:g} s on a task is too slow: it is stopped, and passed "
        "over on tasks of the same kind with as many rows and classes or more. The "
        "shared out-of-fold fits have no limit."
    )


def left_out():
    """Say which data sets of the folder are not judged, and why."""
    lines = [f"- `{pattern}`: {why}." for pattern, why in LEFT_OUT.items()]
    return "Data sets left out:\n\n" + "\n".join(lines)


def sections(judged):
    """Write a section for each table."""
    means = mean_table(judged)
    order = list(means.index)
    best, contest = contest_table(judged, order)
    parts = ["## Mean average precision", nameless(means)]
    for kind, table in measure_table(judged, order).items():
        parts += [f"## All measures, {kind} noise", nameless(table)]
    return parts + [
        "## Ranks, and losses to the best peer",
        f"Best peer on the mean over all tasks: {best}. *Below*: share of tasks (%) "
        f"with an AP more than {TOLERANCE} below the best peer of that very task, and "
        f"below {best}. *Sets won*, *lost* and p (Wilcoxon signed-rank, two-sided, "
        f"and with Holm's correction): mean AP of a data set against {best}. *No "
        "answer*: share of problems (%) on which it failed or was too slow.",
        friedman_line(judged),
        nameless(contest),
        "## Where each loses most",
        nameless(loss_table(judged, order)),
        "## Noise rates",
        f"Absolute error of `noise_rate_`, beside that of the confident joint ({JOINT})"
        " on the same problems; the share of problems (%) on which it is closer; and "
        "how often `noise_rate_interval_` holds the true rate, and its mean width.",
        nameless(rate_table(judged, order)),
        "## Average precision by data set, mean over its noises",
        "Columns: " + "; ".join(f"{i} {name}" for i, name in enumerate(order, 1)),
        nameless(set_table(judged, order)),
    ]


def nameless(table):
    """Show a table as preformatted text, whose lines need no heading."""
    return block(table.rename_axis(None))
