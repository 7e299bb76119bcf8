# SPDX-License-Identifier: BSD-3-Clause
"""Judge labels by the stages of training."""

import warnings
from itertools import islice

import numpy as np
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline

from sknoisy.detection._schemes import SCHEMES, BaseScheme, Member
from sknoisy.detection._stages import (
    Stage,
    can_be_staged,
    count_stages,
    stages,
    two_columns,
    watch_stages,
)
from sknoisy.exceptions import RareClassWarning
from sknoisy.utils._cross_fit import (
    OneClass,
    class_outputs,
    seed_from,
    training_folds,
)
from sknoisy.utils._encoding import encode
from sknoisy.utils._predictions import row_max
from sknoisy.utils._rows import take_rows
from sknoisy.utils._sound_model import sound_classifier

_MAX_JUDGING_STAGES = 32


class Staged(BaseScheme):
    """Training dynamics: the model after each stage of its training is a member.

    One fit gives as many members as it has stages: boosting rounds, or epochs of
    a classifier that learns by stochastic gradient descent. Right labels are
    learned early, because many other rows agree with them; wrong ones late, by
    rote. So the stages judge the rows that they are trained on, and it is the
    whole course that tells. See `stages` for the classifiers that have some.

    Parameters
    ----------
    estimator : classifier, default=None
        A classifier that `stages` can train in stages, or a pipeline that ends in
        one. None takes histogram gradient boosting of small trees for tables, and a
        logistic regression trained by stochastic gradient descent for texts and
        sparse matrices, each with the preprocessing that X needs. The estimator
        of the wrapper that the scheme is used in stands in for None if it has
        stages.
    max_stages : int, default=None
        Number of stages that judge, from the first on; None for all. Epochs after
        them are not trained. A model that fits every label in the end should be
        stopped, or not be listened to, before it does.
    n_epochs : int, default=30
        Epochs of a classifier that has epochs, or its own `max_iter` if that is
        less. Boosting has as many rounds as it is set to.
    stride : int or "auto", default="auto"
        The first stage judges, and each that is so many stages after the last one
        that did. "auto" picks the smallest stride by which at most 32 stages judge
        where the number of stages is known beforehand, else 1: stages next to each
        other say the same, and predictions cost.
    cv : int, splitter or iterable, default=None
        Folds, as `sknoisy.utils.cross_fit_proba` takes them: each row is judged by
        the stages of a model that did not see it, at the cost of one fit a fold.
        None trains once, on all rows, which are then judged in sample.
    random_state : int, RandomState instance or None, default=None
        Chooses the folds, and seeds the default estimator. None always does the
        same.

    Attributes
    ----------
    models_ : list of classifiers
        The trained model, or that of each fold.

    Notes
    -----
    New rows are judged by the trained model as it is in the end, whatever
    `max_stages`; it has not seen them.

    In sample, histogram gradient boosting and LightGBM show the scores that they
    keep of their training rows, and judging costs little beside the fit. With early
    stopping, with `cv`, with weights of zero and for other boosting, each tree
    predicts each row once, which costs from a third of the fit to as much again
    where a tree is fast to fit. LightGBM adds the work of its own metric.

    `groups` matter only with `cv`. In-sample probabilities are surer of the given
    labels than out-of-sample ones, so a noise rate counted from them is too low.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import GradientBoostingClassifier
    >>> from sknoisy.detection import LabelDetector, Staged
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> scheme = Staged(GradientBoostingClassifier(n_estimators=10, random_state=0))
    >>> detector = LabelDetector(scheme, label_score="logit_margin").fit(X, y)
    >>> int(detector.label_quality_.argmin())
    0
    """

    def __init__(
        self,
        estimator=None,
        *,
        max_stages=None,
        n_epochs=30,
        stride="auto",
        cv=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.max_stages = max_stages
        self.n_epochs = n_epochs
        self.stride = stride
        self.cv = cv
        self.random_state = random_state

    def members(self, rows):
        estimator, seed = self._start(rows)
        unseen = []
        for train, test in self._splits(rows, seed):
            missing = np.ones(len(rows.classes), dtype=bool)
            missing[np.unique(rows.codes[train])] = False
            unseen.append(np.unique(rows.codes[test][missing[rows.codes[test]]]))
            yield from self._members_of_split(estimator, rows, train, test, missing)
        _warn_unseen(rows.classes[np.unique(np.concatenate(unseen))])

    def feed(self, rows, take):
        if not self._trains_on_all(rows):
            super().feed(rows, take)
            return
        estimator, _ = self._start(rows)
        model = watch_stages(
            estimator,
            rows.X,
            rows.y,
            lambda stage: take(self._member(stage)),
            wanted=self._judging_stages(estimator),
            sample_weight=rows.sample_weight,
            n_epochs=self._last_epoch(),
        )
        self.models_.append(model)

    def _start(self, rows):
        self._check_numbers()
        self.classes_ = rows.classes
        self.models_ = []
        seed = seed_from(self.random_state)
        if self.estimator is None:
            return default_staged_classifier(rows.X, seed), seed
        return self.estimator, seed

    def _check_numbers(self):
        for name in ("max_stages", "n_epochs", "stride"):
            value = getattr(self, name)
            if name == "stride" and value == "auto":
                continue
            if value is not None and value < 1:
                raise ValueError(f"{name}={value} must be at least 1.")

    def _trains_on_all(self, rows):
        """Tell whether one model is trained on the very rows that it judges."""
        weight = rows.sample_weight
        return (
            self.cv is None
            and (weight is None or (weight > 0).all())
            and 1 < len(rows.classes) == len(np.unique(rows.codes))
        )

    def _last_epoch(self):
        return min(self.n_epochs, self.max_stages or self.n_epochs)

    def _judging_stages(self, estimator):
        """Return a function that tells whether a stage, by its number, judges."""
        stride, last = self.stride, self.max_stages or np.inf
        if stride == "auto":
            n_stages = min(last, count_stages(estimator, self._last_epoch()) or 1)
            stride = -(-n_stages // _MAX_JUDGING_STAGES)
        return lambda i: i < last and i % stride == 0

    def _member(self, stage):
        logits, pred_proba = self._align(stage)
        return Member(pred_proba, logits=logits)

    def _splits(self, rows, seed):
        """List what to train on and what to judge; slices stand for all rows."""
        if self.cv is not None:
            weight = rows.sample_weight
            return training_folds(
                self.cv, rows.X, rows.codes, rows.groups, weight, seed
            )
        everything = slice(None)
        if rows.sample_weight is None or (rows.sample_weight > 0).all():
            return [(everything, everything)]
        return [(np.flatnonzero(rows.sample_weight > 0), everything)]

    def _members_of_split(self, estimator, rows, train, test, missing):
        where = None if isinstance(test, slice) else test
        codes = rows.codes[test]
        judges = self._judging_stages(estimator)
        course = self._stages_of_split(estimator, rows, train, where)
        for i, stage in enumerate(course):
            if judges(i):
                logits, pred_proba = self._align(stage)
                _trust_unseen(codes, missing, pred_proba)
                yield Member(pred_proba, where, logits)
        self.models_.append(stage.model)

    def _stages_of_split(self, estimator, rows, train, where):
        in_place = isinstance(train, slice)
        X = rows.X if in_place else take_rows(rows.X, train)
        judged = rows.X if where is None else take_rows(rows.X, where)
        y = rows.y[train]
        if (y == y[0]).all():
            # Nothing to tell apart: many classifiers refuse a single class.
            model = OneClass().fit(y)
            return [Stage(model, pred_proba=model.predict_proba(judged))]
        weight = None if rows.sample_weight is None else rows.sample_weight[train]
        course = stages(
            estimator,
            X,
            y,
            sample_weight=weight,
            judged=None if in_place and where is None else judged,
            n_epochs=self._last_epoch(),
        )
        return islice(course, self.max_stages)

    def _align(self, stage):
        """Give a stage's predictions one column for each class, and both kinds."""
        logits, pred_proba = stage.logits, stage.pred_proba
        if pred_proba is None:
            pred_proba = proba_from_logits(logits)
        known = getattr(stage.model, "classes_", self.classes_)
        if len(known) == len(self.classes_) and (known == self.classes_).all():
            return logits, pred_proba
        columns = encode(np.asarray(known), self.classes_)
        aligned = np.zeros((len(pred_proba), len(self.classes_)))
        aligned[:, columns] = pred_proba
        # Logits know nothing of a missing class; log-probabilities say so.
        return None, aligned

    def predict_proba(self, X):
        return sum(self._proba(model, X) for model in self.models_) / len(self.models_)

    def _proba(self, model, X):
        if hasattr(model, "predict_proba"):
            return class_outputs(model, X, self.classes_)
        values = two_columns(model.decision_function(X))
        return self._align(Stage(model, logits=values))[1]

    def _use_default(self, estimator):
        if can_be_staged(estimator):
            super()._use_default(estimator)


def default_staged_classifier(X, seed=0):
    """Pick a classifier that copes with X as it is and is trained in stages.

    Parameters
    ----------
    X : any container of n_samples rows
        Looked at, never changed.
    seed : int, default=0
        Seed of the classifier.

    Returns
    -------
    classifier : Pipeline
        It ends in boosting that learns slowly, or in a linear model with epochs.
    """
    model = sound_classifier(X, kind="boosting", random_state=seed)
    name, last = model.steps[-1]
    if isinstance(last, HistGradientBoostingClassifier):
        # Large trees at a high rate learn wrong labels by rote too soon.
        last.set_params(max_leaf_nodes=6, learning_rate=0.05)
    else:
        last = SGDClassifier(loss="log_loss", random_state=seed)
    return Pipeline([*model.steps[:-1], (name, last)])


def proba_from_logits(logits):
    """Turn raw scores into probabilities.

    Parameters
    ----------
    logits : ndarray of shape (n, n_classes)
        Raw scores.

    Returns
    -------
    pred_proba : ndarray of shape (n, n_classes)
        Their softmax.
    """
    if logits.shape[1] > 2:
        pred_proba = np.exp(logits - row_max(logits)[:, None])
        pred_proba /= (pred_proba @ np.ones(logits.shape[1]))[:, None]
        return pred_proba
    pred_proba = np.empty_like(logits)
    expit(logits[:, 1] - logits[:, 0], out=pred_proba[:, 1])
    np.subtract(1.0, pred_proba[:, 1], out=pred_proba[:, 0])
    return pred_proba


def _trust_unseen(codes, missing, pred_proba):
    """Count rows as right, in place, whose class was not trained on."""
    unseen = np.flatnonzero(missing[codes])
    if len(unseen):
        pred_proba[unseen] = np.eye(len(missing))[codes[unseen]]


def _warn_unseen(labels):
    if len(labels):
        warnings.warn(
            f"No row of the class(es) {labels.tolist()} trained the model that judges "
            "their rows, so these labels cannot be judged and count as right. Give "
            "such a class more rows, some weight, or merge it with another.",
            RareClassWarning,
            stacklevel=2,
        )


SCHEMES["staged"] = Staged
