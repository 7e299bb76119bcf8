# SPDX-License-Identifier: BSD-3-Clause
"""Flag wrong labels by the filters of confident learning."""

from dataclasses import dataclass, field

import numpy as np

from sknoisy.detection._label_scores import check_label_score
from sknoisy.noise._confident_joint import (
    PROBA_TOLERANCE,
    calibrate_joint,
    class_thresholds,
    class_weights,
    count_confident_joint,
    is_whole,
    row_unit,
)
from sknoisy.utils._labelled_rows import check_weights
from sknoisy.utils._options import check_option
from sknoisy.utils._predictions import (
    check_predictions,
    own_proba,
    row_blocks,
    row_slices,
)
from sknoisy.utils._ranking import lowest_cutoff

FILTERS = (
    "prune_by_noise_rate",
    "prune_by_class",
    "both",
    "confident_learning",
    "predicted_neq_given",
    "low_normalized_margin",
    "low_self_confidence",
)

# Margins above this belong to disputed labels, whatever the rounding.
_CLEAR_MARGIN = 2 * PROBA_TOLERANCE

# Margins of this many (row, class) pairs are held at once.
_MARGIN_ELEMENTS = 2**17

# Below this, sorting the margins of all classes at once beats selecting in each.
_FEW_ROWS = 256


@dataclass
class LabelSurvey:
    """What the passes over the probabilities find; every filter starts from it.

    Attributes
    ----------
    thresholds : ndarray of shape (n_classes,)
        Mean self-confidence of each class.
    counts : ndarray of shape (n_classes, n_classes)
        Confident joint before calibration.
    class_totals : ndarray of shape (n_classes,)
        Number, or weight, of the rows of each given class.
    disputed : ndarray of shape (n_samples,), dtype=bool
        Rows where another class is more probable than the given one.
    off_diagonal : ndarray of shape (n_samples,), dtype=bool, or None
        Rows counted off the diagonal of `counts`.
    sample_weight : ndarray of shape (n_samples,) or None
        Weight of each row.
    """

    thresholds: np.ndarray
    counts: np.ndarray
    class_totals: np.ndarray
    disputed: np.ndarray
    off_diagonal: np.ndarray | None = None
    sample_weight: np.ndarray | None = None
    _joint: np.ndarray | None = field(default=None, init=False, repr=False)

    def joint(self):
        """Return the calibrated confident joint."""
        if self._joint is None:
            self._joint = calibrate_joint(self.counts, self.class_totals)
        return self._joint

    def confident_issues(self):
        """Return the mask of disputed rows counted off the diagonal."""
        return self.off_diagonal & self.disputed

    def weigh(self, mask):
        """Return the number of rows in a mask, or their weight."""
        if self.sample_weight is None:
            return int(np.count_nonzero(mask))
        return self.sample_weight[mask].sum()


def survey_labels(
    codes, pred_proba, sample_weight=None, *, off_diagonal=True, check_rows=False
):
    """Make the passes over the probabilities that all filters share.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), integer
        Column of each given label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weight of each row.
    off_diagonal : bool, default=True
        Whether to record the rows counted off the diagonal, which the prune
        filters do not need.
    check_rows : bool, default=False
        Whether to check in passing that the rows of `pred_proba` are
        probabilities.

    Returns
    -------
    survey : LabelSurvey
        Thresholds, counts and the rows in question.
    """
    thresholds = class_thresholds(codes, pred_proba, sample_weight)
    disputed = np.empty(len(codes), dtype=bool)
    counted_off = np.empty(len(codes), dtype=bool) if off_diagonal else None
    counts = count_confident_joint(
        codes,
        pred_proba,
        thresholds,
        sample_weight,
        check_rows=check_rows,
        disputed=disputed,
        off_diagonal=counted_off,
    )
    totals = class_weights(codes, pred_proba.shape[1], sample_weight)
    return LabelSurvey(thresholds, counts, totals, disputed, counted_off, sample_weight)


