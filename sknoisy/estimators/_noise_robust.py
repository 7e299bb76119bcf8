# SPDX-License-Identifier: BSD-3-Clause
"""Fit any classifier as if its labels had been right."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, is_regressor

from sknoisy.base import with_default_estimator
from sknoisy.cleaning._base import check_detector
from sknoisy.detection import AutoDetector
from sknoisy.estimators._delegation import DelegatingMixin
from sknoisy.estimators._fit_params import estimator_fit_params
from sknoisy.estimators._given_noise import find_noise_model
from sknoisy.estimators._robust_targets import resolve_method
from sknoisy.estimators.methods import Problem, Rounds
from sknoisy.estimators.methods._choice import OPTIMIZED
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._options import check_option
from sknoisy.utils._weights import fit_weighted


class NoiseRobustClassifier(DelegatingMixin, ClassifierMixin, BaseEstimator):
    """Fit a classifier to what the labels probably should have been.

    A detector predicts every row out of sample and tells how likely each given label
    is right. From that come soft targets: what each label probably should have been.
    The classifier is fitted on them, and nothing but clones of it predict.

    Before it acts it checks. By default several such targets are made of one half of
    the rows, and unless the classifier fitted on them predicts the given labels of the
    other half better, in accuracy and in balanced accuracy, than a plain one does, the
    plain classifier is fitted and `method_` says "none".

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear classifier that suits the columns of X.
    method : str or method, default="auto"
        "auto" chooses among methods and doing nothing; see
        `sknoisy.estimators.methods.MethodChoice`. "quality" fits on soft targets by
        the quality of each label. "soft" fits on the posterior under one noise
        model for all rows, mixed with the given label; each row is repeated once per
        class that it may belong to. "reweight" is importance reweighting: it keeps
        the given labels and weighs each by P(true = given | x) / P(given | x). The
        others are "backward", "cross_split", "distillation", "drop",
        "early_learning", "gce", "label_propagation", "ni_erm", "relabel", "rent",
        "self_training" and "trusted". An object of `sknoisy.estimators.methods`, where
        all are explained, has parameters of its own.
    optimize : {"both", "accuracy", "balanced_accuracy"}, default="both"
        What the classifier will be judged by. "auto" and "quality" take it into
        account: either of the two can be bought at the cost of the other, by moving
        the class shares of the targets.
    detector : detector, default=None
        Makes the out-of-sample predictions and finds the suspects. None is
        `AutoDetector`, joined by a clone of `estimator`. Where a detector leaves no
        ``estimator_proba_``, the check costs a second cross-fit of `estimator`,
        which it is measured against.
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        Known noise model, ``[i, j] = P(given = j | true = i)``, classes sorted.
        None estimates it by the confident joint, mixed with a tenth of the
        identity.
    label_share : float, default=0.5
        Share of each target of "soft" that stays on the given label, whatever the
        posterior says. 0 follows the posterior entirely: it gains more where
        noise is heavy and loses more where the evidence misleads.
    max_iter : int, default=1
        Rounds of predicting, combining and fitting. Further rounds go on only
        while the likelihood of the given labels grows. "auto", "quality" and some
        others have one.
    min_gain : float or None, default=1.0
        Standard errors by which that likelihood must grow for a round to count. None
        acts without checking, which saves the cross-fit of the last round; "auto" then
        takes its first candidate. With "auto" the likelihood may be that by calibrated
        predictions, and the mean gain in accuracy and balanced accuracy must besides be
        twice as many standard errors where no label seems wrong, and less the more do;
        see `sknoisy.estimators.methods.MethodChoice`.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier, which predicts. It is an ensemble of clones of
        `estimator`, listed in its `estimators`, for "rent" and "cross_split", and
        where "auto" has acted: there the last clone was fitted on all rows, and each
        of the others on all but one fold. ``method=MethodChoice(ensemble=False)`` keeps
        one.
    method_ : str
        What was done: the name of `method` or of what it chose, or "none" where the
        evidence did not carry it.
    candidates_ : list of Candidate
        What "auto" chose among, with the gains of each; only there with "auto".
    targets_ : ndarray of shape (n_samples, n_classes)
        Weight of each class for each row in the last fit.
    sample_weight_ : ndarray of shape (n_samples,)
        Weight at which the given label of each row entered the last fit.
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1], higher is more trustworthy, by the detector.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that the detector calls wrong. For information: this classifier
        drops none.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        The noise model.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels under the noise model.
    noise_rate_ : float
        Estimated fraction of wrong labels.
    log_likelihoods_ : ndarray of shape (n_checked,)
        Mean log-likelihood of the given labels out of sample: of the plain
        predictions, then after each round that was checked.
    n_iter_ : int
        Rounds that were run. The last one does not count where it gained too little.
    detector_ : detector
        The fitted detector.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    CleanThenFit : Drops, relabels or weighs suspects before the fit.

    Notes
    -----
    Where noise can be predicted from X, as with rules and heuristics, the given
    labels hide what is gained, and mostly nothing is done. Verified labels, passed as
    `trusted`, keep their rows right, and from 10 of them on do two things more: they
    tell what the other labels are worth, by `TrustedTargets`, and "auto" chooses
    mainly by what they say of each method.

    References
    ----------
    Liu and Tao. Classification with noisy labels by importance reweighting. IEEE
    Transactions on Pattern Analysis and Machine Intelligence 38(3), 2016.

    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:900], 0.3, random_state=0).y
    >>> plain = LogisticRegression(max_iter=3000)
    >>> robust = NoiseRobustClassifier(plain).fit(X[:900] / 16, y_noisy)
    >>> gain = robust.score(X[900:] / 16, y[900:])
    >>> gain -= plain.fit(X[:900] / 16, y_noisy).score(X[900:] / 16, y[900:])
    >>> robust.method_, bool(gain > 0)
    ('quality', True)
    """

    def __init__(
        self,
        estimator=None,
        *,
        method="auto",
        optimize="both",
        detector=None,
        transition_matrix=None,
        label_share=0.5,
        max_iter=1,
        min_gain=1.0,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.optimize = optimize
        self.detector = detector
        self.transition_matrix = transition_matrix
        self.label_share = label_share
        self.max_iter = max_iter
        self.min_gain = min_gain
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None, **fit_params):
        """Estimate the true labels and fit the classifier on them.

        Parameters
        ----------
        X : any container of n_samples rows
            Passed to the classifier as it is.
        y : array-like of shape (n_samples,)
            Given labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row, at every stage.
        groups : array-like of shape (n_samples,) or "duplicates", default=None
            Rows of one group never judge each other. ``"duplicates"`` makes groups
            of the duplicates and near duplicates in X.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified: it is taken for true.
        **fit_params : dict
            Passed to the last fit of the classifier; values held per row follow
            their rows.

        Returns
        -------
        self : NoiseRobustClassifier
            The fitted classifier.
        """
        with fresh_fit(self):
            self._fit(X, y, sample_weight, groups, trusted, fit_params)
        return self

    def _fit(self, X, y, sample_weight, groups, trusted, fit_params):
        method = resolve_method(self.method)
        rounds = Rounds(self.max_iter, self.min_gain, self.label_share)
        rounds.check()
        check_option("optimize", self.optimize, OPTIMIZED)
        self._check_inner()
        fit_params = estimator_fit_params(self, fit_params)
        rows = check_labelled_rows(self, X, y, sample_weight, groups, trusted)
        inner = self._estimator_for(X)
        method.check(inner)
        detector = self._fit_detector(inner, rows)
        noise_model = find_noise_model(
            rows, self.transition_matrix, detector.pred_proba_
        )
        problem = Problem(
            estimator=inner,
            rows=rows,
            pred_proba=detector.pred_proba_,
            noise_model=noise_model,
            own_proba=getattr(detector, "estimator_proba_", None),
            detector=detector,
            matrix_is_known=self.transition_matrix is not None,
            optimize=self.optimize,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )
        found = method.search(problem, rounds)
        if found.targets is None:
            self.estimator_ = fit_weighted(
                inner, X, rows.y, rows.sample_weight, fit_params=fit_params
            )
            self.method_ = "none"
        else:
            self.estimator_ = method.fit_estimator(problem, found, fit_params)
            self.method_ = (found.chosen or method).alias
        self.transition_matrix_ = noise_model.transition_matrix
        self.class_prior_ = noise_model.class_prior
        self._explain(rows, detector, found)

    def _check_inner(self):
        super()._check_inner()
        if is_regressor(self._inner()):
            raise TypeError(
                f"estimator must be a classifier; got {self.estimator!r}, which "
                "predicts numbers. CleanThenFit takes regressors."
            )

    def _fit_detector(self, inner, rows):
        detector = self.detector
        if detector is None:
            detector = AutoDetector(
                cv=self.cv, n_jobs=self.n_jobs, random_state=self.random_state
            )
        detector = with_default_estimator(check_detector(detector), inner)
        detector.fit(
            rows.X,
            rows.y,
            sample_weight=rows.sample_weight,
            groups=rows.groups,
            trusted=rows.trusted,
        )
        if not hasattr(detector, "pred_proba_"):
            raise TypeError(
                f"{type(detector).__name__} makes no probabilities to combine with "
                "the labels; use it in CleanThenFit, or give a detector that has "
                "pred_proba_."
            )
        return detector

    def _explain(self, rows, detector, found):
        """Say what was done, and what became of each row."""
        given = np.eye(len(rows.classes))[rows.codes]
        self.targets_ = given if found.targets is None else found.targets
        weights = self.targets_[np.arange(len(rows)), rows.codes]
        if rows.sample_weight is not None:
            weights = weights * rows.sample_weight
        self.sample_weight_ = weights
        self.log_likelihoods_ = np.array(found.log_likelihoods)
        self.n_iter_ = found.n_iter
        if found.candidates is not None:
            self.candidates_ = found.candidates
        self.detector_ = detector
        self.label_quality_ = detector.label_quality_
        self.suspect_mask_ = detector.suspect_mask_
        if self.transition_matrix is None:
            self.noise_rate_ = detector.noise_rate_
        else:
            kept = np.diag(self.transition_matrix_)
            self.noise_rate_ = float(1 - self.class_prior_ @ kept)
