# SPDX-License-Identifier: BSD-3-Clause
"""Dropout of all channels from a random one on, which brings them into an order."""

import torch

from sknoisy.neural._network import uncompiled

# What a further channel must gain in accuracy, so that fewer win where they do as well.
_COST_OF_CHANNEL = 1e-5


class NestedDropout:
    """Zero what the last layer of a network is given, from a random channel on.

    Parameters
    ----------
    network : Network
        Its module must end in a linear layer.
    scale : float
        The k-th channel, from 1 on, is the last that stays with probability in
        proportion to ``exp(-(k / scale) ** 2)``.
    """

    def __init__(self, network, scale):
        self.network, self.layer = network, network.last_layer
        weight = self.layer.weight
        channel = torch.arange(1, weight.shape[1] + 1, device=weight.device)
        self.odds = torch.exp(-((channel / scale) ** 2))

    def __call__(self, x):
        """Compute logits with some of the channels."""
        last = torch.multinomial(self.odds, 1)
        stays = torch.arange(len(self.odds), device=last.device) <= last
        hook = self.layer.register_forward_pre_hook(
            lambda _, given: (given[0] * stays, *given[1:])
        )
        # Compiled modules do not look for new hooks.
        compiled, self.network.module = (
            self.network.module,
            uncompiled(self.network.module),
        )
        try:
            return self.network(x)
        finally:
            hook.remove()
            self.network.module = compiled

    @torch.no_grad()
    def cut(self, rows, codes, weight, batch_size):
        """Zero the channels for good that help too little.

        Parameters
        ----------
        rows : DenseRows or CsrRows
            What to judge by.
        codes : tensor of shape (n_rows,), dtype=int64
            Labels of the rows.
        weight : tensor of shape (n_rows,)
            How much each row counts.
        batch_size : int
            Rows that are looked at together.

        Returns
        -------
        n_channels : int
            How many are left.
        """
        self.network.train(False)
        right = torch.zeros(len(self.odds), device=weight.device)
        for index in torch.arange(len(codes), device=weight.device).split(batch_size):
            features, _ = self.network.features(rows.take(index))
            right += weight[index] @ self._is_right(features, codes[index])
        self.network.train()
        cost = _COST_OF_CHANNEL * torch.arange(len(right), device=right.device)
        n_channels = int((right / weight.sum() - cost).argmax()) + 1
        self.layer.weight[:, n_channels:] = 0
        return n_channels

    def _is_right(self, features, codes):
        """Tell of each number of channels whether rows are predicted right by them."""
        parts = features.float()[:, :, None] * self.layer.weight.T
        logits = parts.cumsum(dim=1)
        if self.layer.bias is not None:
            logits += self.layer.bias
        return (logits.argmax(dim=2) == codes[:, None]).float()
