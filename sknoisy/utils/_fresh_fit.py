# SPDX-License-Identifier: BSD-3-Clause
"""Fit from a clean slate, and leave nothing half-fitted."""

from contextlib import contextmanager


@contextmanager
def fresh_fit(estimator):
    """Forget the last fit for the time of a new one; restore it if that fails.

    So a second fit keeps nothing that only the first one knew, and an estimator
    whose fit has raised is what it was before: unfitted, or fitted as a whole.

    Parameters
    ----------
    estimator : estimator
        Its attributes that end in an underscore are what it has learned.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy.utils._fresh_fit import fresh_fit
    >>> clf = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    >>> with fresh_fit(clf):
    ...     hasattr(clf, "coef_")
    False
    """
    attributes = vars(estimator)
    before = dict(attributes)
    for name in before:
        if name.endswith("_") and not name.endswith("__"):
            del attributes[name]
    try:
        yield
    except BaseException:
        attributes.clear()
        attributes.update(before)
        raise
