# SPDX-License-Identifier: BSD-3-Clause
"""What the detectors that watch a training have in common."""

from sknoisy.detection._given_members import GivenMembers, list_members
from sknoisy.detection._label_detector import SchemeDetector
from sknoisy.detection._staged import Staged
from sknoisy.detection._stages import can_be_staged
from sknoisy.utils._labelled_rows import check_labelled_rows


class TrainingDynamicsDetector(SchemeDetector):
    """Base of detectors that judge labels by the stages of training.

    A subclass says in ``_make_score`` and ``_make_aggregate`` what it watches, and
    in ``_stride`` which of many stages judge.
    """

    _stride = "auto"

    def __init__(
        self,
        estimator=None,
        *,
        threshold="mixture",
        max_stages=None,
        n_epochs=30,
        cv=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.threshold = threshold
        self.max_stages = max_stages
        self.n_epochs = n_epochs
        self.cv = cv
        self.random_state = random_state

    def _make_scheme(self):
        return Staged(
            self.estimator,
            max_stages=self.max_stages,
            n_epochs=self.n_epochs,
            stride=self._stride,
            cv=self.cv,
            random_state=self.random_state,
        )

    def _use_default(self, estimator):
        if self.estimator is None and can_be_staged(estimator):
            self.estimator = estimator

    @classmethod
    def from_predictions(
        cls, y, pred_proba, *, classes=None, sample_weight=None, trusted=None, **params
    ):
        """Judge labels by probabilities recorded in a training; nothing is fitted.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Given labels.
        pred_proba : array-like of shape (n_stages, n_samples, n_classes) or \
                (n_samples, n_classes)
            Probabilities after each stage, in the order of training, such as those
            of a neural network after each epoch; or those of one stage. A list of
            memory-mapped arrays will do.
        classes : array-like of shape (n_classes,), default=None
            Label of each column; sorted labels by default.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified.
        **params : dict
            Parameters of the detector.

        Returns
        -------
        detector : detector
            Fitted; its `score_samples` takes the probabilities of one stage in
            place of X.
        """
        detector = cls(**params)
        course = list_members(pred_proba)
        rows = check_labelled_rows(
            detector, course[-1], y, sample_weight, None, trusted, classes=classes
        )
        detector._record(rows, detector._judge_course(course, rows))
        return detector

    def _judge_course(self, course, rows):
        return self._judge_by(GivenMembers(course), rows)
