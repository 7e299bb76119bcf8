# SPDX-License-Identifier: BSD-3-Clause
"""Read what a person answered, and keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sknoisy.utils._encoding import encode


def read_answers(indices, labels, n_rows, classes):
    """Check the answers to a batch.

    Parameters
    ----------
    indices : array-like of int, or dict of int to label
        Rows that were checked.
    labels : array-like or None
        Their right labels; None for a dict. None or NaN among them: cannot say.
    n_rows : int
        Number of rows.
    classes : ndarray of shape (n_classes,)
        All labels.

    Returns
    -------
    indices : ndarray of shape (n_answers,), dtype=int
        Rows, each once.
    codes : ndarray of shape (n_answers,), dtype=int
        Right labels; -1 for "cannot say".
    """
    if isinstance(indices, Mapping):
        if labels is not None:
            raise ValueError("Give a dict of labels by row, or two lists, not both.")
        indices, labels = list(indices.keys()), list(indices.values())
    elif labels is None:
        raise ValueError("update needs the labels too: update(indices, labels).")
    indices = np.asarray(indices)
    # One by one, so that a label keeps the type that it has.
    labels = labels.tolist() if hasattr(labels, "tolist") else list(labels)
    _check_indices(indices, len(labels), n_rows)
    codes = np.full(len(labels), -1, dtype=np.intp)
    told = [i for i, label in enumerate(labels) if not _is_missing(label)]
    if told:
        answers = np.array([labels[i] for i in told])
        try:
            codes[told] = encode(answers, classes)
        except ValueError as error:
            raise ValueError(
                f"An answer is none of the classes {classes[:10].tolist()}: {error} "
                "For labels that y lacks, write ReviewQueue(classes=[...]) and fit "
                "again."
            ) from error
    return indices.astype(np.intp), codes


def _is_missing(label):
    # The missing value of pandas is neither equal nor unequal to itself.
    return label is None or type(label).__name__ == "NAType" or label != label


def _check_indices(indices, n_labels, n_rows):
    if indices.ndim != 1 or (len(indices) and indices.dtype.kind not in "iu"):
        raise ValueError("indices must be row numbers, one for each label.")
    if len(indices) != n_labels:
        raise ValueError(
            f"{len(indices)} rows, but {n_labels} labels; give one label for each row."
        )
    if len(indices) and not (0 <= indices.min() and indices.max() < n_rows):
        raise ValueError(
            f"indices must lie in [0, {n_rows}); got {indices.min()} to "
            f"{indices.max()}."
        )
    if len(np.unique(indices)) < len(indices):
        raise ValueError("A row is answered twice; give each row one label.")


@dataclass
class AnswerLog:
    """Answers in the order in which they were asked.

    Attributes
    ----------
    doubt, given, suggested, is_wrong : list of ndarray
        For the calibration: what was known of the rows of each batch when they were
        asked, and what the answer was.
    by_rank : list of bool
        For the precision of the order: whether each label that it picked was wrong.
    draws : list of Draw
        Rows drawn at random.
    """

    doubt: list = field(default_factory=list)
    given: list = field(default_factory=list)
    suggested: list = field(default_factory=list)
    is_wrong: list = field(default_factory=list)
    by_rank: list = field(default_factory=list)
    draws: list = field(default_factory=list)

    def for_calibration(self):
        """Join the batches.

        Returns
        -------
        columns : tuple of ndarray
            Doubt, given and suggested code, and whether the label was wrong.
        """
        if not self.is_wrong:
            none = np.zeros(0, dtype=np.intp)
            return np.zeros(0), none, none, none.astype(bool)
        columns = (self.doubt, self.given, self.suggested, self.is_wrong)
        return tuple(np.concatenate(parts) for parts in columns)

    def extended(self, columns, by_rank, draw):
        """Copy the log and add a batch, so that a failed update changes nothing.

        Parameters
        ----------
        columns : tuple of ndarray
            As `for_calibration` returns them.
        by_rank : list of bool
            Whether labels picked by rank were wrong.
        draw : Draw
            Random rows of the batch.

        Returns
        -------
        log : AnswerLog
            The longer log.
        """
        kept = (self.doubt, self.given, self.suggested, self.is_wrong)
        parts = [[*old, new] for old, new in zip(kept, columns, strict=True)]
        draws = [*self.draws, draw] if draw.n_drawn else self.draws
        return AnswerLog(*parts, [*self.by_rank, *by_rank], draws)
