# SPDX-License-Identifier: BSD-3-Clause
"""What differs between the versions of scikit-learn; the only place that may look."""

try:
    from sklearn.callback import with_callbacks
except ImportError:

    def with_callbacks(method):
        """Leave the method as it is: this scikit-learn has no callbacks.

        Parameters
        ----------
        method : callable
            A fit method.

        Returns
        -------
        method : callable
            The same method.
        """
        return method


def callback_context(estimator, task_name, max_subtasks):
    """Open the callback context of a fit.

    Parameters
    ----------
    estimator : estimator
        The estimator that is being fitted.
    task_name : str
        What it does.
    max_subtasks : int
        Steps that it will take.

    Returns
    -------
    context : CallbackContext or None
        None where scikit-learn has no callbacks.
    """
    # Underscored, but documented for those who write estimators with callbacks.
    if not hasattr(estimator, "_init_callback_context"):
        return None
    return estimator._init_callback_context(
        task_name=task_name, max_subtasks=max_subtasks
    )
