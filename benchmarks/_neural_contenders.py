# SPDX-License-Identifier: BSD-3-Clause
"""Who trains a network on wrong labels, and the references beside them."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from _robust_contenders import logistic, tfidf
from scipy.sparse import issparse
from skorch.callbacks import EarlyStopping
from skorch.dataset import ValidSplit

from sknoisy.neural import (
    NoiseCorrectedScoring,
    RobustNetClassifier,
    losses,
    methods,
    ready_net,
)
from sknoisy.utils import take_rows

PLAIN = "plain"
STOPPED = "plain, early stopping"
# By what the accuracy, or another metric, on those rows would be with true labels.
CORRECTED = {
    f"{STOPPED}, corrected accuracy": "accuracy",
    f"{STOPPED}, corrected balanced": "balanced_accuracy",
    f"{STOPPED}, corrected log-loss": "neg_log_loss",
}
PUT_RIGHT = "plain, trusted rows put right"
RIGHT_ROWS = "plain, right rows alone"
TRUTH = "plain, true labels"

# Epochs without a better accuracy on the rows held out, whose labels are noisy too.
_PATIENCE = 5
_NEED_TRUSTED = {"emlc", "l2rw", "meta_weight_net"}
# They need a matrix, or a loss to act on, or are the plain one.
_NOT_LOSSES = {
    "BackwardCorrection",
    "ForwardCorrection",
    "LossSchedule",
    "NormalizedLoss",
    "RobustLoss",
    "SoftmaxCrossEntropy",
}


class Rows:
    """Numbers of a problem, with a share of the rows verified."""

    def __init__(self, problem, share):
        task, self.seed = problem.task, problem.seed
        features = (tfidf if task.is_text else logistic)(self.seed).features
        self.X, self.X_test = (
            features.fit_transform(task.X_train),
            features.transform(task.X_test),
        )
        self.y, self.y_true = problem.y, task.y_true
        rng = np.random.default_rng(self.seed)
        n_trusted = max(round(share * len(self.y)), 1)
        self.trusted = np.zeros(len(self.y), dtype=bool)
        self.trusted[rng.choice(len(self.y), n_trusted, replace=False)] = True

    @property
    def verified(self):
        """Given labels, those of the trusted rows put right."""
        return np.where(self.trusted, self.y_true, self.y)


@dataclass(frozen=True)
class Training:
    """What all networks have in common."""

    epochs: int
    device: str

    def classifier(
        self, rows, method="ce", *, train_split=None, early_stopping=False, **params
    ):
        """Make a network that suits the rows."""
        if issparse(rows.X):
            net = ready_net("embedding_bag", max_epochs=self.epochs, **params)
        else:
            net = ready_net(module__hidden=(256,), max_epochs=self.epochs, **params)
        return RobustNetClassifier(
            net,
            method=method,
            train_split=train_split,
            early_stopping=early_stopping,
            device=self.device,
            random_state=rows.seed,
        )


def train_plain(training, rows):
    """Train on the given labels to the last epoch."""
    return training.classifier(rows).fit(rows.X, rows.y)


def train_stopped(training, rows):
    """Hold a tenth of the noisy rows out, and keep the network that suits them best."""
    stopping = EarlyStopping(
        "valid_acc",
        patience=_PATIENCE,
        lower_is_better=False,
        load_best=True,
        sink=_mute,
    )
    split = hold_out(rows)
    classifier = training.classifier(rows, train_split=split, callbacks=[stopping])
    return classifier.fit(rows.X, rows.y)


def train_corrected(training, rows, metric):
    """Do the same by a metric that is corrected by an estimated transition matrix."""
    classifier = training.classifier(
        rows, train_split=hold_out(rows), early_stopping=NoiseCorrectedScoring(metric)
    )
    return classifier.fit(rows.X, rows.y)


def hold_out(rows):
    """Hold out the same tenth of the rows for all who stop early."""
    return ValidSplit(0.1, random_state=rows.seed)


def train_put_right(training, rows):
    """Train on the given labels, those of the trusted rows put right."""
    return training.classifier(rows).fit(rows.X, rows.verified)


def train_right_rows(training, rows):
    """Train without the wrong rows, which nobody can tell in practice."""
    right = np.flatnonzero(rows.y == rows.y_true)
    return training.classifier(rows).fit(take_rows(rows.X, right), rows.y[right])


def train_truth(training, rows):
    """Train on the true labels."""
    return training.classifier(rows).fit(rows.X, rows.y_true)


def train_by_method(training, rows, method):
    """Train by a method with its defaults, with trusted rows where it needs them."""
    classifier = training.classifier(rows, method)
    if method.alias in _NEED_TRUSTED:
        return classifier.fit(rows.X, rows.verified, trusted=rows.trusted)
    return classifier.fit(rows.X, rows.y)


def train_by_loss(training, rows, loss):
    """Train as plain training does, by another loss with its defaults."""
    return training.classifier(rows, criterion=loss).fit(rows.X, rows.y)


REFERENCES = {
    PLAIN: train_plain,
    STOPPED: train_stopped,
    **{
        name: partial(train_corrected, metric=metric)
        for name, metric in CORRECTED.items()
    },
    PUT_RIGHT: train_put_right,
    RIGHT_ROWS: train_right_rows,
    TRUTH: train_truth,
}


def groups():
    """List what can be asked for by group, each with how it trains."""
    by_method = (getattr(methods, name) for name in methods.__all__)
    # BaseMethod is what others derive from, and Batch and Run are no methods.
    made = [
        each()
        for each in by_method
        if getattr(each, "alias", "custom") not in ("custom", "ce")
    ]
    named = sorted(set(losses.__all__) - _NOT_LOSSES)
    return {
        "methods": {
            one.alias: partial(train_by_method, method=one)
            for one in sorted(made, key=lambda one: one.alias)
        },
        "losses": {
            name: partial(train_by_loss, loss=getattr(losses, name)) for name in named
        },
    }


def select(names):
    """List contenders by names of groups or of their members, references first."""
    by_group, chosen = groups(), {}
    known = {
        name: train for group in by_group.values() for name, train in group.items()
    }
    for name in names:
        if name in by_group:
            chosen |= by_group[name]
        elif name in known:
            chosen[name] = known[name]
        elif name not in REFERENCES:
            raise ValueError(
                f"{name!r} is none of {', '.join([*by_group, *known])}; write one of "
                "them."
            )
    references = dict(REFERENCES)
    if not _NEED_TRUSTED.intersection(chosen):
        del references[PUT_RIGHT]
    return references | chosen


def baseline_of(name):
    """Name the plain training that knows as much as a contender."""
    return PUT_RIGHT if name in _NEED_TRUSTED | {PUT_RIGHT} else PLAIN


def _mute(text):
    """Say nothing, in place of print."""
