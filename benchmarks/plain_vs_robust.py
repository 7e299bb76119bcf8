# SPDX-License-Identifier: BSD-3-Clause
"""Plain fit, sknoisy and oracle, from file to score, on real and injected noise.

    python benchmarks/plain_vs_robust.py --data DIR --out benchmarks/results

`plain` is fitted on the given labels, `oracle` without the wrongly labelled rows
(which nobody can tell in practice), `CleanLearning` is cleanlab's. Scores are on
the true labels of the test split: accuracy and balanced accuracy, in percent. A
method *hurts* where either is more than half a point below plain.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from _datasets import load_task
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

import sknoisy
from sknoisy import CleanThenFit, DropSuspects, NoiseRobustClassifier, ReweightSuspects
from sknoisy.noise import inject_symmetric_noise
from sknoisy.utils import take_rows

REAL = (
    "hausa_newsclass",
    "wrench_youtube",
    "wrench_trec",
    "defects_jruby",
    "defects_activemq",
)
CLEAN = ("clean_adult",)
MAX_ROWS = 4000


def base_model(task, seed):
    """Choose TF-IDF with logistic regression for text, boosted trees for tables."""
    if task.is_text:
        return make_pipeline(
            TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
        )
    to_numbers = make_column_transformer(
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan),
            make_column_selector(dtype_exclude="number"),
        ),
        remainder="passthrough",
    )
    return make_pipeline(to_numbers, HistGradientBoostingClassifier(random_state=seed))


def methods(model):
    """List what is compared with the plain fit."""
    return {
        "soft": NoiseRobustClassifier(model, method="soft"),
        "reweight": NoiseRobustClassifier(model, method="reweight"),
        "drop": CleanThenFit(model, DropSuspects()),
        "weigh suspects": CleanThenFit(model, ReweightSuspects()),
    }


class PeerCleanLearning:
    """cleanlab's CleanLearning, with labels encoded as it needs them."""

    def __init__(self, model, seed):
        self.model, self.seed = model, seed

    def fit(self, X, y):
        """Fit on encoded labels."""
        from cleanlab.classification import CleanLearning

        self.classes, codes = np.unique(y, return_inverse=True)
        X = np.asarray(X, dtype=object) if isinstance(X, list) else X
        self.peer = CleanLearning(self.model, seed=self.seed)
        self.peer.fit(X, codes)
        return self

    def predict(self, X):
        """Predict the original labels."""
        X = np.asarray(X, dtype=object) if isinstance(X, list) else X
        return self.classes[self.peer.predict(X)]


def noisy_tasks(data, seeds):
    """Yield (task, noise, given labels, seed)."""
    for name in REAL:
        task = load_task(Path(data) / name, max_rows=MAX_ROWS)
        yield task, "real", task.y_given, 0
    for name in CLEAN:
        for seed in range(seeds):
            task = load_task(Path(data) / name, max_rows=MAX_ROWS, seed=seed)
            yield task, "none", task.y_true, seed
            for rate in (0.2, 0.4):
                noisy = inject_symmetric_noise(task.y_true, rate, random_state=seed)
                yield task, f"symmetric {rate}", noisy.y, seed


def run_task(task, noise, y_given, seed, with_peer):
    """Fit everything on one task."""
    model = base_model(task, seed)
    right = np.flatnonzero(y_given == task.y_true)
    contenders = {"plain": (model, task.X_train, y_given)}
    for name, robust in methods(model).items():
        contenders[name] = (robust, task.X_train, y_given)
    if with_peer:
        contenders["CleanLearning"] = (
            PeerCleanLearning(model, seed),
            task.X_train,
            y_given,
        )
    contenders["oracle"] = (model, take_rows(task.X_train, right), y_given[right])
    for name, (estimator, X, y) in contenders.items():
        start = time.perf_counter()
        predicted = estimator.fit(X, y).predict(task.X_test)
        yield {
            "task": task.name,
            "noise": noise,
            "rate": float(np.mean(y_given != task.y_true)),
            "seed": seed,
            "method": name,
            "accuracy": 100 * accuracy_score(task.y_test, predicted),
            "balanced": 100 * balanced_accuracy_score(task.y_test, predicted),
            "seconds": time.perf_counter() - start,
            "acted": getattr(estimator, "method_", ""),
        }


def summarise(results):
    """Make the tables: scores side by side, and gain and harm per method."""
    keys = ["task", "noise"]
    order = list(dict.fromkeys(results["method"]))
    mean = results.groupby([*keys, "method"], sort=False).mean(numeric_only=True)
    scores = {
        metric: mean[metric].unstack("method")[order].round(1).to_string()
        for metric in ("accuracy", "balanced")
    }
    rows = results.set_index([*keys, "seed", "method"])[["accuracy", "balanced"]]
    plain = rows.xs("plain", level="method")
    rows = rows.join(plain.add_suffix("_plain"))
    gain = pd.DataFrame(
        {
            "accuracy": rows["accuracy"] - rows["accuracy_plain"],
            "balanced": rows["balanced"] - rows["balanced_plain"],
        }
    )
    gain["hurts"] = 100.0 * (gain.min(axis=1) < -0.5)
    gain["kind"] = np.where(
        gain.index.get_level_values("noise") == "real",
        "real",
        np.where(gain.index.get_level_values("noise") == "none", "none", "injected"),
    )
    harm = gain.groupby(["kind", "method"], sort=False).mean().round(2)
    seconds = results.groupby("method", sort=False)["seconds"].mean().round(1)
    return scores, harm.to_string(), seconds.to_string()


def report(results, command):
    """Write the tables as text."""
    scores, harm, seconds = summarise(results)
    return "\n\n".join(
        [
            "# Plain, robust and oracle",
            f"Made by `{command}` with scikit-learn {sklearn.__version__}, sknoisy "
            f"{sknoisy.__version__}; at most {MAX_ROWS} training rows; base models: "
            "TF-IDF + logistic regression (C=10) for text, HistGradientBoosting for "
            "tables; defaults everywhere.",
            "Accuracy on true test labels, %",
            f"```\n{scores['accuracy']}\n```",
            "Balanced accuracy on true test labels, %",
            f"```\n{scores['balanced']}\n```",
            "Gain over plain in points, and share of runs (%) that lose more than half "
            "a point in either",
            f"```\n{harm}\n```",
            "Seconds for fit and predict, mean",
            f"```\n{seconds}\n```\n",
        ]
    )


def main(argv=None):
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="folder to write tables into")
    parser.add_argument("--seeds", type=int, default=3, help="runs with injected noise")
    parser.add_argument("--no-peer", action="store_true", help="leave cleanlab out")
    options = parser.parse_args(argv)
    warnings.simplefilter("ignore", ConvergenceWarning)
    rows = []
    for task, noise, y_given, seed in noisy_tasks(options.data, options.seeds):
        sys.stderr.write(f"{task.name}, {noise}, seed {seed}\n")
        rows.extend(run_task(task, noise, y_given, seed, not options.no_peer))
    results = pd.DataFrame(rows)
    text = report(
        results,
        f"python benchmarks/plain_vs_robust.py --data DIR --seeds {options.seeds}",
    )
    print(text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "plain_vs_robust.md").write_text(text)
        results.round(3).to_csv(options.out / "plain_vs_robust.csv", index=False)


if __name__ == "__main__":
    main()
