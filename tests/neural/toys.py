# SPDX-License-Identifier: BSD-3-Clause
"""Methods that several tests train by."""

from torch import nn

from sknoisy.neural.methods import BaseMethod


class TwoNetworks(BaseMethod):
    """Train two networks side by side, each as if it were alone."""

    n_networks = 2

    def loss(self, run, batch):
        losses = [
            nn.functional.cross_entropy(each(batch.x), batch.codes)
            for each in run.networks
        ]
        return sum(losses)
