# SPDX-License-Identifier: BSD-3-Clause
"""What there is to judge: data sets with real noise, and clean ones with injected."""

import time
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from _datasets import DENSE_LABELS, Task, load_dense_task, load_task
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from sknoisy.noise import (
    inject_instance_noise,
    inject_pair_noise,
    inject_symmetric_noise,
)
from sknoisy.utils import cross_fit_proba

AUDITED = "audited"
REAL = ("defects_*", "hausa_newsclass", "wrench_*", "real_*", "*_ner")
DENSE = ("cifar10n_features",)
AUDITS = ("audit_imdb",)
CLEAN = ("clean_*",)
LEFT_OUT = {
    "audit_cifar10": "has predicted probabilities, but no features to fit a model on",
    "cifar10n_images": "the same rows as cifar10n_features",
    "clean_reg_*": "regression: its targets are not right or wrong",
    "crowd_*": "many answers a row, no single given label",
    "ml_*": "several labels a row",
    "politeness_*": "regression, and the truth is a mean of ratings",
}
NOISES = {
    "symmetric 0.2": lambda X, y, seed: inject_symmetric_noise(
        y, 0.2, random_state=seed
    ),
    "symmetric 0.4": lambda X, y, seed: inject_symmetric_noise(
        y, 0.4, random_state=seed
    ),
    "pair 0.3": lambda X, y, seed: inject_pair_noise(y, 0.3, random_state=seed),
    "boundary 0.2": lambda X, y, seed: inject_instance_noise(
        X, y, 0.2, kind="boundary", random_state=seed
    ),
}

# Neighbours see one column for each of the commonest values of a category.
_MAX_ONE_HOT = 50

# Seconds of a fit beside which the loading of code does not count.
_LONG_FIT = 2


@dataclass(frozen=True)
class Problem:
    """Training rows whose given labels are partly wrong."""

    task: Task
    noise: str
    y: np.ndarray
    seed: int

    @cached_property
    def scored(self):
        """Rows whose truth is known."""
        if self.task.scored is None:
            return np.ones(len(self.y), dtype=bool)
        return self.task.scored

    @cached_property
    def is_error(self):
        """Which given labels are wrong, among the rows whose truth is known."""
        return (self.y != self.task.y_true)[self.scored]

    @cached_property
    def groups(self):
        """Rows that must not judge each other: sentences, or copies of a row."""
        return self.task.repeats if self.task.groups is None else self.task.groups

    @cached_property
    def codes(self):
        """Given labels as 0, 1, ..."""
        return np.unique(self.y, return_inverse=True)[1]

    @property
    def facts(self):
        """What a row of results says of the problem."""
        return {
            "task": self.task.name,
            "noise": self.noise,
            "seed": self.seed,
            "kind": "text" if self.task.is_text else "table",
            "rows": len(self.y),
            "classes": int(self.codes.max()) + 1,
            "noise_rate": float(self.is_error.mean()),
        }

    def make_features(self, one_hot=False):
        """Turn rows into numbers for the peers that take nothing else."""
        X = self.task.X_train
        if self.task.is_text:
            return TfidfVectorizer(sublinear_tf=True).fit_transform(X)
        return scaled_numbers(one_hot).fit_transform(X)

    @cached_property
    def out_of_fold(self):
        """Probabilities that several contenders share, and the seconds they took."""
        start = time.process_time()
        fitted = cross_fit_proba(
            base_model(self),
            self.task.X_train,
            self.y,
            groups=self.groups,
            random_state=self.seed,
        )
        return fitted.pred_proba, time.process_time() - start

    @cached_property
    def seconds_of_one_fit(self):
        """Seconds that the base model takes on all rows."""
        seconds = self._time_fit()
        # The first fit of a process loads code, which shows beside a short one.
        return seconds if seconds > _LONG_FIT else self._time_fit()

    def _time_fit(self):
        start = time.process_time()
        base_model(self).fit(self.task.X_train, self.y)
        return time.process_time() - start


@dataclass(frozen=True)
class Plan:
    """How to make a problem."""

    folder: Path
    noise: str
    seed: int = 0

    @property
    def key(self):
        """Name it in a table."""
        return self.folder.name, self.noise, self.seed

    def make(self, max_rows):
        """Load the rows, and inject noise where it is not real."""
        rows = {"max_rows": max_rows, "seed": self.seed}
        given = DENSE_LABELS.get(self.noise.removeprefix("real, "))
        if given is not None:
            task = load_dense_task(self.folder, given, **rows)
        else:
            task = load_task(self.folder, **rows)
        y = task.y_given
        if self.noise in NOISES:
            y = NOISES[self.noise](task.X_train, task.y_true, self.seed).y
        return Problem(task, self.noise, y, self.seed)


def plans(data, seeds, only=None):
    """List the problems in a folder of data sets."""
    found = []
    for folder in sorted(Path(data).iterdir()):
        if only and folder.name not in only or _matches(folder, LEFT_OUT):
            continue
        if _matches(folder, DENSE):
            found += [Plan(folder, f"real, {given}") for given in DENSE_LABELS]
        elif _matches(folder, AUDITS):
            found.append(Plan(folder, AUDITED))
        elif _matches(folder, REAL):
            found.append(Plan(folder, "real"))
        elif _matches(folder, CLEAN):
            found += [
                Plan(folder, noise, seed) for seed in range(seeds) for noise in NOISES
            ]
    return found


def _matches(folder, patterns):
    return any(fnmatch(folder.name, pattern) for pattern in patterns)


def tables_to_numbers(encoder=None):
    """Encode what is not a number, by its ordinal unless told otherwise."""
    if encoder is None:
        encoder = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=np.nan
        )
    return make_column_transformer(
        (encoder, make_column_selector(dtype_exclude="number")),
        remainder="passthrough",
    )


def scaled_numbers(one_hot):
    """Encode, impute and scale, for models that compare columns with each other."""
    encoder = (
        OneHotEncoder(
            max_categories=_MAX_ONE_HOT,
            handle_unknown="infrequent_if_exist",
            sparse_output=False,
        )
        if one_hot
        else None
    )
    return make_pipeline(tables_to_numbers(encoder), SimpleImputer(), StandardScaler())


def base_model(problem):
    """Choose TF-IDF with logistic regression for text, boosted trees for tables."""
    if problem.task.is_text:
        return make_pipeline(
            TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
        )
    return make_pipeline(tables_to_numbers(), boosting(problem.seed))


def boosting(seed):
    """Make LightGBM if it is installed."""
    if find_spec("lightgbm") is None:
        return HistGradientBoostingClassifier(random_state=seed)
    from lightgbm import LGBMClassifier

    return LGBMClassifier(random_state=seed, n_jobs=1, verbose=-1)


def staged_model(problem):
    """Choose a base model that has stages: for text, the default of the detector."""
    return None if problem.task.is_text else base_model(problem)
