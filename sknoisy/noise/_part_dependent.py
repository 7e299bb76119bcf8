# SPDX-License-Identifier: BSD-3-Clause
"""Noise that depends on the parts that a row is made of."""

import warnings
from contextlib import contextmanager
from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from sknoisy.noise._anchors import top_weights
from sknoisy.noise._simplex import simplex_least_squares
from sknoisy.noise._transition_estimator import MatrixEstimator, NoiseEstimate
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._rows import take_rows


class PartDependentTransition(MatrixEstimator):
    """Estimate noise that depends on the row, as a mixture over its parts.

    Non-negative features are factorised into parts, of which each row is a mixture.
    Each part has a transition matrix, and that of a row is the mixture of those of
    its parts. The matrices of the parts are fitted to the predictions at the anchor
    points of each class.

    Parameters
    ----------
    n_parts : int, default=10
        Number of parts.
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.
    preprocessor : transformer, default=None
        Makes non-negative features. None scales the columns of a numeric table to
        [0, 1].
    share : float, default=0.03
        Share of the rows that are anchors of each class, those where it is most
        probable.
    shrinkage : float, default=1.0
        Weight, in anchors, of the mean over all anchors of a class, to which the
        rows of the matrices of all parts are drawn.
    random_state : int, RandomState instance or None, default=None
        Seeds the start of the factorisation. None always chooses the same.

    Attributes
    ----------
    part_matrices_ : ndarray of shape (n_parts, n_classes, n_classes)
        Transition matrix of each part.
    parts_ : ndarray of shape (n_parts, n_features)
        Features of each part; rows sum to 1.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Mean of the matrices of the rows, weighed for each true class by how probable
        that class is.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels that goes with it.
    noise_rate_ : float
        Estimated fraction of wrong labels.
    classes_ : ndarray of shape (n_classes,)
        Label of each row and column.

    Warns
    -----
    NoiseModelWarning
        If the mean matrix is close to singular, or does not favour the true class.
    RareClassWarning
        If a class has fewer than 10 rows.

    See Also
    --------
    GroupTransition : Noise that depends on where a label comes from.
    AnchorPoints : One matrix for all rows.

    Notes
    -----
    Anchors are the rows where a label is most probable, and so those with the least
    noise among the rows of their class: noise that depends on the row is understated.
    The paper factorises the last layer of a network and takes one anchor a part, at
    percentiles from 97 to 99. Taking all of the top rows, the closed form of the fit,
    drawing the parts to a common matrix, and the use of scaled input features are
    inferred for models without such a layer.

    Do not expect much. On the digits with noise that depends on the row, given labels
    were more likely than under one matrix from the same anchors, by up to 0.05 nats a
    row, but seldom than under the confident joint.

    References
    ----------
    Xiaobo Xia, Tongliang Liu, Bo Han, Nannan Wang, Mingming Gong, Haifeng Liu,
    Gang Niu, Dacheng Tao and Masashi Sugiyama, "Part-dependent label noise:
    towards instance-dependent label noise", NeurIPS 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sknoisy.noise import PartDependentTransition
    >>> X, y = load_iris(return_X_y=True)
    >>> pred_proba = GaussianNB().fit(X, y).predict_proba(X)
    >>> model = PartDependentTransition(n_parts=3).fit(y, pred_proba, X=X)
    >>> model.transition_matrices(X[:5]).shape
    (5, 3, 3)
    """

    _needs = ("pred_proba", "X")

    def __init__(
        self,
        n_parts=10,
        classes=None,
        *,
        preprocessor=None,
        share=0.03,
        shrinkage=1.0,
        random_state=None,
    ):
        self.n_parts = n_parts
        self.classes = classes
        self.preprocessor = preprocessor
        self.share = share
        self.shrinkage = shrinkage
        self.random_state = random_state

    def transition_matrices(self, X):
        """Mix the matrices of the parts for each row.

        Parameters
        ----------
        X : any container of n_samples rows
            The rows.

        Returns
        -------
        matrices : ndarray of shape (n_samples, n_classes, n_classes)
            ``P(given = j | true = i)`` of each row at ``[i, j]``.
        """
        check_is_fitted(self)
        return np.tensordot(self._mix(X), self.part_matrices_, axes=1)

    def _estimate(self, rows):
        self._check_params()
        members = np.flatnonzero(rows.weight > 0)
        weight, pred_proba = rows.weight[members], rows.pred_proba[members]
        mixture = self._fit_parts(take_rows(rows.X, members), weight)
        n_classes = rows.n_classes
        self.part_matrices_ = np.empty((mixture.shape[1], n_classes, n_classes))
        for k in range(n_classes):
            taken = top_weights(pred_proba[:, k], weight, self.share, rows.unit)
            self.part_matrices_[:, k] = self._fit_rows(
                mixture, pred_proba, taken / rows.unit
            )
        shares = pred_proba.T * weight
        totals = np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
        matrix = np.einsum("kr,rkj->kj", shares @ mixture / totals, self.part_matrices_)
        return NoiseEstimate(matrix / matrix.sum(axis=1, keepdims=True))

    def _check_params(self):
        if not isinstance(self.n_parts, Integral) or self.n_parts < 1:
            raise ValueError(
                f"n_parts={self.n_parts!r} must be a whole number above 0."
            )
        if not isinstance(self.share, Real) or not 0 <= self.share < 1:
            raise ValueError(f"share={self.share!r} must be in [0, 1).")
        if not isinstance(self.shrinkage, Real) or not self.shrinkage > 0:
            raise ValueError(
                f"shrinkage={self.shrinkage!r} must be above 0, or parts that no "
                "anchor has would be anything."
            )

    def _fit_rows(self, mixture, pred_proba, taken):
        """Fit the rows of one class in the matrices of all parts."""
        anchors = np.flatnonzero(taken)
        common = np.average(pred_proba[anchors], axis=0, weights=taken[anchors])
        common = np.tile(common / common.sum(), (mixture.shape[1], 1))
        scale = np.sqrt(taken[anchors])[:, None]
        held = np.sqrt(self.shrinkage)
        return simplex_least_squares(
            np.vstack([scale * mixture[anchors], held * np.eye(mixture.shape[1])]),
            np.vstack([scale * pred_proba[anchors], held * common]),
            start=common,
        )

    def _fit_parts(self, X, weight):
        preprocessor = self.preprocessor
        if preprocessor is None:
            _check_numeric(X)
            is_sparse = sparse.issparse(X)
            preprocessor = MaxAbsScaler() if is_sparse else MinMaxScaler(clip=True)
        self.preprocessor_ = clone(preprocessor).fit(X)
        features = self._features(X)
        scale = np.sqrt(weight / weight.max())
        self.factorization_ = NMF(
            min(self.n_parts, *features.shape),
            init="nndsvda",
            random_state=seed_from(self.random_state),
        )
        with _unconverged():
            if sparse.issparse(features):
                self.factorization_.fit(sparse.diags_array(scale) @ features)
            else:
                self.factorization_.fit(scale[:, None] * features)
        size = self.factorization_.components_.sum(axis=1, keepdims=True)
        self.parts_ = self.factorization_.components_ / np.maximum(size, 1e-300)
        return self._mix(X)

    def _mix(self, X):
        """Return the share of each part in each row."""
        with _unconverged():
            amount = self.factorization_.transform(self._features(X))
        amount = amount * self.factorization_.components_.sum(axis=1)
        total = amount.sum(axis=1, keepdims=True)
        uniform = np.full(amount.shape, 1 / amount.shape[1])
        return np.divide(amount, total, out=uniform, where=total > 0)

    def _features(self, X):
        features = check_array(
            self.preprocessor_.transform(X),
            accept_sparse="csr",
            dtype=np.float64,
            input_name="features",
        )
        lowest = features.min()
        if lowest < 0:
            raise ValueError(
                f"the features of the parts go down to {lowest:.3g}, but must not be "
                "negative; give a preprocessor that makes them so, such as "
                "MinMaxScaler() for a dense table."
            )
        return features

    def _likelihood(self, codes, X, groups):
        if X is None:
            raise ValueError(
                "PartDependentTransition has a matrix for each row: pass the rows, "
                "row_evidence(y, X=X)."
            )
        mixture = self._mix(X)
        if len(mixture) != len(codes):
            raise ValueError(
                f"X has {len(mixture)} rows and y has {len(codes)} labels; pass the "
                "rows that the labels belong to."
            )
        likelihood = np.empty((len(codes), len(self.classes_)))
        for j in range(len(self.classes_)):
            given = codes == j
            likelihood[given] = mixture[given] @ self.part_matrices_[:, :, j]
        return likelihood


def _check_numeric(X):
    try:
        check_array(X, accept_sparse="csr", dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(
            "PartDependentTransition needs a numeric table without missing values; "
            "impute and encode X first, or give a preprocessor that makes features of "
            "it which are not negative."
        ) from error


@contextmanager
def _unconverged():
    """Let a factorisation stop early, as that of the paper does after 20 steps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
