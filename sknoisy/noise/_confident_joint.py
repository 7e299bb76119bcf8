# SPDX-License-Identifier: BSD-3-Clause
"""Count how given and true labels go together, from predicted probabilities."""

from typing import NamedTuple

import numpy as np

from sknoisy.noise._row_counts import class_weights, row_unit
from sknoisy.noise._transition_estimator import TransitionEstimator, untrusted_weight
from sknoisy.utils._labelled_rows import check_weights
from sknoisy.utils._options import check_option
from sknoisy.utils._predictions import (
    check_predictions,
    checked_blocks,
    own_proba,
    row_blocks,
)

# Probabilities closer than this count as equal, so that rounding decides nothing.
PROBA_TOLERANCE = 1e-6

# No probability reaches the threshold of a class without a single row.
_UNREACHABLE = 2.0

_LOWEST_PRIOR = 1e-6
_HIGHEST_NOISE = 0.9999

PRIOR_METHODS = ("cnt", "eqn", "marginal", "marginal_ps")


def class_thresholds(codes, pred_proba, sample_weight=None):
    """Average, per class, the probability of the given label.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), integer
        Column of each given label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    thresholds : ndarray of shape (n_classes,)
        Weighted mean self-confidence of each class; 2, which no probability
        reaches, for a class without rows.
    """
    n_classes = pred_proba.shape[1]
    sums = np.zeros(n_classes)
    totals = class_weights(codes, n_classes, sample_weight)
    for rows, block in row_blocks(pred_proba):
        given = codes[rows]
        own = own_proba(block, given)
        if sample_weight is not None:
            own *= sample_weight[rows]
        np.add.at(sums, given, own)
    thresholds = np.full(n_classes, _UNREACHABLE)
    np.divide(sums, totals, out=thresholds, where=totals > 0)
    return np.maximum(thresholds, 2 * PROBA_TOLERANCE)


def guess_blocks(codes, blocks, thresholds):
    """Guess the true label of every row, block by block.

    A row's guess is the class whose threshold it reaches; the most probable class
    of the whole row if it reaches several; and -1, no guess, if it reaches none.
    Where the given label ties for the most probable class, it is the one.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), integer
        Column of each given label.
    blocks : iterable of (slice, ndarray of shape (n_block, n_classes))
        What `row_blocks` yields.
    thresholds : ndarray of shape (n_classes,)
        What `class_thresholds` returns.

    Yields
    ------
    rows : slice
        The rows of the block.
    guess : ndarray of shape (n_block,), dtype=int
        Column of the guessed class, or -1.
    disputed : ndarray of shape (n_block,), dtype=bool
        True where another class is more probable than the given one.
    """
    limits = thresholds - PROBA_TOLERANCE
    for rows, block in blocks:
        given = codes[rows]
        best = block.argmax(axis=1)
        top, own = own_proba(block, best), own_proba(block, given)
        best = np.where(own == top, given, best)
        guess = np.where(top >= limits[best], best, -1)
        # Only rows whose most probable class stays under its own threshold can
        # be claimed by another one.
        unsure = np.flatnonzero(guess < 0)
        reached = block[unsure] >= limits
        claimed = reached.any(axis=1)
        unsure, reached = unsure[claimed], reached[claimed]
        several = np.count_nonzero(reached, axis=1) > 1
        guess[unsure] = np.where(several, best[unsure], reached.argmax(axis=1))
        yield rows, guess, top > own + PROBA_TOLERANCE


def count_confident_joint(
    codes,
    pred_proba,
    thresholds=None,
    sample_weight=None,
    *,
    check_rows=False,
    disputed=None,
    off_diagonal=None,
):
    """Count the rows of each pair of given label and confidently guessed label.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), integer
        Column of each given label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities.
    thresholds : ndarray of shape (n_classes,), default=None
        What `class_thresholds` returns; computed if None.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.
    check_rows : bool, default=False
        Whether to check in passing that the rows of `pred_proba` are
        probabilities, where that has not been done.
    disputed, off_diagonal : ndarray of shape (n_samples,), dtype=bool, default=None
        Filled in passing if given: the rows where another class is more probable
        than the given one, and those counted off the diagonal.

    Returns
    -------
    counts : ndarray of shape (n_classes, n_classes)
        Row = given label, column = guessed true label; the diagonal is at least
        one row. Integer without weights.
    """
    n_classes = pred_proba.shape[1]
    if thresholds is None:
        thresholds = class_thresholds(codes, pred_proba, sample_weight)
    counts = np.zeros(
        n_classes * n_classes, dtype=np.int64 if sample_weight is None else float
    )
    blocks = checked_blocks(pred_proba) if check_rows else row_blocks(pred_proba)
    for rows, guess, disputes in guess_blocks(codes, blocks, thresholds):
        given, sure = codes[rows], guess >= 0
        pairs = np.multiply(given, n_classes, dtype=np.intp) + guess
        weight = 1 if sample_weight is None else sample_weight[rows][sure]
        np.add.at(counts, pairs[sure], weight)
        if disputed is not None:
            disputed[rows] = disputes
        if off_diagonal is not None:
            off_diagonal[rows] = sure & (guess != given)
    counts = counts.reshape(n_classes, n_classes)
    np.fill_diagonal(counts, np.maximum(counts.diagonal(), row_unit(sample_weight)))
    return counts


