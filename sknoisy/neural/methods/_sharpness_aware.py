# SPDX-License-Identifier: BSD-3-Clause
"""Sharpness-aware minimization."""

from contextlib import ExitStack

from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._cross_entropy import CrossEntropy
from sknoisy.neural.optimizers import SAM
from sknoisy.utils._numbers import check_number


class SharpnessAwareMinimization(BaseMethod):
    """Step by the gradient at the worst place nearby.

    Each batch is looked at twice: the first gradient leads uphill to weights at a
    distance `rho`, and the gradient found there moves the weights from where they
    were. So the network settles where the loss is flat, and learns rows that most
    agree on for longer before it learns wrong labels by rote.

    Parameters
    ----------
    method : method, default=None
        Whose loss is to be flat: any method that makes one step down one loss for
        each batch. None is plain training.
    rho : float, default=0.05
        How far uphill. 0 trains by `method` alone, at no further cost. For noisy
        labels 0.1 is often chosen.
    adaptive : bool, default=False
        Whether distances are relative to the size of each weight, which makes them
        independent of its scale. Then `rho` is to be about ten times as large.

    See Also
    --------
    SharpnessAwareTrainingForFree : Seeks flatness without a second pass.
    sknoisy.neural.optimizers.SAM : The same for loops of your own.

    Notes
    -----
    A batch costs twice the time. What this gains against wrong labels shows in the
    best epoch more than in the last one: trained for long enough, the network learns
    the wrong labels too.

    Batch normalization counts the first pass alone. Each of several networks goes
    uphill by itself; parameters that belong to `method` stay where they are. What
    `method` keeps for each row, such as a running average of predictions, is updated
    by both passes.

    References
    ----------
    Foret, Kleiner, Mobahi and Neyshabur. Sharpness-aware minimization for efficiently
    improving generalization. International Conference on Learning Representations,
    2021.

    Kwon, Kim, Park and Choi. ASAM: adaptive sharpness-aware minimization for
    scale-invariant learning of deep neural networks. International Conference on
    Machine Learning, 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import SharpnessAwareMinimization
    >>> X, y = load_digits(return_X_y=True)
    >>> method = SharpnessAwareMinimization(rho=0.1)
    >>> clf = RobustNetClassifier(ready_net(max_epochs=10), method=method)
    >>> bool(clf.fit(X[:900], y[:900]).score(X[900:], y[900:]) > 0.9)
    True
    """

    alias = "sam"

    def __init__(self, method=None, rho=0.05, adaptive=False):
        self.method = method
        self.rho = rho
        self.adaptive = adaptive

    @property
    def n_networks(self):
        """How many networks `method` trains."""
        return self._base.n_networks

    @property
    def takes(self):
        """What `method` can use of the rows beside their labels."""
        return self._base.takes

    @property
    def _base(self):
        return CrossEntropy() if self.method is None else self.method

    def check(self, net):
        if not isinstance(self._base, BaseMethod):
            raise TypeError(
                "method must be an object of sknoisy.neural.methods, such as "
                f"EarlyLearningRegularization(), or None; got {self.method!r}."
            )
        if type(self._base).step is not BaseMethod.step:
            raise TypeError(
                f"{type(self._base).__name__} makes steps of its own; "
                "SharpnessAwareMinimization needs a method that has a loss alone, such "
                "as EarlyLearningRegularization()."
            )
        check_number("rho", self.rho, 0, float("inf"), closed="left")
        self._base.check(net)

    def start(self, run):
        run.state.climbers = [
            SAM(each.parameters(), rho=self.rho, adaptive=self.adaptive)
            for each in run.networks
        ]
        self._base.start(run)

    def begin_epoch(self, run):
        self._base.begin_epoch(run)

    def epoch(self, run):
        self._base.epoch(run)

    def loss(self, run, batch):
        return self._base.loss(run, batch)

    def step(self, run, batch):
        if self.rho == 0:
            return super().step(run, batch)
        loss = self.loss(run, batch)
        run.zero_grad()
        run.backward(loss)
        for each in run.state.climbers:
            each.first_step()
        run.zero_grad()
        with ExitStack() as stack:
            for each in run.networks:
                stack.enter_context(each.frozen_statistics())
            run.backward(self.loss(run, batch))
        for each in run.state.climbers:
            each.go_back()
        run.step(batch)
        return loss.detach()

    def end_epoch(self, run):
        self._base.end_epoch(run)

    def finish(self, run):
        self._base.finish(run)

    def label_quality(self, run):
        return self._base.label_quality(run)

    def fitted_attributes(self, run):
        return self._base.fitted_attributes(run)

    @property
    def predicts_by_softmax(self):
        return self._base.predicts_by_softmax

    def combine(self, logits):
        return self._base.combine(logits)
