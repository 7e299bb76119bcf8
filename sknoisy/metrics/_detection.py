# SPDX-License-Identifier: BSD-3-Clause
"""How well a detector finds wrong labels, where it is known which are wrong.

Labels are reviewed from the lowest quality up. Where several share a quality,
the metrics at a cut give the mean over all orders in which these could be
reviewed, in closed form, so that row order never matters.
"""

import warnings
from numbers import Integral, Real

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
    roc_auc_score,
)


def detection_average_precision(is_error, label_quality, *, normalize=False):
    """Average precision of finding wrong labels by low label quality.

    Parameters
    ----------
    is_error : array-like of shape (n_samples,), dtype=bool
        True where the given label is wrong.
    label_quality : array-like of shape (n_samples,)
        Higher is more trustworthy.
    normalize : bool, default=False
        If True, ``(AP - prevalence) / (1 - prevalence)``, which is 0 for a random
        ranking of many labels, whatever the share of wrong ones, and 1 for a
        perfect one.

    Returns
    -------
    score : float
        Average precision, in [0, 1] unless normalised. Labels that share a
        quality are reviewed as one block. NaN if no label is wrong, and, if
        normalised, if all are.

    Raises
    ------
    ValueError
        If the arrays differ in length, are empty, `is_error` is not boolean, or
        `label_quality` has NaN or infinite values.

    Warns
    -----
    UndefinedMetricWarning
        If the score is NaN.

    References
    ----------
    Fabian Gröger, Simone Lionetti, Philippe Gottfrois, Alvaro Gonzalez-Jimenez,
    Ludovic Amruthalingam, Labelling Consortium, Matthew Groh, Alexander A.
    Navarini and Marc Pouly, "Intrinsic self-supervision for data quality audits",
    NeurIPS 2024.

    Examples
    --------
    >>> from sknoisy.metrics import detection_average_precision
    >>> is_error = [True, False, True, False]
    >>> detection_average_precision(is_error, [0.1, 0.2, 0.3, 0.9])
    0.833...
    """
    ranking = _Ranking(is_error, label_quality)
    score = ranking.average_precision(normalize)
    needed = "a right and a wrong label" if normalize else "a wrong label"
    return _defined(score, "average precision", needed)


def detection_roc_auc(is_error, label_quality):
    """Area under the ROC curve of finding wrong labels by low label quality.

    It is the probability that a wrong label has lower quality than a right one,
    where equal qualities count one half.

    Parameters
    ----------
    is_error : array-like of shape (n_samples,), dtype=bool
        True where the given label is wrong.
    label_quality : array-like of shape (n_samples,)
        Higher is more trustworthy.

    Returns
    -------
    score : float
        Area in [0, 1]; 0.5 for a random ranking. NaN if no label or every label
        is wrong.

    Raises
    ------
    ValueError
        If the arrays differ in length, are empty, `is_error` is not boolean, or
        `label_quality` has NaN or infinite values.

    Warns
    -----
    UndefinedMetricWarning
        If the score is NaN.

    Examples
    --------
    >>> from sknoisy.metrics import detection_roc_auc
    >>> detection_roc_auc([True, False, True, False], [0.1, 0.2, 0.3, 0.9])
    0.75
    """
    score = _Ranking(is_error, label_quality).roc_auc()
    return _defined(score, "ROC AUC", "a right and a wrong label")


def precision_at_k(is_error, label_quality, k):
    """Share of wrong labels among the `k` labels of lowest quality.

    Parameters
    ----------
    is_error : array-like of shape (n_samples,), dtype=bool
        True where the given label is wrong.
    label_quality : array-like of shape (n_samples,)
        Higher is more trustworthy.
    k : int or float
        Number of labels reviewed, an int in [1, n_samples], or their share, a
        float in (0, 1], rounded to a whole number of at least one.

    Returns
    -------
    precision : float
        Share in [0, 1]; the mean over all orders of labels of equal quality.

    Raises
    ------
    ValueError
        If `k` is out of range, the arrays differ in length, are empty, `is_error`
        is not boolean, or `label_quality` has NaN or infinite values.

    References
    ----------
    Fabian Gröger, Simone Lionetti, Philippe Gottfrois, Alvaro Gonzalez-Jimenez,
    Ludovic Amruthalingam, Labelling Consortium, Matthew Groh, Alexander A.
    Navarini and Marc Pouly, "Intrinsic self-supervision for data quality audits",
    NeurIPS 2024.

    Examples
    --------
    >>> from sknoisy.metrics import precision_at_k
    >>> precision_at_k([True, False, True, False], [0.1, 0.2, 0.3, 0.9], k=2)
    0.5
    """
    ranking = _Ranking(is_error, label_quality)
    return ranking.precision_at(_count(k, ranking.n_samples))


