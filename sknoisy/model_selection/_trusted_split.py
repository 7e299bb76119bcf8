# SPDX-License-Identifier: BSD-3-Clause
"""Cross-validation that trains on everything and validates on verified labels."""

import numpy as np
from sklearn.model_selection import BaseCrossValidator, check_cv

from sknoisy.utils._labelled_rows import check_trusted
from sknoisy.utils._rows import num_rows


class TrustedSplit(BaseCrossValidator):
    """Validate on rows with verified labels alone; train on all others as well.

    The trusted rows are dealt over the folds. Each fold is validated on its
    trusted rows, and trained on the trusted rows of the other folds and on every
    row that is not trusted.

    Parameters
    ----------
    cv : int, splitter or iterable, default=5
        How the trusted rows are split among themselves: a number of folds,
        stratified by their labels, or any scikit-learn splitter.
    trusted : array-like of shape (n_samples,), dtype=bool, default=None
        Rows whose labels have been verified, of the data that will be split. None
        takes what is passed to `split`.

    See Also
    --------
    make_noise_corrected_scorer : Validates on all rows, through a noise model.

    Notes
    -----
    Where the mask is passed on, as to ``GridSearchCV.fit``, it goes by the name
    of `groups`: ``search.fit(X, y, groups=trusted)``. With metadata routing it may
    also go by its own name, once asked for:
    ``TrustedSplit().set_split_request(trusted=True)``. It then can reach the fit of
    the estimator as well. Wherever the mask is known from elsewhere, `groups` keeps
    its meaning, and no row is trained on that shares a group with a validation row.

    Verified rows should be drawn at random. Rows that were verified because a
    detector suspected them are harder than the rest, and scores on them lower.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.model_selection import TrustedSplit
    >>> X, y = np.arange(10).reshape(-1, 1), np.tile([0, 1], 5)
    >>> trusted = np.arange(10) < 4
    >>> for train, test in TrustedSplit(2).split(X, y, groups=trusted):
    ...     print(test, train)
    [0 1] [2 3 4 5 6 7 8 9]
    [2 3] [0 1 4 5 6 7 8 9]
    """

    # The mask goes by the name of groups unless it is asked for by its own.
    __metadata_request__split = {"groups": True, "trusted": None}

    def __init__(self, cv=5, *, trusted=None):
        self.cv = cv
        self.trusted = trusted

    def split(self, X, y=None, groups=None, trusted=None):
        """Yield the train and test rows of each fold.

        Parameters
        ----------
        X : any container of n_samples rows
            Only its length matters.
        y : array-like of shape (n_samples,), default=None
            Given labels, by which the trusted rows are stratified.
        groups : array-like of shape (n_samples,), default=None
            The mask of trusted rows, unless that is known otherwise; else groups
            of rows that must not be trained on while one of them is validated.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose labels have been verified.

        Yields
        ------
        train : ndarray of shape (n_train,), dtype=int
            All rows but those of `test`, and of their groups.
        test : ndarray of shape (n_test,), dtype=int
            Trusted rows; each is in one fold.

        Raises
        ------
        ValueError
            If no mask is known, its length is wrong, or too few rows are trusted.
        """
        n_samples = num_rows(X)
        rows, groups = self._trusted_rows(groups, trusted, n_samples)
        labels = np.zeros(n_samples) if y is None else np.asarray(y)
        splitter = check_cv(self.cv, labels[rows], classifier=y is not None)
        inner_groups = None if groups is None else groups[rows]
        everything = np.arange(n_samples)
        for _, part in splitter.split(rows[:, None], labels[rows], inner_groups):
            test = rows[part]
            left_out = np.isin(everything, test)
            if groups is not None:
                left_out |= np.isin(groups, groups[test])
            yield everything[~left_out], test

    def get_n_splits(self, X=None, y=None, groups=None, trusted=None):
        """Return the number of folds.

        Parameters
        ----------
        X : any container of n_samples rows, default=None
            Passed on to the splitter inside, as what follows.
        y : array-like of shape (n_samples,), default=None
            Given labels.
        groups : array-like of shape (n_samples,), default=None
            The mask of trusted rows, or groups.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose labels have been verified.

        Returns
        -------
        n_splits : int
            Number of folds.
        """
        splitter = check_cv(self.cv)
        if X is None:
            return splitter.get_n_splits()
        rows, groups = self._trusted_rows(groups, trusted, num_rows(X))
        labels = None if y is None else np.asarray(y)[rows]
        inner_groups = None if groups is None else groups[rows]
        return splitter.get_n_splits(rows[:, None], labels, inner_groups)

    def _trusted_rows(self, groups, trusted, n_samples):
        """Return the trusted rows, and the groups if any were given."""
        if trusted is None:
            trusted = self.trusted
        if trusted is None:
            if groups is None:
                raise ValueError(
                    "TrustedSplit does not know which rows are trusted; pass the mask "
                    "as groups, as in search.fit(X, y, groups=trusted), or write "
                    "TrustedSplit(trusted=mask)."
                )
            trusted, groups = groups, None
        rows = np.flatnonzero(check_trusted(trusted, n_samples))
        if len(rows) < 2:
            raise ValueError(
                f"{len(rows)} row(s) are trusted, but validation needs at least 2, and "
                "dozens to tell models apart; verify more labels, or use "
                "make_noise_corrected_scorer."
            )
        return rows, None if groups is None else np.asarray(groups)
