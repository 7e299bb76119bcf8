# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark of regressors: fits to a small problem, and the page of the results."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

pd = pytest.importorskip("pandas")

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
KINDS = ["jump 0.1", "jump 0.3", "gaussian 0.3", "one-sided 0.2"]


@pytest.fixture(scope="module")
def scripts():
    """Import the script and its data sets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
        yield import_module("regression"), import_module("_regression_sets")


@pytest.fixture(scope="module")
def results(scripts):
    """Fit everything under each noise to a plane, as the script does."""
    regression, sets = scripts
    rng = np.random.default_rng(0)
    X = rng.normal(size=(240, 2))
    y = X @ [2.0, -1.0] + 0.1 * rng.normal(size=240)
    problem = sets.Problem("plane", X[:120], y[:120], X[120:], y[120:])
    return pd.DataFrame(
        row
        for noise, y_given in sets.given_targets(problem, seed=0)
        for row in regression.run_problem(problem, noise, y_given, seed=0)
    )


def test_everything_is_fitted_under_each_noise(results):
    assert list(results["noise"].unique()) == ["none", *KINDS]
    methods = results.groupby("noise")["method"].agg(set)
    assert methods.pop("none") == {"plain", "drop", "robust"}
    assert all(found == {"plain", "drop", "robust", "oracle"} for found in methods)
    # Whether anything was done is asked of those alone that may do nothing.
    asked = results[results["acted"].notna()]["method"]
    assert set(asked) == {"drop", "robust"}

    ridge = results[(results["model"] == "ridge") & (results["noise"] == "jump 0.3")]
    error = ridge.set_index("method")["MAE"]
    assert error["oracle"] < error["plain"]
    assert error["robust"] < error["plain"]


def test_errors_are_in_percent_of_the_plain_ones(scripts):
    regression, _ = scripts
    base = {"problem": "a", "model": "ridge", "noise": "none", "seed": 0}
    base |= {"seconds": 0.1, "acted": 1.0}
    rows = [
        {"method": "plain", "R2": 50.0, "MAE": 2.0, "RMSE": 4.0},
        {"method": "robust", "R2": 60.0, "MAE": 1.0, "RMSE": 4.2},
        {"method": "drop", "R2": 40.0, "MAE": 1.8, "RMSE": 4.0},
    ]
    joined = regression.against_plain(pd.DataFrame([base | row for row in rows]))
    joined = joined.set_index("method")
    assert joined["MAE %"].tolist() == [100, 50, 90]
    assert joined.loc["robust", ["RMSE %", "R2 gain"]].tolist() == [105, 10]
    assert joined["hurts %"].tolist() == [0, 100, 0]


def test_the_page_lists_noises_and_methods_in_order(scripts, results):
    regression, _ = scripts
    page = regression.report(results, "command", 120)
    by_noise = page.split("## By noise")[1].split("##")[0]
    places = [by_noise.index(noise) for noise in ["none ", *KINDS]]
    assert places == sorted(places)
    after = by_noise[by_noise.index("jump 0.1") : by_noise.index("jump 0.3")]
    order = [after.index(name) for name in ("drop", "robust", "oracle")]
    assert order == sorted(order)
    assert "plane" in page.split("by data")[1]