def recall_at_k(is_error, label_quality, k):
    """Share of the wrong labels that are among the `k` labels of lowest quality.

    Parameters
    ----------
    is_error : array-like of shape (n_samples,), dtype=bool
        True where the given label is wrong.
    label_quality : array-like of shape (n_samples,)
        Higher is more trustworthy.
    k : int or float
        Number of labels reviewed, an int in [1, n_samples], or their share, a
        float in (0, 1], rounded to a whole number of at least one.

    Returns
    -------
    recall : float
        Share in [0, 1]; the mean over all orders of labels of equal quality. NaN
        if no label is wrong.

    Raises
    ------
    ValueError
        If `k` is out of range, the arrays differ in length, are empty, `is_error`
        is not boolean, or `label_quality` has NaN or infinite values.

    Warns
    -----
    UndefinedMetricWarning
        If the recall is NaN.

    References
    ----------
    Fabian Gröger, Simone Lionetti, Philippe Gottfrois, Alvaro Gonzalez-Jimenez,
    Ludovic Amruthalingam, Labelling Consortium, Matthew Groh, Alexander A.
    Navarini and Marc Pouly, "Intrinsic self-supervision for data quality audits",
    NeurIPS 2024.

    Examples
    --------
    >>> from sknoisy.metrics import recall_at_k
    >>> recall_at_k([True, False, True, False], [0.1, 0.2, 0.3, 0.9], k=0.75)
    1.0
    """
    ranking = _Ranking(is_error, label_quality)
    recall = ranking.recall_at(_count(k, ranking.n_samples))
    return _defined(recall, "recall at k", "a wrong label")


def review_effort(is_error, label_quality, *, recall=0.9):
    """Share of the labels to review, lowest quality first, to find most errors.

    Parameters
    ----------
    is_error : array-like of shape (n_samples,), dtype=bool
        True where the given label is wrong.
    label_quality : array-like of shape (n_samples,)
        Higher is more trustworthy.
    recall : float, default=0.9
        Share of the wrong labels to find, in (0, 1].

    Returns
    -------
    effort : float
        Smallest share of the labels, in (0, 1], whose review finds at least
        `recall` of the wrong ones; the mean over all orders of labels of equal
        quality. A random ranking needs about `recall`, a perfect one about
        `recall` times the share of wrong labels. NaN if no label is wrong.

    Raises
    ------
    ValueError
        If `recall` is outside (0, 1], the arrays differ in length, are empty,
        `is_error` is not boolean, or `label_quality` has NaN or infinite values.

    Warns
    -----
    UndefinedMetricWarning
        If the effort is NaN.

    Examples
    --------
    >>> from sknoisy.metrics import review_effort
    >>> is_error = [True, False, True, False]
    >>> review_effort(is_error, [0.1, 0.2, 0.3, 0.9], recall=1.0)
    0.75
    """
    _check_recall(recall)
    effort = _Ranking(is_error, label_quality).effort(recall)
    return _defined(effort, "review effort", "a wrong label")


def miss_rate_at_budget(is_error, label_quality, *, budget=None):
    """Share of the wrong labels missed when a fixed number of labels is flagged.

    Detectors that flag different numbers of labels are not comparable by their
    misses. Here each flags its lowest qualities, exactly as many as there are
    wrong labels.

    Parameters
    ----------
    is_error : array-like of shape (n_samples,), dtype=bool
        True where the given label is wrong.
    label_quality : array-like of shape (n_samples,)
        Higher is more trustworthy.
    budget : int or float, default=None
        Number of labels flagged, an int in [1, n_samples], or their share, a
        float in (0, 1], rounded to a whole number of at least one. None flags as
        many as are wrong.

    Returns
    -------
    miss_rate : float
        False-negative rate in [0, 1]; the mean over all orders of labels of equal
        quality. NaN if no label is wrong.

    Raises
    ------
    ValueError
        If `budget` is out of range, the arrays differ in length, are empty,
        `is_error` is not boolean, or `label_quality` has NaN or infinite values.

    Warns
    -----
    UndefinedMetricWarning
        If the rate is NaN.

    References
    ----------
    Henrique Pickler, Jorge K. S. Kamassury and Danilo Silva, "Benchmarking noisy
    label detection methods", arXiv:2510.16211, 2025.

    Examples
    --------
    >>> from sknoisy.metrics import miss_rate_at_budget
    >>> miss_rate_at_budget([True, False, True, False], [0.1, 0.2, 0.3, 0.9])
    0.5
    """
    ranking = _Ranking(is_error, label_quality)
    count = ranking.n_errors
    if budget is not None:
        count = _count(budget, ranking.n_samples, name="budget")
    return _defined(1 - ranking.recall_at(count), "miss rate", "a wrong label")


