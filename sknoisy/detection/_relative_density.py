# SPDX-License-Identifier: BSD-3-Clause
"""Relative density: is the row closer to its own class or to the others?"""

from sknoisy.detection._class_distances import ClassDistanceDetector, share_of_other


class RelativeDensity(ClassDistanceDetector):
    """Compare how near the nearest rows of the own class and of the others are.

    The relative density of a row is the mean distance to its k nearest rows of the
    same label, over that to its k nearest rows of other labels. Above 1 the label
    is called noise. Label quality is ``1 / (1 + density)``, so that the line is at
    0.5.

    Parameters
    ----------
    preprocessor : transformer or "passthrough", default=None
        Turns X into features, without labels. None picks a scaler, encoder or
        TF-IDF that suits the columns of X; "passthrough" takes X for features.
    n_neighbors : int, default=5
        Neighbours of each side.
    metric : str or callable, default="auto"
        Metric as `NearestNeighbors` takes it. "auto" is the cosine distance for
        texts and sparse features, else the Euclidean one.
    threshold : str, float or threshold, default=0.5
        Where the line is. The default is where the own class is as far away as
        the others.
    n_jobs : int, default=None
        Searches at the same time, through joblib.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels on the wrong side of the threshold.
    suggested_labels_ : ndarray of shape (n_samples,)
        The given label, or where the quality is below 0.5 the class whose k
        nearest rows are nearest.
    noise_rate_ : float
        Fraction of suspects.
    threshold_ : threshold
        The fitted threshold.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features, where X has a fixed number.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    Warns
    -----
    WeakEvidenceWarning
        If some rows are the only ones of their class, or all others are copies of
        them or of their group. Their labels count as right.

    See Also
    --------
    SelfClean : Squares of the distances to the nearest alone.
    KDisagreeingNeighbors : Counts labels among the nearest, whatever the distance.

    Notes
    -----
    Copies of a row are one neighbour and never judge each other, and sample
    weights decide only who is a neighbour at all: rows of weight zero are none.
    Classes of very different density are judged by distances that do not compare:
    rows at the rim of a loose class that borders on a dense one look wrong.
    Published accounts differ in the number of neighbours; 5 to 10 are usual.

    References
    ----------
    Xia, Xiong, He, Li, Dong and Zhang. Relative density-based classification noise
    detection. Optik 125, 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import RelativeDensity
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = RelativeDensity().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        preprocessor=None,
        *,
        n_neighbors=5,
        metric="auto",
        threshold=0.5,
        n_jobs=None,
    ):
        self.preprocessor = preprocessor
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.threshold = threshold
        self.n_jobs = n_jobs

    def _compare(self, own, other):
        return share_of_other(own, other)
