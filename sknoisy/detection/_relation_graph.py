# SPDX-License-Identifier: BSD-3-Clause
"""Neural relation graph: do similar rows that are predicted alike agree in label?"""

from numbers import Real

import numpy as np
from sklearn.preprocessing import normalize

from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection._label_detector import (
    count_wrong,
    flag_suspects,
    most_probable,
)
from sknoisy.detection._neighbor_votes import distinct_units
from sknoisy.detection._relations import Points, RelationGraph
from sknoisy.detection._schemes import OutOfFold
from sknoisy.detection._unit_features import FeatureInput, fit_unit_features
from sknoisy.noise._confident_joint import row_unit
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._options import check_count
from sknoisy.utils._ranking import keep_each_class


class NeuralRelationGraph(FeatureInput, BaseLabelDetector):
    """Score labels by their agreement with all rows that resemble theirs.

    Two rows are related as far as their features point in one direction and a
    model predicts the same for both: ``max(0, cos) * (p_i @ p_j)``, to the power
    of `temperature`. The relation counts for a label where the two labels agree,
    and against it where they differ. Labels that the sum of all relations speaks
    against are believed wrong; their relations change sign, and the sums are taken
    anew. Rows that are related to few others are outliers.

    Parameters
    ----------
    estimator : classifier, default=None
        Makes the probabilities, out of fold. None picks a linear model that suits
        the columns of X, or the estimator of the wrapper that the detector is used
        in.
    preprocessor : transformer or "passthrough", default=None
        Turns X into features, without labels. None picks a scaler, encoder or
        TF-IDF that suits the columns of X; "passthrough" takes X for features.
    temperature : float, default=4.0
        Power of the relations between labels; the higher, the more the nearest
        rows count.
    outlier_temperature : float, default=1.0
        Power of the relations in the outlier score.
    min_relation : float, default=0.03
        Relations up to this count as none, before the power is taken.
    min_conflict : float, default=0.05
        Labels are believed wrong whose sum is below minus this share of the
        greatest sum.
    max_iter : int, default=1
        How often relations to labels that are believed wrong are turned round. It
        ends early where these stay the same.
    threshold : str, float or threshold, default=None
        Flags by a threshold on `label_quality_` in place of `min_conflict`.
    cv : int, splitter or iterable, default=5
        Folds, as `sknoisy.utils.cross_fit_proba` takes them.
    n_jobs : int, default=None
        Folds fitted at the same time, through joblib.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds; None always chooses the same.

    Attributes
    ----------
    label_quality_ : ndarray of shape (n_samples,)
        Sum of the relations of each row, over the greatest one, mapped to [0, 1]:
        below 0.5 more speaks against the label than for it.
    outlier_score_ : ndarray of shape (n_samples,)
        Sum of the relations to all rows, whatever their label, over the greatest
        one. Low is outlying.
    suspect_mask_ : ndarray of shape (n_samples,), dtype=bool
        Labels that are believed wrong in the end, or on the wrong side of the
        threshold. One row of each class is never suspect.
    suggested_labels_ : ndarray of shape (n_samples,)
        Most probable label of each row.
    pred_proba_ : ndarray of shape (n_samples, n_classes)
        Out-of-fold probabilities of each row.
    noise_rate_ : float
        Fraction of wrong labels by the confident joint of `pred_proba_`.
    n_iter_ : int
        How often the sums were taken anew.
    scheme_ : OutOfFold
        The fitted folds.
    threshold_ : threshold
        The fitted threshold, where one is used.
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
    SelfClean : Features alone, and of each side the nearest rows alone.

    Notes
    -----
    The time grows with the square of the number of rows, the memory does not.
    Scores are sums, so that in a large class more speaks for or against a label
    than in a small one.

    In the paper features and probabilities are those of one network, which has
    seen the labels; here the features know no labels and the probabilities are out
    of fold. A row is related to itself, as in the paper; other copies of it and
    rows of its group are no evidence. In a table of few categories, where rows
    repeat more than five times on average, copies are. That suspects are the
    labels believed wrong after the last turn is inferred, and so is how new rows
    are scored.

    References
    ----------
    Kim, Yun and Song. Neural relation graph: a unified framework for identifying
    label noise and outlier data. NeurIPS, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import NeuralRelationGraph
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = NeuralRelationGraph().fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self,
        estimator=None,
        *,
        preprocessor=None,
        temperature=4.0,
        outlier_temperature=1.0,
        min_relation=0.03,
        min_conflict=0.05,
        max_iter=1,
        threshold=None,
        cv=5,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.preprocessor = preprocessor
        self.temperature = temperature
        self.outlier_temperature = outlier_temperature
        self.min_relation = min_relation
        self.min_conflict = min_conflict
        self.max_iter = max_iter
        self.threshold = threshold
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _judge(self, rows):
        self._check_params()
        self.scheme_ = OutOfFold(
            self.estimator,
            cv=self.cv,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
        )
        (member,) = self.scheme_.members(rows)
        sums = self._relate(rows, member.pred_proba)
        quality = (1 + sums / self.scale_) / 2
        return Judgement(
            label_quality=np.clip(quality, 0.0, 1.0),
            suspect_mask=self._flag(rows, quality, member.pred_proba),
            suggested_codes=most_probable(rows.codes, member.pred_proba),
            noise_rate=count_wrong(rows, member.pred_proba),
            pred_proba=member.pred_proba,
        )

    def _check_params(self):
        for name in ("temperature", "outlier_temperature"):
            value = getattr(self, name)
            if not isinstance(value, Real) or not 0 < value < np.inf:
                raise ValueError(f"{name}={value!r} must be a number above 0.")
        for name in ("min_relation", "min_conflict"):
            value = getattr(self, name)
            if not isinstance(value, Real) or not 0 <= value < 1:
                raise ValueError(f"{name}={value!r} must lie in [0, 1).")
        check_count("max_iter", self.max_iter)

    def _relate(self, rows, pred_proba):
        """Sum the relations of the rows, and keep the graph for new ones."""
        units = distinct_units(rows)
        features = fit_unit_features(rows.X, units, preprocessor=self.preprocessor)
        self.features_ = features.without_values()
        directions = normalize(features.values)[units.unit_of]
        points = Points(directions, pred_proba, rows.codes, _kin(units))
        weight = weights_of(rows)
        active = weight > 0
        self.graph_ = RelationGraph(
            points.take(active),
            weight[active] / row_unit(rows.sample_weight),
            self.temperature,
            self.outlier_temperature,
            self.min_relation,
        )
        agreement, relatedness = self.graph_.sums(points)
        # Where copies are evidence, a row has been among its own.
        itself = self.graph_.of_itself(points) * (units.copies is None)
        relatedness += itself[1]
        self.outlier_score_ = relatedness / _greatest(relatedness[active])
        return self._turn_round(points, agreement, itself[0], active, rows.trusted)

    def _turn_round(self, points, agreement, itself, active, trusted):
        """Turn relations to labels that are believed wrong, and sum them anew."""
        sums, wrong = agreement + itself, np.zeros(len(points), dtype=bool)
        self.turned_ = self.graph_.among(wrong[active])
        for n_iter in range(1, self.max_iter + 1):
            self.n_iter_ = n_iter
            before, wrong = wrong, self._believed_wrong(sums, _greatest(sums[active]))
            if trusted is not None:
                wrong &= ~trusted
            if np.array_equal(wrong, before):
                break
            self.turned_ = self.graph_.among(wrong[active])
            turned = self.turned_.sums(points)[0] + np.where(wrong, itself, 0.0)
            sums = agreement + itself - 2 * turned
        self.scale_ = _greatest(sums[active])
        return sums

    def _believed_wrong(self, sums, scale):
        return sums < -self.min_conflict * scale

    def _flag(self, rows, quality, pred_proba):
        if self.threshold is not None:
            return flag_suspects(self, rows, quality, pred_proba)
        suspects = quality < (1 - self.min_conflict) / 2
        return keep_each_class(suspects, quality, rows.codes)

    def _score_new(self, X, codes):
        pred_proba = self.scheme_.predict_proba(X)
        if codes is None:
            codes = pred_proba.argmax(axis=1)
        points = Points(normalize(self.features_.of(X)), pred_proba, codes)
        itself = self.graph_.of_itself(points)[0]
        sums = self.graph_.sums(points)[0] + itself
        sums -= 2 * self.turned_.sums(points)[0]
        sums -= np.where(self._believed_wrong(sums, self.scale_), 2 * itself, 0.0)
        return np.clip((1 + sums / self.scale_) / 2, 0.0, 1.0)

    def _learner(self):
        return self.estimator

    def _use_default(self, estimator):
        if self.estimator is None:
            self.estimator = estimator


def _kin(units):
    """Number the rows so that those of a number are no evidence for each other."""
    if units.copies is not None:
        return ()
    numbers = [units.content] if units.group is None else [units.content, units.group]
    return tuple(number[units.unit_of] for number in numbers)


def _greatest(sums):
    greatest = np.abs(sums).max()
    return greatest if greatest > 0 else 1.0
