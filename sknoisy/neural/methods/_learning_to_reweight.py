# SPDX-License-Identifier: BSD-3-Clause
"""Learning to reweight examples."""

from functools import partial

import torch

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._look_ahead import (
    LookAheadMethod,
    derivative_along,
    gradient_of,
    parameters_of,
)


class LearningToReweight(LookAheadMethod):
    """Train on the rows of a batch that make the loss of trusted rows fall.

    Each batch is weighed anew: a row counts by how far a step on it would lower the
    loss of some trusted rows, which is the product of the two gradients; a row that
    would raise it counts nothing. Needs trusted rows, and has no parameters.

    See Also
    --------
    MetaWeightNet : Learns the weight as a function of the loss.
    EnhancedMetaLabelCorrection : Corrects the labels as well.

    Notes
    -----
    Pass the trusted rows as ``fit(X, y, trusted=mask)``; the paper has 1000 of them,
    and they should include all classes. As many of them are drawn for each batch as
    it has rows. They are in the batches as well, weighed as the others are; in the
    paper they are kept apart.

    The weights of a batch sum to 1, so that the learning rate keeps its meaning, and
    they jump from one visit of a row to the next. A step takes about three times
    as long as a plain one. The product of the gradients is that of all parameters, as
    the paper defines it, computed by a derivative in forward mode.

    The quality of a label is how often its row counted, a choice of this library.

    References
    ----------
    Mengye Ren, Wenyuan Zeng, Bin Yang and Raquel Urtasun, "Learning to reweight
    examples for robust deep learning", ICML 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.3, random_state=0)
    >>> trusted = np.arange(150) % 5 == 0
    >>> given = np.where(trusted, y, noisy.y)
    >>> net = ready_net(max_epochs=30, lr=0.01)
    >>> clf = RobustNetClassifier(net, method="l2rw")
    >>> clf = clf.fit(X, given, trusted=trusted)
    >>> bool(clf.score(X, y) > 0.9)
    True
    """

    alias = "l2rw"

    def start(self, run):
        super().start(run)
        run.state.n_counted = run.per_row()
        run.state.n_visits = run.per_row()

    def step(self, run, batch):
        weight = self._weigh(run, batch)
        losses = row_losses(run.network(batch.x), batch)
        loss = (weight * losses).sum()
        run.update(loss, batch)
        return loss.detach()

    def _weigh(self, run, batch):
        parameters = parameters_of(run.network)
        direction = gradient_of(run.network, parameters, self.sample_trusted(run))
        losses = partial(row_losses, batch=batch)
        _, slopes = derivative_along(
            run.network, parameters, direction, batch.x, losses
        )
        gain = slopes.clamp(min=0)
        run.state.n_visits[batch.index] += 1
        run.state.n_counted[batch.index] += (gain > 0).float()
        if batch.weight is not None:
            gain = gain * batch.weight
        # Where no row counts, no step is made.
        return gain / torch.where(gain.any(), gain.sum(), 1.0)

    def label_quality(self, run):
        return run.state.n_counted / run.state.n_visits.clamp(min=1)
