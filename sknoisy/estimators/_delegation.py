# SPDX-License-Identifier: BSD-3-Clause
"""Let a meta-estimator predict as the estimator inside it does."""

from sklearn.base import MetaEstimatorMixin
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sknoisy.base import copy_input_tags


def _estimator_has(name):
    def check(self):
        # getattr raises the AttributeError that says what the estimator lacks.
        getattr(getattr(self, "estimator_", None) or self._inner(), name)
        return True

    return check


class DelegatingMixin(MetaEstimatorMixin):
    """Delegate to `estimator_`, which fit leaves behind.

    A subclass says in ``_inner()`` which unfitted estimator it wraps.
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
        return self.estimator_.score(X, y, sample_weight=sample_weight)

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
