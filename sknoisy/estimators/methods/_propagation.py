# SPDX-License-Identifier: BSD-3-Clause
"""Let labels spread among neighbours, and fit on what each row ends up with."""

from numbers import Real

import numpy as np
from scipy import sparse

from sknoisy.detection._neighbor_search import nearest_allowed
from sknoisy.detection._neighbor_votes import distinct_units
from sknoisy.detection._unit_features import fit_unit_features
from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.utils._options import check_count, check_option


class LabelPropagation(BaseMethod):
    """Spread the labels over a graph of nearest neighbours, and fit on the result.

    Rows are joined to their nearest neighbours, and each row passes on to these
    what it holds of each class, time and again, while it keeps a part of its own
    label. An error among rows that are rightly labelled is outvoted. No model and
    no noise model is needed, but features in which rows of a class are close.

    Parameters
    ----------
    n_neighbors : int, default=10
        Neighbours that each row is joined to.
    alpha : float, default=0.9
        Share that a row takes from its neighbours at each step, in [0, 1).
    max_steps : int, default=50
        Times that labels are passed on.
    weights : {"uniform", "certainty"}, default="uniform"
        How much a row counts in the fit: alike, or by one minus the entropy of what
        it holds, over that of an even distribution.
    preprocessor : transformer or "passthrough", default=None
        Turns X into features, without labels. None picks a scaler, encoder or
        TF-IDF that suits the columns of X; "passthrough" takes X for features.
    metric : str or callable, default="auto"
        As `NearestNeighbors` takes it. "auto" is the cosine distance for texts and
        sparse matrices, else the Euclidean one.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    CrossSplit : Corrects labels by a model.

    Notes
    -----
    The graph is symmetric, and degrees are divided out on both sides. Before the
    class of a row is read off, the classes are scaled to the masses that the noise
    model gives them, so that a large one does not take all. A row of weight zero
    spreads nothing, and keeps its label. Copies of a row are one node, with the
    labels of all; where rows repeat more than five times on average, as in a table
    of few categories, a node is joined to fewer others, so that these hold about
    `n_neighbors` rows. Rows of a group are not joined to each other. Time and memory
    grow with the number of rows times `n_neighbors`.

    Labels of the same error that lie close together, as those of a rule do, confirm
    each other.

    References
    ----------
    Zhou, Bousquet, Lal, Weston and Schölkopf. Learning with local and global
    consistency. NeurIPS, 2003.

    Zhu, Ghahramani and Lafferty. Semi-supervised learning using Gaussian fields and
    harmonic functions. ICML, 2003. (The masses of the classes.)

    Iscen, Tolias, Avrithis and Chum. Label propagation for deep semi-supervised
    learning. CVPR, 2019. (The certainty.)

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import LabelPropagation
    >>> clf = NoiseRobustClassifier(method=LabelPropagation(n_neighbors=15))
    """

    alias = "label_propagation"
    renews = False

    def __init__(
        self,
        n_neighbors=10,
        *,
        alpha=0.9,
        max_steps=50,
        weights="uniform",
        preprocessor=None,
        metric="auto",
    ):
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.max_steps = max_steps
        self.weights = weights
        self.preprocessor = preprocessor
        self.metric = metric

    def check(self, estimator):
        check_count("n_neighbors", self.n_neighbors)
        check_option("weights", self.weights, ("uniform", "certainty"))
        if not isinstance(self.alpha, Real) or not 0 <= self.alpha < 1:
            raise ValueError(f"alpha={self.alpha!r} must be at least 0 and below 1.")
        check_count("max_steps", self.max_steps)

    def targets(self, problem, pred_proba, posterior):
        units = distinct_units(problem.rows)
        held = self._spread(self._graph(problem, units), units.votes[units.voters])
        held *= problem.noise_model.class_prior / np.maximum(held.sum(axis=0), 1e-12)
        # Ties must not hang on the last digit, which the order of sums decides.
        share = np.round(held / held.sum(axis=1, keepdims=True), 9)
        targets = np.eye(share.shape[1])[share.argmax(axis=1)]
        if self.weights == "certainty":
            targets *= np.round(_certainty(share), 9)[:, None]
        place = np.full(len(units.first), -1)
        place[units.voters] = np.arange(len(units.voters))
        of_row = place[units.unit_of]
        return np.where((of_row >= 0)[:, None], targets[of_row], problem.given)

    def _graph(self, problem, units):
        """Join the rows that have a weight, each as strongly as its degree allows."""
        features = fit_unit_features(
            problem.rows.X,
            units,
            preprocessor=self.preprocessor,
            metric=self.metric,
        )
        search = features.search(units.voters, problem.n_jobs)
        n_voters = len(units.voters)
        width = self.n_neighbors
        if units.copies is not None:
            # A cell of a table of few categories stands for all its rows.
            width = int(np.ceil(width * n_voters / units.copies[units.voters].sum()))
        neighbors, _ = nearest_allowed(search, units, units.voters, width)
        start = np.repeat(np.arange(n_voters), neighbors.shape[1])
        end = neighbors.ravel()
        joined = end >= 0
        edges = np.ones(joined.sum()), (start[joined], end[joined])
        graph = sparse.csr_array(edges, shape=(n_voters, n_voters))
        graph = graph.maximum(graph.T)
        degree = np.sqrt(np.maximum(graph.sum(axis=1), 1.0))
        return graph.multiply(1 / degree[:, None]).multiply(1 / degree).tocsr()

    def _spread(self, graph, labels):
        held = labels
        for _ in range(self.max_steps):
            held = self.alpha * (graph @ held) + (1 - self.alpha) * labels
        return held


def _certainty(share):
    """One minus the entropy of each row, over that of an even distribution."""
    entropy = -(share * np.log(np.maximum(share, 1e-12))).sum(axis=1)
    return np.clip(1 - entropy / np.log(share.shape[1]), 0.0, 1.0)
