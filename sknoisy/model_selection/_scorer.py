# SPDX-License-Identifier: BSD-3-Clause
"""Scorers that look through the noise in the labels that models are scored on."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.metadata_routing import UNUSED

from sknoisy.metrics import (
    noise_corrected_accuracy,
    noise_corrected_balanced_accuracy,
    noise_corrected_f1,
    noise_corrected_log_loss,
    noise_corrected_precision,
    noise_corrected_recall,
    noise_corrected_roc_auc,
    peer_agreement_score,
)
from sknoisy.utils._cross_fit import class_outputs
from sknoisy.utils._options import check_option

# What is computed, and what it is computed from.
_METRICS = {
    "accuracy": (noise_corrected_accuracy, "predict"),
    "balanced_accuracy": (noise_corrected_balanced_accuracy, "predict"),
    "f1": (noise_corrected_f1, "predict"),
    "precision": (noise_corrected_precision, "predict"),
    "recall": (noise_corrected_recall, "predict"),
    "peer_agreement": (peer_agreement_score, "predict"),
    "roc_auc": (noise_corrected_roc_auc, "scores"),
    "neg_log_loss": (noise_corrected_log_loss, "probabilities"),
}


def make_noise_corrected_scorer(
    metric="accuracy", transition_matrix=None, *, classes=None, **metric_params
):
    """Make a scorer for cross-validation on labels that may be wrong.

    Parameters
    ----------
    metric : {"accuracy", "balanced_accuracy", "f1", "precision", "recall", \
"roc_auc", "neg_log_loss", "peer_agreement"}, default="accuracy"
        What to estimate on the true labels. Higher is better for all of them.
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        ``transition_matrix[i, j] = P(given = j | true = i)``. All need it but
        "peer_agreement", which takes none.
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of `transition_matrix`. None takes the
        `classes_` of the estimator that is scored.
    **metric_params : dict
        Passed to the metric, such as ``pos_label="spam"`` or, for
        "neg_log_loss", ``method="forward"``.

    Returns
    -------
    scorer : callable
        To be passed as `scoring`, or called with an estimator, X and y. It asks
        for `sample_weight` through ``set_score_request``.

    Raises
    ------
    ValueError
        If `metric` is not known, or has no `transition_matrix` where it needs one.

    See Also
    --------
    sknoisy.metrics.ranking_is_preserved : Whether a plain scorer would do.
    TrustedSplit : Validates on verified labels alone.

    Notes
    -----
    A fold must be large enough for a corrected figure. Correction makes figures
    vary more, so where the ranking is preserved the plain metric chooses a model
    as well, and only its value is wrong.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sknoisy.model_selection import make_noise_corrected_scorer
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_symmetric_noise(y, 0.2, exact=True, random_state=0)
    >>> scorer = make_noise_corrected_scorer("accuracy", noisy.transition_matrix)
    >>> search = GridSearchCV(
    ...     LogisticRegression(max_iter=1000), {"C": [0.001, 1]}, scoring=scorer
    ... )
    >>> search.fit(X, noisy.y).best_params_
    {'C': 1}
    """
    check_option("metric", metric, _METRICS)
    if metric == "peer_agreement":
        if transition_matrix is not None:
            raise ValueError(
                "peer_agreement takes no transition_matrix; leave it out, or choose "
                "another metric."
            )
    elif transition_matrix is None:
        raise ValueError(
            f"metric={metric!r} needs a transition_matrix, which "
            "sknoisy.noise.ConfidentJoint estimates; without one use "
            'metric="peer_agreement".'
        )
    return NoiseCorrectedScorer(metric, transition_matrix, classes, metric_params)


class NoiseCorrectedScorer(BaseEstimator):
    """What `make_noise_corrected_scorer` returns.

    Parameters
    ----------
    metric : str
        Name of the metric.
    transition_matrix : array-like or None
        Noise model.
    classes : array-like or None
        Label space.
    metric_params : dict
        Further parameters of the metric.
    """

    # Of what score takes, the weights alone can be asked for.
    __metadata_request__score = {"estimator": UNUSED}

    def __init__(self, metric, transition_matrix, classes, metric_params):
        self.metric = metric
        self.transition_matrix = transition_matrix
        self.classes = classes
        self.metric_params = metric_params

    def __call__(self, estimator, X, y, sample_weight=None):
        return self.score(estimator, X, y, sample_weight=sample_weight)

    def score(self, estimator, X, y, sample_weight=None):
        """Score a fitted classifier.

        Parameters
        ----------
        estimator : classifier
            Fitted.
        X : any container of n_samples rows
            Evaluation rows.
        y : array-like of shape (n_samples,)
            Their given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        score : float
            Higher is better.
        """
        function, needs = _METRICS[self.metric]
        classes = self._classes_for(estimator, y)
        if needs == "predict":
            outputs = estimator.predict(X)
        elif needs == "probabilities" and not hasattr(estimator, "predict_proba"):
            raise TypeError(
                f"metric={self.metric!r} needs predict_proba, which "
                f"{type(estimator).__name__} lacks; wrap it in CalibratedClassifierCV."
            )
        else:
            # Columns of classes that a fold has not seen are filled in.
            outputs = class_outputs(estimator, X, classes)
        model = () if self.transition_matrix is None else (self.transition_matrix,)
        value = function(
            y,
            outputs,
            *model,
            classes=classes,
            sample_weight=sample_weight,
            **self.metric_params,
        )
        return -value if self.metric.startswith("neg_") else value

    def _classes_for(self, estimator, y):
        if self.classes is not None:
            return np.asarray(self.classes)
        known = np.asarray(getattr(estimator, "classes_", np.unique(y)))
        n_classes = len(known)
        if self.transition_matrix is not None:
            n_classes = len(np.asarray(self.transition_matrix))
        if len(known) != n_classes:
            raise ValueError(
                f"transition_matrix is for {n_classes} classes, but "
                f"{type(estimator).__name__} knows {len(known)}: {known[:10].tolist()}."
                " Name all classes, in the order of the matrix, in classes."
            )
        return known