def detection_report(
    is_error, label_quality, suspect_mask=None, *, k=(0.05, 0.1, 0.2), recall=0.9
):
    """Every detection metric at once.

    Parameters
    ----------
    is_error : array-like of shape (n_samples,), dtype=bool
        True where the given label is wrong.
    label_quality : array-like of shape (n_samples,)
        Higher is more trustworthy.
    suspect_mask : array-like of shape (n_samples,), dtype=bool, default=None
        Labels that the detector flagged, to judge its own cut too.
    k : int, float or sequence of these, default=(0.05, 0.1, 0.2)
        Numbers or shares of labels reviewed, as in `precision_at_k`.
    recall : float, default=0.9
        Share of the wrong labels to find, as in `review_effort`.

    Returns
    -------
    report : dict of str to float
        `prevalence` (share of wrong labels), `average_precision`,
        `normalized_average_precision`, `roc_auc`, `precision@k` and `recall@k`
        for each `k`, `review_effort@recall`, `miss_rate_at_budget`; with a mask
        also `suspect_rate` and `suspect_precision`, `suspect_recall`,
        `suspect_f1` and `suspect_mcc` (Matthews correlation). What is not
        defined is NaN.

    Raises
    ------
    ValueError
        If `k` or `recall` is out of range, the arrays differ in length, are
        empty, a mask is not boolean, or `label_quality` has NaN or infinite
        values.

    Warns
    -----
    UndefinedMetricWarning
        If no label or every label is wrong, so that some metrics are NaN.

    Examples
    --------
    >>> from sknoisy.metrics import detection_report
    >>> report = detection_report(
    ...     [True, False, True, False], [0.1, 0.2, 0.3, 0.9], k=[2]
    ... )
    >>> for name, value in report.items():
    ...     print(f"{name:29} {value:.3f}")
    prevalence                    0.500
    average_precision             0.833
    normalized_average_precision  0.667
    roc_auc                       0.750
    precision@2                   0.500
    recall@2                      0.500
    review_effort@0.9             0.750
    miss_rate_at_budget           0.500
    """
    _check_recall(recall)
    ranking = _Ranking(is_error, label_quality)
    if not 0 < ranking.n_errors < ranking.n_samples:
        which = "every" if ranking.n_errors else "no"
        warnings.warn(
            f"{which} label is wrong, so some detection metrics are not defined and "
            "set to NaN.",
            UndefinedMetricWarning,
            stacklevel=2,
        )
    report = {
        "prevalence": ranking.n_errors / ranking.n_samples,
        "average_precision": ranking.average_precision(),
        "normalized_average_precision": ranking.average_precision(normalize=True),
        "roc_auc": ranking.roc_auc(),
    }
    for value in [k] if isinstance(k, Real) else k:
        count = _count(value, ranking.n_samples)
        report[f"precision@{value}"] = ranking.precision_at(count)
        report[f"recall@{value}"] = ranking.recall_at(count)
    report[f"review_effort@{recall}"] = ranking.effort(recall)
    report["miss_rate_at_budget"] = 1 - ranking.recall_at(ranking.n_errors)
    if suspect_mask is not None:
        report |= _mask_report(ranking.is_error, suspect_mask)
    return report


