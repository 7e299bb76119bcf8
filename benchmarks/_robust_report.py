# SPDX-License-Identifier: BSD-3-Clause
"""Write what robust fits gain, and where they harm, as one page."""

from importlib.metadata import version
from importlib.util import find_spec

import pandas as pd
from _markdown import block
from _measures import TOO_SLOW
from _problems import LEFT_OUT
from _robust_contenders import ORACLE, PLAIN

import sknoisy

HARM = 0.5
GAP = 1.0
WORST = 20
SCORES = ("accuracy", "balanced")
TASK = ["task", "noise", "model"]
KINDS = ("real", "injected", "clean")
NOT_TAKEN = {
    "audit_*": "its test labels are not those of a clean test set",
    "*_ner": "tokens, of which nearly all are of one class",
}


def kind_of(noise):
    """Tell real noise, injected noise and clean labels apart."""
    if noise == "none":
        return "clean"
    return "real" if noise.startswith("real") else "injected"


def against_plain(results):
    """One line for each task and contender: means over seeds, beside plain and oracle.

    A seed counts where both the contender and the plain fit have an answer.
    """
    keys = [*TASK, "seed"]
    answered = results[results["failure"] == ""]
    lines = answered.set_index([*keys, "contender"])[[*SCORES, "seconds"]]
    lines = lines.reset_index("contender")
    for name in (PLAIN, ORACLE):
        columns = lines[lines["contender"] == name].drop(columns="contender")
        lines = lines.join(columns.add_suffix(f"_{name}"))
    lines = lines.dropna(subset=f"accuracy_{PLAIN}").reset_index()
    lines["times"] = lines["seconds"] / lines[f"seconds_{PLAIN}"].clip(lower=1e-3)
    numbers = lines.drop(columns="seed").groupby([*TASK, "contender"])
    lines = numbers.mean().reset_index()
    lines["kind"] = lines["noise"].map(kind_of)
    for score in SCORES:
        lines[f"change_{score}"] = lines[score] - lines[f"{score}_{PLAIN}"]
        gap = lines[f"{score}_{ORACLE}"] - lines[f"{score}_{PLAIN}"]
        share = 100 * lines[f"change_{score}"] / gap
        lines[f"recovered_{score}"] = share.where(gap > GAP)
        lines[f"harms_{score}"] = lines[f"change_{score}"] < -HARM
    lines["harms"] = lines["harms_accuracy"] | lines["harms_balanced"]
    return lines


def gain_table(lines, order):
    """Summarise the lines of one kind, a row for each contender."""
    by_name = lines.groupby("contender")
    table = pd.DataFrame(
        {
            "tasks": by_name.size(),
            "accuracy": by_name["change_accuracy"].mean().round(2),
            "balanced": by_name["change_balanced"].mean().round(2),
            "gap": by_name["recovered_accuracy"].median().round(0),
            "gap, b.": by_name["recovered_balanced"].median().round(0),
            "harm": (100 * by_name["harms_accuracy"].mean()).round(1),
            "harm, b.": (100 * by_name["harms_balanced"].mean()).round(1),
            "harm, either": (100 * by_name["harms"].mean()).round(1),
            "times": by_name["times"].median().round(1),
        }
    )
    return table.reindex([name for name in order if name in table.index])


def worst_table(lines):
    """Name the tasks on which a contender loses most against plain."""
    rivals = lines[~lines["contender"].isin([PLAIN, ORACLE])]
    changes = rivals[["change_accuracy", "change_balanced"]]
    rivals = rivals.assign(worst=changes.min(axis=1))
    rivals = rivals[rivals["harms"]].sort_values("worst").groupby("contender")
    columns = {
        "contender": "contender",
        "task": "task",
        "noise": "noise",
        "model": "model",
        "change_accuracy": "accuracy",
        "change_balanced": "balanced",
    }
    table = rivals.head(WORST).sort_values(["contender", "worst"])
    return table[list(columns)].rename(columns=columns).round(2)