def filter_codes(
    codes,
    pred_proba,
    survey,
    filter_by="prune_by_noise_rate",
    *,
    frac_noise=1.0,
    min_samples_per_class=1,
    confident_joint=None,
    num_issues=None,
):
    """Flag rows by one filter, from a survey that is already there.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), integer
        Column of each given label.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities, checked.
    survey : LabelSurvey
        What `survey_labels` returned for them.
    filter_by : str, default="prune_by_noise_rate"
        One of `FILTERS`.
    frac_noise, min_samples_per_class, confident_joint, num_issues
        As in `find_label_issues`.

    Returns
    -------
    mask : ndarray of shape (n_samples,), dtype=bool
        True for flagged rows.
    """
    _check_amounts(filter_by, frac_noise, min_samples_per_class, num_issues)
    if filter_by == "predicted_neq_given":
        return survey.disputed.copy()
    if filter_by == "confident_learning":
        return survey.confident_issues()
    if filter_by.startswith("low_"):
        scores = check_label_score(filter_by[4:]).score(codes, pred_proba)
        if num_issues is None:
            num_issues = survey.weigh(survey.confident_issues())
        return scores <= lowest_cutoff(scores, num_issues, survey.sample_weight)
    joint = survey.joint() if confident_joint is None else confident_joint
    least = min_samples_per_class * row_unit(survey.sample_weight)
    kept = _kept_counts(joint, least, frac_noise, whole=is_whole(survey.class_totals))
    # A class too small to judge keeps all its rows.
    suspects = _Suspects(codes, pred_proba, survey, survey.class_totals > least)
    if filter_by == "prune_by_noise_rate":
        return suspects.by_noise_rate(kept)
    if filter_by == "prune_by_class":
        return suspects.by_class(kept)
    return suspects.by_noise_rate(kept) & suspects.by_class(kept)


def _kept_counts(joint, min_samples, frac_noise, whole):
    """Joint counts after each class keeps `min_samples` rows and is thinned."""
    diagonal = np.maximum(joint.diagonal(), min_samples)
    raised = diagonal - joint.diagonal()
    sources = np.maximum(np.count_nonzero(joint, axis=1) - 1.0, 1.0)
    noise = joint - (raised / sources)[:, np.newaxis]
    np.maximum(noise, 0.0, out=noise)
    np.fill_diagonal(noise, 0.0)
    kept = noise * frac_noise
    np.fill_diagonal(kept, diagonal + (noise - kept).sum(axis=1))
    return np.trunc(kept, out=kept) if whole else kept


