# SPDX-License-Identifier: BSD-3-Clause
"""Count how often a training learns a label and forgets it again."""

import numpy as np

from sknoisy.detection._aggregates import AGGREGATES, BaseAggregate
from sknoisy.detection._label_scores import Correctness
from sknoisy.detection._training_dynamics import TrainingDynamicsDetector


class Forgetting(BaseAggregate):
    """Minus the number of times that members in a row turn from right to wrong.

    For the score `Correctness` over the stages of a training, of which each row
    is judged by one. Before the first stage nothing is learned, so that a label
    that is right from then on has no event; one that is never right has
    infinitely many.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import Forgetting
    >>> aggregate = Forgetting()
    >>> state = aggregate.start(3)
    >>> for scores in ([1, 0, 0], [0, 1, 0], [1, 1, 0]):
    ...     aggregate.update(state, np.array(scores), slice(None))
    >>> aggregate.finish(state)
    array([ -1.,   0., -inf])
    """

    def start(self, n_samples):
        return {
            "judged": np.zeros(n_samples, dtype=bool),
            "right": np.zeros(n_samples, dtype=bool),
            "learned": np.zeros(n_samples, dtype=bool),
            "events": np.zeros(n_samples),
        }

    def update(self, state, scores, rows):
        right = scores > 0.5
        state["events"][rows] += state["right"][rows] & ~right
        state["learned"][rows] |= right
        state["right"][rows] = right
        state["judged"][rows] = True

    def finish(self, state):
        counted = np.where(state["learned"], -state["events"], -np.inf)
        return np.where(state["judged"], counted + 0.0, np.nan)

    def to_quality(self, scores, score):
        return 1.0 / (1.0 - scores)


AGGREGATES["forgetting"] = Forgetting


class ForgettingEvents(TrainingDynamicsDetector):
    """Suspect labels that a training never learns, or learns and forgets.

    A row is learned at a stage if its given label is the most probable class, and
    forgotten if it was learned at the stage before and is not now. With c events
    the quality is 1 / (1 + c); a label that is never learned has quality 0.

    Parameters
    ----------
    estimator : classifier, default=None
        A classifier that is trained in stages; see `Staged`.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default=0.5
        Where the line is. A number is the quality below which labels are suspect:
        0.5 is for those never learned, or forgotten more than once.
    max_stages : int, default=30
        Number of stages that judge, from the first on; None for all. The longer a
        training, the fewer labels it has never learned.
    n_epochs : int, default=30
        Epochs of a classifier that has epochs, or its own `max_iter` if less.
    cv : int, splitter or iterable, default=None
        Folds, to judge each row by models that did not see it; None judges in
        sample, as published.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds, and seeds the default estimator.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    n_forgotten_ : ndarray of shape (n_samples,), dtype=int
        Number of times that each label was forgotten; 0 if never learned.
    never_learned_ : ndarray of shape (n_samples,), dtype=bool
        Labels that no stage predicted.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities over the stages.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`; too low
        if these are in sample.
    scheme_ : Staged
        The trained model.
    threshold_ : threshold
        The fitted threshold.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    AreaUnderMargin : By how much the stages agree with a label, not how often.
    DatasetCartography : Mean and spread of the probability of a label.

    Notes
    -----
    The ranking is coarse: most labels have no event, and tie, wrong ones that are
    learned by rote among them. The paper looks at
    each row when its batch is trained on; here all rows are looked at after each
    stage. It counts infinitely many events for a label that is never learned. How
    counts become a quality is not from the paper. New rows are right or wrong in
    the end, and that is all that `score_samples` says of them.

    References
    ----------
    Toneva, Sordoni, Tachet des Combes, Trischler, Bengio and Gordon. An empirical
    study of example forgetting during deep neural network learning. ICLR, 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import ForgettingEvents
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = ForgettingEvents().fit(X, y)
    >>> bool(detector.never_learned_[0]), float(detector.label_quality_[1])
    (True, 1.0)
    """

    def __init__(
        self,
        estimator=None,
        *,
        threshold=0.5,
        max_stages=30,
        n_epochs=30,
        cv=None,
        random_state=None,
    ):
        super().__init__(
            estimator,
            threshold=threshold,
            max_stages=max_stages,
            n_epochs=n_epochs,
            cv=cv,
            random_state=random_state,
        )

    # What is forgotten and learned again between two stages must be seen.
    _stride = 1

    def _make_score(self):
        return Correctness()

    def _make_aggregate(self):
        return Forgetting()

    def _keep_raw(self, raw, *beside):
        # A row that no stage has judged has been neither learned nor forgotten.
        self.never_learned_ = np.isneginf(raw)
        self.n_forgotten_ = np.where(np.isfinite(raw), -raw, 0.0).astype(np.intp)
