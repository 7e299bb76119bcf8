# SPDX-License-Identifier: BSD-3-Clause
"""What methods that mix rows have in common."""

import torch


def check_mixable(run, method):
    """Refuse rows that cannot be mixed.

    Parameters
    ----------
    run : Run
        The fit.
    method : BaseMethod
        What is to mix them.
    """
    if not run.rows.values.dtype.is_floating_point:
        raise TypeError(
            f"{type(method).__name__} mixes rows, which whole numbers, such as tokens, "
            "do not allow; give X as floating-point numbers, or choose a method that "
            "does not mix."
        )


def draw_share(alpha, device):
    """Draw how much of each row stays when it is mixed with another.

    Parameters
    ----------
    alpha : float
        Both parameters of a beta distribution.
    device : torch.device
        Where it is to live.

    Returns
    -------
    share : tensor of shape ()
        In [0, 1].
    """
    alpha = torch.tensor(float(alpha), device=device)
    return torch.distributions.Beta(alpha, alpha, validate_args=False).sample()


def n_stored(x):
    """Count the values of sparse rows.

    Parameters
    ----------
    x : tensor of shape (n, ...)
        Rows, dense or sparse.

    Returns
    -------
    n_stored : int or None
        None for dense rows. The host need not wait for it.
    """
    return None if x.layout == torch.strided else x.values().numel()


def weighted(targets, weight):
    """Scale soft targets by the weights of their rows.

    Parameters
    ----------
    targets : tensor of shape (n, n_classes)
        Soft targets.
    weight : tensor of shape (n,) or None
        Weights.

    Returns
    -------
    targets : tensor of shape (n, n_classes)
        Cross-entropy with them is weighted, also after they have been mixed.
    """
    return targets if weight is None else targets * weight[:, None]


def soft_cross_entropy(logits, targets):
    """Compute the mean cross-entropy of some rows.

    Parameters
    ----------
    logits : tensor of shape (n, n_classes)
        Predictions.
    targets : tensor of shape (n, n_classes)
        Soft targets of any sum.

    Returns
    -------
    loss : tensor of shape ()
        The mean.
    """
    return -(targets * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()


def imbalance(logits, shares=None):
    """Measure how far the mean prediction is from given shares of the classes.

    Parameters
    ----------
    logits : tensor of shape (n, n_classes)
        Predictions of a batch.
    shares : tensor of shape (n_classes,), default=None
        Of sum 1; None for even shares.

    Returns
    -------
    divergence : tensor of shape ()
        Of Kullback and Leibler, of the mean from the shares, in nats.
    """
    mean = torch.softmax(logits, dim=1).mean(dim=0).clamp(min=1e-8)
    if shares is None:
        shares = torch.full_like(mean, 1 / len(mean))
    return torch.xlogy(shares, shares / mean).sum()