class _Suspects:
    """The disputed rows, which alone can be flagged, in order of given class."""

    def __init__(self, codes, pred_proba, survey, judged):
        self.codes = codes
        self.pred_proba = pred_proba
        self.weight = survey.sample_weight
        self.totals = survey.class_totals
        self.judged = np.flatnonzero(judged)
        narrow = np.int32 if len(codes) < 2**31 else np.int64
        rows = np.flatnonzero(survey.disputed).astype(narrow)
        given = codes[rows].astype(np.min_scalar_type(len(judged)))
        self.rows = rows[np.argsort(given, kind="stable")]
        self.ends = np.cumsum(np.bincount(given, minlength=len(judged)))

    def of_class(self, k):
        """Return the disputed rows of given class `k`."""
        return self.rows[self.ends[k - 1] if k else 0 : self.ends[k]]

    def by_noise_rate(self, kept):
        """Flag, for every pair of classes, the rows of largest margin."""
        mask = np.zeros(len(self.codes), dtype=bool)
        claimed = kept > 0
        np.fill_diagonal(claimed, False)
        for k in self.judged:
            rows, others = self.of_class(k), np.flatnonzero(claimed[k])
            if len(rows) and len(others):
                mask[rows] = self._largest_margins(k, rows, others, kept[k, others])
        return mask

    def by_class(self, kept):
        """Flag, in every class, the rows of lowest self-confidence."""
        mask = np.zeros(len(self.codes), dtype=bool)
        given, scores, weight = self._low_confidence()
        for k in self.judged:
            rows, ranked = self.of_class(k), given == k
            cutoff = lowest_cutoff(
                scores[ranked],
                self.totals[k] - kept[k, k],
                None if weight is None else weight[ranked],
            )
            mask[rows] = self._gather(rows, np.array([k]))[0] <= cutoff
        return mask

    def _gather(self, rows, columns, minus=None):
        """Return probabilities of shape (len(columns), len(rows)).

        Less those of the column `minus`, where it is given.
        """
        n_columns = self.pred_proba.shape[1]
        values = np.empty((len(columns), len(rows)))
        for part in row_slices(len(rows), n_columns):
            taken = rows[part]
            # A cache line holds eight numbers: below that, whole rows cost more.
            if 8 * len(columns) < n_columns:
                values[:, part] = self.pred_proba[taken, columns[:, np.newaxis]]
            else:
                values[:, part] = self.pred_proba[taken].T[columns]
            if minus is not None:
                values[:, part] -= self.pred_proba[taken, minus]
        return values

    def _low_confidence(self):
        """Gather the rows that can decide which self-confidence is flagged.

        Rows more trustworthy than every disputed row of their class cannot, so
        that only a few of all rows are held.
        """
        highest = np.full(len(self.totals), -np.inf)
        for k in self.judged:
            own = self._gather(self.of_class(k), np.array([k]))
            highest[k] = own.max(initial=-np.inf)
        narrow = np.min_scalar_type(len(self.totals))
        found = []
        for rows, block in row_blocks(self.pred_proba):
            given = self.codes[rows]
            scores = own_proba(block, given)
            low = np.flatnonzero(scores <= highest[given])
            weight = None if self.weight is None else self.weight[rows][low]
            found.append((given[low].astype(narrow), scores[low], weight))
        given, scores, weight = zip(*found, strict=True)
        weight = None if self.weight is None else np.concatenate(weight)
        return np.concatenate(given), np.concatenate(scores), weight

    def _largest_margins(self, k, rows, others, amounts):
        """Flag the disputed `rows` of class `k` that any of `others` claims."""
        flagged = np.zeros(len(rows), dtype=bool)
        step = max(1, _MARGIN_ELEMENTS // len(rows))
        for start in range(0, len(others), step):
            part = slice(start, start + step)
            margins = self._gather(rows, others[part], minus=k)
            claims = self._claims(k, rows, others[part], margins, amounts[part])
            flagged |= claims.any(axis=0)
        return flagged

    def _claims(self, k, rows, others, margins, amounts):
        """Mark, for each of `others`, about `amounts` rows of largest margin."""
        if self.weight is None:
            clear = (margins > _CLEAR_MARGIN).sum(axis=1)
            claims = _largest_of_each(margins, np.minimum(amounts, len(rows)))
        else:
            weight = self.weight[rows]
            clear = (margins > _CLEAR_MARGIN) @ weight
            cutoffs = [
                lowest_cutoff(-margin, amount, weight)
                for margin, amount in zip(margins, amounts, strict=True)
            ]
            claims = -margins <= np.array(cutoffs)[:, np.newaxis]
        # Fewer disputed rows than wanted: undisputed rows rank among the margins.
        for index in np.flatnonzero(amounts > clear):
            margin = margins[index]
            cutoff = self._cutoff_among_all(
                k, others[index], amounts[index], margin.min()
            )
            claims[index] = -margin <= cutoff
        return claims

    def _cutoff_among_all(self, k, other, amount, least):
        """Rank all rows of class `k` whose margin for `other` is at least `least`."""
        scores, weights = [], []
        for rows in row_slices(len(self.codes), 1):
            members = rows.start + np.flatnonzero(self.codes[rows] == k)
            margin = self.pred_proba[members, other].astype(np.float64)
            margin -= self.pred_proba[members, k]
            ranked = margin >= least
            scores.append(-margin[ranked])
            if self.weight is not None:
                weights.append(self.weight[members[ranked]])
        weight = np.concatenate(weights) if weights else None
        return lowest_cutoff(np.concatenate(scores), amount, weight)


def _largest_of_each(margins, amounts):
    """Mark the `amounts` largest values of each row, ties alike.

    The rule for ties is that of `lowest_cutoff`, applied to many rows at once.
    """
    places = margins.shape[1] - amounts.astype(np.intp)
    if margins.shape[1] < _FEW_ROWS:
        last = np.sort(margins, axis=1)[np.arange(len(margins)), places]
    else:
        last = np.empty(len(margins))
        for index, place in enumerate(places):
            last[index] = np.partition(margins[index], place)[place]
    claims = margins >= last[:, np.newaxis]
    counts = claims.sum(axis=1)
    for index in np.flatnonzero(counts > amounts):
        above = margins[index] > last[index]
        if (np.count_nonzero(above) + counts[index]) / 2 > amounts[index]:
            claims[index] = above
    return claims


def find_label_issues(
    y,
    pred_proba,
    *,
    filter_by="prune_by_noise_rate",
    frac_noise=1.0,
    min_samples_per_class=1,
    classes=None,
    sample_weight=None,
    confident_joint=None,
    num_issues=None,
):
    """Flag the labels that confident learning takes for wrong.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Given labels.
    pred_proba : array-like of shape (n_samples, n_classes)
        Out-of-sample probabilities, such as cross-validation gives. May be a
        memory map; it is read in blocks.
    filter_by : {"prune_by_noise_rate", "prune_by_class", "both", \
            "confident_learning", "predicted_neq_given", "low_normalized_margin", \
            "low_self_confidence"}, default="prune_by_noise_rate"
        Which labels are flagged:

        - "prune_by_noise_rate": for each pair of given and true class, as many
          rows as the confident joint counts, those of largest margin between the
          two probabilities;
        - "prune_by_class": for each given class, as many rows as the joint counts
          as wrong, those of lowest self-confidence;
        - "both": the rows that both of these flag;
        - "confident_learning": the rows counted off the diagonal of the joint;
        - "predicted_neq_given": the rows where another class is more probable;
        - "low_normalized_margin", "low_self_confidence": the `num_issues` rows of
          lowest score.
    frac_noise : float, default=1.0
        Share of the counted errors that the prune filters flag, in (0, 1].
    min_samples_per_class : int, default=1
        Rows that the prune filters leave in every class. They flag nothing in a
        class that has no more than these.
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row: a row of weight 2 counts as two rows, one of weight 0
        influences no other row.
    confident_joint : array-like of shape (n_classes, n_classes), default=None
        Counts of given (row) and true (column) labels for the prune filters, in
        rows; computed by default. The other filters do not use it.
    num_issues : float, default=None
        How many rows, or what weight, the two "low" filters flag; the weight of
        what "confident_learning" flags by default.

    Returns
    -------
    mask : ndarray of shape (n_samples,), dtype=bool
        True for flagged rows.

    Raises
    ------
    ValueError
        If `y`, `pred_proba` and `classes` do not fit together, the rows of
        `pred_proba` are not probabilities, or a parameter is out of range.

    See Also
    --------
    num_label_issues : How many labels are wrong.
    label_quality : A score for every label.

    Notes
    -----
    Except by the two "low" filters, no row is flagged whose given label is the
    most probable class. Rows with equal scores are flagged together or not at
    all, so that the result does not depend on the order of the rows.

    References
    ----------
    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> from sknoisy.detection import find_label_issues
    >>> y = ["cat", "cat", "cat", "dog", "dog"]
    >>> cat = [0.9, 0.8, 0.2, 0.3, 0.1]
    >>> find_label_issues(y, [[p, 1 - p] for p in cat])
    array([False, False,  True, False, False])
    """
    _check_amounts(filter_by, frac_noise, min_samples_per_class, num_issues)
    codes, pred_proba, _ = check_predictions(y, pred_proba, classes, check_rows=False)
    sample_weight = check_weights(sample_weight, len(codes))
    if confident_joint is not None:
        confident_joint = _check_joint(confident_joint, pred_proba.shape[1])
    pruning = filter_by in ("prune_by_noise_rate", "prune_by_class", "both")
    survey = survey_labels(
        codes, pred_proba, sample_weight, off_diagonal=not pruning, check_rows=True
    )
    return filter_codes(
        codes,
        pred_proba,
        survey,
        filter_by,
        frac_noise=frac_noise,
        min_samples_per_class=min_samples_per_class,
        confident_joint=confident_joint,
        num_issues=num_issues,
    )


def num_label_issues(
    y, pred_proba, *, method="off_diagonal", classes=None, sample_weight=None
):
    """Estimate how many labels are wrong.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Given labels.
    pred_proba : array-like of shape (n_samples, n_classes)
        Out-of-sample probabilities; may be a memory map.
    method : {"off_diagonal", "off_diagonal_calibrated"}, default="off_diagonal"
        "off_diagonal" counts the rows off the diagonal of the confident joint
        whose given label is not the most probable class.
        "off_diagonal_calibrated" sums the calibrated joint off its diagonal; it
        is better with two or three classes.
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    num_issues : int or float
        Number of wrong labels; with weights that are no whole numbers, their
        weight.

    References
    ----------
    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> from sknoisy.detection import num_label_issues
    >>> y = ["cat", "cat", "cat", "dog", "dog"]
    >>> cat = [0.9, 0.8, 0.2, 0.3, 0.1]
    >>> num_label_issues(y, [[p, 1 - p] for p in cat])
    1
    """
    check_option("method", method, ("off_diagonal", "off_diagonal_calibrated"))
    codes, pred_proba, _ = check_predictions(y, pred_proba, classes, check_rows=False)
    sample_weight = check_weights(sample_weight, len(codes))
    calibrated = method == "off_diagonal_calibrated"
    survey = survey_labels(
        codes, pred_proba, sample_weight, off_diagonal=not calibrated, check_rows=True
    )
    if calibrated:
        joint = survey.joint()
        amount = joint.sum() - joint.trace()
    else:
        amount = survey.weigh(survey.confident_issues())
    return int(amount) if is_whole(survey.class_totals) else float(amount)


def _check_amounts(filter_by, frac_noise, min_samples_per_class, num_issues):
    check_option("filter_by", filter_by, FILTERS)
    if not 0 < frac_noise <= 1:
        raise ValueError(
            f"frac_noise={frac_noise!r} must lie in (0, 1]; write 1.0 to flag all "
            "errors that are counted, 0.5 for half of them."
        )
    if min_samples_per_class < 0:
        raise ValueError(
            f"min_samples_per_class={min_samples_per_class!r} must be at least 0."
        )
    if num_issues is None:
        return
    if not filter_by.startswith("low_"):
        raise ValueError(
            f"num_issues is used by filter_by='low_normalized_margin' and "
            f"'low_self_confidence', not by {filter_by!r}; choose one of these, or "
            "write num_issues=None."
        )
    if not num_issues >= 0:
        raise ValueError(f"num_issues={num_issues!r} must be at least 0.")


def _check_joint(joint, n_classes):
    joint = np.asarray(joint)
    if joint.shape != (n_classes, n_classes):
        raise ValueError(
            f"confident_joint has shape {joint.shape}, but pred_proba has "
            f"{n_classes} columns; pass shape ({n_classes}, {n_classes}), row = given "
            "label, column = true label."
        )
    if not (np.isfinite(joint).all() and (joint >= 0).all()):
        raise ValueError(
            "confident_joint holds negative or non-finite values; pass counts, such "
            "as sknoisy.noise.confident_joint gives."
        )
    if joint.sum() <= 1:
        raise ValueError(
            f"confident_joint sums to {joint.sum():.6g}: pass counts of rows, not "
            "proportions; multiply by the number of rows."
        )
    return joint
