# SPDX-License-Identifier: BSD-3-Clause
"""Label scores: how well a prediction agrees with a given label."""

from abc import ABCMeta, abstractmethod

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator

from sknoisy.noise._confident_joint import class_thresholds
from sknoisy.utils._options import resolve_part
from sknoisy.utils._predictions import (
    check_predictions,
    own_proba,
    row_blocks,
    row_max,
    row_slices,
)

_LOWEST_CONFIDENCE = 1e-6


class BaseLabelScore(BaseEstimator, metaclass=ABCMeta):
    """Base of label scores, which judge one set of predictions at a time.

    A subclass implements ``_score_block(block, codes)`` for a few rows; the base
    runs over the blocks.
    """

    def score(self, codes, pred_proba):
        """Score every given label by its row of probabilities.

        Parameters
        ----------
        codes : ndarray of shape (n_samples,), integer
            Column of each given label.
        pred_proba : ndarray of shape (n_samples, n_classes)
            Probabilities of one member; may be a memory map.

        Returns
        -------
        raw : ndarray of shape (n_samples,)
            Higher is more trustworthy; on the scale that members are averaged on.
        """
        codes = np.asarray(codes)
        pred_proba = np.asarray(pred_proba)
        shift = self._class_shift(codes, pred_proba)
        raw = np.empty(len(codes))
        for rows, block in row_blocks(pred_proba):
            if shift is not None:
                block = block + shift
                block /= block.sum(axis=1, keepdims=True)
            raw[rows] = self._score_block(block, codes[rows])
        return raw

    def score_member(self, codes, member):
        """Score every given label by the predictions of a member of a scheme.

        Parameters
        ----------
        codes : ndarray of shape (n_judged,), integer
            Column of each given label that the member judges.
        member : Member
            Its predictions.

        Returns
        -------
        raw : ndarray of shape (n_judged,)
            As `score` returns it; a score that prefers logits uses those.
        """
        return self.score(codes, member.pred_proba)

    def to_quality(self, raw):
        """Map raw scores, or aggregates of them, to label quality.

        Parameters
        ----------
        raw : ndarray of shape (n_samples,)
            Raw scores.

        Returns
        -------
        quality : ndarray of shape (n_samples,)
            In [0, 1]; higher is more trustworthy.
        """
        return np.clip(raw, 0.0, 1.0)

    def _class_shift(self, codes, pred_proba):
        """Return what to add to each class's probabilities, or None."""
        if not getattr(self, "adjust", False):
            return None
        thresholds = class_thresholds(codes, pred_proba)
        return thresholds.max() - thresholds

    @abstractmethod
    def _score_block(self, block, codes):
        """Return the raw scores of a block of rows."""


class SelfConfidence(BaseLabelScore):
    """Probability of the given label.

    Parameters
    ----------
    adjust : bool, default=False
        Whether to subtract from the probabilities of each class its mean
        self-confidence, and renormalise, before scoring; corrects for classes
        that the model favours.

    References
    ----------
    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import SelfConfidence
    >>> SelfConfidence().score(np.array([0, 1]), np.array([[0.9, 0.1], [0.7, 0.3]]))
    array([0.9, 0.3])
    """

    def __init__(self, adjust=False):
        self.adjust = adjust

    def _score_block(self, block, codes):
        return own_proba(block, codes)


class NormalizedMargin(BaseLabelScore):
    """Lead of the given label over the most probable other class.

    The lead lies in [-1, 1] and is mapped to [0, 1]: below 0.5 another class is
    more probable.

    Parameters
    ----------
    adjust : bool, default=False
        Whether to subtract from the probabilities of each class its mean
        self-confidence, and renormalise, before scoring; corrects for classes
        that the model favours.

    References
    ----------
    Northcutt, Jiang and Chuang. Confident learning: estimating uncertainty in
    dataset labels. Journal of Artificial Intelligence Research 70, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import NormalizedMargin
    >>> score = NormalizedMargin()
    >>> score.score(np.array([0, 1]), np.array([[0.9, 0.1], [0.7, 0.3]]))
    array([0.9, 0.3])
    """

    def __init__(self, adjust=False):
        self.adjust = adjust

    def _score_block(self, block, codes):
        return (_lead(block, codes) + 1.0) / 2.0


class CrossEntropy(BaseLabelScore):
    """Log-probability of the given label.

    Over a single set of predictions it ranks as self-confidence does. Over
    several, a mean of it is the log of the geometric mean of their
    self-confidences, which weighs a member that rules the label out more than
    the arithmetic mean does. Its quality is that geometric mean.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import CrossEntropy
    >>> score = CrossEntropy()
    >>> raw = score.score(np.array([0, 1]), np.array([[0.9, 0.1], [0.7, 0.3]]))
    >>> score.to_quality(raw)
    array([0.9, 0.3])
    """

    def to_quality(self, raw):
        return np.clip(np.exp(raw), 0.0, 1.0)

    def _score_block(self, block, codes):
        smallest = np.finfo(np.float64).eps
        return np.log(np.maximum(own_proba(block, codes), smallest))


