# SPDX-License-Identifier: BSD-3-Clause
"""What a few verified labels are worth to NoiseRobustClassifier on real noise.

    python benchmarks/trusted.py --data DIR --out benchmarks/results

A share of the training rows, drawn at random, gets its true label and counts as
trusted. Beside the robust fit with and without them: fits on the trusted rows alone,
and a plain fit on all rows, the trusted ones put right.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from _markdown import block
from _problems import NOISES, Problem, base_model, plans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from sknoisy import NoiseRobustClassifier
from sknoisy.utils import take_rows

COLUMNS = ["plain", "robust", "trusted alone", "put right", "robust, trusted"]
INTRO = """# What verified labels are worth

Made by `python benchmarks/trusted.py --data DIR --out benchmarks/results --share
{share:g} --seeds {seeds} --max-rows {max_rows}{only}`.

A share of {share:.0%} of the training rows, drawn at random, has its true label.
*plain* and *robust* know nothing of them; *trusted alone* is fitted on nothing else;
*put right* is the plain fit on all rows with these labels; *robust, trusted* is
`NoiseRobustClassifier` with the same labels and `trusted`. LightGBM on tables, TF-IDF
with logistic regression on text, logistic regression on image features.

Robust fits are better with trusted rows than without on {better:.0%} of the tasks in
accuracy and on {better_balanced:.0%} in balanced accuracy; better than on the trusted
rows alone on {alone:.0%} and {alone_balanced:.0%}. Ties count as half.
"""


def model_for(problem):
    """Choose the base model: boosting of many columns and classes takes minutes."""
    if problem.task.name.startswith("cifar"):
        return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return base_model(problem)


def unaware(problem):
    """Predict the test rows by fits that know nothing of verified labels."""
    task, model = problem.task, model_for(problem)
    fitted = [
        model_for(problem).fit(task.X_train, problem.y),
        NoiseRobustClassifier(model).fit(task.X_train, problem.y),
    ]
    return [one.predict(task.X_test) for one in fitted]


def scores_of(problem, share, seed, answers):
    """Fit what knows verified labels, and score all on the clean test rows."""
    task, rng = problem.task, np.random.default_rng(seed)
    trusted = np.zeros(len(problem.y), dtype=bool)
    n_trusted = max(round(share * len(trusted)), 1)
    trusted[rng.choice(len(trusted), n_trusted, replace=False)] = True
    verified = np.where(trusted, task.y_true, problem.y)
    model, X = model_for(problem), task.X_train
    few = take_rows(X, np.flatnonzero(trusted))
    fitted = [
        model_for(problem).fit(few, verified[trusted]),
        model_for(problem).fit(X, verified),
        NoiseRobustClassifier(model).fit(X, verified, trusted=trusted),
    ]
    answers = answers + [one.predict(task.X_test) for one in fitted]
    return {
        "accuracy": [100 * accuracy_score(task.y_test, answer) for answer in answers],
        "balanced": [
            100 * balanced_accuracy_score(task.y_test, answer) for answer in answers
        ],
        "method": fitted[-1].method_,
    }


def wins(table, over):
    """Return the share of tasks on which trusted rows gain, ties as half."""
    gain = (table["robust, trusted"] - table[over]).round(9)
    return float((gain > 0).mean() + (gain == 0).mean() / 2)


def mean_table(results, name):
    """Average a score over the draws, one line a task."""
    means = {
        task: np.mean([run[name] for run in runs], axis=0) for task, runs in results
    }
    return pd.DataFrame(means).T.set_axis(COLUMNS, axis=1)


def report(results, options):
    """Write the page."""
    tables = {name: mean_table(results, name) for name in ("accuracy", "balanced")}
    page = INTRO.format(
        share=options.share,
        seeds=options.seeds,
        max_rows=options.max_rows,
        only=f" --only {' '.join(options.only)}" if options.only else "",
        better=wins(tables["accuracy"], "robust"),
        better_balanced=wins(tables["balanced"], "robust"),
        alone=wins(tables["accuracy"], "trusted alone"),
        alone_balanced=wins(tables["balanced"], "trusted alone"),
    )
    chosen = pd.DataFrame(
        {task: [", ".join(run["method"] for run in runs)] for task, runs in results},
        index=["method"],
    ).T
    titles = {"accuracy": "Accuracy", "balanced": "Balanced accuracy"}
    for name, title in titles.items():
        page += f"\n## {title} on clean test labels\n\n{block(tables[name].round(1))}\n"
    return page + f"\n## What was done with trusted rows\n\n{block(chosen)}\n"


def main(argv=None):
    """Run it all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="folder to write the page into")
    parser.add_argument("--share", type=float, default=0.05, help="of rows to verify")
    parser.add_argument("--seeds", type=int, default=3, help="draws of these rows")
    parser.add_argument("--max-rows", type=int, default=4000, help="training rows")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="data sets to take")
    options = parser.parse_args(argv)
    results = []
    for plan in plans(options.data, 1, options.only):
        if plan.noise in NOISES or plan.folder.name.startswith("audit"):
            continue
        if options.only is None and plan.folder.name.endswith("_ner"):
            continue
        problem: Problem = plan.make(options.max_rows)
        with threadpool_limits(1):
            answers = unaware(problem)
            runs = [
                scores_of(problem, options.share, seed, answers)
                for seed in range(options.seeds)
            ]
        name = problem.task.name
        name += plan.noise.removeprefix("real")
        results.append((name, runs))
    page = report(results, options)
    print(page)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "trusted.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
