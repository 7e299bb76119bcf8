# SPDX-License-Identifier: BSD-3-Clause
"""What an inspection of a data set found, in one object."""

from dataclasses import asdict

import numpy as np

from sknoisy.inspection._findings import (
    KINDS,
    OF_GROUPS,
    Finding,
    groups_of_rows,
    majority,
    plain,
    with_several,
)
from sknoisy.inspection._html import report_html
from sknoisy.utils._options import check_option
from sknoisy.utils._rows import num_rows


class DataReport:
    """Findings on a data set: labels, duplicates and rows that do not belong.

    Made by `inspect_data`. Rows are given by position, from 0. In a notebook the
    report shows itself with the first findings of each kind.

    Parameters
    ----------
    X : any container of n_samples rows
        The data, of which a few rows are shown.
    y : ndarray of shape (n_samples,) or None
        Given labels.
    detector : detector or None
        Fitted label detector, if there are labels.
    duplicates : NearDuplicates
        Fitted.
    off_topic : OffTopic
        Fitted.
    trusted : ndarray of shape (n_samples,), dtype=bool, default=None
        Rows whose label has been verified.

    Attributes
    ----------
    X, y, detector, trusted
        As given.
    n_samples : int
        Number of rows.
    counts : dict of str to int
        Number of findings of each kind that was looked for.
    label_quality : ndarray of shape (n_samples,) or None
        In [0, 1]; higher is more trustworthy.
    suggested_labels : ndarray of shape (n_samples,) or None
        What the evidence says each label is, if the detector suggests any.
    noise_rate : float or None
        Estimated fraction of wrong labels.
    label_issues : ndarray of shape (n_issues,), dtype=int
        Rows whose label looks wrong, worst first.
    groups : ndarray of shape (n_samples,), dtype=int
        Group of each row: duplicates and near duplicates share one. Made to be
        passed on as `groups`, as to `GroupKFold`.
    exact_duplicates : list of ndarray, dtype=int
        Rows of each set of equal rows.
    near_duplicates : list of ndarray, dtype=int
        Rows of each group that holds near duplicates, with their exact copies.
    conflicts : list of ndarray, dtype=int
        Rows of each group of duplicates, exact or near, with more than one label.
        Numeric targets that differ are no conflict.
    typicality : ndarray of shape (n_samples,)
        In [0, 1]; low for rows that are like no other.
    off_topic : ndarray of shape (n_off_topic,), dtype=int
        Rows that look off-topic, the least typical first.

    See Also
    --------
    inspect_data : Makes it.

    Examples
    --------
    >>> from sknoisy.inspection import inspect_data
    >>> texts = ["cheap pills", "lunch at noon", "Cheap pills!", "see you at noon"]
    >>> report = inspect_data(texts)
    >>> report
    DataReport(n_samples=4, exact_duplicate=0, near_duplicate=1, off_topic=0)
    >>> report.near_duplicates
    [array([0, 2])]
    """

    def __init__(self, X, y, detector, duplicates, off_topic, trusted=None):
        self.X = X
        self.y = y
        self.detector = detector
        self.trusted = trusted
        self.n_samples = num_rows(X)
        self.has_labels = y is not None
        self._set_labels(detector)
        self._set_duplicates(duplicates)
        self.typicality = off_topic.typicality_
        rows = np.flatnonzero(off_topic.outlier_mask_)
        # Scores still tell rows apart that are all of typicality 0.
        worst_first = np.argsort(-off_topic.outlier_score_[rows], kind="stable")
        self.off_topic = rows[worst_first]

    def _set_labels(self, detector):
        self.label_quality = getattr(detector, "label_quality_", None)
        self.suggested_labels = getattr(detector, "suggested_labels_", None)
        self.noise_rate = getattr(detector, "noise_rate_", None)
        self.label_issues = np.empty(0, dtype=np.intp)
        if detector is not None:
            rows = np.flatnonzero(detector.suspect_mask_)
            worst_first = np.argsort(self.label_quality[rows], kind="stable")
            self.label_issues = rows[worst_first]

    def _set_duplicates(self, duplicates):
        self.groups = duplicates.groups_
        self._farthest = np.zeros(self.groups.max() + 1)
        group_of_pair = self.groups[duplicates.pairs_[:, 0]]
        np.maximum.at(self._farthest, group_of_pair, duplicates.distances_)
        together = groups_of_rows(self.groups)
        self.exact_duplicates = groups_of_rows(duplicates.exact_groups_)
        self.near_duplicates = with_several(together, duplicates.exact_groups_)
        # Of a number, no two measurements need be the same.
        has_classes = self.has_labels and hasattr(self.detector, "classes_")
        self.conflicts = with_several(together, self.y) if has_classes else []

    @property
    def counts(self):
        """Number of findings of each kind that was looked for."""
        return {kind: self._n_findings(kind) for kind in KINDS if self.looked_for(kind)}

    def looked_for(self, kind):
        """Tell whether findings of a kind were looked for.

        Parameters
        ----------
        kind : {"label_issue", "conflict", "exact_duplicate", "near_duplicate", \
                "off_topic"}
            Kind of finding.

        Returns
        -------
        looked_for : bool
            False for what needs labels where there are none.
        """
        check_option("kind", kind, KINDS)
        return self.has_labels or kind not in ("label_issue", "conflict")

    def findings(self, kind):
        """List the findings of a kind, worst first.

        Parameters
        ----------
        kind : {"label_issue", "conflict", "exact_duplicate", "near_duplicate", \
                "off_topic"}
            Kind of finding.

        Returns
        -------
        findings : list
            Objects with `kind`, `rows`, `score`, `given` and `suggested`, as the
            columns of `to_frame`.
        """
        check_option("kind", kind, KINDS)
        if kind == "label_issue":
            return [self._label_issue(row) for row in self.label_issues]
        if kind == "off_topic":
            return [self._stray(row) for row in self.off_topic]
        if kind == "conflict":
            conflicts = [self._conflict(rows) for rows in self.conflicts]
            return sorted(conflicts, key=lambda conflict: conflict.score)
        return [self._duplicates(kind, rows) for rows in self._found(kind)]

    def to_frame(self):
        """List all findings in a frame, one per line.

        Returns
        -------
        frame : pandas.DataFrame
            Columns ``kind``; ``rows``, a tuple of positions; ``score``; ``given``,
            the label, or a tuple of them; ``suggested``, another label, if any. The
            score is the label quality of a label issue, the share of the most
            frequent label of a conflict, the largest distance of a pair in a group
            of duplicates, and the typicality of an off-topic row.
        """
        import pandas as pd

        lines = [asdict(each) for kind in self.counts for each in self.findings(kind)]
        columns = ["kind", "rows", "score", "given", "suggested"]
        frame = pd.DataFrame(lines, columns=columns, dtype=object)
        return frame.astype({"kind": str, "score": float})

    def summary(self):
        """Say in a few lines how much was found of what.

        Returns
        -------
        summary : str
            A line for each kind of finding.
        """
        width = max(map(len, KINDS.values()))
        lines = [f"  {KINDS[k]:{width}}  {self.extent(k)}" for k in self.counts]
        return "\n".join([self.headline(), *lines])

    def headline(self):
        """Say how many rows were looked at.

        Returns
        -------
        headline : str
            The first line of the summary.
        """
        rows = "1 row" if self.n_samples == 1 else f"{self.n_samples:,} rows"
        if self.noise_rate is None:
            return f"Inspected {rows}."
        return f"Inspected {rows}; estimated noise rate {self.noise_rate:.1%}."

    def extent(self, kind):
        """Say how many rows, and groups of rows, were found.

        Parameters
        ----------
        kind : {"label_issue", "conflict", "exact_duplicate", "near_duplicate", \
                "off_topic"}
            Kind of finding.

        Returns
        -------
        extent : str
            As "12 rows in 5 groups".
        """
        n_findings = self._n_findings(kind)
        if n_findings == 0:
            return "none"
        is_grouped = kind in OF_GROUPS
        n_rows = sum(map(len, self._found(kind))) if is_grouped else n_findings
        rows = "1 row" if n_rows == 1 else f"{n_rows:,} rows"
        if not is_grouped:
            return rows
        return f"{rows} in {n_findings:,} group{'s' if n_findings > 1 else ''}"

    def _found(self, kind):
        return {
            "label_issue": self.label_issues,
            "conflict": self.conflicts,
            "exact_duplicate": self.exact_duplicates,
            "near_duplicate": self.near_duplicates,
            "off_topic": self.off_topic,
        }[kind]

    def _n_findings(self, kind):
        return len(self._found(kind))

    def _label(self, row):
        return plain(self.y[row]) if self.has_labels else None

    def _labels(self, rows):
        return tuple(self.y[rows].tolist()) if self.has_labels else None

    def _label_issue(self, row):
        suggested = self.suggested_labels
        return Finding(
            "label_issue",
            (int(row),),
            float(self.label_quality[row]),
            self._label(row),
            None if suggested is None else plain(suggested[row]),
        )

    def _stray(self, row):
        score = float(self.typicality[row])
        return Finding("off_topic", (int(row),), score, self._label(row))

    def _conflict(self, rows):
        trusted = None if self.trusted is None else self.trusted[rows]
        label, share = majority(self.y[rows], trusted)
        given = self._labels(rows)
        return Finding("conflict", tuple(rows.tolist()), float(share), given, label)

    def _duplicates(self, kind, rows):
        is_near = kind == "near_duplicate"
        distance = self._farthest[self.groups[rows[0]]] if is_near else 0.0
        return Finding(kind, tuple(rows.tolist()), float(distance), self._labels(rows))

    def __repr__(self):
        counts = ", ".join(f"{kind}={n}" for kind, n in self.counts.items())
        return f"DataReport(n_samples={self.n_samples}, {counts})"

    def _repr_html_(self):
        return report_html(self)
