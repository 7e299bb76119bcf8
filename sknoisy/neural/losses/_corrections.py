# SPDX-License-Identifier: BSD-3-Clause
"""Cross-entropy corrected by a known transition matrix."""

from abc import abstractmethod

import numpy as np
import torch

from sknoisy.neural.losses._base import RobustLoss, as_array
from sknoisy.noise._matrices import check_transition_matrix


class MatrixLoss(RobustLoss):
    """A loss that needs a table made of a transition matrix."""

    def __init__(self, transition_matrix, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.transition_matrix = transition_matrix
        self._check()

    def _check(self):
        super()._check()
        matrix = check_transition_matrix(as_array(self.transition_matrix))
        table = self._make_table(matrix)
        # Kept in double precision, which not every device has, and copied but once.
        self._table = torch.from_numpy(table)
        self._table_there = self._table

    def _table_for(self, at):
        """Return the table where the logits are, of their precision."""
        if len(self._table) != at.n_classes:
            check_transition_matrix(as_array(self.transition_matrix), at.n_classes)
        there = self._table_there
        if there.device != at.logits.device or there.dtype != at.logits.dtype:
            self._table_there = self._table.to(at.logits)
        return self._table_there

    @abstractmethod
    def _make_table(self, matrix):
        """Return what the loss needs of the matrix."""


class ForwardCorrection(MatrixLoss):
    """Cross-entropy of the given labels, seen through a known noise model.

    The probabilities of the true classes are turned into those of the given ones by
    the transition matrix, and these are what the labels judge: the loss is
    ``-log((p @ transition_matrix)[y])`` for the class probabilities ``p``. So the
    network learns the true classes.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``[i, j] = P(given = j | true = i)``, classes sorted.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    See Also
    --------
    BackwardCorrection : Corrects the labels instead; mostly worse.
    sknoisy.noise.ConfidentJoint : Estimates the matrix.
    sknoisy.boosting.ForwardCorrection : The same for LightGBM.

    Notes
    -----
    It suits noise between few classes, as pair noise; under symmetric noise a network
    that is large enough memorises in spite of it. A matrix that was estimated from
    overfitted probabilities is too close to the identity, which corrects nothing.

    The loss of a soft label is the cross-entropy of its shares to the probabilities of
    the given classes; it takes memory for a matrix per row.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and Lizhen Qu,
    "Making deep neural networks robust to label noise: a loss correction approach",
    CVPR 2017.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import ForwardCorrection
    >>> from sknoisy.noise import pair_matrix
    >>> ForwardCorrection(pair_matrix(3, 0.25))(torch.zeros(1, 3), torch.tensor([1]))
    tensor(1.0986)
    """

    def _make_table(self, matrix):
        # No row may be given a class of which the column is empty; its logarithm
        # would turn the gradients of soft labels into NaN, though its share is 0.
        self._never_given = np.flatnonzero(~matrix.any(axis=0))
        with np.errstate(divide="ignore"):
            table = np.log(matrix)
        table[:, self._never_given] = 0
        return table

    def _losses(self, at):
        table = self._table_for(at)
        self._check_given(at)
        if at.is_soft:
            given = torch.logsumexp(at.log_p[:, :, None] + table, dim=1)
            return -(at.target * given).sum(dim=1)
        return -torch.logsumexp(at.log_p + table.T[at.target], dim=1)

    def _check_given(self, at):
        for never in self._never_given:
            is_never = at.target[:, never] > 0 if at.is_soft else at.target == never
            if is_never.any():
                raise ValueError(
                    f"transition_matrix says that no row is ever given class {never}, "
                    "but target holds it; give its column some probability."
                )


class BackwardCorrection(MatrixLoss):
    """Cross-entropy to labels that are right on average, by a known noise model.

    The target of a row is the row of the inverse of the transition matrix that its
    given label names: more than 1 on that label, below 0 on others. On average over the
    noise, the loss equals cross-entropy on the true labels.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``[i, j] = P(given = j | true = i)``, classes sorted.
    reduction : {"mean", "sum", "none"}, default="mean"
        What becomes of the losses of the rows of a batch.

    Raises
    ------
    ValueError
        If the matrix has no inverse.

    See Also
    --------
    ForwardCorrection : Mostly the better choice.
    sknoisy.boosting.BackwardCorrection : The same for LightGBM.

    Notes
    -----
    What is right on average varies much, the more so the closer the matrix is to having
    no inverse, and the loss has no lower bound: train few epochs, or with weight decay.
    It is mostly here to compare with.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and Lizhen Qu,
    "Making deep neural networks robust to label noise: a loss correction approach",
    CVPR 2017.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.losses import BackwardCorrection
    >>> from sknoisy.noise import symmetric_matrix
    >>> loss = BackwardCorrection(symmetric_matrix(2, 0.2))
    >>> loss(torch.tensor([[0.0, 1.0]]), torch.tensor([1]))
    tensor(-0.0201)
    """

    def _make_table(self, matrix):
        if np.linalg.cond(matrix) > 1e8:
            raise ValueError(
                "transition_matrix has no inverse, as some classes are given the same "
                "labels; use ForwardCorrection, which needs none."
            )
        return np.linalg.inv(matrix)

    def _losses(self, at):
        inverse = self._table_for(at)
        target = at.target @ inverse if at.is_soft else inverse[at.target]
        return -(target * at.log_p).sum(dim=1)
