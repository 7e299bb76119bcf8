# SPDX-License-Identifier: BSD-3-Clause
"""Two networks that choose for each other what to learn (co-teaching)."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from sknoisy.neural._losses import row_losses
from sknoisy.neural._nested_dropout import NestedDropout
from sknoisy.neural._small_losses import share_of_small_losses
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.noise._untrusted_rate import untrusted_noise_rate
from sknoisy.utils._numbers import check_number
from sknoisy.utils._options import check_count, check_option

_UPDATES = ("disagreement", "small_loss")

# So many steps a batch is learned from on which the networks agree entirely.
_STEPS_ON_AGREEMENT = 5000


class CoTeaching(BaseMethod):
    """Let two networks choose for each other what to learn.

    A network learns right labels before wrong ones, so that early on a large loss
    speaks of a wrong label. In every batch each of two networks picks the rows of
    smallest loss, and the other one learns from these alone: what one has begun to
    learn by rote the other, which has started elsewhere, does not confirm. Both
    predict together.

    Parameters
    ----------
    noise_rate : float or "auto", default="auto"
        Share of wrong labels among the rows that are not trusted, in [0, 1): so much
        of each batch is left out in the end. "auto" takes the confident joint of a
        classifier of scikit-learn that suits X, cross-fitted once before the training.
    update : {"small_loss", "disagreement"}, default="small_loss"
        "disagreement" is Co-teaching+: the rows are chosen among those alone that the
        networks predict differently, which keeps them from growing alike. It needs
        labels of few classes.
    ramp : int, default=10
        Epochs over which the share that is left out grows to the noise rate, T_k in
        the paper.
    exponent : float, default=1.0
        In epoch e, counted from 1, the share is
        ``noise_rate * min(e ** exponent / ramp, 1)``.
    warm_up : int, default=0
        Epochs of "small_loss" before "disagreement" begins; published are 0 for small
        data, 20 for 10 classes of images and 5 for 100.
    per_class : bool, default=False
        Whether to leave out the same share of each class of a batch, so that a rare
        or hard class, whose losses are all large, is not left out as a whole.
    nested : float, default=None
        Scale of a nested dropout of what the last layer is given: in each batch the
        channels from a random one on are zero, a late one with probability falling as
        ``exp(-(k / nested) ** 2)``. So the first channels learn most, and those
        that help little are cut off after the training. Published are 10 for ten
        classes and 100 for more. None leaves it out.

    See Also
    --------
    sknoisy.CoTeachingClassifier : The same for any classifier.
    EarlyLearningRegularization : One network, without a noise rate.

    Notes
    -----
    Rows that stay are rounded down to whole ones in a batch, as published, but of a
    class the share that stays is exact: the row on the border counts in part. A row of
    weight two counts as two rows. Trusted rows are always learned from, and are no
    part of the share. An epoch costs two of a single network.

    The loss is the mean over the chosen rows. The published code divides that by
    their number once more, which only slows SGD down. In its Co-teaching+, the
    cross-entropy is taken of probabilities as if they were logits, one row of the data
    is never trained on, and steps are miscounted; here none of that is so. A batch on
    which both networks agree entirely is learned from by small loss in the first 5000
    steps, where the published code takes all of its rows, and not at all from then
    on, as published.

    "disagreement" is known to fail on many classes and on real noise, where
    "small_loss" is better. Nested dropout was published as a training of one network,
    followed by a fine-tuning of two by small loss; here it is one training. How many
    channels stay is decided by the accuracy, less 0.00001 for each channel, on rows
    that are held out if there are any, and else on the training rows that both
    networks choose in the end, which is inferred. The module must end in the linear
    layer.

    With a rate that is too low, wrong labels are learned; too high, hard rows
    are not. Where hardly any labels are wrong, plain training of two networks is as
    good.

    References
    ----------
    Han, Yao, Yu, Niu, Xu, Hu, Tsang and Sugiyama. Co-teaching: robust training of deep
    neural networks with extremely noisy labels. NeurIPS, 2018.

    Yu, Han, Yao, Niu, Tsang and Sugiyama. How does disagreement help generalization
    against label corruption? ICML, 2019.

    Chen, Shen, Hu and Suykens. Boosting co-teaching with compression regularization
    for label noise. CVPR workshops, 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import CoTeaching
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:900], 0.4, random_state=0).y
    >>> clf = RobustNetClassifier(ready_net(max_epochs=20), method=CoTeaching(0.4))
    >>> bool(clf.fit(X[:900], y_noisy).score(X[900:], y[900:]) > 0.85)
    True
    """

    alias = "co_teaching"
    n_networks = 2

    def __init__(
        self,
        noise_rate="auto",
        *,
        update="small_loss",
        ramp=10,
        exponent=1.0,
        warm_up=0,
        per_class=False,
        nested=None,
    ):
        self.noise_rate = noise_rate
        self.update = update
        self.ramp = ramp
        self.exponent = exponent
        self.warm_up = warm_up
        self.per_class = per_class
        self.nested = nested

    def check(self, net):
        check_option("update", self.update, _UPDATES)
        if self.noise_rate != "auto":
            check_number("noise_rate", self.noise_rate, 0, 1, closed="left")
        check_count("ramp", self.ramp)
        check_count("warm_up", self.warm_up, least=0)
        check_number("exponent", self.exponent, 0, np.inf, closed="neither")
        if self.nested is not None:
            check_number("nested", self.nested, 0, np.inf, closed="neither")

    def start(self, run):
        run.state.noise_rate = self._find_noise_rate(run.evidence)
        run.state.n_steps = 0
        if self.nested is not None:
            run.state.dropouts = [
                NestedDropout(network, self.nested) for network in run.networks
            ]

    def _find_noise_rate(self, evidence):
        if self.noise_rate != "auto":
            return float(self.noise_rate)
        return untrusted_noise_rate(
            evidence.codes,
            evidence.pred_proba,
            evidence.sample_weight,
            evidence.trusted,
        )

    def step(self, run, batch):
        logits = self._predict(run, batch)
        losses = torch.stack([row_losses(each, batch) for each in logits])
        with torch.no_grad():
            candidates = self._candidates(run, logits)
            chosen = self._choose(run, batch, losses, self._left_out(run), candidates)
        run.state.n_steps += 1
        # Each learns from what its peer has chosen.
        own = _means_of_chosen(batch, losses, chosen.flip(0))
        run.update(own.sum(), batch)
        return own.detach()

    def _predict(self, run, batch):
        if self.nested is None:
            return [network(batch.x) for network in run.networks]
        return [dropout(batch.x) for dropout in run.state.dropouts]

    def _left_out(self, run):
        grown = (run.epoch + 1) ** self.exponent / self.ramp
        return run.state.noise_rate * min(grown, 1.0)

    def _candidates(self, run, logits):
        """Mark the rows that may be chosen; None for all of them."""
        if self.update == "small_loss" or run.epoch < self.warm_up:
            return None
        differ = logits[0].argmax(dim=1) != logits[1].argmax(dim=1)
        if run.state.n_steps < _STEPS_ON_AGREEMENT:
            differ = differ | ~differ.any()
        return differ.float()

    def _choose(self, run, rows, losses, left_out, candidates=None):
        """Say for each network how far it wants each row to be learned from."""
        if left_out == 0 and candidates is None:
            return torch.ones_like(losses)
        weight = rows.weight
        for mask in (None if rows.trusted is None else ~rows.trusted, candidates):
            if mask is not None:
                weight = mask.float() if weight is None else weight * mask
        classes = (rows.codes, run.n_classes) if self.per_class else None
        chosen = share_of_small_losses(losses, 1 - left_out, weight, classes)
        if rows.trusted is not None:
            chosen.masked_fill_(rows.trusted, 1.0)
        return chosen

    def finish(self, run):
        if self.nested is None:
            return
        rows, codes, weight = self._rows_to_judge_by(run)
        for dropout in run.state.dropouts:
            dropout.cut(rows, codes, weight, run.batch_size)

    def _rows_to_judge_by(self, run):
        """Find rows that tell how many channels are enough."""
        held_out = run.engine.data.valid
        if held_out is not None:
            return *held_out, torch.ones(len(held_out[1]), device=run.device)
        losses = torch.stack(
            [
                cross_entropy(run.predict_all(i), run.codes, reduction="none")
                for i in range(self.n_networks)
            ]
        )
        chosen = self._choose(run, run, losses, run.state.noise_rate).prod(dim=0)
        return run.rows, run.codes, chosen

    def label_quality(self, run):
        believed = [
            torch.softmax(run.predict_all(i), dim=1).gather(1, run.codes[:, None])
            for i in range(self.n_networks)
        ]
        return torch.stack(believed).mean(dim=0).ravel()


def _means_of_chosen(batch, losses, chosen):
    """Average the losses of each network over what has been chosen for it.

    As in `Batch.mean`, a batch of light rows counts less.
    """
    if batch.weight is not None:
        chosen = chosen * batch.weight
    total = chosen.sum(dim=1).clamp(min=torch.finfo(chosen.dtype).tiny)
    means = (losses * chosen).sum(dim=1) / total
    return means if batch.weight is None else means * batch.weight.mean()
