# SPDX-License-Identifier: BSD-3-Clause
"""What a method of robust fitting is."""

from abc import ABCMeta, abstractmethod

import numpy as np
from sklearn.base import BaseEstimator

from sknoisy.estimators.methods._rounds import Found


class BaseMethod(BaseEstimator, metaclass=ABCMeta):
    """Base of the methods of `NoiseRobustClassifier`.

    A method implements ``targets(problem, pred_proba, posterior)``: what each row
    should be fitted on. The base runs the rounds, sees whether they gain, and fits
    the estimator on the targets of the last round that did; a method that fits
    otherwise overrides `fit_estimator`. Instances hold parameters alone, so that
    one can be cloned, and searched over as ``method__<parameter>``.

    Attributes
    ----------
    alias : str
        Short name, which `NoiseRobustClassifier` takes and reports.
    renews : bool
        Whether a further round makes other targets than the first.
    folds_predict : bool
        Whether models of folds may predict beside the last one. They may not where
        that one is an ensemble already.

    See Also
    --------
    NoiseRobustClassifier : Runs a method.
    """

    alias = "custom"
    renews = True
    folds_predict = True

    def check(self, estimator):
        """Raise an error that names the fix if the method cannot be run.

        Parameters
        ----------
        estimator : classifier
            What is to be fitted robustly.
        """

    @abstractmethod
    def targets(self, problem, pred_proba, posterior):
        """Say what each row should be fitted on.

        Parameters
        ----------
        problem : Problem
            Rows, classifier and noise model.
        pred_proba : ndarray of shape (n_samples, n_classes)
            Out-of-sample probabilities: in the first round of the given labels, by
            the detector; later of the true ones, by the estimator fitted on the
            targets of the round before.
        posterior : ndarray of shape (n_samples, n_classes)
            The same, combined with the given labels through the noise model.

        Returns
        -------
        targets : ndarray of shape (n_samples, n_classes)
            Weight of each class for each row. Trusted rows are seen to.
        """

    def search(self, problem, rounds):
        """Run rounds as long as they make the given labels more likely.

        Parameters
        ----------
        problem : Problem
            What to work on.
        rounds : Rounds
            How long to search, and what a round must gain.

        Returns
        -------
        found : Found
            The targets of the last round that counted.
        """
        rows, pred_proba = problem.rows, problem.pred_proba
        best = _plain_log_likelihood(problem, rounds)
        history = [np.average(best, weights=rows.sample_weight)]
        found = cross_fit = None
        # The plain model has learned the balance of the given labels; the models
        # of later rounds have learned that of the targets.
        prior_ratio = problem.noise_model.prior_ratio
        max_iter = rounds.max_iter if self.renews else 1
        for n_iter in range(1, max_iter + 1):
            posterior, _ = problem.posterior(pred_proba, prior_ratio)
            targets = self.targets(problem, pred_proba, posterior)
            targets = _spare_classes(with_trusted(targets, problem), problem)
            if rounds.min_gain is None and n_iter == max_iter:
                found, cross_fit = targets, None
                break
            tried, prior_ratio = self.cross_fit(problem, targets), None
            pred_proba = tried.pred_proba
            _, log_likelihood = problem.posterior(pred_proba)
            history.append(np.average(log_likelihood, weights=rows.sample_weight))
            if not rounds.accept(log_likelihood - best, rows.sample_weight):
                break
            found, cross_fit, best = targets, tried, log_likelihood
        if found is not None:
            found = self.settle(found, problem, rounds)
        return Found(found, n_iter, history, cross_fit)

    def cross_fit(self, problem, targets, estimator=None):
        """Predict each row by models that were not fitted on it.

        Parameters
        ----------
        problem : Problem
            What the method works on.
        targets : ndarray of shape (n_samples, n_classes)
            What the method would fit on.
        estimator : classifier, default=None
            In place of the estimator of the problem.

        Returns
        -------
        cross_fit : CrossFit
            Out-of-fold probabilities of the true labels, and the models that made
            them.
        """
        return problem.cross_fit(targets, estimator=estimator)

    def settle(self, targets, problem, rounds):
        """Return the targets of the last fit, once the rounds are over.

        Parameters
        ----------
        targets : ndarray of shape (n_samples, n_classes)
            Those of the last round that counted.
        problem : Problem
            What the method works on.
        rounds : Rounds
            How much of a given label stays.

        Returns
        -------
        targets : ndarray of shape (n_samples, n_classes)
            By default the same.
        """
        return targets

    def fit_estimator(self, problem, found, fit_params=None):
        """Fit what is to predict.

        Parameters
        ----------
        problem : Problem
            What the method has worked on.
        found : Found
            What it has settled on, with targets.
        fit_params : dict, default=None
            Further parameters of fit; values held per row follow their rows.

        Returns
        -------
        fitted : classifier
            The estimator of the problem, or an ensemble of such.
        """
        return problem.fit_targets(found.targets, fit_params, estimator=found.estimator)

    def fit_folds(self, problem, found):
        """Fit what may predict beside that: models that each miss a fold.

        From 10 trusted rows on no model misses one: they are few, and known to be
        right.

        Parameters
        ----------
        problem : Problem
            What the method has worked on.
        found : Found
            What it has settled on, with targets.

        Returns
        -------
        fitted : list of classifier
            One for each fold.
        """
        if found.cross_fit is not None:
            return found.cross_fit.estimators
        if len(problem.known) == 0:
            return self.cross_fit(problem, found.targets, found.estimator).estimators
        folds = [
            (np.union1d(train, problem.known), test) for train, test in problem.folds
        ]
        fit = problem.cross_fit(found.targets, estimator=found.estimator, cv=folds)
        return fit.estimators


def _plain_log_likelihood(problem, rounds):
    """Log-likelihood of each given label by the plain estimator, out of sample.

    Only against itself can the estimator be seen to gain, so it is cross-fitted if
    nobody has done so; without a check, the predictions that there are will do.
    """
    is_known = problem.own_proba is not None or rounds.min_gain is not None
    plain = problem.plain_proba if is_known else problem.pred_proba
    return log_likelihood_of_given(problem, plain)


def log_likelihood_of_given(problem, pred_proba):
    """Log-likelihood of each given label, by predictions of given labels.

    Parameters
    ----------
    problem : Problem
        Whose labels they are.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Probabilities of the given labels.

    Returns
    -------
    log_likelihood : ndarray of shape (n_samples,)
        Bounded below.
    """
    return np.log(np.maximum(problem.of_given(pred_proba), 1e-12))


def with_trusted(targets, problem):
    """Fit trusted rows on their label, whatever the method makes of them.

    Parameters
    ----------
    targets : ndarray of shape (n_samples, n_classes)
        What the method wants.
    problem : Problem
        Whose rows they are.

    Returns
    -------
    targets : ndarray of shape (n_samples, n_classes)
        What is to be fitted on.
    """
    trusted = problem.rows.trusted
    if trusted is None:
        return targets
    return np.where(trusted[:, None], problem.given, targets)


def _spare_classes(targets, problem):
    """Leave the rows of a class as they are if nothing would be left of it."""
    is_empty = ~targets.any(axis=0)
    return np.where(is_empty[problem.rows.codes][:, None], problem.given, targets)
