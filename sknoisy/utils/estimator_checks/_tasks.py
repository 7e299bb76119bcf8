# SPDX-License-Identifier: BSD-3-Clause
"""Small data sets with known label errors, on which anything should find them."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import get_tags

from sknoisy.utils.estimator_checks._kinds import judges_numbers


@dataclass(frozen=True)
class Task:
    """Rows with given targets, of which some are known to be wrong.

    Attributes
    ----------
    X : ndarray of shape (n_samples, 5)
        Rows, in an order that says nothing of their class.
    y : ndarray of shape (n_samples,)
        Given targets: classes 0, 1, ... or numbers.
    wrong : ndarray of shape (n_samples,), dtype=bool
        True where the given target is an error.
    """

    X: np.ndarray
    y: np.ndarray
    wrong: np.ndarray

    def __len__(self):
        return len(self.y)

    def take(self, rows):
        """Return the task that holds some of the rows.

        Parameters
        ----------
        rows : ndarray
            Positions or mask.

        Returns
        -------
        task : Task
            The rows, in the order given.
        """
        return Task(self.X[rows], self.y[rows], self.wrong[rows])


def number_of_classes(estimator):
    """Tell how many classes to test an estimator on.

    Parameters
    ----------
    estimator : estimator
        Its tags may say that it takes two classes at most.

    Returns
    -------
    n_classes : int
        3, or 2.
    """
    tags = get_tags(estimator).classifier_tags
    return 3 if tags is None or tags.multi_class else 2


def make_task(estimator, *, errors="few", n_samples=91, n_classes=None, seed=0):
    """Make a task that suits an estimator: separated blobs, or a plane.

    Parameters
    ----------
    estimator : estimator
        What is to be tested; numbers are given to what judges numbers.
    errors : {"few", "tenth", "none"}, default="few"
        "few" plants one error in each class, or three in numbers.
    n_samples : int, default=91
        Number of rows.
    n_classes : int, default=None
        Number of classes; None asks the tags of the estimator.
    seed : int, default=0
        Different seeds draw different rows.

    Returns
    -------
    task : Task
        The rows.
    """
    rng = np.random.default_rng(seed)
    n_classes = number_of_classes(estimator) if n_classes is None else n_classes
    codes = rng.permutation(np.arange(n_samples) % n_classes)
    wrong = _choose_errors(codes, errors, rng)
    if judges_numbers(estimator):
        X = rng.normal(size=(n_samples, 5))
        y = X @ np.array([3.0, -2.0, 1.0, 0.0, 0.0]) + 0.1 * rng.normal(size=n_samples)
        y[wrong] += 30.0
    else:
        X = 6.0 * np.eye(5)[codes] + rng.normal(size=(n_samples, 5))
        y = np.where(wrong, (codes + 1) % n_classes, codes)
    tags = get_tags(estimator)
    if tags.input_tags.positive_only:
        X -= X.min()
    if tags.target_tags.positive_only and y.dtype.kind == "f":
        y += 1.0 - y.min()
    return Task(X, y, wrong)


def _choose_errors(codes, errors, rng):
    wrong = np.zeros(len(codes), dtype=bool)
    for k in np.unique(codes):
        members = np.flatnonzero(codes == k)
        amount = {"none": 0, "few": 1, "tenth": len(members) // 10}[errors]
        wrong[rng.choice(members, amount, replace=False)] = True
    return wrong


def with_rare_class(estimator, n_rare):
    """Add a class of few rows in the midst of another class.

    Parameters
    ----------
    estimator : estimator
        What is to be tested.
    n_rare : int
        Rows of the rare class.

    Returns
    -------
    task : Task
        Rows without planted errors.
    rare : ndarray of shape (n_samples,), dtype=bool
        Rows of the rare class, the one with the highest label.
    """
    n_classes = number_of_classes(estimator) - 1
    task = make_task(estimator, errors="none", n_samples=61, n_classes=n_classes)
    host = np.flatnonzero(task.y == 0)[:n_rare]
    rng = np.random.default_rng(1)
    X = task.X[host] + rng.normal(scale=0.1, size=(n_rare, task.X.shape[1]))
    rare = np.r_[np.zeros(len(task), dtype=bool), np.ones(n_rare, dtype=bool)]
    X = np.vstack([task.X, np.maximum(X, task.X.min())])
    y = np.r_[task.y, np.full(n_rare, n_classes)]
    return Task(X, y, np.zeros(len(y), dtype=bool)), rare
