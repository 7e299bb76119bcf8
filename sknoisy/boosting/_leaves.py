# SPDX-License-Identifier: BSD-3-Clause
"""Leaves of the trees of LightGBM."""

import numpy as np


def lightgbm_leaves(ensemble, X):
    """Tell which leaf of each tree the rows fall into.

    Parameters
    ----------
    ensemble : LGBMModel
        Fitted.
    X : any container of n_rows rows
        Rows.

    Returns
    -------
    leaves : ndarray of shape (n_rows, n_trees), dtype=int
        Number of the leaf within its tree.
    """
    leaves = np.asarray(ensemble.predict(X, pred_leaf=True))
    return leaves.reshape(len(leaves), -1).astype(np.int64)
