# SPDX-License-Identifier: BSD-3-Clause
"""Tell whose prediction may be a mistake that label noise has made."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, is_regressor
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from sknoisy.estimators._delegation import DelegatingMixin
from sknoisy.estimators._fit_params import estimator_fit_params
from sknoisy.estimators._given_noise import find_noise_model, leave_room
from sknoisy.estimators._plausible_labels import PlausibleLabels
from sknoisy.estimators.methods._average import AveragedClassifier
from sknoisy.noise._evidence import label_evidence, posterior_labels
from sknoisy.utils._cross_fit import cross_fit_proba, seed_from
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._ranking import keep_each_class
from sknoisy.utils._weights import fit_weighted


class PlausibleLabelsClassifier(DelegatingMixin, ClassifierMixin, BaseEstimator):
    """Refit a classifier on many label sets that may be the true ones.

    A noise model says how probable each true label is, given the label that a row
    has. True labels are drawn from it again and again, and the classifier is
    fitted on each draw. Where these models disagree, a prediction hangs on which
    labels are wrong, which nobody knows: whoever it concerns bears the risk of a
    mistake that label noise has made. `ambiguity` measures that risk, and `predict`
    can abstain where it is large.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. None picks a linear classifier that suits the columns of X.
    n_estimators : int, default=20
        Number of label sets, with a model for each.
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        Known noise model, ``[i, j] = P(given = j | true = i)``, classes sorted.
        None estimates it by the confident joint of out-of-fold predictions, mixed
        with a tenth of the identity, and with one row per class that has any label.
    use_features : bool, default=True
        Whether draws look at a row as well as at its label. True combines the
        noise model with out-of-fold predictions of the row. False draws from
        P(true | given), alike for all rows of one given label, as the paper does;
        with a known `transition_matrix` nothing is then cross-fitted.
    typicality : float, default=0.25
        A draw is rejected if the number of wrong labels of some given class is off
        what the noise model expects by more than this share, and by more than a
        row.
    abstain_above : float, default=None
        Ambiguity above which `predict` abstains, in [0, 1). None never abstains.
    abstain_label : str, int or other label, default=None
        What `predict` returns where it abstains.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds or models fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the draws and the folds; None always chooses the same.

    Attributes
    ----------
    estimator_ : classifier
        Averages the probabilities of the models, or where they give none, their
        decision values or votes.
    estimators_ : list of classifiers
        The model of each label set.
    label_posterior_ : ndarray of shape (n_samples, n_classes)
        Probability of each true label of each training row.
    ambiguity_ : ndarray of shape (n_samples,)
        Share of the label sets in which the model predicts another label for the
        training row than the set says.
    expected_regret_ : ndarray of shape (n_samples,)
        Probability that the given label hides whether the prediction of the
        training row is a mistake: that it is one by the given label and none by
        the true one, or the other way round.
    label_quality_ : ndarray of shape (n_samples,)
        Probability that the given label is the true one.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that are more probably wrong than right; the best row of each class
        is spared. For information: none is dropped.
    sample_weight_ : ndarray of shape (n_samples,)
        Weight of each row in the fits.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        The noise model.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels under the noise model.
    noise_rate_ : float
        Expected fraction of wrong labels.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    NoiseRobustClassifier : One model, fitted on the mean of what the labels may be.

    Notes
    -----
    With two classes, `expected_regret_` is the chance that the label is wrong,
    whatever the classifier: no training can lower it, it can only be foreseen. With
    ``use_features=False`` it is the same for all rows of a given label and
    prediction, and with more than two classes it ranks rows wrongly.

    The paper is on two classes and draws from P(true | given) alone. The draws for
    more classes, those that look at the row, that a row's deviation is always
    allowed, that no class loses its last row, and the ambiguity of new rows as the
    share of models that disagree are inferred. `ambiguity_` asks models of rows
    that they were fitted on, as the paper does; one that remembers its labels,
    such as a deep tree, hardly ever disagrees with them.

    Copies of a row with the same label share their draws, unless rows repeat as
    often as in a table of few categories. In `score`, a row on which the classifier
    abstains counts as a mistake.

    References
    ----------
    Nagaraj, Liu, Calmon and Ustun. Regretful decisions under label noise. ICLR,
    2025.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sknoisy.estimators import PlausibleLabelsClassifier
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y, 0.2, random_state=0).y
    >>> T = [[0.8, 0.2], [0.2, 0.8]]
    >>> clf = PlausibleLabelsClassifier(
    ...     n_estimators=10, transition_matrix=T, abstain_above=0.2, abstain_label=-1
    ... )
    >>> y_pred = clf.fit(X, y_noisy).predict(X)
    >>> kept = y_pred != -1
    >>> risk = (clf.estimator_.predict(X) != y).mean()
    >>> bool((y_pred[kept] != y[kept]).mean() < risk)
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        n_estimators=20,
        transition_matrix=None,
        use_features=True,
        typicality=0.25,
        abstain_above=None,
        abstain_label=None,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.transition_matrix = transition_matrix
        self.use_features = use_features
        self.typicality = typicality
        self.abstain_above = abstain_above
        self.abstain_label = abstain_label
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None, groups=None, trusted=None, **fit_params):
        """Draw plausible label sets and fit a model on each.

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
            Rows whose label has been verified: every label set has it.
        **fit_params : dict
            Passed to the fits of the models.

        Returns
        -------
        self : PlausibleLabelsClassifier
            The fitted classifier.
        """
        with fresh_fit(self):
            self._fit(X, y, sample_weight, groups, trusted, fit_params)
        return self

    def _fit(self, X, y, sample_weight, groups, trusted, fit_params):
        self._check_params()
        self._check_inner()
        fit_params = estimator_fit_params(self, fit_params)
        rows = check_labelled_rows(self, X, y, sample_weight, groups, trusted)
        inner = self._estimator_for(X)
        posterior = self._posterior(inner, rows)
        sets = PlausibleLabels(rows, posterior, self.typicality)
        labels = sets.draw(seed_from(self.random_state), self.n_estimators)
        self.estimators_ = Parallel(n_jobs=self.n_jobs)(
            delayed(fit_weighted)(
                inner,
                X,
                rows.classes[drawn],
                rows.sample_weight,
                random_state=self.random_state,
                fit_params=fit_params,
            )
            for drawn in labels
        )
        self.estimator_ = AveragedClassifier(self.estimators_, rows.classes)
        self._explain(rows, posterior, labels)

    def _check_params(self):
        if not isinstance(self.n_estimators, Integral) or self.n_estimators < 1:
            raise ValueError(
                f"n_estimators={self.n_estimators!r} must be a whole number above 0."
            )
        if not isinstance(self.typicality, Real) or not self.typicality >= 0:
            raise ValueError(
                f"typicality={self.typicality!r} must be a number of at least 0."
            )
        self._check_abstention()

    def _check_abstention(self):
        if self.abstain_above is None:
            return
        if not 0 <= self.abstain_above < 1:
            raise ValueError(
                f"abstain_above={self.abstain_above!r} must be in [0, 1), a share of "
                "the models, or None."
            )
        if self.abstain_label is None:
            raise ValueError(
                "abstain_above needs abstain_label, what predict returns where it "
                'abstains, such as -1 or "unsure".'
            )

    def _check_inner(self):
        super()._check_inner()
        if is_regressor(self._inner()):
            raise TypeError(
                f"estimator must be a classifier; got {self.estimator!r}, which "
                "predicts numbers. Plausible labels are those of classes."
            )

    def _posterior(self, inner, rows):
        """Weigh the true labels that each row may have."""
        pred_proba = None
        if self.use_features or self.transition_matrix is None:
            pred_proba = cross_fit_proba(
                inner,
                rows.X,
                rows.y,
                cv=self.cv,
                classes=rows.classes,
                sample_weight=rows.sample_weight,
                groups=rows.groups,
                n_jobs=self.n_jobs,
                random_state=self.random_state,
            ).pred_proba
        model = find_noise_model(rows, self.transition_matrix, pred_proba)
        if self.transition_matrix is None:
            model = leave_room(model, rows)
        self.transition_matrix_ = model.transition_matrix
        self.class_prior_ = model.class_prior
        evidence = label_evidence(rows.codes, model.transition_matrix, rows.trusted)
        if self.use_features:
            return posterior_labels(pred_proba, evidence, model.prior_ratio)[0]
        prior = np.broadcast_to(model.class_prior, evidence.shape)
        return posterior_labels(prior, evidence)[0]

    def _explain(self, rows, posterior, labels):
        """Say what is at stake in each training row."""
        own = np.arange(len(rows)), rows.codes
        predicted = self.estimator_.predict(rows.X)
        by_model = _member_predictions(self.estimators_, rows.X)
        self.label_posterior_ = posterior
        self.ambiguity_ = (by_model != rows.classes[labels]).mean(axis=0)
        self.label_quality_ = posterior[own]
        self.expected_regret_ = np.where(
            predicted == rows.y,
            1 - self.label_quality_,
            posterior[own[0], np.searchsorted(rows.classes, predicted)],
        )
        unlikely = self.label_quality_ < 0.5
        self.suspect_mask_ = keep_each_class(unlikely, self.label_quality_, rows.codes)
        weight = rows.sample_weight
        self.sample_weight_ = np.ones(len(rows)) if weight is None else weight.copy()
        self.noise_rate_ = float(np.average(1 - self.label_quality_, weights=weight))

    def ambiguity(self, X):
        """Measure how far predictions hang on which labels are wrong.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows to predict.

        Returns
        -------
        ambiguity : ndarray of shape (n_samples,)
            Share of the models that do not predict what all together do, in
            [0, 1): 0 where they agree.
        """
        check_is_fitted(self)
        by_model = _member_predictions(self.estimators_, X)
        return (by_model != self.estimator_.predict(X)).mean(axis=0)

    def predict(self, X):
        """Predict by all models together, or abstain.

        Parameters
        ----------
        X : any container of n_samples rows
            Rows to predict.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            Predicted labels; `abstain_label` where the ambiguity is above
            `abstain_above`.
        """
        y_pred = super().predict(X)
        if self.abstain_above is None:
            return y_pred
        self._check_abstention()
        unsure = self.ambiguity(X) > self.abstain_above
        return _replace(y_pred, unsure, self.abstain_label)

    def score(self, X, y, sample_weight=None):
        """Compute the mean accuracy; a row without a prediction is a mistake.

        Parameters
        ----------
        X : any container of n_samples rows
            Test rows.
        y : array-like of shape (n_samples,)
            Their labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        score : float
            Mean accuracy.
        """
        right = self.predict(X) == np.asarray(y)
        return float(np.average(right, weights=sample_weight))


def _member_predictions(estimators, X):
    """Predict each row by each model, of shape (n_estimators, n_samples)."""
    return np.stack([np.asarray(each.predict(X)) for each in estimators])


def _replace(y_pred, unsure, label):
    """Put a label in some places, without making strings of numbers."""
    kind = np.asarray(label).dtype.kind
    if y_pred.dtype.kind == kind:
        # Room for a label that is longer than any other.
        y_pred = y_pred.astype(np.result_type(y_pred, np.asarray(label)))
    else:
        y_pred = y_pred.astype(object)
    y_pred[unsure] = label
    return y_pred
