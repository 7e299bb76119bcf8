# SPDX-License-Identifier: BSD-3-Clause
"""Markov chain sampling: rows are kept as often as models of kept rows believe them."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from sknoisy.detection._committee import BaseCommittee, fit_parts, voice
from sknoisy.detection._distinct import DistinctRowsDetector
from sknoisy.detection._features import fit_features
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._options import check_count
from sknoisy.utils._predictions import own_proba
from sknoisy.utils._ranking import keep_each_class


class _Chain(BaseCommittee):
    """Models of samples, each of which decides on the next sample."""

    def __init__(self, estimator=None, *, n_steps=20, random_state=None):
        self.estimator = estimator
        self.n_steps = n_steps
        self.random_state = random_state

    def members(self, rows):
        check_count("n_steps", self.n_steps)
        self.classes_, self.estimators_ = rows.classes, []
        self.preprocessor_, X, learner = self._choose(rows)
        rng = check_random_state(seed_from(self.random_state))
        active = np.flatnonzero(rows.sample_weight > 0)
        sample = active
        for _ in range(self.n_steps):
            (model,) = fit_parts(learner, X, rows, [sample])
            self.estimators_.append(model)
            member = voice(model, X, rows)
            yield member
            sample = active[self._draw(member, rows, active, rng)]

    def _choose(self, rows):
        if self.estimator is not None:
            return None, rows.X, clone(self.estimator)
        return fit_features(rows)

    def _draw(self, member, rows, active, rng):
        """Draw each row with the probability of its label; no class is left out."""
        chance = np.ones(len(rows))
        judged = slice(None) if member.rows is None else member.rows
        chance[judged] = own_proba(member.pred_proba, rows.codes[judged])
        if rows.trusted is not None:
            chance[rows.trusted] = 1.0
        chance = chance[active]
        left_out = rng.random_sample(len(active)) >= chance
        return ~keep_each_class(left_out, chance, rows.codes[active])


class MarkovChainSampling(DistinctRowsDetector):
    """Suspect the labels that seldom belong to a sample that believes in them (MCS).

    A chain of samples starts with all rows. Each step fits the classifier on the
    sample of the last one and draws the next, every row with the probability that
    the classifier gives its label. Wrong labels are drawn ever less often, and so
    have ever less to say. The quality is the mean chance of being drawn.

    Parameters
    ----------
    estimator : classifier, default=None
        Must be regularised: a model that memorises labels keeps all that it has
        seen. None is a logistic regression, also inside a wrapper, on features that
        suit X.
    n_steps : int, default=20
        Samples drawn, and classifiers fitted.
    threshold : str, float or threshold, default=0.5
        Where the line is. By default, labels are suspect that less than half of the
        samples would hold.
    random_state : int, RandomState instance or None, default=None
        Draws the samples; None always draws the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Mean chance of being drawn.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities over the steps.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    scheme_ : scheme
        The fitted classifiers.
    threshold_ : threshold
        The fitted threshold.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If `n_steps` is no whole number above 0.

    See Also
    --------
    SmallLoss : With ``cv=None``, the first step alone.

    Notes
    -----
    Common implementations count how often a row was drawn; the mean chance is what
    that count estimates, without the luck of the draws. It judges rows by models
    that have seen them in about as many steps as it believes in them. Inferred: of
    a class that a draw leaves out altogether, its best row is kept, where others
    end the chain; trusted rows are always drawn. With three or more classes, or
    many wrong labels, a chain can settle on a wrong idea of a class.

    References
    ----------
    Zhao, Chu, Tao and Pei. Classification with label noise: a Markov chain sampling
    framework. Data Mining and Knowledge Discovery 33, 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import MarkovChainSampling
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = MarkovChainSampling().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(self, estimator=None, *, n_steps=20, threshold=0.5, random_state=None):
        self.estimator = estimator
        self.n_steps = n_steps
        self.threshold = threshold
        self.random_state = random_state

    def _make_scheme(self):
        return _Chain(
            self.estimator, n_steps=self.n_steps, random_state=self.random_state
        )

    def _make_score(self):
        return "self_confidence"