class ConfidenceWeightedEntropy(BaseLabelScore):
    """Entropy of the prediction, divided by the self-confidence.

    With s = normalised entropy / self-confidence, the score is log(1 + s) / s,
    which falls from 1 at s = 0: an unsure prediction, or a sure one for another
    class, makes a label less trustworthy.

    Notes
    -----
    A prediction that is one-hot on the given label has s = 0 and scores the
    limit, 1. Implementations that divide by ``max(s, 1e-6)`` give it 0. A
    self-confidence below 1e-6 is raised to 1e-6 at the cost of the other classes,
    so that a prediction that is one-hot on another class scores low.

    References
    ----------
    Kuan and Mueller. Model-agnostic label quality scoring to detect real-world
    label errors. ICML DataPerf workshop, 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import ConfidenceWeightedEntropy
    >>> score = ConfidenceWeightedEntropy()
    >>> score.score(np.array([0, 1]), np.array([[1.0, 0.0], [0.7, 0.3]])).round(3)
    array([1.   , 0.467])
    """

    def _score_block(self, block, codes):
        given = own_proba(block, codes)
        own = np.maximum(given, _LOWEST_CONFIDENCE)
        lifted = block * (1.0 - (own - given))[:, np.newaxis]
        lifted[np.arange(len(block)), codes] = own
        logs = np.log(np.maximum(lifted, np.finfo(np.float64).tiny))
        entropy = -np.einsum("ij,ij->i", lifted, logs)
        unsure = np.maximum(entropy / np.log(block.shape[1]) / own, 0.0)
        scores = np.ones(len(block))
        return np.divide(np.log1p(unsure), unsure, out=scores, where=unsure > 0)


class LogitMargin(BaseLabelScore):
    """Lead of the given label over the next best class, in raw scores.

    With the raw scores z of a model, before softmax, the score is z of the given
    label minus the largest z of the other classes. Where a member has no raw
    scores, log-probabilities stand in for them: after a softmax, they give the
    same lead, as long as no probability is rounded to zero. The quality is the
    sigmoid of the lead, 0.5 where two classes tie.

    A lead has no bound, so that in a mean over members a sure one counts more
    than an unsure one. Its scale depends on the model.

    References
    ----------
    Pleiss, Zhang, Elenberg and Weinberger. Identifying mislabeled data using the
    area under the margin ranking. NeurIPS, 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import LogitMargin
    >>> score = LogitMargin()
    >>> raw = score.score(np.array([0, 1]), np.array([[0.9, 0.1], [0.75, 0.25]]))
    >>> raw.round(3)
    array([ 2.197, -1.099])
    >>> score.to_quality(raw)
    array([0.9 , 0.25])
    """

    def score_member(self, codes, member):
        if member.logits is None:
            return self.score(codes, member.pred_proba)
        lead = np.empty(len(codes))
        for rows, block in row_blocks(member.logits):
            lead[rows] = _lead(block, codes[rows])
        return lead

    def to_quality(self, raw):
        return expit(raw)

    def _score_block(self, block, codes):
        smallest = np.finfo(np.float64).eps
        return _lead(np.log(np.maximum(block, smallest)), codes)


class Correctness(BaseLabelScore):
    """Whether the given label is the most probable class: 1 if so, else 0.

    A label that ties with another class is not.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.detection import Correctness
    >>> Correctness().score(np.array([0, 1]), np.array([[0.9, 0.1], [0.7, 0.3]]))
    array([1., 0.])
    """

    def _score_block(self, block, codes):
        return (_lead(block, codes) > 0).astype(np.float64)


def _lead(block, codes):
    """Subtract from the value of each given label the largest of the others."""
    if block.shape[1] == 2:
        gap = block[:, 1] - block[:, 0]
        return np.where(codes == 1, gap, -gap)
    others = block.copy()
    others[np.arange(len(block)), codes] = -np.inf
    return own_proba(block, codes) - row_max(others)


LABEL_SCORES = {
    "self_confidence": SelfConfidence,
    "normalized_margin": NormalizedMargin,
    "cross_entropy": CrossEntropy,
    "confidence_weighted_entropy": ConfidenceWeightedEntropy,
    "logit_margin": LogitMargin,
    "correctness": Correctness,
}


def check_label_score(score, name="score"):
    """Resolve a label score or its alias.

    Parameters
    ----------
    score : str or BaseLabelScore
        An instance, or one of "self_confidence", "normalized_margin",
        "cross_entropy", "confidence_weighted_entropy", "logit_margin" and
        "correctness".
    name : str, default="score"
        Name of the parameter, for the error.

    Returns
    -------
    score : BaseLabelScore
        The label score.
    """
    return resolve_part(name, score, LABEL_SCORES, BaseLabelScore, "a label score")


def label_quality(y, pred_proba, *, score="self_confidence", classes=None):
    """Score how trustworthy each label is, from predicted probabilities.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Given labels.
    pred_proba : array-like of shape (n_samples, n_classes)
        Out-of-sample probabilities, such as cross-validation gives. May be a
        memory map; it is read in blocks.
    score : {"self_confidence", "normalized_margin", "cross_entropy", \
            "confidence_weighted_entropy", "logit_margin", "correctness"} or label \
            score, default="self_confidence"
        How a prediction is compared with a label.
    classes : array-like of shape (n_classes,), default=None
        The class of each column of `pred_proba`; ``np.unique(y)`` by default.

    Returns
    -------
    quality : ndarray of shape (n_samples,)
        In [0, 1]; higher is more trustworthy.

    Raises
    ------
    ValueError
        If `y`, `pred_proba` and `classes` do not fit together, or the rows of
        `pred_proba` are not probabilities.

    References
    ----------
    Kuan and Mueller. Model-agnostic label quality scoring to detect real-world
    label errors. ICML DataPerf workshop, 2022.

    Examples
    --------
    >>> from sknoisy.detection import label_quality
    >>> label_quality(["cat", "dog"], [[0.9, 0.1], [0.7, 0.3]])
    array([0.9, 0.3])
    """
    score = check_label_score(score)
    codes, pred_proba, _ = check_predictions(y, pred_proba, classes)
    quality = score.score(codes, pred_proba)
    for rows in row_slices(len(quality), 1):
        quality[rows] = score.to_quality(quality[rows])
    return quality
