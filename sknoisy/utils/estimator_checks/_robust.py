# SPDX-License-Identifier: BSD-3-Clause
"""Checks of what noise-robust estimators predict."""

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import accuracy_score, r2_score

from sknoisy.utils.estimator_checks._kinds import (
    assert_same_findings,
    fit_clone,
    predictions_of,
    quietly,
)
from sknoisy.utils.estimator_checks._tasks import make_task


@quietly
def check_predict_is_unaffected_by_cleaning(name, estimator):
    """Check that every row is predicted, each by itself, and none is left out.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    fitted = fit_clone(estimator, task.X, task.y)
    together = predictions_of(fitted, task.X)
    for method, values in together.items():
        assert len(values) == len(task), (
            f"{method} of {name} returns {len(values)} of {len(task)} rows; clean the "
            "rows in fit alone."
        )
    some = np.flatnonzero(task.wrong)
    assert_same_findings(
        predictions_of(fitted, task.X[some]),
        {method: values[some] for method, values in together.items()},
        f"{name} predicts a row otherwise beside other rows; clean in fit alone.",
        atol=1e-9,
    )
    if hasattr(fitted, "estimator_"):
        inside = {
            m: np.asarray(getattr(fitted.estimator_, m)(task.X)) for m in together
        }
        message = f"{name} predicts otherwise than its estimator_."
        assert_same_findings(together, inside, message)


@quietly
def check_score_leaves_no_row_out(name, estimator):
    """Check that score counts the wrong labels of the rows it is given.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth")
    fitted = fit_clone(estimator, task.X, task.y)
    if hasattr(fitted, "estimator_"):
        expected = fitted.estimator_.score(task.X, task.y)
    else:
        metric = r2_score if is_regressor(estimator) else accuracy_score
        expected = metric(task.y, fitted.predict(task.X))
    assert np.isclose(fitted.score(task.X, task.y), expected), (
        f"score of {name} is not the score of its predictions on the rows given; never "
        "clean the rows that an estimator is judged on."
    )


@quietly
def check_is_classifier_or_regressor(name, estimator):
    """Check that scikit-learn sees a classifier or a regressor.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    assert is_classifier(estimator) or is_regressor(estimator), (
        f"scikit-learn takes {name} for neither a classifier nor a regressor, and "
        "would not stratify its folds; inherit from ClassifierMixin or "
        "RegressorMixin, or copy estimator_type from the tags of the estimator inside."
    )
