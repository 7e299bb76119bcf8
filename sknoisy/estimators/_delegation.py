# SPDX-License-Identifier: BSD-3-Clause
"""Let a meta-estimator predict as the estimator inside it does."""

from inspect import signature

from sklearn import config_context
from sklearn.base import MetaEstimatorMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sknoisy.base import copy_input_tags
from sknoisy.utils._sound_model import sound_classifier


def _estimator_has(name):
    def check(self):
        # getattr raises the AttributeError that says what the estimator lacks.
        fitted = getattr(self, "estimator_", None)
        getattr(self._inner() if fitted is None else fitted, name)
        return True

    return check


class DelegatingMixin(MetaEstimatorMixin):
    """Delegate to `estimator_`, which fit leaves behind.

    A subclass fits the clone of ``_estimator_for(X)``, which is its parameter
    `estimator` or a default.
    """

    @property
    def classes_(self):
        """Labels, in the order of the columns of `predict_proba`."""
        return self.estimator_.classes_

    def predict(self, X):
        """Predict with the fitted estimator.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows to predict.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            Predicted targets.
        """
        check_is_fitted(self)
        return self.estimator_.predict(X)

    @available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X):
        """Predict class probabilities with the fitted estimator.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows to predict.

        Returns
        -------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @available_if(_estimator_has("predict_log_proba"))
    def predict_log_proba(self, X):
        """Predict logarithms of class probabilities with the fitted estimator.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows to predict.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_log_proba(X)

    @available_if(_estimator_has("decision_function"))
    def decision_function(self, X):
        """Compute decision values with the fitted estimator.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows to predict.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes)
            As the estimator returns them.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    def score(self, X, y, sample_weight=None):
        """Score predictions as the estimator does; no row is left out.

        Parameters
        ----------
        X : any container of n_samples rows
            Test rows.
        y : array-like of shape (n_samples,)
            Their targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        score : float
            Mean accuracy, or R^2 for regressors, unless the estimator defines
            another score.
        """
        check_is_fitted(self)
        if sample_weight is None:
            return self.estimator_.score(X, y)
        # Weights that were meant for this score need no request further inside.
        is_named = "sample_weight" in signature(self.estimator_.score).parameters
        with config_context(enable_metadata_routing=False if is_named else None):
            return self.estimator_.score(X, y, sample_weight=sample_weight)

    def _inner(self):
        return LogisticRegression() if self.estimator is None else self.estimator

    def _check_inner(self):
        is_type, inner = isinstance(self.estimator, type), self._inner()
        if is_type or not all(hasattr(inner, name) for name in ("fit", "predict")):
            hint = f" Write {inner.__name__}()." if is_type else ""
            raise TypeError(
                "estimator must have fit and predict, as LogisticRegression() has; got "
                f"{inner!r}.{hint}"
            )

    def _estimator_for(self, X):
        """Return the unfitted estimator that is to learn from X."""
        return sound_classifier(X) if self.estimator is None else self.estimator

    def __sklearn_is_fitted__(self):
        return hasattr(self, "estimator_")

    def get_metadata_routing(self):
        """Say which metadata fit takes, and which it passes on.

        `sample_weight`, `groups` and `trusted` are used here, so they are
        requested with ``set_fit_request`` on this object. Any other parameter of
        fit goes to the estimator inside, if that requests it.

        Returns
        -------
        routing : MetadataRouter
            The routing of this object.
        """
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(
                estimator=self._inner(),
                method_mapping=MethodMapping().add(caller="fit", callee="fit"),
            )
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner_tags = get_tags(self._inner())
        tags.estimator_type = inner_tags.estimator_type
        tags.classifier_tags = inner_tags.classifier_tags
        tags.regressor_tags = inner_tags.regressor_tags
        tags.non_deterministic = inner_tags.non_deterministic
        tags.target_tags.required = True
        tags.target_tags.positive_only = inner_tags.target_tags.positive_only
        if tags.classifier_tags is not None:
            # Labels are judged one a row, whatever the estimator could take.
            tags.classifier_tags.multi_label = False
        copy_input_tags(tags, self.estimator)
        return tags
