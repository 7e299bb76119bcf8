# SPDX-License-Identifier: BSD-3-Clause
"""The iterative partitioning filter: models of disjoint parts vote, again and again."""

import numpy as np

from sknoisy.detection._committee import fit_parts, tree_or, vote_proba
from sknoisy.detection._label_scores import Correctness
from sknoisy.detection._rounds_filter import Ballot, RoundsFilter
from sknoisy.threshold._cuts import check_share
from sknoisy.utils._cross_fit import seed_from, training_folds
from sknoisy.utils._rows import take_rows


def hold_ballot(models, X, codes, classes, part_of):
    """Let the model of each part vote on the labels of rows of all parts.

    Parameters
    ----------
    models : list of classifiers
        One for each part.
    X : any container of n_asked rows
        The rows.
    codes : ndarray of shape (n_asked,), dtype=int
        Their labels.
    classes : ndarray of shape (n_classes,)
        Label of each code.
    part_of : ndarray of shape (n_asked,), dtype=int
        Part of each row; -1 for none.

    Returns
    -------
    ballot : Ballot
        The votes. A model has none on labels that its part does not hold. Confirmed
        is what the model of the row's own part disputes, or what has no part.
    """
    n_wrong, n_votes = np.zeros((2, len(codes)), dtype=np.intp)
    own_wrong, total = part_of < 0, np.zeros((len(codes), len(classes)))
    for part, model in enumerate(models):
        pred_proba = vote_proba(model, X, classes)
        knows = np.isin(classes, getattr(model, "classes_", classes))[codes]
        wrong = knows & (Correctness().score(codes, pred_proba) == 0)
        n_wrong += wrong
        n_votes += knows
        own_wrong |= wrong & (part_of == part)
        total += pred_proba
    return Ballot(n_wrong, n_votes, len(models), own_wrong, total / len(models))


class IterativePartitioningFilter(RoundsFilter):
    """Remove labels that models of disjoint parts outvote, until few are left (IPF).

    The rows are split into parts, one model is fitted on each part alone, and all
    models vote on all rows. A label is removed if enough models predict another
    one, the model of its own part among them. Some of the rows that no model
    disputes are set aside as good, and the rest is split anew, until three rounds
    in a row have removed next to nothing.

    Parameters
    ----------
    estimator : classifier, default=None
        Must be pruned or regularised: the model of a part has seen the labels that
        it must dispute. None is a decision tree with the pruning of C4.5, also
        inside a wrapper, on features that suit X.
    n_partitions : int, default=5
        Number of parts.
    vote : {"majority", "consensus"}, default="majority"
        Whether more than half of the models must disagree with a label, or all.
    keep_fraction : float, default=0.5
        Share of the undisputed rows that each round sets aside, class by class, yet
        no more rows than it removes.
    stop_fraction : float, default=0.01
        A round that removes no more than this share of all rows removes next to
        nothing.
    n_quiet : int, default=3
        Rounds in a row that must remove next to nothing.
    max_iter : int, default=50
        Rounds at most.
    n_jobs : int, default=None
        Models fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the parts; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Share of the models that predict the label, in the round that removed it or
        set it aside, or else in the last one.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that were removed.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities of the models of that round.
    noise_rate_ : float
        Share of the rows that were removed.
    removed_at_ : ndarray of shape (n_samples,), dtype=int
        Round that removed each label, from 1; 0 for those that stayed.
    n_iter_ : int
        Rounds run.
    n_removed_ : ndarray of shape (n_iter_,)
        Rows removed in each round, by their weight.
    stopped_by_ : {"quiet", "few_rows", "max_iter"}
        Whether next to nothing was removed, too few rows were left to be split, or
        there were no more rounds.
    estimators_ : list of classifiers
        Models of the last round, which judge new rows.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    CrossValidatedCommittees : Models of overlapping parts, in one round.

    Notes
    -----
    No round takes the last row of a class. Rows of one group share a part, but do
    judge each other. Inferred: a model has no vote on a label that its part does
    not hold; the rows set aside are drawn by their content; and they do not come
    back.

    References
    ----------
    Khoshgoftaar and Rebours. Improving software quality prediction by noise
    filtering techniques. Journal of Computer Science and Technology 22, 2007.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import IterativePartitioningFilter
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = IterativePartitioningFilter().fit(X, y)
    >>> int(detector.removed_at_[0]), detector.stopped_by_
    (1, 'quiet')
    """

    def __init__(
        self,
        estimator=None,
        *,
        n_partitions=5,
        vote="majority",
        keep_fraction=0.5,
        stop_fraction=0.01,
        n_quiet=3,
        max_iter=50,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.n_partitions = n_partitions
        self.vote = vote
        self.keep_fraction = keep_fraction
        self.stop_fraction = stop_fraction
        self.n_quiet = n_quiet
        self.max_iter = max_iter
        self.n_jobs = n_jobs
        self.random_state = random_state

    _least = (("n_partitions", 2), *RoundsFilter._least)

    def _check_params(self):
        super()._check_params()
        check_share("keep_fraction", self.keep_fraction)

    def _start(self, rows):
        self.preprocessor_, X, learner = tree_or(self.estimator, rows)
        return X, learner

    def _hold_round(self, prepared, rows, pool, asked, rng):
        """Split the pool, fit a model on each part, and let them vote."""
        X, learner = prepared
        folds = training_folds(
            self.n_partitions,
            take_rows(rows.X, pool),
            rows.codes[pool],
            None if rows.groups is None else rows.groups[pool],
            rows.sample_weight[pool],
            seed_from(rng),
        )
        parts = [pool[test] for _, test in folds]
        part_of = np.full(len(rows), -1)
        for number, part in enumerate(parts):
            part_of[part] = number
        self.estimators_ = fit_parts(learner, X, rows, parts, self.n_jobs)
        X, codes = take_rows(X, asked), rows.codes[asked]
        return hold_ballot(self.estimators_, X, codes, rows.classes, part_of[asked])

    def _set_aside(self, ballot, noisy, codes, pool, rng):
        """Draw undisputed rows of the pool, class by class, never all of a class."""
        in_pool = slice(0, len(pool))
        undisputed = (ballot.n_wrong == 0) & (ballot.n_votes > 0)
        candidates = np.flatnonzero(undisputed[in_pool])
        candidates = candidates[rng.permutation(len(candidates))]
        n_noisy = np.count_nonzero(noisy[in_pool])
        amount = min(self.keep_fraction * len(candidates), n_noisy)
        stays = np.bincount(codes[pool[~noisy[in_pool]]], minlength=codes.max() + 1)
        good = np.zeros(len(pool), dtype=bool)
        for k in np.unique(codes[pool[candidates]]):
            members = candidates[codes[pool[candidates]] == k]
            share = int(np.floor(amount * len(members) / len(candidates)))
            good[members[: min(share, stays[k] - 1)]] = True
        return good

    def _too_few(self, codes):
        return len(codes) < 2 * self.n_partitions or len(np.unique(codes)) < 2

    def _score_new(self, X, codes):
        if self.preprocessor_ is not None:
            X = self.preprocessor_.transform(X)
        models, classes = self.estimators_, self.classes_
        if codes is None:
            total = sum(vote_proba(model, X, classes) for model in models)
            codes = total.argmax(axis=1)
        nowhere = np.full(len(codes), -1)
        return hold_ballot(models, X, codes, classes, nowhere).quality
