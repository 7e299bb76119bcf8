# SPDX-License-Identifier: BSD-3-Clause
"""Look for wrong labels, duplicates and off-topic rows at once."""

from sklearn.base import clone
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import type_of_target

from sknoisy.detection import AutoDetector, NearDuplicates, OffTopic, ResidualDetector
from sknoisy.inspection._report import DataReport
from sknoisy.utils._distinct_rows import is_coarse
from sknoisy.utils._labelled_rows import check_trusted


def inspect_data(
    X,
    y=None,
    detector=None,
    *,
    duplicates=None,
    off_topic=None,
    sample_weight=None,
    groups=None,
    trusted=None,
):
    """Inspect a data set: wrong labels, duplicates, conflicts, off-topic rows.

    Parameters
    ----------
    X : any container of n_samples rows
        Numbers in any array, dense or sparse, a frame of mixed types, or texts.
    y : array-like of shape (n_samples,), default=None
        Given labels, or numeric targets. None looks at the rows alone.
    detector : detector, default=None
        Judges the labels. None is `AutoDetector` for classes and
        `ResidualDetector` for numeric targets.
    duplicates : NearDuplicates, default=None
        Finds duplicates; with its defaults, if None.
    off_topic : OffTopic, default=None
        Finds off-topic rows; with its defaults, if None.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row, for the detector.
    groups : array-like of shape (n_samples,) or "duplicates", default=None
        Rows of one group never judge each other. None takes near duplicates
        together, except in a table of few categories, where rows repeat more than
        five times on average.
    trusted : array-like of shape (n_samples,), dtype=bool, default=None
        Rows whose label has been verified. In a conflict, they decide.

    Returns
    -------
    report : DataReport
        What was found.

    See Also
    --------
    DataReport : What it says.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.inspection import inspect_data
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> report = inspect_data(X, y)
    >>> int(report.label_issues[0]), int(report.suggested_labels[0])
    (0, 0)
    >>> print(report.summary().splitlines()[3].strip())
    Exact duplicates                  2 rows in 1 group
    """
    found = clone(NearDuplicates() if duplicates is None else duplicates).fit(X)
    strays = clone(OffTopic() if off_topic is None else off_topic).fit(X)
    trusted = check_trusted(trusted, len(found.groups_))
    if y is not None:
        detector = clone(_default_detector(y) if detector is None else detector)
        detector.fit(
            X,
            y,
            sample_weight=sample_weight,
            groups=_groups(groups, found),
            trusted=trusted,
        )
        y = column_or_1d(y)
    else:
        detector = None
    return DataReport(X, y, detector, found, strays, trusted)


def _default_detector(y):
    is_numeric = type_of_target(y).startswith("continuous")
    return ResidualDetector() if is_numeric else AutoDetector()


def _groups(groups, found):
    if isinstance(groups, str) and groups == "duplicates":
        return found.groups_
    if groups is not None or is_coarse(found.exact_groups_):
        return groups
    # Exact copies are kept apart without groups, and better told from samples.
    has_near = found.groups_.max() < found.exact_groups_.max()
    return found.groups_ if has_near else None
