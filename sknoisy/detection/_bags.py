# SPDX-License-Identifier: BSD-3-Clause
"""Bags of rows: draw them, or ask an ensemble which ones it has drawn."""

from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_array

from sknoisy.utils._cross_fit import class_outputs
from sknoisy.utils._distinct_rows import combine_numbers, is_coarse, number_contents


@singledispatch
def bagged_members(ensemble, X):
    """Yield the members of a fitted ensemble, each with the rows in its bag.

    Register a function for the class of an ensemble that draws bags of rows, and
    `OutOfBag` fits that ensemble once, in place of drawing bags itself. The class
    must have the parameters `bootstrap`, `n_estimators` and `random_state`.

    Parameters
    ----------
    ensemble : classifier
        Fitted. Its type chooses the function.
    X : any container of n_rows rows
        Rows to predict, among them those that the ensemble was fitted on.

    Yields
    ------
    bag : ndarray of shape (n_drawn,), dtype=int
        Positions, among the rows that the ensemble was fitted on, of the rows
        that the member has seen.
    predict : callable
        Takes positions of rows of X and returns their probabilities, one column
        for each of `ensemble.classes_`.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sknoisy.detection import bagged_members
    >>> X, y = load_iris(return_X_y=True)
    >>> forest = RandomForestClassifier(10, random_state=0).fit(X, y)
    >>> bag, predict = next(bagged_members(forest, X))
    >>> bag.shape, predict([0, 1]).shape
    ((150,), (2, 3))
    """
    raise TypeError(
        f"{type(ensemble).__name__} does not say which rows its members have seen; "
        "register a function for it with bagged_members.register."
    )


@bagged_members.register(RandomForestClassifier)
@bagged_members.register(ExtraTreesClassifier)
def _(ensemble, X):
    # The trees take what the forest would have made of X.
    X = check_array(
        X, accept_sparse="csr", dtype=np.float32, ensure_all_finite="allow-nan"
    )
    bags = ensemble.estimators_samples_
    for bag, tree in zip(bags, ensemble.estimators_, strict=True):
        yield bag, lambda rows, tree=tree: tree.predict_proba(X[rows])


@bagged_members.register(BaggingClassifier)
def _(ensemble, X):
    X = check_array(X, accept_sparse="csr", dtype=None, ensure_all_finite=False)
    codes = np.arange(len(ensemble.classes_))
    members = ensemble.estimators_, ensemble.estimators_features_
    for bag, model, features in zip(
        ensemble.estimators_samples_, *members, strict=True
    ):

        def predict(rows, model=model, features=features):
            inputs = X[rows][:, features]
            if hasattr(model, "predict_proba"):
                return class_outputs(model, inputs, codes)
            return (np.asarray(model.predict(inputs))[:, None] == codes).astype(float)

        yield bag, predict


def has_bags(estimator):
    """Tell whether an estimator is an ensemble that draws bags of its own.

    Parameters
    ----------
    estimator : classifier
        Fitted or not.

    Returns
    -------
    has_bags : bool
        True if a function is registered for it.
    """
    function = bagged_members.dispatch(type(estimator))
    return function is not bagged_members.dispatch(object)


@singledispatch
def single_member(ensemble):
    """Return what an ensemble fits on one bag, for when its bags will not do.

    Parameters
    ----------
    ensemble : classifier
        Its type chooses the function.

    Returns
    -------
    member : classifier
        Unfitted. By default the whole ensemble, which is right but slow.
    """
    return ensemble


@single_member.register(RandomForestClassifier)
@single_member.register(ExtraTreesClassifier)
def _(ensemble):
    params = {"bootstrap": False, "max_samples": None, "n_jobs": None}
    return clone(ensemble).set_params(n_estimators=1, oob_score=False, **params)


@single_member.register(BaggingClassifier)
def _(ensemble):
    return (
        DecisionTreeClassifier() if ensemble.estimator is None else ensemble.estimator
    )


