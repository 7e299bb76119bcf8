# SPDX-License-Identifier: BSD-3-Clause
"""Keep small fits from waiting for their own threads."""

from contextlib import nullcontext

import numpy as np
from threadpoolctl import threadpool_limits

# With fewer numbers in X, histogram boosting is as fast in one thread as in two.
_WORTH_THREADS = 50_000


def one_thread():
    """Let linear algebra and boosting run in one thread inside a ``with`` statement.

    The matrices of one fold are small, and threads that share busy cores wait for
    each other far longer than they compute. Folds run side by side by `n_jobs`.

    Returns
    -------
    limits : context manager
        Restores the number of threads at its end.
    """
    return threadpool_limits(limits=1)


def threads_for(X):
    """Do the same if X is small, and leave a large one to the threads that there are.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        What boosting is about to be fitted on, or to predict.

    Returns
    -------
    limits : context manager
        Restores the number of threads at its end.
    """
    return one_thread() if np.size(X) < _WORTH_THREADS else nullcontext()
