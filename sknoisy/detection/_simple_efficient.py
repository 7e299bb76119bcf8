# SPDX-License-Identifier: BSD-3-Clause
"""A simple and efficient detector, put together from parts."""

from sknoisy.detection._label_detector import LabelDetector
from sknoisy.detection._staged import Staged
from sknoisy.threshold import ContaminationThreshold
from sknoisy.utils._options import check_option

_REMOVALS = ("overall", "per_class")


def simple_efficient_detector(
    estimator=None,
    *,
    fraction=0.05,
    removal="overall",
    max_stages=None,
    n_epochs=30,
    random_state=None,
):
    """Make a detector of mean losses over one training (SEMD).

    It is an ordinary `LabelDetector`: the loss of each label, averaged over the
    stages of a single training, and a given share of the worst labels as suspects.
    No fold is fitted.

    Parameters
    ----------
    estimator : classifier, default=None
        A classifier that is trained in stages; see `Staged`.
    fraction : float or "auto", default=0.05
        Share of the labels that are suspect; "auto" is the estimate of the
        confident joint, which is too low for a model that has seen the labels.
    removal : {"overall", "per_class"}, default="overall"
        Whether the worst of all labels are suspect, or the worst of each class.
    max_stages : int, default=None
        Number of stages that judge, from the first on; None for all.
    n_epochs : int, default=30
        Epochs of a classifier that has epochs, or its own `max_iter` if less.
    random_state : int, RandomState instance or None, default=None
        Seeds the default estimator.

    Returns
    -------
    detector : LabelDetector
        Unfitted.

    Raises
    ------
    ValueError
        If `removal` is unknown.

    See Also
    --------
    DatasetCartography : Mean probabilities in place of losses.
    AreaUnderMargin : Mean margins in place of losses.

    Notes
    -----
    The study compares detectors, and how much to remove and from where, but what
    was found of it does not give its rule in full: that the loss is averaged over
    the stages of one training is inferred, and so is the default share.

    How much to remove is best chosen on labels that are verified: search over
    ``threshold__contamination``, say 0.01, 0.02, 0.05, 0.1 and 0.2. Where less is
    always better, what is removed is hard and right.

    References
    ----------
    Srikanth, Irvin, Hill, Godoy, Sabane and Ng. An empirical study of automated
    mislabel detection in real world vision datasets. arXiv:2312.02200, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import simple_efficient_detector
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = simple_efficient_detector(fraction=0.02, max_stages=20).fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suspect_mask_.sum())
    (0, 3)
    """
    check_option("removal", removal, _REMOVALS)
    scheme = Staged(
        estimator, max_stages=max_stages, n_epochs=n_epochs, random_state=random_state
    )
    threshold = ContaminationThreshold(fraction, per_class=removal == "per_class")
    return LabelDetector(
        scheme, label_score="cross_entropy", aggregate="mean", threshold=threshold
    )
