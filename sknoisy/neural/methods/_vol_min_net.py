# SPDX-License-Identifier: BSD-3-Clause
"""Learn the transition matrix with the network, the one of least volume."""

import math
from numbers import Real

import torch

from sknoisy.neural.methods._transition import (
    TransitionMethod,
    average_by_label,
    given_log_proba,
)
from sknoisy.utils._options import check_option

_OPTIMIZERS = ("adam", "sgd")
# Of the epochs; there the paper divides the learning rate by 10.
_MILESTONES = (3 / 8, 3 / 4)


class VolMinNet(TransitionMethod):
    """Learn the network and the transition matrix together, of least volume.

    The given labels judge what the matrix makes of the probabilities of the true
    classes. Many pairs of a network and a matrix explain them equally well; among
    these the matrix of the smallest volume, the absolute value of its determinant, is
    the true one if the probabilities of the true classes are spread widely enough. No
    rows are needed of which the class is certain.

    Parameters
    ----------
    volume_weight : float, default=1e-4
        Weight of the logarithm of the volume, lambda in the paper.
    init : float, default=None
        What each entry beside the diagonal begins at, before the sigmoid. None is -2
        for up to ten classes; for more the diagonal begins at 0.48, as it does for
        ten, which is -4.5 for a hundred classes.
    optimizer : {"adam", "sgd"}, default="adam"
        What trains the matrix. "sgd" has a momentum of 0.9.
    lr : float, default=0.01
        Its learning rate, a tenth of it after three eighths and again after three
        quarters of the epochs.

    See Also
    --------
    ForwardCorrection : Knows or estimates the matrix before.
    TRevision : Corrects an estimate of it.

    Notes
    -----
    The paper takes "sgd" for CIFAR-10 and "adam" for MNIST and CIFAR-100. "sgd" needs
    the tens of thousands of steps that the paper makes; with fewer the matrix hardly
    leaves the one it begins at.

    By its form the matrix favours the true class in each row. It begins with much noise
    and has to learn that there is less. Trusted rows are trained on their label alone.
    The classifier gets `transition_matrix_`.

    The start for numbers of classes other than ten and a hundred, the schedule as a
    share of the epochs, and what becomes of trusted rows are inferred.

    References
    ----------
    Xuefeng Li, Tongliang Liu, Bo Han, Gang Niu and Masashi Sugiyama, "Provably
    end-to-end label-noise learning without anchor points", ICML 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.3, random_state=0)
    >>> net = ready_net(max_epochs=10, lr=0.01)
    >>> clf = RobustNetClassifier(net, method="volminnet").fit(X, noisy.y)
    >>> clf.transition_matrix_.shape
    (3, 3)
    """

    alias = "volminnet"

    def __init__(self, volume_weight=1e-4, *, init=None, optimizer="adam", lr=0.01):
        self.volume_weight = volume_weight
        self.init = init
        self.optimizer = optimizer
        self.lr = lr

    def start(self, run):
        if not isinstance(self.volume_weight, Real) or self.volume_weight < 0:
            raise ValueError(
                f"volume_weight={self.volume_weight!r} must not be negative; 0 leaves "
                "the volume out."
            )
        check_option("optimizer", self.optimizer, _OPTIMIZERS)
        size = (run.n_classes, run.n_classes)
        first = start_for(run.n_classes) if self.init is None else float(self.init)
        weights = torch.full(size, first, device=run.device, requires_grad=True)
        if self.optimizer == "adam":
            optimizer = torch.optim.Adam([weights], lr=self.lr)
        else:
            optimizer = torch.optim.SGD([weights], lr=self.lr, momentum=0.9)
        run.optimizers.append(optimizer)
        run.state.weights = weights
        run.state.schedule = torch.optim.lr_scheduler.MultiStepLR(
            optimizer, [math.ceil(share * run.n_epochs) for share in _MILESTONES]
        )

    def matrix(self, run):
        own = torch.eye(run.n_classes, device=run.device)
        matrix = own + (1 - own) * torch.sigmoid(run.state.weights)
        return matrix / matrix.sum(dim=1, keepdim=True)

    def loss(self, run, batch):
        volume = torch.linalg.slogdet(self.matrix(run)).logabsdet
        return super().loss(run, batch) + self.volume_weight * volume

    def losses_of_given(self, run, logits, batch):
        return -average_by_label(given_log_proba(logits, self.matrix(run)), batch)

    def end_epoch(self, run):
        run.state.schedule.step()


def start_for(n_classes):
    """Choose what the entries beside the diagonal begin at.

    Parameters
    ----------
    n_classes : int
        Number of classes.

    Returns
    -------
    start : float
        Before the sigmoid.
    """
    if n_classes <= 10:
        return -2.0
    # Nine entries of -2, for ten classes, shared by all.
    share = 9 / (1 + math.exp(2)) / (n_classes - 1)
    return math.log(share / (1 - share))
