# SPDX-License-Identifier: BSD-3-Clause
"""Regressors on wrong targets: plain, cleaned, robust and oracle.

    python benchmarks/regression.py --data DIR --out benchmarks/results

`plain` is fitted on the given targets, `oracle` without the rows of wrong ones,
which nobody can tell in practice. Errors are measured on true test targets. A
method *hurts* where its MAE or its RMSE is more than 2 % above that of plain.
"""

import argparse
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from _regression_sets import N_PROBLEMS, given_targets, problems, right_rows
from joblib import Parallel, delayed
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

import sknoisy
from sknoisy import CleanThenFit, DropSuspects, NoiseRobustRegressor

TOLERANCE = 2.0
METHODS = ("plain", "drop", "robust", "oracle")


def models(problem):
    """Name the regressors to fit to a problem."""
    if problem.is_text:
        yield "ridge", make_pipeline(TfidfVectorizer(sublinear_tf=True), Ridge())
        return
    # Counts of code have tails that send a linear model far off on new rows.
    to_normal = QuantileTransformer(n_quantiles=50, output_distribution="normal")
    yield "ridge", make_pipeline(to_normal, Ridge())
    yield "trees", ExtraTreesRegressor(20, min_samples_leaf=2, random_state=0)
    yield "nearest", make_pipeline(StandardScaler(), KNeighborsRegressor(10))


def contenders(model):
    """List what is compared with the plain fit."""
    return {
        "plain": model,
        "drop": CleanThenFit(model, DropSuspects()),
        "robust": NoiseRobustRegressor(model),
    }


def run_problem(problem, noise, y_given, seed):
    """Fit everything to one problem under one noise."""
    X_right, y_right = right_rows(problem, y_given)
    for model_name, model in models(problem):
        fits = {
            name: (estimator, problem.X_train, y_given)
            for name, estimator in contenders(model).items()
        }
        if noise != "none":
            fits["oracle"] = (model, X_right, y_right)
        for name, (estimator, X, y) in fits.items():
            start = time.perf_counter()
            predicted = estimator.fit(X, y).predict(problem.X_test)
            yield {
                "problem": problem.name,
                "model": model_name,
                "noise": noise,
                "seed": seed,
                "method": name,
                "R2": 100 * r2_score(problem.y_test, predicted),
                "MAE": mean_absolute_error(problem.y_test, predicted),
                "RMSE": root_mean_squared_error(problem.y_test, predicted),
                "seconds": time.perf_counter() - start,
                "acted": acted(estimator),
            }


def acted(estimator):
    """Tell whether a fitted regressor has done anything about its targets."""
    if isinstance(estimator, NoiseRobustRegressor):
        return float(estimator.method_ != "none")
    if isinstance(estimator, CleanThenFit):
        return float(estimator.suspect_mask_.any())
    return np.nan


def run_all(data, seed, max_rows, place):
    """Fit everything to the problem at one place under all noises."""
    problem = next(islice(problems(data, seed, max_rows), place, None))
    sys.stderr.write(f"{problem.name}, seed {seed}\n")
    return [
        row
        for noise, y_given in given_targets(problem, seed)
        for row in run_problem(problem, noise, y_given, seed)
    ]


def against_plain(results):
    """Add the errors as a percentage of those of the plain fit of the same run."""
    keys = ["problem", "model", "noise", "seed"]
    plain = results[results["method"] == "plain"].set_index(keys)
    joined = results.join(plain[["R2", "MAE", "RMSE"]].add_suffix("_plain"), on=keys)
    for name in ("MAE", "RMSE"):
        joined[f"{name} %"] = 100 * joined[name] / joined[f"{name}_plain"]
    joined["R2 gain"] = joined["R2"] - joined["R2_plain"]
    worse = joined[["MAE %", "RMSE %"]].max(axis=1)
    joined["hurts %"] = 100.0 * (worse > 100 + TOLERANCE)
    joined["acts %"] = 100.0 * joined["acted"]
    return joined


def tables(results):
    """Make the tables: by noise, by model, and by problem."""
    joined = against_plain(results)
    joined = joined[joined["method"] != "plain"]
    for key in ("noise", "model", "method"):
        # Grouped in the order of the runs, of which not all have an oracle.
        order = METHODS if key == "method" else joined[key].unique()
        joined[key] = pd.Categorical(joined[key], order)
    columns = ["MAE %", "RMSE %", "R2 gain", "hurts %", "acts %", "seconds"]

    def means(*keys):
        groups = joined.groupby([*keys, "method"], observed=True)[columns]
        return groups.mean().round(1).to_string(na_rep="-")

    robust = joined[joined["method"] == "robust"]
    by_problem = robust.groupby(["problem", "noise"], sort=False, observed=True)
    robust = by_problem["MAE %"].mean().unstack("noise").round(1)
    return {
        "By noise": means("noise"),
        "By model, over all noise": means("model"),
        "MAE of robust in % of plain, by data": robust.to_string(na_rep="-"),
    }


def report(results, command, max_rows):
    """Write the tables as text."""
    parts = [
        "# Regression with wrong targets",
        f"Made by `{command}` with scikit-learn {sklearn.__version__}, sknoisy "
        f"{sknoisy.__version__}; at most {max_rows} training rows. Errors on true test "
        "targets, as means over runs. `MAE %` and `RMSE %`: in percent of the plain "
        "fit, less is better. `R2 gain`: in points. `hurts %`: runs in which either "
        f"error is more than {TOLERANCE:g} % above that of plain. `acts %`: runs in "
        "which anything was done. `drop` is CleanThenFit with DropSuspects, `robust` "
        "NoiseRobustRegressor, defaults everywhere; `oracle` knows the right rows. "
        "`real` noise comes with the data: ratings by one person, and counts by a "
        "heuristic. The constants of NoiseRobustRegressor were chosen on these data.",
    ]
    for title, table in tables(results).items():
        parts += [f"## {title}", f"```\n{table}\n```"]
    return "\n\n".join(parts) + "\n"


def main(argv=None):
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="folder to write tables into")
    parser.add_argument("--seeds", type=int, default=3, help="runs of everything")
    parser.add_argument("--jobs", type=int, default=1, help="problems at a time")
    parser.add_argument("--rows", type=int, default=200, help="most training rows")
    options = parser.parse_args(argv)
    runs = Parallel(n_jobs=options.jobs)(
        delayed(run_all)(options.data, seed, options.rows, place)
        for seed in range(options.seeds)
        for place in range(N_PROBLEMS)
    )
    rows = [row for run in runs for row in run]
    results = pd.DataFrame(rows)
    command = "python benchmarks/regression.py --data DIR"
    command += f" --seeds {options.seeds} --rows {options.rows}"
    text = report(results, command, options.rows)
    print(text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / "regression.csv"
        results.to_csv(path, index=False, float_format="%.6g")
        (options.out / "regression.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
