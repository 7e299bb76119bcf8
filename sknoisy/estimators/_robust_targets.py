# SPDX-License-Identifier: BSD-3-Clause
"""The loop behind robust fitting: predict, combine with the evidence, fit."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from sknoisy.noise._evidence import label_evidence, posterior_labels
from sknoisy.utils._cross_fit import cross_fit_proba
from sknoisy.utils._options import check_option
from sknoisy.utils._weights import effective_rows

METHODS = ("soft", "reweight")

# Rounds that gain less, in nats a row, change nothing worth a cross-fit.
_LEAST_GAIN = 1e-4


def check_method(method, label_share, max_iter, min_gain):
    """Check the parameters that decide how the targets are made.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    label_share : float
        In [0, 1).
    max_iter : int
        At least 1.
    min_gain : float or None
        Any number.
    """
    check_option("method", method, METHODS)
    if not isinstance(label_share, Real) or not 0 <= label_share < 1:
        raise ValueError(
            f"label_share={label_share!r} must be at least 0 and below 1; at 1 the "
            "given labels would never be doubted, which is the plain estimator."
        )
    if not isinstance(max_iter, Integral) or max_iter < 1:
        raise ValueError(f"max_iter={max_iter!r} must be a whole number, at least 1.")
    if min_gain is not None and not isinstance(min_gain, Real):
        raise ValueError(
            f"min_gain={min_gain!r} must be a number of standard errors, or None to "
            "act without checking."
        )


@dataclass(frozen=True)
class NoiseModel:
    """How given labels come from true ones.

    Attributes
    ----------
    transition_matrix : ndarray of shape (n_classes, n_classes)
        ``[i, j] = P(given = j | true = i)``.
    class_prior : ndarray of shape (n_classes,)
        Distribution of the true labels.
    given_prior : ndarray of shape (n_classes,)
        Distribution of the given labels.
    """

    transition_matrix: np.ndarray
    class_prior: np.ndarray
    given_prior: np.ndarray


@dataclass(frozen=True)
class FoundTargets:
    """What the loop has settled on.

    Attributes
    ----------
    targets : ndarray of shape (n_samples, n_classes) or None
        Weight of each class for each row; None to leave the labels as they are.
    n_iter : int
        Rounds that were run; where the search broke off, the last did not count.
    log_likelihoods : list of float
        Mean log-likelihood of the given labels, plain and after each checked
        round.
    """

    targets: np.ndarray | None
    n_iter: int
    log_likelihoods: list


@dataclass(frozen=True)
class RobustTargets:
    """Search for targets that explain the given labels better than they do.

    Parameters
    ----------
    method, label_share, max_iter, min_gain, cv, n_jobs, random_state
        As in `NoiseRobustClassifier`.
    """

    method: str
    label_share: float
    max_iter: int
    min_gain: float | None
    cv: object
    n_jobs: int | None
    random_state: object

    def search(self, estimator, rows, pred_proba, noise_model, *, own_proba=None):
        """Run the rounds.

        Parameters
        ----------
        estimator : classifier
            Cross-fitted on the targets of each round.
        rows : LabelledRows
            Training rows.
        pred_proba : ndarray of shape (n_samples, n_classes)
            Out-of-sample probabilities by a model of the given labels.
        noise_model : NoiseModel
            How the given labels came about.
        own_proba : ndarray of shape (n_samples, n_classes), default=None
            Out-of-fold probabilities by the estimator. If there are none, it is
            cross-fitted: only against itself can it be seen to gain.

        Returns
        -------
        found : FoundTargets
            The targets of the last round that counted.
        """
        evidence = label_evidence(
            rows.codes, noise_model.transition_matrix, rows.trusted
        )
        # The plain model has learned the balance of the given labels; the models
        # of later rounds have learned that of the targets.
        prior_ratio = noise_model.class_prior / noise_model.given_prior
        plain = pred_proba if own_proba is None else own_proba
        if self.min_gain is not None and own_proba is None:
            plain = self._cross_fit(estimator, rows, None)
        best = np.log(np.maximum(plain[np.arange(len(rows)), rows.codes], 1e-12))
        history = [np.average(best, weights=rows.sample_weight)]
        found = None
        for n_iter in range(1, self.max_iter + 1):
            posterior, _ = posterior_labels(pred_proba, evidence, prior_ratio)
            targets = self._targets(posterior, rows, noise_model.transition_matrix)
            if self.min_gain is None and n_iter == self.max_iter:
                found = targets
                break
            pred_proba, prior_ratio = self._cross_fit(estimator, rows, targets), None
            _, log_likelihood = posterior_labels(pred_proba, evidence)
            history.append(np.average(log_likelihood, weights=rows.sample_weight))
            gain = log_likelihood - best
            if self.min_gain is not None and not _exceeds(
                gain, rows.sample_weight, self.min_gain
            ):
                break
            found, best = targets, log_likelihood
        if found is not None and self.method == "soft":
            # Only now: a model fitted on half of the noise and then passed through
            # all of it would make the given labels look less likely than they are.
            given = np.eye(found.shape[1])[rows.codes]
            found = (1 - self.label_share) * found + self.label_share * given
        return FoundTargets(found, n_iter, history)

    def _targets(self, posterior, rows, transition_matrix):
        if self.method == "soft":
            return posterior
        given = np.eye(posterior.shape[1])[rows.codes]
        # P(true = y | x) / P(given = y | x) is the posterior of the given label
        # over the chance that a true label of that class is kept.
        kept = np.diag(transition_matrix)[rows.codes]
        weights = posterior[np.arange(len(rows)), rows.codes]
        weights = weights / np.maximum(kept, 1e-12)
        doubted = slice(None) if rows.trusted is None else ~rows.trusted
        weights[doubted] /= _mean_weight(weights[doubted], rows, doubted)
        if rows.trusted is not None:
            weights[rows.trusted] = 1.0
        # Trees split elsewhere for the last digit, which hangs on the order of sums.
        return given * np.round(weights, 9)[:, None]

    def _cross_fit(self, estimator, rows, targets):
        return cross_fit_proba(
            estimator,
            rows.X,
            rows.y,
            cv=self.cv,
            targets=targets,
            classes=rows.classes,
            sample_weight=rows.sample_weight,
            groups=rows.groups,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        ).pred_proba


def _mean_weight(weights, rows, doubted):
    """Average the importance weights of the rows that are not trusted."""
    given = None if rows.sample_weight is None else rows.sample_weight[doubted]
    if len(weights) == 0 or (given is not None and not given.any()):
        return 1.0
    mean = np.average(weights, weights=given)
    if mean == 0:
        raise ValueError(
            'method="reweight" keeps the given labels, and transition_matrix says '
            'that all of them are wrong; use method="soft".'
        )
    return mean


def _exceeds(gain, sample_weight, n_errors):
    """Tell whether a mean gain exceeds so many standard errors."""
    mean = np.average(gain, weights=sample_weight)
    spread = np.average((gain - mean) ** 2, weights=sample_weight)
    error = np.sqrt(spread / effective_rows(len(gain), sample_weight))
    return mean > max(n_errors * error, _LEAST_GAIN)
