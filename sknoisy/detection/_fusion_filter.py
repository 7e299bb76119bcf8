# SPDX-License-Identifier: BSD-3-Clause
"""The iterative fusion filter: three learners vote, and neighbours confirm."""

from numbers import Real

import numpy as np

from sknoisy.detection._committee import vote_proba
from sknoisy.detection._features import fit_features
from sknoisy.detection._hardness_queries import new_queries, training_queries
from sknoisy.detection._label_scores import Correctness
from sknoisy.detection._neighborhood import Neighborhood
from sknoisy.detection._pruned_tree import PrunedTree
from sknoisy.detection._rounds_filter import Ballot, RoundsFilter
from sknoisy.utils._cross_fit import OneClass
from sknoisy.utils._ranking import keep_each_class
from sknoisy.utils._rows import num_rows
from sknoisy.utils._weights import fit_weighted

_N_VOTING_NEIGHBORS = 3


class Fusion:
    """A pruned tree, three neighbours and a linear model that judge together.

    Parameters
    ----------
    judges : Queries
        Rows to learn from.
    linear : classifier
        Unfitted.
    n_classes : int
        Number of classes.
    """

    def __init__(self, judges, linear, n_classes):
        self.classes = np.arange(n_classes)
        self.known = np.bincount(judges.codes, minlength=n_classes) > 0
        self.near = Neighborhood(judges)
        if self.known.sum() == 1:
            self.models = [OneClass().fit(judges.codes)] * 2
            return
        data = judges.features, judges.codes, judges.weight
        learners = PrunedTree(random_state=0), linear
        self.models = [fit_weighted(learner, *data) for learner in learners]

    def probas(self, queries):
        """List the class probabilities of the three."""
        near = self.near.shares(queries, _N_VOTING_NEIGHBORS, len(self.classes))
        features = queries.features
        return [near, *(vote_proba(m, features, self.classes) for m in self.models)]

    def vote(self, queries):
        """Let the three vote on labels of classes that they know.

        Parameters
        ----------
        queries : Queries
            The rows to judge.

        Returns
        -------
        ballot : Ballot
            All labels are confirmed.
        """
        probas, codes = self.probas(queries), queries.codes
        correct = [Correctness().score(codes, proba) > 0 for proba in probas]
        known = self.known[codes]
        n_wrong = known * (3 - np.sum(correct, axis=0))
        everyone = np.ones(len(codes), dtype=bool)
        return Ballot(n_wrong, 3 * known, 3, everyone, np.mean(probas, axis=0))


def noise_scores(judges, is_noisy, candidates, n_neighbors):
    """Score how likely candidates are noise, by what their neighbours are like.

    Parameters
    ----------
    judges : Queries
        All rows that are left.
    is_noisy : ndarray of shape (n_judges,), dtype=bool
        Those whose labels are outvoted.
    candidates : Queries
        Rows to score.
    n_neighbors : int
        Number of neighbours.

    Returns
    -------
    scores : ndarray of shape (n_candidates,)
        In [-1, 1]. A neighbour with another label counts for noise, one with the
        same label against it, and the more so the cleaner it and its own neighbours
        are, and the fewer noisy rows have it as a neighbour.
    """
    near = Neighborhood(judges)
    nearest, counts = near.nearest(candidates, n_neighbors)
    of_noisy, found = near.nearest(judges.take(is_noisy), n_neighbors)
    times = np.zeros(len(judges))
    np.add.at(times, of_noisy, found * judges.weight[is_noisy][:, np.newaxis])
    confidence = 1 / np.sqrt(1 + times**2)
    asked = np.unique(nearest[counts])
    cleanness = np.zeros(len(judges))
    around, found = near.nearest(judges.take(asked), n_neighbors)
    share = (is_noisy[around] & found).sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    cleanness[asked] = (1 + np.where(is_noisy[asked], 1, -1) * (share - 1)) / 2
    sign = np.where(judges.codes[nearest] == candidates.codes[:, np.newaxis], -1, 1)
    scores = counts * (confidence * cleanness)[nearest] * sign
    return scores.sum(axis=1) / np.maximum(counts.sum(axis=1), 1)