def is_whole(totals):
    """Tell whether all weights are whole numbers, so that counts may be rounded."""
    return bool((totals == np.rint(totals)).all())


def calibrate_joint(counts, class_weight_totals):
    """Rescale a confident joint so that its rows sum to the given classes.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes)
        Row = given label, column = guessed true label.
    class_weight_totals : ndarray of shape (n_classes,)
        Number, or total weight, of the rows with each given label.

    Returns
    -------
    joint : ndarray of shape (n_classes, n_classes)
        Estimated number, or weight, of the rows of each pair. Whole numbers,
        dtype int64, where all totals are whole; float64 otherwise.
    """
    class_weight_totals = np.asarray(class_weight_totals)
    joint = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-100)
    joint *= class_weight_totals[:, np.newaxis]
    # Added up column by column, as in the published code: the last bit of the sum
    # decides which of two remainders is the larger.
    joint /= max(np.ascontiguousarray(joint.T).sum(), 1e-100)
    joint *= class_weight_totals.sum()
    return _round_rows(joint) if is_whole(class_weight_totals) else joint


def _round_rows(joint):
    """Round to whole numbers, keeping each row's total (largest remainder)."""
    whole = joint.round()
    missing = (joint.sum(axis=1).round() - whole.sum(axis=1)).astype(np.int64)
    for k in np.flatnonzero(missing):
        # The default sort, as in the published code: which of several equal
        # remainders goes first is then the same choice.
        order = np.argsort(joint[k] - whole[k])
        step = np.sign(missing[k])
        chosen = order[::-1] if step > 0 else order
        whole[k, chosen[: abs(missing[k])]] += step
    return whole.astype(np.int64)


class LatentEstimates(NamedTuple):
    """What a calibrated confident joint says of the noise."""

    transition_matrix: np.ndarray
    inverse_matrix: np.ndarray
    class_prior: np.ndarray


def latent_estimates(joint, class_weight_totals, method="cnt"):
    """Estimate transition matrix, its inverse and the true class prior.

    Parameters
    ----------
    joint : ndarray of shape (n_classes, n_classes)
        Calibrated confident joint: row = given label, column = true label.
    class_weight_totals : ndarray of shape (n_classes,)
        Number, or total weight, of the rows with each given label.
    method : {"cnt", "eqn", "marginal", "marginal_ps"}, default="cnt"
        How the prior of the true classes is found: from the diagonals of both
        matrices; by solving ``transition_matrix.T @ prior = given prior``; from
        the column totals of the joint; or as ``inverse_matrix.T @ given prior``.

    Returns
    -------
    estimates : LatentEstimates
        Named tuple of `transition_matrix`, ``P(given = j | true = i)`` at
        ``[i, j]``; `inverse_matrix`, ``P(true = j | given = i)`` at ``[i, j]``,
        both with rows that sum to 1; and `class_prior`, P(true). A class without
        any evidence gets the row of a clean class.

    Notes
    -----
    The paper and cleanlab write both matrices with columns that sum to 1: their
    ``noise_matrix`` is ``transition_matrix.T`` and their ``inverse_noise_matrix``
    is ``inverse_matrix.T``.
    """
    check_option("method", method, PRIOR_METHODS)
    joint = np.asarray(joint, dtype=np.float64)
    given_prior = class_weight_totals / np.sum(class_weight_totals)
    transition = _normalise_rows(joint.T)
    inverse = _normalise_rows(joint)
    prior = _true_prior(joint, transition, inverse, given_prior, method)
    prior = np.clip(prior, _LOWEST_PRIOR, 1.0)
    return LatentEstimates(
        _bound_noise(transition), _bound_noise(inverse), prior / prior.sum()
    )


def _normalise_rows(matrix):
    totals = matrix.sum(axis=1, keepdims=True)
    clean = np.eye(len(matrix))
    return np.divide(matrix, totals, out=clean, where=totals > 0)


def _bound_noise(matrix):
    bounded = np.clip(matrix, 0.0, _HIGHEST_NOISE)
    np.fill_diagonal(bounded, matrix.diagonal())
    return bounded / bounded.sum(axis=1, keepdims=True)


def _true_prior(joint, transition, inverse, given_prior, method):
    if method == "marginal":
        return joint.sum(axis=0) / joint.sum()
    if method == "marginal_ps":
        return inverse.T @ given_prior
    if method == "eqn":
        # Least squares, because a transition matrix may be singular.
        return np.linalg.lstsq(transition.T, given_prior, rcond=None)[0]
    stays = np.maximum(transition.diagonal(), 1e-100)
    return inverse.diagonal() / stays * given_prior