class _Ranking:
    """Labels in the order of review, as blocks of equal quality."""

    def __init__(self, is_error, label_quality):
        self.is_error = _check_mask(is_error, "is_error")
        self.quality = _check_quality(label_quality, len(self.is_error))
        self.n_samples = len(self.is_error)
        self.n_errors = int(self.is_error.sum())
        _, block = np.unique(self.quality, return_inverse=True)
        errors = np.bincount(block, weights=self.is_error)
        self.rows_through = np.r_[0, np.cumsum(np.bincount(block))]
        self.errors_through = np.r_[0, np.cumsum(errors)]

    def precision_at(self, count):
        return float(self._expected_found(count) / count)

    def recall_at(self, count):
        if self.n_errors == 0:
            return np.nan
        return float(self._expected_found(count) / self.n_errors)

    def _expected_found(self, count):
        # Part of a block, drawn at random, holds its errors in proportion.
        return np.interp(count, self.rows_through, self.errors_through)

    def effort(self, recall):
        if self.n_errors == 0:
            return np.nan
        # 0.9 * 10 must ask for 9 errors even where it rounds to a hair above 9.
        wanted = max(1, int(np.ceil(recall * self.n_errors - 1e-9)))
        last = np.searchsorted(self.errors_through, wanted)
        rows, errors = self.rows_through[last - 1], self.errors_through[last - 1]
        block_rows = self.rows_through[last] - rows
        block_errors = self.errors_through[last] - errors
        # Mean place of the j-th of e errors in a random order of m rows is
        # j * (m + 1) / (e + 1).
        reviewed = rows + (wanted - errors) * (block_rows + 1) / (block_errors + 1)
        return float(reviewed / self.n_samples)

    def average_precision(self, normalize=False):
        if self.n_errors == 0:
            return np.nan
        score = float(average_precision_score(self.is_error, -self.quality))
        if not normalize:
            return score
        if self.n_errors == self.n_samples:
            return np.nan
        prevalence = self.n_errors / self.n_samples
        return (score - prevalence) / (1 - prevalence)

    def roc_auc(self):
        if not 0 < self.n_errors < self.n_samples:
            return np.nan
        return float(roc_auc_score(self.is_error, -self.quality))


def _mask_report(is_error, suspect_mask):
    suspect = _check_mask(suspect_mask, "suspect_mask", n_samples=len(is_error))
    return {
        "suspect_rate": float(suspect.mean()),
        "suspect_precision": _or_nan(precision_score, is_error, suspect),
        "suspect_recall": _or_nan(recall_score, is_error, suspect),
        "suspect_f1": _or_nan(f1_score, is_error, suspect),
        "suspect_mcc": float(matthews_corrcoef(is_error, suspect)),
    }


def _or_nan(score, is_error, suspect):
    return float(score(is_error, suspect, zero_division=np.nan))


def _defined(score, name, needed):
    if np.isnan(score):
        warnings.warn(
            f"{name} is not defined without {needed} in is_error; it is set to NaN.",
            UndefinedMetricWarning,
            stacklevel=3,
        )
    return score


def _check_mask(mask, name, n_samples=None):
    mask = np.asarray(mask)
    if mask.ndim != 1 or len(mask) == 0:
        raise ValueError(
            f"{name} must hold one bool per label, shape (n,), got shape {mask.shape}."
        )
    if n_samples is not None and len(mask) != n_samples:
        raise ValueError(
            f"{name} has {len(mask)} entries for {n_samples} labels; pass a mask over "
            "all labels, not the indices of some."
        )
    if mask.dtype != bool and not np.isin(mask, (0, 1)).all():
        raise ValueError(
            f"{name} must be a boolean mask, got other values; write for instance "
            "y_given != y_true."
        )
    return mask.astype(bool)


def _check_quality(label_quality, n_samples):
    # Unsigned integers would wrap around when their sign is turned.
    quality = np.asarray(label_quality, dtype=np.float64)
    if quality.shape != (n_samples,):
        raise ValueError(
            f"label_quality must have one value for each of the {n_samples} entries "
            f"of is_error, got shape {quality.shape}; both must cover all labels."
        )
    if not np.isfinite(quality).all():
        raise ValueError(
            "label_quality has NaN or infinite values, which have no place in a "
            "ranking; leave those rows out of both arrays or give them a value."
        )
    return quality


def _count(k, n_samples, name="k"):
    if isinstance(k, Integral) and not isinstance(k, bool) and 1 <= k <= n_samples:
        return int(k)
    if isinstance(k, Real) and not isinstance(k, Integral) and 0 < k <= 1:
        return max(1, round(k * n_samples))
    raise ValueError(
        f"{name} must be a number of labels, an int from 1 to {n_samples}, or a share "
        f"of them, a float above 0 and up to 1; got {k!r}."
    )


def _check_recall(recall):
    if not 0 < recall <= 1:
        raise ValueError(
            f"recall must be above 0 and at most 1, got {recall!r}; write 0.9 for 90 %."
        )
