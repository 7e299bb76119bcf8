# SPDX-License-Identifier: BSD-3-Clause
"""DivideMix."""

from collections import deque

import numpy as np
import torch

from sknoisy.detection._loss_crowds import gaussian_crowds
from sknoisy.neural.methods._given_losses import (
    given_shares,
    losses_of_given,
    weights_on_host,
)
from sknoisy.neural.methods._semi_supervised import TwoNetworkMixMatch
from sknoisy.utils._numbers import check_number
from sknoisy.utils._options import check_count

# Noise rates and the weights that are published for them. That right labels alone
# weigh nothing with many classes too, and where "many" begins, is inferred.
_FOR_FEW_CLASSES = [0.2, 0.5, 0.8, 0.9], [0.0, 25.0, 25.0, 50.0]
_FOR_MANY_CLASSES = [0.0, 0.2, 0.5], [0.0, 25.0, 150.0]
_MANY_CLASSES = 50


class DivideMix(TwoNetworkMixMatch):
    """Let two networks divide the rows for each other, and learn without wrong labels.

    Before each epoch the losses of each network are split into those of right and of
    wrong labels, by a mixture of two Gaussians. What looks right to one network the
    other one learns from with its labels, softened by what it predicts itself; of the
    other rows it forgets the labels, and learns what both networks predict of them. All
    rows are mixed with each other, as in MixMatch. Both networks predict together.

    Parameters
    ----------
    unlabelled_weight : float or "auto", default="auto"
        Weight of the rows without labels, lambda_u in the paper, reached 16 epochs
        after the warm-up. Published for ten classes are 0 at a noise rate of 0.2 and
        for noise that depends on the true class, 25 at 0.5 and 0.8, and 50 at 0.9;
        for 100 classes 25 at 0.2, and 150 above. "auto" takes these, and what lies on
        straight lines between them, for the share of labels that look wrong when the
        warm-up ends, and that the networks do not predict; from 50 classes on those
        for 100.
    threshold : float, default=0.5
        Probability from which on a label counts as right; 0.6 at a noise rate of 0.9.
    warm_up : int or float, default=10
        Epochs of plain training in the beginning; published are 10 for ten classes and
        30 for 100. At most half of the training is taken. Below 1 it is a share.
    confidence_penalty : float, default=0.0
        Weight of a penalty on certain predictions during the warm-up. Published is 1
        for noise that depends on the true class.
    n_losses : int, default=1
        The losses of so many last epochs are averaged; 5 at a noise rate of 0.9.
    alpha : float, default=4.0
        Rows are mixed by a share drawn from a beta distribution with this for both
        parameters.
    temperature : float, default=0.5
        Predictions that replace labels are sharpened by the power 1 / temperature.
    balance : float, default=1.0
        Weight of a regularizer that keeps the mean prediction of a batch close to the
        shares of the classes among the given labels. Give 0 where wrong labels have
        moved these far.
    augment : float or callable, default=0.1
        What makes a view of rows. A callable takes a tensor of rows on the device and
        returns another, such as crops and flips of images. A number is the share of
        values that are replaced: of dense rows, with the value of another row; of
        sparse rows, with zero.

    See Also
    --------
    CrossSplitTraining : Divides the rows once, at random.
    sknoisy.detection.GaussianMixture : The mixture, for any classifier.

    Notes
    -----
    The published figures are for images, whose crops and flips it leans on. For
    tables and texts there is no augmentation of that strength: that other rows lend
    their values, and that words are dropped, stands in for it, as inferred. Rows of
    whole numbers, such as tokens, are refused, since they cannot be mixed.

    An epoch costs some ten of plain training. The losses must still tell right from
    wrong labels when the warm-up ends. Losses that are all equal leave all labels in
    place, and a class of which no label looks right keeps that of the smallest loss.

    Two Gaussians always find an upper one, so that hard rows lose their right labels,
    which two networks then guess. As published, batches of rows with and without labels
    are equally large, so that few such rows come again and again: with a weight of 25
    and even shares of the classes, the networks lost up to 36 points on 700 rows of
    three tables without noise. "auto" gives those rows no weight there, and then it is
    mostly within a point of plain training, but 5 to 8 below it where classes are very
    uneven. Use it where many labels are wrong.

    Published is that predictions are held to even shares of the classes, as those data
    sets had; that the shares of the given labels stand in for them is inferred. Trusted
    rows always keep their label. Inferred are also what "auto" takes for the noise
    rate, that the weight of the rows without labels grows by the epoch, not by the
    batch, and that labels and guesses are made of other views than those that are
    learned from.

    References
    ----------
    Li, Socher and Hoi. DivideMix: learning with noisy labels as semi-supervised
    learning. ICLR, 2020.

    Berthelot, Carlini, Goodfellow, Papernot, Oliver and Raffel. MixMatch: a holistic
    approach to semi-supervised learning. NeurIPS, 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import DivideMix
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:900], 0.4, random_state=0).y
    >>> clf = RobustNetClassifier(ready_net(max_epochs=12), method=DivideMix())
    >>> bool(clf.fit(X[:900], y_noisy).score(X[900:], y[900:]) > 0.8)
    True
    """

    alias = "divide_mix"

    def __init__(
        self,
        unlabelled_weight="auto",
        *,
        threshold=0.5,
        warm_up=10,
        confidence_penalty=0.0,
        n_losses=1,
        alpha=4.0,
        temperature=0.5,
        balance=1.0,
        augment=0.1,
    ):
        self.unlabelled_weight = unlabelled_weight
        self.threshold = threshold
        self.warm_up = warm_up
        self.confidence_penalty = confidence_penalty
        self.n_losses = n_losses
        self.alpha = alpha
        self.temperature = temperature
        self.balance = balance
        self.augment = augment

    def start(self, run):
        super().start(run)
        check_number("threshold", self.threshold, 0, 1, closed="neither")
        check_count("n_losses", self.n_losses)
        if self.unlabelled_weight != "auto":
            name = "unlabelled_weight"
            check_number(name, self.unlabelled_weight, 0, np.inf, closed="left")
        run.state.shares = given_shares(run)
        run.state.unlabelled_weight = None
        run.state.losses = [deque(maxlen=self.n_losses) for _ in range(2)]

    def divide(self, run):
        judged = [self._judge(run, which) for which in range(2)]
        # What one network takes for right, the other one learns.
        run.state.right = judged[::-1]
        if run.state.unlabelled_weight is None:
            run.state.unlabelled_weight = self._find_weight(run)
        taken = [right >= self.threshold for right in run.state.right]
        return [(each.nonzero().ravel(), (~each).nonzero().ravel()) for each in taken]

    def _find_weight(self, run):
        if self.unlabelled_weight != "auto":
            return self.unlabelled_weight
        # The mixture also splits right labels, into easy and less easy ones.
        both = [torch.softmax(run.predict_all(each), dim=1) for each in range(2)]
        is_denied = sum(both).argmax(dim=1) != run.codes
        wrong = is_denied * (1 - sum(run.state.right) / 2)
        weight = torch.ones_like(wrong) if run.weight is None else run.weight.clone()
        weight[run.trusted_index] = 0.0
        # Of trusted rows alone no label is in doubt.
        total = weight.sum().clamp(min=torch.finfo(weight.dtype).tiny)
        return published_weight(float((weight * wrong).sum() / total), run.n_classes)

    def shares(self, run):
        return run.state.shares

    def weight_without_labels(self, run):
        return run.state.unlabelled_weight

    def _judge(self, run, which):
        """Return how likely each label is right, as one network sees it."""
        run.state.losses[which].append(losses_of_given(run, which))
        losses = sum(run.state.losses[which]) / len(run.state.losses[which])
        crowds = gaussian_crowds(losses, weights_on_host(run))
        right = run.per_row(fill=1.0) - torch.tensor(
            crowds.upper(losses), dtype=torch.float32, device=run.device
        )
        if run.trusted is not None:
            right[run.trusted] = 1.0
        return self._with_each_class(run, right, losses)

    def _with_each_class(self, run, right, losses):
        losses = torch.tensor(losses, device=run.device)
        for code in range(run.n_classes):
            rows = (run.codes == code).nonzero().ravel()
            if len(rows) and not (right[rows] >= self.threshold).any():
                right[rows[losses[rows].argmin()]] = self.threshold
        return right

    def targets(self, run, which, batch):
        own = self.predict_views(run, which, batch.x)
        right = run.state.right[which][batch.index, None]
        return self.sharpen(own.lerp(batch.targets, right))

    def guess(self, run, which, batch):
        both = [self.predict_views(run, each, batch.x) for each in range(2)]
        return self.sharpen(sum(both) / 2)

    def label_quality(self, run):
        return sum(self._judge(run, which) for which in range(2)) / 2


def published_weight(noise_rate, n_classes):
    """Look up the weight of the rows without labels.

    Parameters
    ----------
    noise_rate : float
        Share of wrong labels.
    n_classes : int
        Number of classes.

    Returns
    -------
    weight : float
        On straight lines between the published ones.
    """
    is_many = n_classes >= _MANY_CLASSES
    return float(
        np.interp(noise_rate, *(_FOR_MANY_CLASSES if is_many else _FOR_FEW_CLASSES))
    )
