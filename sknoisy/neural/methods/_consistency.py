# SPDX-License-Identifier: BSD-3-Clause
"""Consistency regularization, with a task beside it whose answers are always right."""

import numpy as np
import torch

from sknoisy.neural._losses import row_losses
from sknoisy.neural._rows import column_moments
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._cross_split_training import jensen_shannon
from sknoisy.neural.methods._heads import make_head, optimizer_like
from sknoisy.neural.methods._views import check_augment, make_view
from sknoisy.utils._numbers import check_number


class ConsistencyRegularization(BaseMethod):
    """Predict alike what means the same, and learn what needs no labels.

    Cross-entropy on the given labels is joined by two losses that no wrong label can
    spoil. Two views of a row, each with some values replaced, are to be predicted
    alike, so that it is harder to learn single rows by rote. And from the
    representation of a row in which some columns are masked, a head of its own guesses
    the masked values, which are always known.

    Parameters
    ----------
    weight : float, default=10.0
        Weight of the divergence between the predictions of two views. More holds
        better against many wrong labels and costs more where they are right; 0 leaves
        it out.
    auxiliary : float, default=1.0
        Weight of the reconstruction. 0 leaves it out, for networks that do not end in
        a linear layer.
    mask : float, default=0.3
        Share of the columns of a row that are masked, in (0, 1): they get the value
        of another row in the same place.
    augment : float or callable, default=0.1
        What makes a view of rows. A callable takes a tensor of rows on the device and
        returns another, such as crops and flips of images. A number is the share of
        values that are replaced: of dense rows, with the value of another row; of
        sparse rows, with zero.

    See Also
    --------
    ImpreciseLabelLearning : Two views, and doubt in the labels too.
    EarlyLearningRegularization : Holds predictions to earlier ones.

    Notes
    -----
    The idea is that of Rotational-Decoupling Consistency Regularization (RDCR), for
    images, whose task beside the labels is to tell by how much a picture was turned.
    Its details were not at hand, so this is not RDCR. Inferred are the divergence, that
    of Jensen and Shannon; both weights; that labels are learned from rows as they are;
    reconstruction in place of rotation; and what decoupled means: the head that
    reconstructs and the last layer of the network share the representation alone. The
    head learns nothing from labels, the last layer nothing from the reconstruction.

    The error is that of standardized values, squared. Codes of categories are
    reconstructed as if they were amounts, which means little. Of sparse rows and of
    whole numbers, such as tokens, nothing is reconstructed. The head learns by the
    optimizer of the net; schedules of the learning rate do not reach it. Trusted rows
    are trained on as the others are.

    On 1257 digits of 8 by 8 pixels, two seeds, it is right on 94.0 % of new rows with
    40 % of the labels changed at random, on 89.6 % with 30 % changed to the next digit,
    and on 97.8 % without noise. Plain training has 82.3, 76.2 and 97.3;
    `EarlyLearningRegularization` has 97.7, 93.6 and 97.7. A weight of 30 comes to 96.5,
    93.8 and 97.4. Without the reconstruction it is 93.1, 90.0 and 97.8, so that this
    adds little. On 1200 rows of other tables with 40 % noise it gains 5 points on
    waveforms and on cardiotocography, and loses 3 on letters and on yeast; without
    noise it loses 1 to 4 points on all four. An epoch costs three or four of plain
    training.

    References
    ----------
    Tsai, Li and Zhu. Countering noisy labels by learning from auxiliary clean labels.
    arXiv:1905.13305, 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import ConsistencyRegularization
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:500], 0.4, random_state=0).y
    >>> robust, plain = [
    ...     RobustNetClassifier(ready_net(max_epochs=20), method=method)
    ...     for method in (ConsistencyRegularization(), "ce")
    ... ]
    >>> gain = robust.fit(X[:500], y_noisy).score(X[500:], y[500:])
    >>> gain -= plain.fit(X[:500], y_noisy).score(X[500:], y[500:])
    >>> bool(gain > 0.02)
    True
    """

    alias = "consistency"

    def __init__(self, weight=10.0, *, auxiliary=1.0, mask=0.3, augment=0.1):
        self.weight = weight
        self.auxiliary = auxiliary
        self.mask = mask
        self.augment = augment

    def start(self, run):
        for name in ("weight", "auxiliary"):
            check_number(name, getattr(self, name), 0, np.inf, closed="left")
        check_number("mask", self.mask, 0, 1, closed="neither")
        check_augment(self.augment)
        run.state.head = None
        values = run.rows.values
        # Of sparse rows these are the stored ones, in one dimension.
        if self.auxiliary and values.ndim > 1 and values.dtype.is_floating_point:
            run.state.moments = column_moments(values.flatten(1), run.weight)
            run.state.head = make_head(run.network, values[0].numel())
            run.optimizers.append(optimizer_like(run.network.net, run.state.head))

    def loss(self, run, batch):
        losses = 0.0
        # Batch normalization is to know the rows as they are.
        with run.network.frozen_statistics():
            if self.weight:
                losses = losses + self.weight * self._divergence(run, batch.x)
            if run.state.head is not None:
                losses = losses + self.auxiliary * self._reconstruction(run, batch.x)
        # The plain rows come last, since callbacks are told of the last forward pass.
        return batch.mean(losses + row_losses(run.network(batch.x), batch))

    def _divergence(self, run, x):
        views = [make_view(run, x, self.augment) for _ in range(2)]
        return jensen_shannon(*(torch.softmax(run.network(v), dim=1) for v in views))

    def _reconstruction(self, run, x):
        """Guess what has been replaced with the values of other rows."""
        is_masked = torch.rand(x.shape, device=x.device) < self.mask
        others = x[torch.randperm(len(x), device=x.device)]
        features, _ = run.network.features(torch.where(is_masked, others, x))
        mean, deviation = run.state.moments
        wanted = (x.flatten(1) - mean) / deviation
        squares = (run.state.head(features.float()) - wanted).square()
        counts = is_masked.flatten(1).float()
        return (counts * squares).sum(dim=1) / counts.sum(dim=1).clamp(min=1)
