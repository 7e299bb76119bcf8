# SPDX-License-Identifier: BSD-3-Clause
"""Undo a noise model, or say why that cannot be done."""

import numpy as np

from sknoisy.noise._matrices import check_transition_matrix

# Beyond this condition number an inverse turns a handful of rows into any figure.
_MAX_CONDITION = 1e3


def checked_inverse(transition_matrix, n_classes):
    """Invert a transition matrix that is known to be far from singular.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    n_classes : int
        Number of classes expected.

    Returns
    -------
    inverse : ndarray of shape (n_classes, n_classes)
        Its rows sum to 1; entries may be negative.

    Raises
    ------
    ValueError
        If the matrix is no transition matrix, or (nearly) singular.
    """
    matrix = check_transition_matrix(transition_matrix, n_classes)
    condition = np.linalg.cond(matrix)
    # Written so that NaN fails.
    if not condition <= _MAX_CONDITION:
        first, second = _closest_rows(matrix)
        raise ValueError(
            f"transition_matrix cannot be undone: its condition number is "
            f"{condition:.3g}, above {_MAX_CONDITION:g}. Under it the classes of rows "
            f"{first} and {second} get nearly the same labels. Merge those classes, "
            "verify some labels for a better matrix, pass a mix such as "
            "0.9 * T + 0.1 * np.eye(len(T)) if the matrix is an estimate, or use "
            'noise_corrected_log_loss(method="forward") or peer_agreement_score, '
            "which need no inverse."
        )
    return np.linalg.inv(matrix)


def _closest_rows(matrix):
    distances = np.abs(matrix[:, None] - matrix[None]).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.unravel_index(distances.argmin(), distances.shape)