@dataclass(frozen=True)
class BagRows:
    """What may be drawn into a bag, and who may judge whom.

    Attributes
    ----------
    positions : ndarray of shape (n_distinct,), dtype=int
        Rows to draw from. Of copies with the same label there is one.
    weight : ndarray of shape (n_distinct,) or None
        Their weights, with those of their copies; None where all weigh 1.
    kin : ndarray of shape (n_samples,), dtype=int
        Rows of the same number, of all rows, never judge each other.
    """

    positions: np.ndarray
    weight: np.ndarray | None
    kin: np.ndarray


def bag_rows(rows):
    """Sort out copies, groups and rows of weight zero.

    Copies with the same label become one row of their joint weight, in an order
    given by content, so that neither the order of the rows nor whether a row of
    weight two is given twice makes a difference. In a table of few categories,
    where copies are samples of their own, they stay apart.

    Parameters
    ----------
    rows : LabelledRows
        The rows to judge.

    Returns
    -------
    bag_rows : BagRows
        What to draw from.
    """
    contents = number_contents(rows.X)
    if rows.groups is not None:
        kin = np.unique(rows.groups, return_inverse=True)[1]
    elif is_coarse(contents):
        kin = np.empty(len(rows), dtype=np.intp)
        kin[np.lexsort((rows.codes, contents))] = np.arange(len(rows))
    else:
        kin = contents
    weight = rows.sample_weight
    active = np.arange(len(rows)) if weight is None else np.flatnonzero(weight > 0)
    numbers = combine_numbers(kin, contents, rows.codes)[active]
    _, first, number_of = np.unique(numbers, return_index=True, return_inverse=True)
    of_active = None if weight is None else weight[active]
    total = np.bincount(number_of, weights=of_active).astype(np.float64)
    return BagRows(active[first], None if (total == 1).all() else total, kin)


def draw_bags(bag, codes, n_bags, rng):
    """Draw bags with replacement, kin together, class by class.

    No class that has kin of its own is ever missing from a bag. Bags of a single
    class, as a few groups may give, are left out.

    Parameters
    ----------
    bag : BagRows
        What to draw from.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.
    n_bags : int
        Number of bags.
    rng : RandomState
        Source of randomness.

    Yields
    ------
    times : ndarray of shape (n_distinct,), dtype=int
        How often each of `bag.positions` is in the bag.
    """
    units, unit_of = np.unique(bag.kin[bag.positions], return_inverse=True)
    totals = np.zeros((len(units), codes.max() + 1))
    weight = 1.0 if bag.weight is None else bag.weight
    np.add.at(totals, (unit_of, codes[bag.positions]), weight)
    unit_class = totals.argmax(axis=1)
    strata = [np.flatnonzero(unit_class == k) for k in np.unique(unit_class)]
    for _ in range(n_bags):
        drawn = [
            of_class[rng.randint(len(of_class), size=len(of_class))]
            for of_class in strata
        ]
        times = np.bincount(np.concatenate(drawn), minlength=len(units))[unit_of]
        if len(np.unique(codes[bag.positions[times > 0]])) > 1:
            yield times


def rows_out_of_bag(bag, in_bag, codes):
    """List the rows that a member may judge.

    Parameters
    ----------
    bag : BagRows
        What the bags were drawn from.
    in_bag : ndarray of shape (n_drawn,), dtype=int
        Rows in the bag, by their position among all rows.
    codes : ndarray of shape (n_samples,), dtype=int
        Class of each row.

    Returns
    -------
    judged : ndarray of shape (n_judged,), dtype=int
        Rows without kin in the bag, of classes that are in the bag.
    """
    seen_kin = np.zeros(bag.kin.max() + 1, dtype=bool)
    seen_kin[bag.kin[in_bag]] = True
    seen_class = np.zeros(codes.max() + 1, dtype=bool)
    seen_class[codes[in_bag]] = True
    return np.flatnonzero(~seen_kin[bag.kin] & seen_class[codes])
