# SPDX-License-Identifier: BSD-3-Clause
"""Losses of the given labels, on the host, where mixtures are fitted to them."""

import numpy as np
import torch

from sknoisy.neural.methods._mixup import weighted


def losses_of_given(run, network=0):
    """Compute the loss of each given label, as the network would predict.

    Parameters
    ----------
    run : Run
        The fit.
    network : int, default=0
        Which network predicts.

    Returns
    -------
    losses : ndarray of shape (n_rows,)
        Cross-entropy, in double precision.
    """
    losses = loss_of(run.predict_all(network), given_targets(run))
    # Single precision tells apart what is equal, and a mixture would split it.
    return np.round(losses.double().cpu().numpy(), 6)


def given_targets(run):
    """Give what the caller wants all rows to be trained on.

    Parameters
    ----------
    run : Run
        The fit.

    Returns
    -------
    targets : tensor of shape (n_rows, n_classes)
        Ones and zeros, or the soft targets where there are some.
    """
    if run.targets is not None:
        return run.targets
    return torch.nn.functional.one_hot(run.codes, run.n_classes).float()


def given_shares(run):
    """Tell how the given labels are spread over the classes.

    Parameters
    ----------
    run : Run
        The fit.

    Returns
    -------
    shares : tensor of shape (n_classes,)
        Of the weight, of sum 1.
    """
    totals = weighted(given_targets(run), run.weight).sum(dim=0)
    return totals / totals.sum()


def loss_of(logits, given):
    """Compute the cross-entropy of some rows.

    Parameters
    ----------
    logits : tensor of shape (n, n_classes)
        Predictions.
    given : tensor of shape (n, n_classes)
        Targets.

    Returns
    -------
    losses : tensor of shape (n,)
        One for each row.
    """
    return torch.nn.functional.cross_entropy(logits, given, reduction="none")


def weights_on_host(run):
    """Give the weights as a mixture takes them.

    Parameters
    ----------
    run : Run
        The fit.

    Returns
    -------
    weight : ndarray of shape (n_rows,)
        Ones where there are none.
    """
    if run.weight is None:
        return np.ones(run.n_rows)
    return run.weight.double().cpu().numpy()
