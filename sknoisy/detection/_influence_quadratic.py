# SPDX-License-Identifier: BSD-3-Clause
"""A fitted linear model, and what leaving rows out of it would change."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve

# Numbers held at once in a block of rows.
_BLOCK = 1 << 20

# Least curvature along a weight, as a share of the mean; keeps a model without a
# penalty solvable.
_LOWEST_CURVATURE = 1e-10


class Quadratic:
    """Second-order view of a penalised linear model at its optimum.

    The model has one or more outputs, each a weighted sum of the columns of a row.
    Where its loss is quadratic, as least squares is, everything here is exact;
    else it is one step of Newton's method.

    Parameters
    ----------
    Z : ndarray of shape (n_rows, n_columns)
        Rows that train the model.
    curvature : ndarray of shape (n_rows, n_outputs, n_outputs)
        Second derivative of the loss of each row by its outputs, times weight.
    residual : ndarray of shape (n_rows, n_outputs, n_targets)
        First derivative of the loss of each row by its outputs, times weight.
        Several targets share one curvature.
    penalty : ndarray of shape (n_columns,)
        Penalty on half the square of the weights of each column.

    Attributes
    ----------
    hessian, inverse : ndarray of shape (n_outputs, n_columns, n_outputs, n_columns)
        Second derivative of the whole loss by the weights, and its inverse.
    """

    def __init__(self, Z, curvature, residual, penalty):
        self.Z, self.curvature, self.residual = Z, curvature, residual
        self.hessian = self._total_curvature(penalty)
        self.inverse = _invert(self.hessian)

    def _total_curvature(self, penalty):
        n_columns, n_outputs = self.Z.shape[1], self.curvature.shape[1]
        hessian = _curvature_of(self.Z, self.curvature)
        scale = np.trace(hessian.reshape(n_outputs * n_columns, -1)) / n_columns
        floor = _LOWEST_CURVATURE * max(scale / n_outputs, 1e-300)
        for k in range(n_outputs):
            hessian[k, range(n_columns), k, range(n_columns)] += np.maximum(
                penalty, floor
            )
        free = np.flatnonzero(penalty == 0)
        if n_outputs > 1:
            # The same shift of all outputs changes nothing; any curvature will do.
            for j in free:
                hessian[:, j, :, j] += scale / n_outputs**2
        return hessian

    def blocks(self, n_rows):
        """Yield slices of rows, so small that what is computed of them is too.

        Parameters
        ----------
        n_rows : int
            Number of rows.

        Yields
        ------
        block : slice
            Rows.
        """
        n_outputs, n_columns = self.inverse.shape[:2]
        step = max(1, _BLOCK // (n_outputs**2 + n_columns))
        for start in range(0, n_rows, step):
            yield slice(start, min(start + step, n_rows))

    def moves(self, Z, by):
        """Tell how each row is moved by a change of another.

        Parameters
        ----------
        Z, by : ndarray of shape (n_rows, n_columns)
            Row i of `by` is what changes, and row i of `Z` is what is moved.

        Returns
        -------
        moves : ndarray of shape (n_rows, n_outputs, n_outputs)
            From a pull at the outputs of the one to the outputs of the other.
        """
        n_outputs = self.inverse.shape[0]
        moves = np.empty((len(Z), n_outputs, n_outputs))
        for k in range(n_outputs):
            for m in range(n_outputs):
                half = Z @ self.inverse[k, :, m]
                moves[:, k, m] = np.einsum("ij,ij->i", half, by)
        return moves

    def pull_without(self, left_out, moves):
        """Raise the residuals of rows to what they are when each is left out.

        Parameters
        ----------
        left_out : ndarray of shape (n_rows,), dtype=int
            Positions in the model.
        moves : ndarray of shape (n_rows, n_outputs, n_outputs)
            How each row moves itself.

        Returns
        -------
        pull : ndarray of shape (n_rows, n_outputs, n_targets)
            The residuals without the row, times its weight.
        """
        system = np.eye(moves.shape[1]) - self.curvature[left_out] @ moves
        return np.linalg.solve(system, self.residual[left_out])

    def shift_without_one(self, Z, left_out):
        """Tell how outputs move when each row loses one row of the model.

        Parameters
        ----------
        Z : ndarray of shape (n_rows, n_columns)
            Rows whose outputs move.
        left_out : ndarray of shape (n_rows,), dtype=int
            Position in the model of the row that each of them loses.

        Returns
        -------
        shift : ndarray of shape (n_rows, n_outputs, n_targets)
            What to add to the outputs.
        """
        shift = np.empty((len(Z), *self.residual.shape[1:]))
        for block in self.blocks(len(Z)):
            lost = left_out[block]
            own = self.Z[lost]
            pull = self.pull_without(lost, self.moves(own, own))
            shift[block] = self.moves(Z[block], own) @ pull
        return shift

    def shift_without(self, Z, left_out):
        """Tell how outputs move when the model loses several rows at once.

        Parameters
        ----------
        Z : ndarray of shape (n_rows, n_columns)
            Rows whose outputs move.
        left_out : ndarray of shape (n_left_out,), dtype=int
            Positions in the model of the rows that leave.

        Returns
        -------
        shift : ndarray of shape (n_rows, n_outputs, n_targets)
            What to add to the outputs.
        """
        n_outputs, n_columns = self.inverse.shape[:2]
        n_targets = self.residual.shape[2]
        gone, residual = self.Z[left_out], self.residual[left_out]
        if len(gone) < n_columns:
            moves = self._cross_moves(gone, gone)
            pushed = np.einsum("bkl,blcm->bkcm", self.curvature[left_out], moves)
            size = len(gone) * n_outputs
            system = np.eye(size) - pushed.reshape(size, size)
            pull = np.linalg.solve(system, residual.reshape(size, n_targets))
            moved = self._cross_moves(Z, gone).reshape(len(Z) * n_outputs, size) @ pull
        else:
            hessian = self.hessian - _curvature_of(gone, self.curvature[left_out])
            slope = np.einsum("bj,bkt->kjt", gone, residual)
            size = n_outputs * n_columns
            factor = cho_factor(hessian.reshape(size, size))
            change = cho_solve(factor, slope.reshape(size, n_targets))
            change = change.reshape(n_outputs, n_columns, n_targets)
            moved = np.einsum("ij,kjt->ikt", Z, change)
        return moved.reshape(len(Z), n_outputs, n_targets)

    def _cross_moves(self, Z, by):
        """Return how each row of `by` moves each row of `Z`, output by output."""
        half = np.tensordot(Z, self.inverse, axes=(1, 1))
        return np.tensordot(half, by, axes=(3, 1)).transpose(0, 1, 3, 2)


def _curvature_of(Z, curvature):
    n_columns, n_outputs = Z.shape[1], curvature.shape[1]
    hessian = np.empty((n_outputs, n_columns, n_outputs, n_columns))
    for k in range(n_outputs):
        for m in range(k, n_outputs):
            part = Z.T @ (curvature[:, k, m, np.newaxis] * Z)
            hessian[k, :, m] = part
            hessian[m, :, k] = part.T
    return hessian


def _invert(hessian):
    size = hessian.shape[0] * hessian.shape[1]
    factor = cho_factor(hessian.reshape(size, size))
    return cho_solve(factor, np.eye(size)).reshape(hessian.shape)
