# SPDX-License-Identifier: BSD-3-Clause
"""Sharpness-aware training for free."""

import math
from numbers import Integral

import torch

from sknoisy.utils._numbers import check_number


class SAF:
    """Sharpness-aware training for free: stay near to what was said epochs ago.

    A network that falls into a sharp minimum changes what it says of its training rows
    fast. So to the loss of a batch a penalty is added, `weight` times the Kullback-
    Leibler divergence of what the network says now from what it said of the same rows
    `lag` epochs ago, both at a high temperature. Against sharpness-aware minimization
    it saves the second pass, and takes memory for some logits of each row.

    Parameters
    ----------
    n_samples : int
        Number of training rows.
    n_classes : int
        Number of classes.
    weight : float, default=0.3
        Weight of the penalty, at least 0.
    temperature : float, default=5.0
        What logits are divided by, above 0. The penalty is multiplied by its square.
    lag : int, default=3
        How many epochs ago, at least 1.
    first_epoch : int, default=5
        Epoch of the first penalty; it must not come before `lag`, as there is nothing
        to compare with.
    device : torch.device or str, default=None
        Where the logits are kept: where the network is.

    Attributes
    ----------
    epoch : int
        Epochs that have ended.

    See Also
    --------
    SAM : The method it stands in for.

    Notes
    -----
    It is told the end of each epoch, and the numbers of the rows of each batch. Rows
    that were left out `lag` epochs ago have no penalty.

    With wrong labels the penalty should begin before they are learnt by rote; it is a
    close kin of early-learning regularization. It keeps ``lag + 1`` times the logits of
    all rows, in single precision.

    References
    ----------
    Jiawei Du, Daquan Zhou, Jiashi Feng, Vincent Y. F. Tan and Joey Tianyi Zhou,
    "Sharpness-aware training for free", NeurIPS 2022.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.optimizers import SAF
    >>> X, y = torch.randn(20, 2), torch.arange(20) % 2
    >>> network = torch.nn.Linear(2, 2)
    >>> optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    >>> steady = SAF(n_samples=20, n_classes=2, lag=1, first_epoch=2)
    >>> for _ in range(4):
    ...     for rows in torch.randperm(20).split(5):
    ...         optimizer.zero_grad()
    ...         logits = network(X[rows])
    ...         loss = torch.nn.functional.cross_entropy(logits, y[rows])
    ...         (loss + steady.penalty(logits, rows)).backward()
    ...         optimizer.step()
    ...     steady.end_epoch()
    >>> steady.epoch
    4
    """

    def __init__(
        self,
        n_samples,
        n_classes,
        *,
        weight=0.3,
        temperature=5.0,
        lag=3,
        first_epoch=5,
        device=None,
    ):
        check_number("weight", weight, 0, math.inf, closed="left")
        check_number("temperature", temperature, 0, math.inf, closed="neither")
        if not isinstance(lag, Integral) or lag < 1:
            raise ValueError(f"lag={lag!r} must be a whole number, at least 1.")
        if first_epoch < lag:
            raise ValueError(
                f"first_epoch={first_epoch!r} must be {lag} or more, as what was said "
                f"lag={lag} epochs ago is not known before."
            )
        self.weight = weight
        self.temperature = temperature
        self.lag = lag
        self.first_epoch = first_epoch
        self.epoch = 0
        size = (lag + 1, n_samples)
        self._logits = torch.zeros(*size, n_classes, device=device)
        self._is_known = torch.zeros(size, dtype=torch.bool, device=device)

    def penalty(self, logits, rows):
        """Compare what the network says with what it said, and remember it.

        Parameters
        ----------
        logits : tensor of shape (n, n_classes)
            Outputs of the network for a batch.
        rows : tensor of shape (n,)
            Which training rows these are.

        Returns
        -------
        penalty : tensor of shape ()
            To be added to the mean loss of the batch; 0 before the first epoch of it.
        """
        return self.row_penalties(logits, rows).mean()

    def row_penalties(self, logits, rows):
        """Do the same for each row, whose loss is to be weighted.

        Parameters
        ----------
        logits : tensor of shape (n, n_classes)
            Outputs of the network for a batch.
        rows : tensor of shape (n,)
            Which training rows these are.

        Returns
        -------
        penalties : tensor of shape (n,)
            To be added to the losses of the rows.
        """
        now = self.epoch % (self.lag + 1)
        self._logits[now, rows] = logits.detach().to(self._logits.dtype)
        self._is_known[now, rows] = True
        if self.epoch < self.first_epoch:
            return logits.new_zeros(len(logits))
        past = (self.epoch - self.lag) % (self.lag + 1)
        divergence = self._divergence(self._logits[past, rows], logits)
        return self.weight * divergence * self._is_known[past, rows]

    def end_epoch(self):
        """Go on to the next epoch."""
        self.epoch += 1
        # What comes next takes the place of what is oldest.
        self._is_known[self.epoch % (self.lag + 1)] = False

    def _divergence(self, past, logits):
        past = (past / self.temperature).log_softmax(dim=1)
        now = (logits.to(past.dtype) / self.temperature).log_softmax(dim=1)
        return self.temperature**2 * (past.exp() * (past - now)).sum(dim=1)
