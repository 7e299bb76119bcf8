# SPDX-License-Identifier: BSD-3-Clause
"""Epochs of a neural network as stages."""

import numpy as np
import torch
from sklearn.base import clone
from skorch.callbacks import EarlyStopping

from sknoisy.detection._stages import Stage, content_order
from sknoisy.neural._classifier import RobustNetClassifier
from sknoisy.neural._held_out import needs_held_out
from sknoisy.neural._nets import ready_net
from sknoisy.neural._rows import to_device
from sknoisy.neural._run import predict_rows
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._rows import take_rows


def net_stages(estimator, X, y, *, sample_weight=None, judged=None, n_epochs=30):
    """Train a network once, and predict rows after each epoch.

    Parameters
    ----------
    estimator : NeuralNetClassifier or RobustNetClassifier
        Cloned, never changed. A plain net is trained by the method "ce". No rows are
        held out, and early stopping is off.
    X, y, sample_weight, judged, n_epochs
        As `stages` takes them.

    Yields
    ------
    stage : Stage
        Predictions after the next epoch. All are made, and held in single precision,
        before the first is handed out.
    """
    course = []
    model = _train(
        estimator, X, y, sample_weight, n_epochs, course.append, judged=judged
    )
    for outputs in course:
        yield Stage(model, *_in_double(outputs))


def watch_net(estimator, X, y, take, *, wanted, sample_weight=None, n_epochs=30):
    """Train a network, and look at its training rows after each epoch.

    Parameters
    ----------
    estimator, X, y, take, wanted, sample_weight, n_epochs
        As `watch_stages` takes them.

    Returns
    -------
    model : RobustNetClassifier
        The trained classifier.
    """

    def hand_on(outputs):
        take(Stage(None, *_in_double(outputs)))

    return _train(estimator, X, y, sample_weight, n_epochs, hand_on, wanted=wanted)


def count_epochs(estimator, n_epochs):
    """Tell how many epochs a network will be trained.

    Parameters
    ----------
    estimator : NeuralNetClassifier or RobustNetClassifier
        Any.
    n_epochs : int
        The most that are wanted.

    Returns
    -------
    n_epochs : int
        At most those of the net.
    """
    net = getattr(estimator, "estimator", estimator)
    return min(n_epochs, (ready_net() if net is None else net).max_epochs)


net_stages.watch = watch_net
net_stages.count = count_epochs


def _train(estimator, X, y, sample_weight, n_epochs, take, *, judged=None, wanted=None):
    """Fit a classifier, and hand on what it says of rows after wanted epochs."""
    model = _ready(estimator, X, count_epochs(estimator, n_epochs))
    # Batches are drawn from rows that stand in the order of their content, so that
    # the order they came in does not matter.
    order = content_order(X, y, seed_from(model.random_state))
    if judged is None or judged is X:
        judge = _Judge(model, None, np.argsort(order))
    else:
        judge = _Judge(model, judged)

    def look(run):
        if wanted is None or wanted(run.epoch):
            take(judge(run))

    weight = None if sample_weight is None else sample_weight[order]
    return model._fit_and_look(take_rows(X, order), y[order], weight, look=look)


class _Judge:
    """Predict rows by the networks as they are.

    Parameters
    ----------
    model : RobustNetClassifier
        In training.
    judged : any container of rows, or None
        What to predict; None for the training rows.
    order : ndarray of int, default=None
        Order in which the predictions are wanted.
    """

    def __init__(self, model, judged, order=None):
        self.model, self.judged, self.order, self.rows = model, judged, order, None

    def __call__(self, run):
        """Return logits, or of several networks probabilities, in single precision."""
        if self.judged is None:
            rows = run.rows
        else:
            if self.rows is None:
                self.rows = to_device(self.model._read(self.judged), run.device)
            rows = self.rows
        logits = [predict_rows(each, rows).cpu().double() for each in run.networks]
        method = run.engine.method
        if method.predicts_by_softmax:
            return self._in_order(logits[0]), None
        return None, self._in_order(method.combine(logits))

    def _in_order(self, values):
        values = values.to(torch.float32).numpy()
        return values if self.order is None else values[self.order]


def _ready(estimator, X, n_epochs):
    if isinstance(estimator, RobustNetClassifier):
        model = clone(estimator).set_params(train_split=None, early_stopping=False)
    else:
        model = RobustNetClassifier(clone(estimator).set_params(verbose=0), method="ce")
    net = model.estimator = model._net_for(X)
    net.set_params(max_epochs=n_epochs)
    if isinstance(net.callbacks, list):
        kept = [each for each in net.callbacks if not _stops(each)]
        net.set_params(callbacks=[each for each in kept if not needs_held_out(each)])
    return model


def _stops(callback):
    callback = callback[1] if isinstance(callback, tuple) else callback
    kind = callback if isinstance(callback, type) else type(callback)
    return issubclass(kind, EarlyStopping)


def _in_double(outputs):
    return (None if each is None else each.astype(np.float64) for each in outputs)
