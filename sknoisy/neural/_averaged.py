# SPDX-License-Identifier: BSD-3-Clause
"""A network whose weights are a running average of those of another."""

from copy import deepcopy

import torch

from sknoisy.neural._network import uncompiled


class AveragedNetwork:
    """Exponential moving average of the weights of a network in training.

    Parameters
    ----------
    network : Network
        What is averaged, from its present weights on.
    decay : float
        How much of the average stays at each update.

    Notes
    -----
    Running statistics, such as those of batch normalization, are taken over as they
    are, and so is everything else that is no floating-point number.
    """

    def __init__(self, network, decay):
        self.network, self.decay = network, decay
        self.module = deepcopy(uncompiled(network.module)).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, decay=None):
        """Move the average towards the present weights.

        Parameters
        ----------
        decay : float, default=None
            For this update; None for the usual one.
        """
        decay = self.decay if decay is None else decay
        source = uncompiled(self.network.module)
        pairs = zip(self.module.parameters(), source.parameters(), strict=True)
        for own, other in pairs:
            own.lerp_(other, 1 - decay)
        for own, other in zip(self.module.buffers(), source.buffers(), strict=True):
            own.copy_(other)

    @torch.no_grad()
    def __call__(self, x):
        """Compute logits by the average, in evaluation mode and without gradient."""
        return self.network.logits_of(self.module(x))

    def hand_over(self):
        """Give the network the average as its weights."""
        uncompiled(self.network.module).load_state_dict(self.module.state_dict())