def chosen_table(results):
    """Count what was done, by contender and kind of noise."""
    acted = results[results["method"].notna() & (results["method"] != "")]
    if acted.empty:
        return None
    kind = acted["noise"].map(kind_of).rename("kind")
    return pd.crosstab([acted["contender"], acted["method"]], kind)


def failure_lines(results):
    """List who failed or was too slow, and how often."""
    failed = results[results["failure"] != ""]
    if failed.empty:
        return "Every contender answered every time."
    slow = failed["failure"].str.startswith(TOO_SLOW)
    failed = failed.assign(failure=failed["failure"].mask(slow, TOO_SLOW))
    by_cause = failed.groupby(["contender", "model", "failure"])["task"]
    lines = [
        f"- {contender}, {model}: {why} ({len(tasks)} times, first {tasks.iloc[0]})"
        for (contender, model, why), tasks in by_cause
    ]
    return "No answer, which counts in no table:\n\n" + "\n".join(lines)


def made_by(results, command, max_rows, limit):
    """Say what made the page, and how it is to be read."""
    names = {"scikit-learn": "sklearn", "lightgbm": "lightgbm", "cleanlab": "cleanlab"}
    versions = [f"{name} {version(name)}" for name in names if find_spec(names[name])]
    n_problems = len(results[["task", "noise", "seed"]].drop_duplicates())
    return (
        f"Made by `{command}` with {', '.join(versions)}, sknoisy "
        f"{sknoisy.__version__}: {n_problems} problems from "
        f"{results['task'].nunique()} data sets, at most {max_rows} training rows, "
        f"at most {limit:g} seconds of processor time for a fit."
    )


NOTES = f"""\
- A task is a data set with one noise and one base model, averaged over seeds. Scores
  are on the true labels of the test split, in percent; changes are against the plain
  fit on the given labels, in points.
- *oracle* is the plain fit without the wrong rows, which nobody can tell in practice.
- *gap*: median share (%) of what the oracle gains over plain that is recovered, over
  the tasks where it gains more than {GAP:g} point; *b.*: of balanced accuracy.
- *harm*: share of tasks (%) more than {HARM:g} points below plain.
- *times*: median over tasks of the seconds of a fit, as a multiple of a plain one.
- *CleanLearning\\** is cleanlab's, with encoded labels and numeric features. All
  contenders have their defaults and see rows and labels alone.
- Random forests have 100 trees; *tfidf* is TF-IDF with logistic regression (C=10)."""


def left_out():
    """Say which data sets are not taken, and why."""
    lines = [f"- `{pattern}`: {why}." for pattern, why in LEFT_OUT.items()]
    lines += [
        f"- `{name}`: {why}; `--only` takes it." for name, why in NOT_TAKEN.items()
    ]
    return "Data sets left out:\n\n" + "\n".join(lines)


def report(results, command, *, max_rows, limit):
    """Write the page."""
    order = list(dict.fromkeys(results["contender"]))
    lines = against_plain(results)
    parts = ["# Plain, robust and oracle on every data set"]
    parts += [made_by(results, command, max_rows, limit), NOTES, left_out()]
    for kind in KINDS:
        of_kind = lines[lines["kind"] == kind]
        if of_kind.empty:
            continue
        parts += [f"## {kind.capitalize()}", nameless(gain_table(of_kind, order))]
        for model, of_model in of_kind.groupby("model"):
            table = nameless(gain_table(of_model, order))
            parts += [f"### {kind.capitalize()}, {model}", table]
    chosen = chosen_table(results)
    if chosen is not None:
        parts += ["## What was done (`method_`), and how often", block(chosen)]
    parts.append(f"## Worst harm, at most {WORST} tasks of each")
    worst = worst_table(lines)
    parts.append("No harm." if worst.empty else block(worst.set_index("contender")))
    return "\n\n".join([*parts, "## Failures", failure_lines(results)]) + "\n"


def nameless(table):
    """Show a table as preformatted text, whose lines need no heading."""
    return block(table.rename_axis(None))