def confident_joint(y, pred_proba, *, classes=None, sample_weight=None, calibrate=True):
    """Count how given and true labels go together.

    A row counts towards the pair (given label, guessed true label) if its
    probability of the guessed class reaches the class's threshold: the mean
    probability of that class among the rows labelled so.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Given labels.
    pred_proba : array-like of shape (n_samples, n_classes)
        Out-of-sample probabilities, such as cross-validation gives. May be a
        memory map; it is read in blocks.
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row: a row of weight 2 counts as two rows, one of weight 0
        as none.
    calibrate : bool, default=True
        Whether to rescale the counts so that each row sums to the number of
        samples with that given label, keeping whole numbers whole.

    Returns
    -------
    joint : ndarray of shape (n_classes, n_classes)
        Number of samples; row = given label, column = true label.

    Raises
    ------
    ValueError
        If `y`, `pred_proba` and `classes` do not fit together, or the rows of
        `pred_proba` are not probabilities.

    References
    ----------
    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> from sknoisy.noise import confident_joint
    >>> y = ["cat", "cat", "cat", "dog", "dog"]
    >>> cat = [0.9, 0.8, 0.2, 0.3, 0.1]
    >>> confident_joint(y, [[p, 1 - p] for p in cat])
    array([[2, 1],
           [0, 2]])
    """
    codes, pred_proba, _ = check_predictions(y, pred_proba, classes, check_rows=False)
    sample_weight = check_weights(sample_weight, len(codes))
    counts = count_confident_joint(
        codes, pred_proba, sample_weight=sample_weight, check_rows=True
    )
    if not calibrate:
        return counts
    totals = class_weights(codes, pred_proba.shape[1], sample_weight)
    return calibrate_joint(counts, totals)


class ConfidentJoint(TransitionEstimator):
    """Estimate the noise of labels by confident learning.

    Parameters
    ----------
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.
    prior_method : {"cnt", "eqn", "marginal", "marginal_ps"}, default="cnt"
        How the prior of the true classes is found: from the diagonals of both
        matrices; by solving ``transition_matrix_.T @ prior = given prior``; from
        the column totals of the joint; or as ``inverse_matrix_.T @ given prior``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class of each row and column below.
    thresholds_ : ndarray of shape (n_classes,)
        Mean probability of each class among the rows labelled so.
    counts_ : ndarray of shape (n_classes, n_classes)
        Confident counts; row = given label, column = guessed true label.
    confident_joint_ : ndarray of shape (n_classes, n_classes)
        The counts, calibrated: each row sums to its class's number of samples.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        ``P(given = j | true = i)`` at ``[i, j]``; rows sum to 1. The paper and
        cleanlab write the transpose.
    inverse_matrix_ : ndarray of shape (n_classes, n_classes)
        ``P(true = j | given = i)`` at ``[i, j]``; rows sum to 1. The paper and
        cleanlab write the transpose.
    class_prior_ : ndarray of shape (n_classes,)
        Estimated distribution of the true labels.
    noise_rate_ : float
        Estimated fraction of wrong labels.

    References
    ----------
    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> from sknoisy.noise import ConfidentJoint
    >>> y = ["cat", "cat", "cat", "dog", "dog"]
    >>> cat = [0.9, 0.8, 0.2, 0.3, 0.1]
    >>> model = ConfidentJoint().fit(y, [[p, 1 - p] for p in cat])
    >>> model.noise_rate_
    0.2
    >>> model.inverse_matrix_.round(2)
    array([[0.67, 0.33],
           [0.  , 1.  ]])
    """

    def __init__(self, classes=None, *, prior_method="cnt"):
        self.classes = classes
        self.prior_method = prior_method

    def fit(
        self,
        y,
        pred_proba=None,
        sample_weight=None,
        *,
        X=None,
        groups=None,
        trusted=None,
    ):
        """Count given against confidently guessed labels.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Given labels.
        pred_proba : array-like of shape (n_samples, n_classes)
            Out-of-sample probabilities; may be a memory map.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        X : any container of n_samples rows, default=None
            Not used, present for the sake of other noise models.
        groups : array-like of shape (n_samples,), default=None
            Not used, present for the sake of other noise models.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified; they are not counted.

        Returns
        -------
        self : ConfidentJoint
            The fitted estimator.

        Raises
        ------
        ValueError
            If `y`, `pred_proba` and `classes` do not fit together, or the rows of
            `pred_proba` are not probabilities.
        """
        self._check_given(pred_proba=pred_proba)
        codes, pred_proba, classes = check_predictions(
            y, pred_proba, self.classes, check_rows=False
        )
        sample_weight = check_weights(sample_weight, len(codes))
        sample_weight = untrusted_weight(sample_weight, trusted, len(codes))
        self.classes_ = classes
        self.thresholds_ = class_thresholds(codes, pred_proba, sample_weight)
        self.counts_ = count_confident_joint(
            codes, pred_proba, self.thresholds_, sample_weight, check_rows=True
        )
        totals = class_weights(codes, len(classes), sample_weight)
        joint = calibrate_joint(self.counts_, totals)
        self.confident_joint_ = joint
        self.transition_matrix_, self.inverse_matrix_, self.class_prior_ = (
            latent_estimates(joint, totals, self.prior_method)
        )
        self.noise_rate_ = float((joint.sum() - joint.trace()) / joint.sum())
        return self
