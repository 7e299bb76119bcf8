# SPDX-License-Identifier: BSD-3-Clause
"""Who learns from wrong labels, and with which base models."""

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np
from _problems import boosting, scaled_numbers, tables_to_numbers
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sknoisy import CleanThenFit, NoiseRobustClassifier
from sknoisy.utils import take_rows

PLAIN = "plain"
ORACLE = "oracle"
_ROBUST = "NoiseRobustClassifier"
_TEXT_MODEL = "tfidf"


@dataclass(frozen=True)
class Model:
    """A classifier, and what makes numbers of rows for it."""

    features: object
    classifier: object

    @property
    def pipeline(self):
        """Take rows as they are."""
        return make_pipeline(self.features, self.classifier)


def tree_model(make_classifier, seed):
    """Put a model of trees behind ordinal codes."""
    return Model(tables_to_numbers(), make_classifier(seed))


def forest(seed):
    """Make a random forest of 100 trees."""
    return RandomForestClassifier(100, random_state=seed)


def hist_gradient(seed):
    """Make the boosting of scikit-learn."""
    return HistGradientBoostingClassifier(random_state=seed)


def logistic(seed):
    """Put a logistic regression behind one-hot codes and a scaler."""
    return Model(scaled_numbers(one_hot=True), LogisticRegression(max_iter=1000))


def tfidf(seed):
    """Put a logistic regression behind the words of a text."""
    return Model(
        TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
    )


def models():
    """Name the base models that can be had."""
    found = {
        "lightgbm": partial(tree_model, boosting),
        "forest": partial(tree_model, forest),
        "logistic": logistic,
        "hist_gradient": partial(tree_model, hist_gradient),
        _TEXT_MODEL: tfidf,
    }
    if find_spec("lightgbm") is None:
        del found["lightgbm"]
    return found


def suits(model, is_text):
    """Whether a base model takes the rows of a task."""
    return (model == _TEXT_MODEL) == is_text


class PeerCleanLearning:
    """cleanlab's CleanLearning, with labels and rows encoded as it needs them."""

    def __init__(self, model, seed):
        self.model, self.seed = model, seed

    def fit(self, X, y):
        """Fit on codes and numbers."""
        from cleanlab.classification import CleanLearning

        self.classes, codes = np.unique(y, return_inverse=True)
        # Its own processes fail inside a worker of another pool.
        self.peer = CleanLearning(
            self.model.classifier,
            seed=self.seed,
            find_label_issues_kwargs={"n_jobs": 1},
        )
        self.peer.fit(self.model.features.fit_transform(X), codes)
        return self

    def predict(self, X):
        """Predict the original labels."""
        return self.classes[self.peer.predict(self.model.features.transform(X))]


class Oracle:
    """The plain model on the rows that are right, which nobody can tell in practice."""

    def __init__(self, model, is_right):
        self.model, self.rows = model, np.flatnonzero(is_right)

    def fit(self, X, y):
        """Fit without the wrong rows."""
        self.model.fit(take_rows(X, self.rows), y[self.rows])
        return self

    def predict(self, X):
        """Predict as the model does."""
        return self.model.predict(X)


def core():
    """List the contenders of a default run: each makes a model for a problem."""
    found = {
        PLAIN: lambda model, problem: model.pipeline,
        _ROBUST: lambda model, problem: NoiseRobustClassifier(model.pipeline),
        "CleanThenFit": lambda model, problem: CleanThenFit(model.pipeline),
        "CleanLearning*": lambda model, problem: PeerCleanLearning(model, problem.seed),
        ORACLE: lambda model, problem: Oracle(
            model.pipeline, problem.y == problem.task.y_true
        ),
    }
    if find_spec("cleanlab") is None:
        del found["CleanLearning*"]
    return found


def robust_with(method):
    """Enter NoiseRobustClassifier with another method."""
    return lambda model, problem: NoiseRobustClassifier(model.pipeline, method=method)


def select(names):
    """List contenders: "core", names of it, or names of methods; plain and oracle too.

    A method that does not exist fails with the first fit, and its failure is listed.
    """
    known, chosen = core(), {}
    for name in [PLAIN, *names]:
        if name == "core":
            chosen |= known
        elif name in known:
            chosen[name] = known[name]
        else:
            method = name.removeprefix(f"{_ROBUST}, ")
            chosen[f"{_ROBUST}, {method}"] = robust_with(method)
    # The oracle comes last in every table.
    chosen.pop(ORACLE, None)
    return chosen | {ORACLE: known[ORACLE]}
