# SPDX-License-Identifier: BSD-3-Clause
"""Keep small fits from waiting for their own threads."""

from threadpoolctl import threadpool_limits


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
