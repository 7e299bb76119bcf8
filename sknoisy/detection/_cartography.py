# SPDX-License-Identifier: BSD-3-Clause
"""Map the labels by how a training comes to terms with them."""

from sknoisy.detection._aggregates import Mean, Variability
from sknoisy.detection._label_scores import Correctness, SelfConfidence
from sknoisy.detection._training_dynamics import TrainingDynamicsDetector


class DatasetCartography(TrainingDynamicsDetector):
    """Suspect labels that stay improbable throughout a training.

    Over the stages of training, each label has a confidence, the mean probability
    of it; a variability, its standard deviation; and a correctness, the share of
    stages at which it is the most probable class. High confidence and low
    variability are easy to learn, high variability is ambiguous, and low
    confidence with low variability is hard to learn: there wrong labels gather.
    The quality is the confidence.

    Parameters
    ----------
    estimator : classifier, default=None
        A classifier that is trained in stages; see `Staged`.
    threshold : {"confident_counts", "contamination", "fixed", "mixture", \
            "quantile"}, float or threshold, default="mixture"
        Where the line is. A number is the quality below which labels are suspect.
    max_stages : int, default=None
        Number of stages that judge, from the first on; None for all.
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
        The confidence; 1 for trusted rows.
    confidence_ : ndarray of shape (n_samples,)
        Mean probability of each label over the stages.
    variability_ : ndarray of shape (n_samples,)
        Its population standard deviation; at most 0.5.
    correctness_ : ndarray of shape (n_samples,)
        Share of the stages at which the label is the most probable class.
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
    AreaUnderMargin : The same idea with raw scores in place of probabilities.
    ForgettingEvents : Only whether labels are learned and forgotten.

    Notes
    -----
    Labels of rare classes and of hard but right rows also have low confidence;
    the map shows where they are, not what is wrong with them. A model that learns
    every label by rote within the first stages gives all of them high confidence:
    stop it earlier, by `max_stages`.

    References
    ----------
    Swayamdipta, Schwartz, Lourie, Wang, Hajishirzi, Smith and Choi. Dataset
    cartography: mapping and diagnosing datasets with training dynamics. EMNLP,
    2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import DatasetCartography
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = DatasetCartography(max_stages=20).fit(X, y)
    >>> int(detector.confidence_.argmin()), float(detector.correctness_[0])
    (0, 0.0)

    Of a network, give the probabilities after each epoch:

    >>> course = [[[0.5, 0.5], [0.6, 0.4]], [[0.2, 0.8], [0.9, 0.1]]]
    >>> detector = DatasetCartography.from_predictions(["b", "a"], course)
    >>> detector.confidence_, detector.variability_
    (array([0.65, 0.75]), array([0.15, 0.15]))
    """

    def _make_score(self):
        return SelfConfidence()

    def _make_side_judges(self):
        return [(SelfConfidence(), Variability()), (Correctness(), Mean())]

    def _keep_raw(self, raw, *beside):
        steadiness, correctness = beside
        self.confidence_ = raw
        self.variability_ = -steadiness
        self.correctness_ = correctness
