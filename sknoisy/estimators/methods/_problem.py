# SPDX-License-Identifier: BSD-3-Clause
"""What a method of robust fitting is given to work on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sknoisy.noise._evidence import label_evidence, posterior_labels
from sknoisy.utils._cross_fit import cross_fit_proba, seed_from, training_folds
from sknoisy.utils._labelled_rows import LabelledRows, weights_of
from sknoisy.utils._soft_targets import fit_soft_targets

# Fewer trusted rows tell neither what to fit on nor what a fit has gained.
_LEAST_TRUSTED = 10


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

    @property
    def prior_ratio(self):
        """Prior of the true classes over that of the given labels."""
        return self.class_prior / self.given_prior


@dataclass(frozen=True)
class Problem:
    """Rows with labels that may be wrong, a classifier, and what is known of both.

    Attributes
    ----------
    estimator : classifier
        To be fitted robustly; cloned, never changed.
    rows : LabelledRows
        Training rows: `X`, `y`, `codes`, `classes`, `sample_weight`, `groups` and
        `trusted`.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities by a model of the given labels.
    noise_model : NoiseModel
        How the given labels came about.
    own_proba : ndarray of shape (n_samples, n_classes) or None
        Out-of-fold probabilities by `estimator`, fitted on the given labels.
    detector : detector or None
        The fitted detector that made `pred_proba`.
    matrix_is_known : bool
        Whether the caller gave the transition matrix.
    optimize : {"accuracy", "both", "balanced_accuracy"}
        What the caller judges by.
    cv : int, splitter or iterable
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int or None
        Folds fitted at the same time.
    random_state : int, RandomState instance or None
        Chooses the folds.
    """

    estimator: object
    rows: LabelledRows
    pred_proba: np.ndarray
    noise_model: NoiseModel
    own_proba: np.ndarray | None = None
    detector: object = None
    matrix_is_known: bool = False
    optimize: str = "both"
    cv: object = 5
    n_jobs: int | None = None
    random_state: object = None

    @cached_property
    def given(self):
        """One-hot given labels, of shape (n_samples, n_classes)."""
        return np.eye(len(self.rows.classes))[self.rows.codes]

    @cached_property
    def plain_proba(self):
        """Out-of-fold probabilities by the estimator, fitted on the given labels."""
        return self.cross_fit().pred_proba if self.own_proba is None else self.own_proba

    @cached_property
    def folds(self):
        """Train and test rows of each fold, for what needs the same ones twice."""
        rows = self.rows
        return training_folds(
            self.cv,
            rows.X,
            rows.codes,
            rows.groups,
            rows.sample_weight,
            seed_from(self.random_state),
        )

    @cached_property
    def known(self):
        """Positions of the trusted rows with weight; none if they say too little."""
        rows = self.rows
        if rows.trusted is None:
            return np.arange(0)
        known = np.flatnonzero(rows.trusted & (weights_of(rows) > 0))
        return known if len(known) >= _LEAST_TRUSTED else known[:0]

    @cached_property
    def trusted_fit(self):
        """CrossFit of the estimator on the trusted rows alone, None if it has none."""
        rows = self.rows
        if len(np.unique(rows.codes[self.known])) < 2:
            return None
        alone = self.given * rows.trusted[:, None]
        try:
            return self.cross_fit(alone, cv=self.folds)
        except ValueError:
            # Some classifiers ask for more rows, or for several of each class.
            return None

    @property
    def noise_rate(self):
        """Estimated share of wrong labels: the caller's, or the detector's."""
        model = self.noise_model
        if self.matrix_is_known or self.detector is None:
            return float(1 - model.class_prior @ np.diag(model.transition_matrix))
        return self.detector.noise_rate_

    def of_given(self, values):
        """Return, of one value per class, those of the given labels.

        Parameters
        ----------
        values : ndarray of shape (n_samples, n_classes)
            Probabilities, targets or the like.

        Returns
        -------
        values : ndarray of shape (n_samples,)
            One a row.
        """
        return values[np.arange(len(self.rows)), self.rows.codes]

    @cached_property
    def evidence(self):
        """Log-likelihood of each given label for each true one."""
        return label_evidence(
            self.rows.codes, self.noise_model.transition_matrix, self.rows.trusted
        )

    def posterior(self, pred_proba, prior_ratio=None):
        """Combine predictions with the given labels by Bayes' rule.

        Parameters
        ----------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Out-of-sample probabilities.
        prior_ratio : ndarray of shape (n_classes,), default=None
            Prior of the true classes over that of the labels that the model of
            `pred_proba` has learned from; None for no change.

        Returns
        -------
        posterior : ndarray of shape (n_samples, n_classes)
            Rows sum to 1.
        log_likelihood : ndarray of shape (n_samples,)
            Of each given label, by the predictions alone.
        """
        return posterior_labels(pred_proba, self.evidence, prior_ratio)

    def cross_fit(self, targets=None, *, estimator=None, cv=None):
        """Predict each row by models that did not see it.

        Parameters
        ----------
        targets : ndarray of shape (n_samples, n_classes), default=None
            Soft targets to fit on; None for the given labels. With a leading axis,
            of length n_folds, each fold has its own.
        estimator : classifier, default=None
            In place of the estimator of the problem.
        cv : int, splitter or iterable, default=None
            In place of the folds of the problem.

        Returns
        -------
        cross_fit : CrossFit
            Out-of-fold probabilities, and the models that made them.
        """
        rows = self.rows
        return cross_fit_proba(
            self.estimator if estimator is None else estimator,
            rows.X,
            rows.y,
            cv=self.cv if cv is None else cv,
            targets=targets,
            classes=rows.classes,
            sample_weight=rows.sample_weight,
            groups=rows.groups,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )

    def fit_targets(self, targets, fit_params=None, *, estimator=None):
        """Fit the estimator on soft targets of all rows.

        Parameters
        ----------
        targets : ndarray of shape (n_samples, n_classes)
            Weight of each class for each row.
        fit_params : dict, default=None
            Further parameters of fit.
        estimator : classifier, default=None
            In place of the estimator of the problem.

        Returns
        -------
        fitted : classifier
            A fitted clone.
        """
        return fit_soft_targets(
            self.estimator if estimator is None else estimator,
            self.rows.X,
            targets,
            self.rows.classes,
            sample_weight=self.rows.sample_weight,
            random_state=self.random_state,
            fit_params=fit_params,
        )
