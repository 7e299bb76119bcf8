# SPDX-License-Identifier: BSD-3-Clause
"""Sharpness-aware training for free."""

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.optimizers import SAF


class SharpnessAwareTrainingForFree(BaseMethod):
    """Hold the network to what it predicted a few epochs ago.

    In a sharp valley the predictions for a row change much from epoch to epoch. A
    second loss measures how far they have moved since `lag` epochs, and so seeks flat
    places as `SharpnessAwareMinimization` does, without a second pass. Labels that are
    learned by rote make predictions jump, which this slows down.

    Parameters
    ----------
    weight : float, default=0.3
        Weight of the second loss. 0 is plain cross-entropy.
    temperature : float, default=5.0
        By which logits are divided before they are compared.
    first_epoch : int, default=5
        The epoch from which on the second loss counts, at least `lag`.
    lag : int, default=3
        How many epochs ago the predictions were made that are compared with.

    See Also
    --------
    SharpnessAwareMinimization : Seeks flatness by a second pass.
    EarlyLearningRegularization : Holds predictions to their running average.
    sknoisy.neural.optimizers.SAF : The same for loops of your own.

    Notes
    -----
    It was not proposed for wrong labels. It can help only if `first_epoch` comes
    before they are learned by rote, and it delays that more than it prevents it.

    The divergence is multiplied by the square of `temperature`, so that its gradient
    keeps its size, as the authors' program does. Trusted rows are trained on their
    label alone. ``lag + 1`` numbers are kept for each row and class, on the device.

    References
    ----------
    Du, Zhou, Feng, Tan and Zhou. Sharpness-aware training for free. Advances in Neural
    Information Processing Systems 35, 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import SharpnessAwareTrainingForFree
    >>> X, y = load_digits(return_X_y=True)
    >>> method = SharpnessAwareTrainingForFree()
    >>> clf = RobustNetClassifier(ready_net(max_epochs=10), method=method)
    >>> bool(clf.fit(X[:900], y[:900]).score(X[900:], y[900:]) > 0.9)
    True
    """

    alias = "saf"

    def __init__(self, weight=0.3, temperature=5.0, first_epoch=5, lag=3):
        self.weight = weight
        self.temperature = temperature
        self.first_epoch = first_epoch
        self.lag = lag

    def start(self, run):
        run.state.steady = SAF(
            run.n_rows,
            run.n_classes,
            weight=self.weight,
            temperature=self.temperature,
            lag=self.lag,
            first_epoch=self.first_epoch,
            device=run.device,
        )

    def loss(self, run, batch):
        logits = run.network(batch.x)
        penalties = run.state.steady.row_penalties(logits, batch.index)
        if batch.trusted is not None:
            penalties = penalties * ~batch.trusted
        return batch.mean(row_losses(logits, batch) + penalties)

    def end_epoch(self, run):
        run.state.steady.end_epoch()
