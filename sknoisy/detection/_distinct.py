# SPDX-License-Identifier: BSD-3-Clause
"""Judge rows of the same content once, in an order that rows do not set."""

from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np

from sknoisy.base import Judgement
from sknoisy.detection._label_detector import SchemeDetector
from sknoisy.utils._distinct_rows import combine_numbers, is_coarse, number_contents
from sknoisy.utils._labelled_rows import LabelledRows, weights_of
from sknoisy.utils._rows import take_rows


@dataclass(frozen=True)
class DistinctRows:
    """Rows of which no two have the same content, label and group.

    Attributes
    ----------
    rows : LabelledRows
        One for all its copies, with their joint weight, in the order of content.
    number_of : ndarray of shape (n_samples,), dtype=int
        Which of them stands for each of the rows given.
    """

    rows: LabelledRows
    number_of: np.ndarray

    def expand(self, judgement):
        """Hand what was judged of distinct rows to all their copies.

        Parameters
        ----------
        judgement : Judgement
            Of the distinct rows.

        Returns
        -------
        judgement : Judgement
            Of the rows given.
        """
        per_row = ("label_quality", "suspect_mask", "suggested_codes", "pred_proba")
        found = {name: getattr(judgement, name) for name in per_row}
        return Judgement(
            noise_rate=judgement.noise_rate,
            **{
                name: None if values is None else values[self.number_of]
                for name, values in found.items()
            },
        )


def distinct_rows(rows):
    """Let one row of their joint weight stand for all copies with the same label.

    Whatever is then judged, with whatever estimator, depends neither on the order
    of the rows nor on whether a row of weight two is given twice. In a table of few
    categories, where copies are samples of their own, they stay apart.

    Parameters
    ----------
    rows : LabelledRows
        The rows to judge.

    Returns
    -------
    distinct : DistinctRows
        The distinct rows, and which of them stands for which row.
    """
    number_of = _number(rows)
    _, first = np.unique(number_of, return_index=True)
    weight = np.bincount(number_of, weights=rows.sample_weight).astype(np.float64)
    picked = replace(
        rows,
        X=take_rows(rows.X, first),
        y=rows.y[first],
        codes=rows.codes[first],
        # Always weights: forests draw otherwise where there are none.
        sample_weight=weight,
        groups=None if rows.groups is None else rows.groups[first],
        trusted=_any_copy(rows.trusted, number_of),
    )
    return DistinctRows(picked, number_of)


def _number(rows):
    contents = number_contents(rows.X)
    if rows.groups is not None:
        groups = np.unique(rows.groups, return_inverse=True)[1]
        return combine_numbers(contents, groups, rows.codes)
    if not is_coarse(contents):
        return combine_numbers(contents, rows.codes)
    # Copies with the same label are exchangeable but for their weight.
    number_of = np.empty(len(rows), dtype=np.intp)
    number_of[np.lexsort((weights_of(rows), rows.codes, contents))] = np.arange(
        len(rows)
    )
    return number_of


def _any_copy(trusted, number_of):
    return None if trusted is None else np.bincount(number_of, weights=trusted) > 0


class DistinctRowsDetector(SchemeDetector):
    """Base of detectors by a scheme whose draws or learners hang on row order.

    Only folds that the caller has drawn, which name rows by their position, are
    left as they are.
    """

    def _judge(self, rows):
        if not isinstance(getattr(self, "cv", 2), Integral):
            return super()._judge(rows)
        distinct = distinct_rows(rows)
        return distinct.expand(super()._judge(distinct.rows))
