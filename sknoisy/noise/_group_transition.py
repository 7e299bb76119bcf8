# SPDX-License-Identifier: BSD-3-Clause
"""One noise model for each source of labels."""

import warnings
from numbers import Real

import numpy as np
from sklearn.base import clone

from sknoisy.exceptions import SknoisyWarning
from sknoisy.noise._confident_joint import ConfidentJoint
from sknoisy.noise._prior import true_class_prior
from sknoisy.noise._transition_estimator import MatrixEstimator, NoiseEstimate
from sknoisy.utils._rows import take_rows


class GroupTransition(MatrixEstimator):
    """Estimate a transition matrix for each group of rows.

    Labels that come from several sources, such as sites, annotators or months, are
    wrong in different ways. Each group gets a matrix of its own, drawn towards that
    of all rows where the group is small.

    Parameters
    ----------
    transition_estimator : noise model, default=None
        Estimates each matrix; None is `ConfidentJoint`.
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.
    shrinkage : float, default=None
        How many rows of the common matrix to add to the rows of each true class in a
        group; the number of classes by default.

    Attributes
    ----------
    groups_ : ndarray of shape (n_groups,)
        The groups, sorted.
    transition_matrices_ : ndarray of shape (n_groups, n_classes, n_classes)
        Matrix of each group.
    group_priors_ : ndarray of shape (n_groups, n_classes)
        Distribution of the true labels in each group.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Matrix of all rows; ``P(given = j | true = i)`` at ``[i, j]``.
    class_prior_ : ndarray of shape (n_classes,)
        Distribution of the true labels over all rows.
    noise_rate_ : float
        Estimated fraction of wrong labels over all rows.
    classes_ : ndarray of shape (n_classes,)
        Label of each row and column.

    Warns
    -----
    NoiseModelWarning
        If the matrix of all rows is close to singular, or does not favour the true
        class.
    RareClassWarning
        If a class has fewer than 10 rows.

    See Also
    --------
    PartDependentTransition : Noise that depends on the features.

    Notes
    -----
    Here a group is a source of labels. Elsewhere in sknoisy, rows of one group belong
    together and must not judge each other; the two are seldom the same.

    `row_evidence` needs the groups of its rows, and takes the matrix of all rows for
    a group that was not in fit. Shrinking by rows of the common matrix is the mean
    of a Dirichlet posterior; the number of them is inferred.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import GroupTransition
    >>> y = np.tile([0, 1], 100)
    >>> truth = y.copy()
    >>> truth[:100:5] = 1 - truth[:100:5]
    >>> one = 0.1 + 0.8 * truth
    >>> site = np.repeat(["a", "b"], 100)
    >>> model = GroupTransition().fit(y, np.column_stack([1 - one, one]), groups=site)
    >>> noise = 1 - model.transition_matrices_.diagonal(axis1=1, axis2=2).mean(axis=1)
    >>> bool(noise[0] > 0.15 > 0.02 > noise[1])
    True
    """

    _needs = ("groups",)

    def __init__(self, transition_estimator=None, classes=None, *, shrinkage=None):
        self.transition_estimator = transition_estimator
        self.classes = classes
        self.shrinkage = shrinkage

    def _estimate(self, rows):
        shrinkage = rows.n_classes if self.shrinkage is None else self.shrinkage
        if not isinstance(shrinkage, Real) or not shrinkage >= 0:
            raise ValueError(
                f"shrinkage={shrinkage!r} must be a number of rows, 0 or more."
            )
        common = self._fit_rows(rows, np.flatnonzero(rows.weight > 0))
        self.groups_, group_of = np.unique(rows.groups, return_inverse=True)
        matrices, priors = [], []
        for g in range(len(self.groups_)):
            members = np.flatnonzero((group_of == g) & (rows.weight > 0))
            matrix, prior = common.transition_matrix_, common.class_prior_
            if len(members):
                matrix, prior = self._of_group(rows, members, matrix, shrinkage)
            matrices.append(matrix)
            priors.append(prior)
        self.transition_matrices_ = np.array(matrices)
        self.group_priors_ = np.array(priors)
        return NoiseEstimate(common.transition_matrix_, prior=common.class_prior_)

    def _of_group(self, rows, members, common, shrinkage):
        """Estimate the noise of some rows, and shrink it to the common one."""
        given = np.bincount(
            rows.codes[members], rows.weight[members], minlength=rows.n_classes
        )
        given /= rows.unit
        own = self._fit_rows(rows, members)
        n_rows = (own.class_prior_ * given.sum())[:, None]
        matrix = common
        if shrinkage > 0 or n_rows.all():
            matrix = n_rows * own.transition_matrix_ + shrinkage * common
            matrix = matrix / (n_rows + shrinkage)
        return matrix, true_class_prior(matrix, given / given.sum())

    def _fit_rows(self, rows, members):
        model = self.transition_estimator
        model = ConfidentJoint() if model is None else clone(model)
        if "classes" in model.get_params(deep=False):
            model.set_params(classes=rows.classes)
        with warnings.catch_warnings():
            # Small groups are drawn to the matrix of all rows, of which fit warns.
            warnings.simplefilter("ignore", SknoisyWarning)
            return model.fit(
                rows.classes[rows.codes[members]],
                None if rows.pred_proba is None else rows.pred_proba[members],
                rows.weight[members],
                X=None if rows.X is None else take_rows(rows.X, members),
            )

    def _likelihood(self, codes, X, groups):
        if groups is None:
            raise ValueError(
                "GroupTransition has a matrix for each group: pass the groups of the "
                "rows, row_evidence(y, groups=groups)."
            )
        groups = np.asarray(groups)
        if groups.shape != codes.shape:
            raise ValueError(
                f"groups has shape {groups.shape} and y has {len(codes)} labels; give "
                "one group a row."
            )
        places = np.searchsorted(self.groups_, groups).clip(max=len(self.groups_) - 1)
        known = self.groups_[places] == groups
        likelihood = self.transition_matrices_[places, :, codes]
        return np.where(known[:, None], likelihood, self.transition_matrix_.T[codes])