class IterativeFusionFilter(RoundsFilter):
    """Remove labels that three learners outvote and neighbours confirm (INFFC).

    Each round fits a decision tree, three nearest neighbours and a linear model on
    all rows, puts aside the rows whose labels they outvote, and fits the three anew
    on the rest, so that the worst labels do not judge. Those that the new ones
    outvote are removed if their noise score is high enough: it counts the
    neighbours with other labels against those with the same one, by how clean they
    are. It ends when three rounds in a row have removed next to nothing.

    Parameters
    ----------
    vote : {"majority", "consensus"}, default="majority"
        Whether two of the three must disagree with a label, or all.
    n_neighbors : int, default=5
        Number of neighbours of the noise score.
    noise_threshold : float, default=0.0
        Noise score, from -1 to 1, above which an outvoted label is removed. Higher
        values spare more labels.
    stop_fraction : float, default=0.01
        A round that removes no more than this share of all rows removes next to
        nothing.
    n_quiet : int, default=3
        Rounds in a row that must remove next to nothing.
    max_iter : int, default=50
        Rounds at most.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Share of the three that predict the label, in the round that removed it or
        else in the last one.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that were removed.
    noise_score_ : ndarray of shape (n_samples,)
        Last noise score of each label; NaN for those that were never outvoted.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities of the three.
    noise_rate_ : float
        Share of the rows that were removed.
    removed_at_ : ndarray of shape (n_samples,), dtype=int
        Round that removed each label, from 1; 0 for those that stayed.
    n_iter_ : int
        Rounds run.
    n_removed_ : ndarray of shape (n_iter_,)
        Rows removed in each round, by their weight.
    stopped_by_ : {"quiet", "few_rows", "max_iter"}
        Whether next to nothing was removed, one class was left, or there were no
        more rounds.
    fusion_ : object
        The three as fitted in the last round, which judge new rows.
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
    IterativePartitioningFilter : Models of one kind on disjoint parts.
    EnsembleFilter : Different learners out of fold, in one round.

    Notes
    -----
    The tree and the linear model have seen the labels that they judge, as in common
    implementations; the tree has the pruning of C4.5. Rows of one group are not
    each other's neighbours, but judge each other through the tree and the linear
    model. No round takes the last row of a class. Inferred: a tie for the most
    probable class counts as disagreement, and a class that all rows were put aside
    of keeps its best one. Time grows with the square of the number of rows.

    References
    ----------
    Saez, Galar, Luengo and Herrera. INFFC: an iterative class noise filter based on
    the fusion of classifiers with noise sensitivity control. Information Fusion 27,
    2016.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import IterativeFusionFilter
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = IterativeFusionFilter().fit(X, y)
    >>> int(detector.removed_at_[0]), round(float(detector.noise_score_[0]), 2)
    (1, 0.64)
    """

    _least = (("n_neighbors", 1), *RoundsFilter._least)
    _per_row = (*RoundsFilter._per_row, "noise_score_")

    def __init__(
        self,
        *,
        vote="majority",
        n_neighbors=5,
        noise_threshold=0.0,
        stop_fraction=0.01,
        n_quiet=3,
        max_iter=50,
    ):
        self.vote = vote
        self.n_neighbors = n_neighbors
        self.noise_threshold = noise_threshold
        self.stop_fraction = stop_fraction
        self.n_quiet = n_quiet
        self.max_iter = max_iter

    def _check_params(self):
        super()._check_params()
        threshold = self.noise_threshold
        if not isinstance(threshold, Real) or not -1 <= threshold <= 1:
            raise ValueError(
                f"noise_threshold={threshold!r} must be a number from -1 to 1."
            )

    def _start(self, rows):
        self.preprocessor_, features, linear = fit_features(rows)
        self.noise_score_ = np.full(len(rows), np.nan)
        return training_queries(rows, features), linear, len(rows.classes)

    def _hold_round(self, prepared, rows, pool, asked, rng):
        """Vote, put the outvoted aside, vote again without them, and score those."""
        queries, linear, n_classes = prepared
        judges = queries.take(pool)
        first = Fusion(judges, linear, n_classes).vote(judges)
        dirty = first.is_outvoted(self.vote)
        dirty = keep_each_class(dirty, first.quality, judges.codes)
        self.fusion_ = Fusion(judges.take(~dirty), linear, n_classes)
        ballot = self.fusion_.vote(queries.take(asked))
        outvoted = ballot.is_outvoted(self.vote)
        if outvoted.any():
            candidates, is_noisy = queries.take(asked[outvoted]), outvoted[: len(pool)]
            scores = noise_scores(judges, is_noisy, candidates, self.n_neighbors)
            self.noise_score_[asked[outvoted]] = scores
            ballot.is_confirmed[outvoted] = scores > self.noise_threshold
        return ballot

    def _score_new(self, X, codes):
        features = self.preprocessor_.transform(X)
        n_kinds = len(self.fusion_.near.judges.kin)
        if codes is None:
            nobody = np.zeros(num_rows(X), dtype=np.intp)
            probas = self.fusion_.probas(new_queries(features, nobody, n_kinds))
            codes = np.mean(probas, axis=0).argmax(axis=1)
        return self.fusion_.vote(new_queries(features, codes, n_kinds)).quality
