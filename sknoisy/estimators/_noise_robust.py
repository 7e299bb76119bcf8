# SPDX-License-Identifier: BSD-3-Clause
"""Fit any classifier as if its labels had been right."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from sknoisy.base import BaseLabelDetector, with_default_estimator
from sknoisy.detection import ConfidentLearning
from sknoisy.estimators._delegation import DelegatingMixin
from sknoisy.estimators._fit_params import estimator_fit_params
from sknoisy.noise._confident_joint import ConfidentJoint
from sknoisy.noise._evidence import label_evidence, posterior_labels
from sknoisy.noise._matrices import check_transition_matrix
from sknoisy.noise._prior import true_class_prior
from sknoisy.utils._cross_fit import cross_fit_proba
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._options import check_option
from sknoisy.utils._soft_targets import fit_soft_targets
from sknoisy.utils._sound_model import sound_classifier
from sknoisy.utils._weights import fit_weighted

METHODS = ("soft", "reweight")

# The confident joint overstates the noise of classes that X hardly tells apart;
# a share of "no noise" in the estimated matrix keeps a row's own label in play.
_IDENTITY_SHARE = 0.1


class NoiseRobustClassifier(DelegatingMixin, ClassifierMixin, BaseEstimator):
    """x"""

    def __init__(
        self,
        estimator=None,
        *,
        method="soft",
        detector=None,
        transition_matrix=None,
        max_iter=1,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.detector = detector
        self.transition_matrix = transition_matrix
        self.max_iter = max_iter
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    _use_prior = True
    _blend = 0.1
    _gate = 0.0   # standard errors; None = always act

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None, **fit_params):
        check_option("method", self.method, METHODS)
        rows = check_labelled_rows(self, X, y, sample_weight, groups, trusted)
        inner = sound_classifier(X) if self.estimator is None else self.estimator
        detector = with_default_estimator(self._make_detector(), inner)
        detector.fit(X, y, sample_weight=sample_weight, groups=groups, trusted=trusted)
        p0 = detector.pred_proba_
        w = np.ones(len(rows)) if rows.sample_weight is None else rows.sample_weight
        if self.transition_matrix is not None:
            T = check_transition_matrix(self.transition_matrix, len(rows.classes))
        else:
            T = ConfidentJoint(classes=rows.classes).fit(rows.y, p0, sample_weight=rows.sample_weight).transition_matrix_
            T = (1 - self._blend) * T + self._blend * np.eye(len(T))
        given = np.bincount(rows.codes, weights=w, minlength=len(T)) / w.sum()
        prior = true_class_prior(T, given)
        ev = label_evidence(rows.codes, T, rows.trusted)
        ratio = prior / np.maximum(given, 1e-12) if self._use_prior else None
        plain_ll = np.log(np.maximum(p0[np.arange(len(rows)), rows.codes], 1e-12))
        best_ll = plain_ll
        p = p0
        self.lls_ = [np.average(plain_ll, weights=w)]
        targets = None
        self.n_iter_ = 0
        for it in range(self.max_iter):
            post, _ = posterior_labels(p, ev, ratio if it == 0 else None)
            if self._gate is None and it == self.max_iter - 1:
                targets = post; self.n_iter_ = it + 1
                break
            cf = cross_fit_proba(inner, X, rows.y, targets=post, cv=self.cv, classes=rows.classes, sample_weight=rows.sample_weight, groups=rows.groups, n_jobs=self.n_jobs, random_state=self.random_state)
            _, ll = posterior_labels(cf.pred_proba, ev)
            self.lls_.append(np.average(ll, weights=w))
            d = ll - best_ll
            m = np.average(d, weights=w); se = np.sqrt(np.average((d - m) ** 2, weights=w) / len(rows))
            self.z_ = m / max(se, 1e-300)
            if self._gate is not None and m <= self._gate * se:
                break
            best_ll = ll
            targets = post; p = cf.pred_proba; self.n_iter_ = it + 1
        if targets is None:
            self.estimator_ = fit_weighted(inner, X, rows.y, rows.sample_weight)
            self.method_ = "none"
        elif self.method == "soft":
            self.estimator_ = fit_soft_targets(inner, X, targets, rows.classes, sample_weight=rows.sample_weight)
            self.method_ = "soft"
        else:
            r = targets[np.arange(len(rows)), rows.codes] / np.diag(T)[rows.codes]
            r = np.minimum(r, np.quantile(r, .99)); r /= r.mean()
            self.estimator_ = fit_weighted(inner, X, rows.y, r * w)
            self.method_ = "reweight"
        self.transition_matrix_ = T
        self.targets_ = targets
        return self

    def _inner(self):
        return LogisticRegression() if self.estimator is None else self.estimator

    def _make_detector(self):
        if self.detector is None:
            return ConfidentLearning(cv=self.cv, n_jobs=self.n_jobs, random_state=self.random_state)
        return self.detector
