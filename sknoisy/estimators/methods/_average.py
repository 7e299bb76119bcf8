# SPDX-License-Identifier: BSD-3-Clause
"""Predict by the mean of several classifiers."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.metaestimators import available_if

from sknoisy.utils._cross_fit import class_outputs


def _members_have(name):
    def check(self):
        # getattr raises the AttributeError that says what a member lacks.
        for member in self.estimators:
            getattr(member, name)
        return True

    return check


class AveragedClassifier(ClassifierMixin, BaseEstimator):
    """Fitted classifiers that predict together.

    Their probabilities are averaged, or where they give none, their decision
    values, or else their votes.

    Parameters
    ----------
    estimators : list of classifiers
        Fitted, so that the whole is.
    classes : ndarray of shape (n_classes,)
        Labels of the columns.
    """

    def __init__(self, estimators, classes):
        self.estimators = estimators
        self.classes = classes

    @property
    def classes_(self):
        return self.classes

    def __sklearn_is_fitted__(self):
        return True

    def _mean(self, X):
        outputs = (class_outputs(each, X, self.classes_) for each in self.estimators)
        return sum(outputs) / len(self.estimators)

    def predict(self, X):
        return self.classes_[self._mean(X).argmax(axis=1)]

    @available_if(_members_have("predict_proba"))
    def predict_proba(self, X):
        return self._mean(X)

    @available_if(_members_have("predict_log_proba"))
    def predict_log_proba(self, X):
        with np.errstate(divide="ignore"):
            return np.log(self._mean(X))

    @available_if(_members_have("decision_function"))
    def decision_function(self, X):
        values = self._mean(X)
        if hasattr(self, "predict_proba"):
            # On the scale of logits, and in the order of the probabilities.
            values = np.log(np.maximum(values, 1e-12))
        return values if values.shape[1] > 2 else values[:, 1] - values[:, 0]
