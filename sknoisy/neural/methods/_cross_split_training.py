# SPDX-License-Identifier: BSD-3-Clause
"""CrossSplit."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, normalize

from sknoisy.neural.methods._given_losses import given_targets
from sknoisy.neural.methods._heads import make_head, optimizer_like
from sknoisy.neural.methods._semi_supervised import TwoNetworkMixMatch
from sknoisy.utils._numbers import check_number

# How far labels are corrected: a share, up to so many epochs after the warm-up.
_RELAXATION = ((20, 0.6), (30, 0.8))
_CONTRAST_TEMPERATURE = 0.07
_CONTRAST_UNITS = 128


class CrossSplitTraining(TwoNetworkMixMatch):
    """Train two networks on the labels of one half each; each corrects the other's.

    After a warm-up on all rows, each network has the labels of one half. They are
    softened towards what the other network predicts, which does not learn from them
    and so cannot know them by rote: the more, the further the prediction is from the
    label, compared with the other rows of the same label. From the other half it
    learns without labels: what it predicts itself, as in MixMatch, and that two views
    of a row are alike. Both networks predict together. The paper calls it CrossSplit.

    Parameters
    ----------
    unlabelled_weight : float, default=30.0
        Weight of the rows without labels, reached 16 epochs after the warm-up.
    contrast : float, default=0.025
        Weight of the contrastive loss of the rows without labels. 0 leaves it out, for
        networks that do not end in a linear layer.
    warm_up : int or float, default=10
        Epochs of plain training in the beginning; published are 10 for ten classes and
        30 for 100. At most half of the training is taken. Below 1 it is a share.
    confidence_penalty : float, default=0.0
        Weight of a penalty on certain predictions during the warm-up. Published is 0.1
        for noise that depends on the true class.
    alpha : float, default=4.0
        Rows are mixed by a share drawn from a beta distribution with this for both
        parameters.
    temperature : float, default=0.5
        Corrected labels are sharpened by the power 1 / temperature.
    balance : float, default=1.0
        Weight of a regularizer that keeps the mean prediction of a batch close to even
        shares. Give 0 if the classes are known to be uneven.
    augment : float or callable, default=0.1
        What makes a view of rows. A callable takes a tensor of rows on the device and
        returns another, such as crops and flips of images. A number is the share of
        values that are replaced: of dense rows, with the value of another row; of
        sparse rows, with zero.

    See Also
    --------
    DivideMix : Divides the rows by their losses, in each epoch.
    sknoisy.estimators.methods.CrossSplit : Its correction of labels, for any
        classifier.

    Notes
    -----
    It needs neither a noise rate nor a threshold. The published figures are for
    images, whose crops and flips it leans on, weak ones for predictions and strong
    ones to learn from. For tables and texts there is no augmentation of that strength:
    that other rows lend their values, and that words are dropped, stands in for both,
    as inferred. Rows of whole numbers, such as tokens, are refused, since they cannot
    be mixed.

    Labels are corrected by 0.6 of the full range until 20 epochs after the warm-up, by
    0.8 until 30, then by all of it, as published. The hardest row of each label is
    corrected entirely in the end, even if all labels are right; where all rows of a
    label are alike, by half. Trusted rows are not corrected.

    An epoch costs some ten of plain training. Inferred are the contrastive loss, that
    of SimCLR at a temperature of 0.07 behind two layers, which learn by the optimizer
    of the net; and that the weight of the rows without labels grows by the epoch.

    References
    ----------
    Kim, Baratin, Zhang and Lacoste-Julien. CrossSplit: mitigating label noise
    memorization through data splitting. ICML, 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import CrossSplitTraining
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:900], 0.4, random_state=0).y
    >>> net = ready_net(max_epochs=12)
    >>> clf = RobustNetClassifier(net, method=CrossSplitTraining())
    >>> bool(clf.fit(X[:900], y_noisy).score(X[900:], y[900:]) > 0.8)
    True
    """

    alias = "cross_split"

    def __init__(
        self,
        unlabelled_weight=30.0,
        *,
        contrast=0.025,
        warm_up=10,
        confidence_penalty=0.0,
        alpha=4.0,
        temperature=0.5,
        balance=1.0,
        augment=0.1,
    ):
        self.unlabelled_weight = unlabelled_weight
        self.contrast = contrast
        self.warm_up = warm_up
        self.confidence_penalty = confidence_penalty
        self.alpha = alpha
        self.temperature = temperature
        self.balance = balance
        self.augment = augment

    def start(self, run):
        super().start(run)
        for name in ("contrast", "unlabelled_weight"):
            check_number(name, getattr(self, name), 0, np.inf, closed="left")
        run.state.halves = _halves(run)
        if self.contrast:
            run.state.heads = [
                make_head(each, _CONTRAST_UNITS) for each in run.networks
            ]
            run.state.optimizers = [
                optimizer_like(network.net, head)
                for network, head in zip(run.networks, run.state.heads, strict=True)
            ]

    def weight_without_labels(self, run):
        return self.unlabelled_weight

    def divide(self, run):
        run.state.ranges = [self._range(run, 1 - which) for which in range(2)]
        halves = run.state.halves
        return [(halves[0], halves[1]), (halves[1], halves[0])]

    def _range(self, run, peer):
        """Return the least and the largest divergence of each label."""
        pred_proba = torch.softmax(run.predict_all(peer), dim=1)
        divergence = jensen_shannon(given_targets(run), pred_proba)
        ends = []
        for reduce, start in (("amin", np.inf), ("amax", -np.inf)):
            end = torch.full((run.n_classes,), start, device=run.device)
            ends.append(end.scatter_reduce(0, run.codes, divergence, reduce))
        return ends

    def targets(self, run, which, batch):
        peer = self.predict_views(run, 1 - which, batch.x)
        least, most = (each[batch.codes] for each in run.state.ranges[which])
        share = relaxed_share(
            jensen_shannon(batch.targets, peer),
            least,
            most,
            _relaxation(run.epoch - run.state.n_warm_up),
        )
        if batch.trusted is not None:
            share = share * ~batch.trusted
        return self.sharpen(batch.targets.lerp(peer, share[:, None]))

    def guess(self, run, which, batch):
        # The other network has learned these labels, and would give them away.
        return self.sharpen(self.predict_views(run, which, batch.x))

    def more_loss(self, run, which, other):
        if not self.contrast:
            return 0.0
        network, head = run.networks[which], run.state.heads[which]
        views = [self.view(run, other.x) for _ in range(2)]
        return self.contrast * _contrast(
            [head(network.features(view)[0]) for view in views]
        )

    def further_optimizers(self, run, which):
        return [run.state.optimizers[which]] if self.contrast else []

    def label_quality(self, run):
        quality = run.per_row()
        for which, half in enumerate(run.state.halves):
            proba = torch.softmax(run.predict_all(1 - which), dim=1)
            quality[half] = proba[half, run.codes[half]]
        return quality


def jensen_shannon(first, second):
    """Compute the divergence of probabilities, row by row, in nats."""
    middle = (first + second).clamp(min=1e-10) / 2

    def relative(proba):
        return (proba * torch.log(proba.clamp(min=1e-10) / middle)).sum(dim=1)

    return (relative(first) + relative(second)) / 2


def relaxed_share(divergence, least, most, relaxation):
    """Say how far each label is to be replaced with the prediction of the peer.

    Parameters
    ----------
    divergence : tensor of shape (n,)
        Of the labels from the predictions.
    least, most : tensor of shape (n,)
        Ends of the divergences of all rows of the same label.
    relaxation : float
        Part of the full range, [0, 1], that is used, around one half.

    Returns
    -------
    share : tensor of shape (n,)
        In [0, 1]; one half where there is no range.
    """
    spread = most - least
    # In single precision, what is equal differs in the last digits.
    place = ((divergence - least) / spread.clamp(min=1e-6)).clamp(0, 1)
    place = torch.where(spread > 1e-6, place, 0.5)
    return relaxation * (place - 0.5) + 0.5


def _relaxation(n_epochs):
    for until, relaxation in _RELAXATION:
        if n_epochs < until:
            return relaxation
    return 1.0


def _halves(run):
    order = torch.randperm(run.n_rows, generator=run.generator, device=run.device)
    if run.n_rows == 1:
        return [order, order]
    return [order[: run.n_rows // 2], order[run.n_rows // 2 :]]


def _contrast(projections):
    """Compute the loss of SimCLR: of all rows, each view is to find its other one."""
    n = len(projections[0])
    units = normalize(torch.cat(projections), dim=1)
    likeness = units @ units.T / _CONTRAST_TEMPERATURE
    itself = torch.eye(2 * n, dtype=torch.bool, device=units.device)
    partner = torch.arange(2 * n, device=units.device).roll(n)
    return cross_entropy(likeness.masked_fill(itself, -1e9), partner)
