# SPDX-License-Identifier: BSD-3-Clause
"""ConFrag: experts on far parts of the range agree on where a target belongs."""

import numpy as np

from sknoisy.detection._fragment_experts import Fragments, PairExpert, agreement
from sknoisy.detection._neighbor_votes import distinct_units
from sknoisy.detection._target_detector import TargetDetector
from sknoisy.detection._unit_features import fit_unit_features
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._options import check_count, check_option
from sknoisy.utils._rows import num_rows
from sknoisy.utils._sound_model import sound_classifier

_SPLITS = ("length", "quantile")

# Part of the quality that ranks rows on which the experts are of one mind.
_TIE_SHARE = 1e-3


class ConFrag(TargetDetector):
    """Find wrong targets by contrastive fragmentation (ConFrag).

    The range of the target is cut into fragments, and these are paired so that the
    two of a pair are far apart. For each pair an expert learns to tell the two
    apart from the rows that are given a target in either: a target that is wrong
    there mostly comes from elsewhere, and is of no class that the expert knows. A
    target is trustworthy where the experts of its fragment and of one next to it
    agree that the row belongs there, both by the predictions of a classifier and
    by the nearest rows of the pair.

    Parameters
    ----------
    estimator : classifier, default=None
        The expert, any classifier. None picks a linear one that suits the columns
        of X. The regressor of a wrapper does not enter.
    n_fragments : int, default=4
        Number of fragments; even, at least 4.
    split : {"length", "quantile"}, default="length"
        Whether fragments are of equal length, as published, or hold equal numbers
        of rows. Far outliers leave fragments of equal length empty; among equal
        numbers they go unseen in the outer ones. Where no pair of equal length has
        rows in both, as with targets near two values, equal numbers are taken.
    n_jitters : int, default=5
        Times that the borders are moved, of which the quality is the mean.
    coverage : float, default=0.95
        Share of the range that the fragments cover each time; its place is drawn.
    n_neighbors : int, default=3
        Nearest rows of a pair that vote; most of them decide.
    threshold : str, float or threshold, default=0.5
        Where the line is.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Draws the borders and chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Targets on the wrong side of the threshold.
    by_model_, by_neighbors_ : ndarray of shape (n_samples,)
        The parts of the quality that the predictions and the nearest rows make.
    noise_rate_ : float
        Fraction of suspects.
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
    ResidualDetector : Judges by how far off each target is.

    Notes
    -----
    An error within one fragment goes unseen: what is found is that a target
    belongs to another part of the range.

    The published method selects rows by a draw in each epoch of a network, whose
    features the nearest rows are looked for in. Here the experts are cross-fitted,
    neighbours are looked for in standardised features, and the quality is the mean
    of the two probabilities that are drawn from there. Inferred: the moved borders
    are a window of the given coverage at a random place; distances to the middle
    of a fragment are taken on a scale on which the range is 1, with 0.001 added;
    fragments of equal numbers of rows do the same on the scale of ranks. A
    thousandth of the quality is the same agreement with probabilities in place of
    votes, so that rows of equal votes are ranked.

    References
    ----------
    Kim, Moon, Moon, Woo and Kim. Sample selection via contrastive fragmentation for
    noisy label regression. NeurIPS 2024.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from sknoisy.detection import ConFrag
    >>> X, y = make_regression(n_samples=200, n_features=5, noise=1, random_state=0)
    >>> low, high = y.argmin(), y.argmax()
    >>> y[[low, high]] = y[[high, low]]
    >>> bool(ConFrag().fit(X, y).suspect_mask_[[low, high]].all())
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        n_fragments=4,
        split="length",
        n_jitters=5,
        coverage=0.95,
        n_neighbors=3,
        threshold=0.5,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.n_fragments = n_fragments
        self.split = split
        self.n_jitters = n_jitters
        self.coverage = coverage
        self.n_neighbors = n_neighbors
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _judge(self, rows):
        self._check_params()
        weight = (
            np.ones(len(rows)) if rows.sample_weight is None else rows.sample_weight
        )
        self._learn_scale(rows.y, weight, self.split)
        if not self._has_contrast(rows.y[weight > 0]):
            self._learn_scale(rows.y, weight, "quantile")
        levels = self._levels(rows.y)
        units = distinct_units(rows)
        features = fit_unit_features(rows.X, units)
        self.features_ = features.without_values()
        classifier = self.estimator
        if classifier is None:
            classifier = sound_classifier(rows.X)
        self.experts_, opinions = [], []
        for fragments in self._draw_fragments():
            parts = fragments.place(levels)
            inside = np.where(fragments.holds(levels), weight, 0.0)
            experts = [
                PairExpert(pair, classifier, self.n_neighbors)
                for pair in fragments.pairs()
            ]
            said = [
                expert.fit(
                    rows,
                    parts,
                    inside,
                    units,
                    features,
                    cv=self.cv,
                    n_jobs=self.n_jobs,
                    random_state=self.random_state,
                )
                for expert in experts
            ]
            self.experts_.append((fragments, experts))
            opinions.append(_opinion(fragments, experts, levels, said))
        quality, self.by_model_, self.by_neighbors_ = _mean_opinion(opinions)
        return self._flag(rows, quality, self.threshold)

    def _check_params(self):
        check_option("split", self.split, _SPLITS)
        check_count("n_jitters", self.n_jitters)
        check_count("n_neighbors", self.n_neighbors)
        check_count("n_fragments", self.n_fragments, least=4)
        if self.n_fragments % 2:
            raise ValueError(
                f"n_fragments={self.n_fragments} leaves a fragment without a partner; "
                "give an even number."
            )
        if not 0 < self.coverage <= 1:
            raise ValueError(
                f"coverage={self.coverage!r} must be a share of the range in (0, 1], "
                "as 0.95."
            )

    def _learn_scale(self, y, weight, split):
        """Remember the targets of weight and their levels between 0 and 1."""
        knots, place = np.unique(y[weight > 0], return_inverse=True)
        if split == "quantile":
            mass = np.bincount(place, weights=weight[weight > 0])
            levels = (np.cumsum(mass) - mass / 2) / mass.sum()
        else:
            spread = max(np.ptp(knots), np.finfo(np.float64).tiny)
            levels = (knots - knots[0]) / spread
        self.knots_ = knots, levels

    def _levels(self, y):
        # Rounding must not decide on which side of a border a target is.
        return np.round(np.interp(y, *self.knots_), 9)

    def _has_contrast(self, y):
        """Tell whether any pair of fragments has rows in both."""
        fragments = Fragments(0.0, 1 / self.n_fragments, self.n_fragments)
        filled = np.unique(fragments.place(self._levels(y)))
        return any(np.isin(pair, filled).all() for pair in fragments.pairs())

    def _draw_fragments(self):
        rng = np.random.default_rng(seed_from(self.random_state))
        for place in rng.random(self.n_jitters):
            start = place * (1 - self.coverage)
            yield Fragments(start, self.coverage / self.n_fragments, self.n_fragments)

    def _score_new(self, X, y):
        if y is None:
            return np.ones(num_rows(X))
        levels, values = self._levels(y), self.features_.of(X)
        opinions = [
            _opinion(
                fragments,
                experts,
                levels,
                [expert.of_new(X, values) for expert in experts],
            )
            for fragments, experts in self.experts_
        ]
        return _mean_opinion(opinions)[0]


def _opinion(fragments, experts, levels, said):
    """Return the agreement by votes and by shares, of models and of neighbours."""
    memberships = fragments.memberships(levels)
    opinion = []
    for source in range(2):
        shares = np.zeros(memberships.shape)
        for expert, both in zip(experts, said, strict=True):
            second = np.round(both[source], 7)
            # An expert that knows nothing is for neither of its parts.
            shares[:, expert.pair[0]] = np.nan_to_num(1 - second)
            shares[:, expert.pair[1]] = np.nan_to_num(second)
        votes = (shares >= 0.5).astype(np.float64)
        opinion += [agreement(memberships, votes), agreement(memberships, shares)]
    return opinion


def _mean_opinion(opinions):
    """Return the quality, and what models and neighbours each make of it."""
    votes, soft, near_votes, near_soft = np.mean(opinions, axis=0)
    by_model = votes + _TIE_SHARE * (soft - votes)
    by_neighbors = near_votes + _TIE_SHARE * (near_soft - near_votes)
    quality = np.clip((by_model + by_neighbors) / 2, 0.0, 1.0)
    return np.round(quality, 9), by_model, by_neighbors
