# SPDX-License-Identifier: BSD-3-Clause
"""How long a network is trained before it is trusted to judge labels."""

from numbers import Integral

from sknoisy.utils._numbers import check_number
from sknoisy.utils._options import check_count


def warm_up_epochs(warm_up, n_epochs):
    """Count the epochs of the warm-up.

    Parameters
    ----------
    warm_up : int or float
        A number of epochs, of which at most half of the training is taken; or a share
        of the training, in [0, 1).
    n_epochs : int
        Epochs of the training.

    Returns
    -------
    n_warm_up : int
        Less than `n_epochs`.
    """
    if isinstance(warm_up, Integral):
        check_count("warm_up", warm_up, least=0)
        return min(warm_up, n_epochs // 2)
    check_number("warm_up", warm_up, 0, 1, closed="left")
    return int(warm_up * n_epochs)
