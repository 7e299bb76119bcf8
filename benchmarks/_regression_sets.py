# SPDX-License-Identifier: BSD-3-Clause
"""Regression data with true targets, from files, from scikit-learn and made up."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes, make_friedman1, make_friedman2

from sknoisy.noise import inject_additive_noise, inject_jump_noise
from sknoisy.utils import take_rows

TABLES = ("clean_reg_enb", "clean_reg_wine_white")
TEXTS = ("politeness_wikipedia",)
COUNTS = ("defects_derby", "defects_groovy", "defects_jruby")
_N_MADE_UP = 5
N_PROBLEMS = len(TABLES) + len(TEXTS) + len(COUNTS) + _N_MADE_UP


@dataclass(frozen=True)
class Problem:
    """True training targets, and test targets that are true as well.

    `y_real` holds the given targets of data that come with wrong ones.
    """

    name: str
    X_train: object
    y_train: np.ndarray
    X_test: object
    y_test: np.ndarray
    y_real: np.ndarray | None = None

    @property
    def is_text(self):
        """Whether rows are texts."""
        return isinstance(self.X_train, list)


def problems(data, seed, max_rows):
    """Yield all problems, each with random rows for training."""
    rng = np.random.default_rng(seed)
    for name in (*TABLES, *TEXTS):
        frame = pd.read_csv(Path(data) / name / "train.csv.gz")
        yield _from_frame(name, frame, max_rows, rng)
    for name in COUNTS:
        frame = pd.read_csv(Path(data) / name / "train.csv.gz")
        counts = pd.read_csv(Path(data) / name / "counts.csv.gz")
        frame[["y_true", "y_noisy"]] = counts[["y_true", "y_noisy"]].to_numpy()
        yield _from_frame(name, frame, max_rows, rng)
    for name, (X, y) in _made_up(seed, rng).items():
        drawn = rng.permutation(len(y))
        n_train = min(max_rows, len(y) * 2 // 3)
        train, test = drawn[:n_train], drawn[n_train:]
        yield Problem(name, X[train], y[train], X[test], y[test])


def _from_frame(name, frame, max_rows, rng):
    parts = []
    for split, most in (("train", max_rows), ("test", 2 * max_rows)):
        part = frame[frame["split"] == split]
        parts.append(part.iloc[rng.permutation(len(part))[:most]])
    train, test = parts
    real = train["y_noisy"].to_numpy(float) if "y_noisy" in frame else None
    return Problem(
        name,
        _features(train),
        train["y_true"].to_numpy(float),
        _features(test),
        test["y_true"].to_numpy(float),
        real,
    )


def _features(frame):
    if "text" in frame:
        return frame["text"].tolist()
    names = [
        c for c in frame if not c.startswith("y_") and c not in ("split", "release")
    ]
    return frame[names].to_numpy(float)


def _made_up(seed, rng):
    """Draw smooth functions, a spread that grows with X, and skewed errors."""
    n_rows = 1500
    X = rng.normal(size=(n_rows, 6))
    plane = X @ [2.0, 1.0, -1.0, 0.5, 0.0, 0.0]
    spread = np.exp(0.8 * X[:, 1])
    return {
        "diabetes": load_diabetes(return_X_y=True),
        "friedman1": make_friedman1(n_rows, noise=1.0, random_state=seed),
        "friedman2": make_friedman2(n_rows, noise=50.0, random_state=seed),
        "uneven spread": (X, plane + spread * rng.normal(size=n_rows)),
        "skewed errors": (X, plane + 2 * spread * rng.gamma(1.0, size=n_rows)),
    }


def given_targets(problem, seed):
    """Yield the name of each noise and the targets under it."""
    y = problem.y_train
    yield "none", y
    if problem.y_real is not None:
        yield "real", problem.y_real
    for rate in (0.1, 0.3):
        yield f"jump {rate}", inject_jump_noise(y, rate, random_state=seed).y
    gaussian = inject_additive_noise(y, 2.0, noise_rate=0.3, random_state=seed)
    yield "gaussian 0.3", gaussian.y
    yield "one-sided 0.2", one_sided(y, 0.2, seed)


def one_sided(y, rate, seed):
    """Add the size of a Gaussian error to a share of the targets."""
    noisy = inject_additive_noise(y, 3.0, noise_rate=rate, random_state=seed)
    return y + np.abs(noisy.y - y)


def right_rows(problem, y_given):
    """Return the rows that are given their true target, and these targets."""
    right = np.flatnonzero(np.isclose(y_given, problem.y_train))
    return take_rows(problem.X_train, right), problem.y_train[right]
