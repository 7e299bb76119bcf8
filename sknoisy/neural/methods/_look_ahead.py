# SPDX-License-Identifier: BSD-3-Clause
"""What a step would change, by derivatives along it instead of second ones.

How the loss after a step of gradient descent depends on the weight of a row in it is
minus the rate times the product of two gradients: that of the loss after the step and
that of the row before it. For all rows at once this is the derivative of their losses
along the former, which costs one forward pass in forward mode; neither the graph of
the step nor a copy of the module is needed.
"""

import warnings
from functools import cache, partial

import torch
from torch.autograd import forward_ad

from sknoisy.neural._losses import row_losses
from sknoisy.neural._network import uncompiled
from sknoisy.neural.methods._base import BaseMethod

# How far the two places of a difference lie from the one between them.
_DIFFERENCE = 0.01


class LookAheadMethod(BaseMethod):
    """Base of the methods that ask trusted rows what a step would do to them."""

    def start(self, run):
        if not len(run.trusted_index):
            raise ValueError(
                f"{type(self).__name__} learns from rows whose label has been "
                "verified, and there are none with weight; pass a mask of them, "
                "fit(X, y, trusted=mask)."
            )

    def sample_trusted(self, run, n=None):
        """Draw trusted rows with replacement, by default as many as make a batch."""
        return run.sample(run.trusted_index, run.batch_size if n is None else n)


def slopes_after_step(network, batch, judge, weigh):
    """Tell what the weight of each row in a step would do to the loss of others.

    The step is one of plain gradient descent, at the present learning rate.

    Parameters
    ----------
    network : Network
        What would make the step.
    batch : Batch
        Rows of the step.
    judge : Batch
        Rows whose loss counts.
    weigh : callable
        From the losses of the rows of the step to their weights.

    Returns
    -------
    losses : tensor of shape (n,)
        Those of the rows of the step, before it.
    slopes : tensor of shape (n,)
        How far the loss of the others falls with the weight of each row, times the
        number of rows.
    """
    there = after_step(network, batch, weigh)
    return slopes_along(network, batch, gradient_of(network, there, judge))


def after_step(network, batch, weigh):
    """Tell where a step of plain gradient descent would lead.

    Parameters
    ----------
    network : Network
        What would make the step.
    batch : Batch
        Rows of the step.
    weigh : callable
        From the losses of the rows to their weights.

    Returns
    -------
    parameters : dict of str to tensor
        Those after it.
    """
    here = parameters_of(network)
    return step_down(here, gradient_of(network, here, batch, weigh), _rate_of(network))


def slopes_along(network, batch, direction):
    """Tell what the weight of each row in a step would do to what has a gradient.

    Parameters
    ----------
    network : Network
        What would make the step.
    batch : Batch
        Rows of the step.
    direction : dict of str to tensor
        Gradient, after the step, of what is to fall.

    Returns
    -------
    losses : tensor of shape (n,)
        Those of the rows of the step, before it.
    slopes : tensor of shape (n,)
        How far that falls with the weight of each row, times the number of rows.
    """
    losses = partial(row_losses, batch=batch)
    losses, slopes = derivative_along(
        network, parameters_of(network), direction, batch.x, losses
    )
    return losses, _rate_of(network) * slopes


@torch.no_grad()
def losses_at(network, parameters, batch):
    """Compute the losses of rows elsewhere.

    Parameters
    ----------
    network : Network
        Predicts.
    parameters : dict of str to tensor
        Where.
    batch : Batch
        The rows.

    Returns
    -------
    losses : tensor of shape (n,)
        One for each row.
    """
    with network.frozen_statistics():
        return row_losses(network.with_parameters(parameters, batch.x), batch)


def _rate_of(network):
    return float(network.optimizer.param_groups[0]["lr"])


def parameters_of(network, copy=False):
    """Take the parameters of a network out of their graph.

    Parameters
    ----------
    network : Network
        Whose they are.
    copy : bool, default=False
        Whether they outlive a step of the network.

    Returns
    -------
    parameters : dict of str to tensor
        Those that learn, by name.
    """
    named = uncompiled(network.module).named_parameters()
    return {
        name: each.detach().clone() if copy else each.detach()
        for name, each in named
        if each.requires_grad
    }


def gradient_of(network, parameters, batch, weigh=None):
    """Differentiate the mean cross-entropy of some rows.

    Parameters
    ----------
    network : Network
        Predicts.
    parameters : dict of str to tensor
        Where.
    batch : Batch
        The rows.
    weigh : callable, default=None
        From the losses of the rows to their weights, which are held fixed.

    Returns
    -------
    gradient : dict of str to tensor
        By the names of the parameters.
    """
    leaves = {name: each.detach().requires_grad_() for name, each in parameters.items()}
    with network.frozen_statistics():
        losses = row_losses(network.with_parameters(leaves, batch.x), batch)
    if weigh is not None:
        losses = losses * weigh(losses.detach()).detach()
    loss = batch.mean(losses)
    grads = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
    return dict(zip(leaves, grads, strict=True))


def step_down(parameters, gradient, rate):
    """Make a step of gradient descent, elsewhere.

    Parameters
    ----------
    parameters, gradient : dict of str to tensor
        Where, and which way is up.
    rate : float
        Its length.

    Returns
    -------
    parameters : dict of str to tensor
        Others.
    """
    return {name: each - rate * gradient[name] for name, each in parameters.items()}


@torch.no_grad()
def derivative_along(network, parameters, direction, x, function):
    """Differentiate what is made of predictions along a direction of the parameters.

    Where a layer has no derivative in forward mode, such as the sum of the embeddings
    of sparse rows, the difference between two places takes its place.

    Parameters
    ----------
    network : Network
        Predicts.
    parameters : dict of str to tensor
        Where.
    direction : dict of str to tensor
        In which direction, not normalized.
    x : tensor of shape (n, ...)
        Rows.
    function : callable
        From logits to a tensor.

    Returns
    -------
    value, derivative : tensor
        What `function` returns, and how it changes.
    """
    with network.frozen_statistics():
        at = partial(_value, network, x, function)
        try:
            return _forward_mode(at, parameters, direction)
        except NotImplementedError:
            # Of torch, for layers without a forward mode, such as sparse embeddings.
            return _difference(at, parameters, direction, x.device)


def _value(network, x, function, parameters):
    return function(network.with_parameters(parameters, x))


def _forward_mode(at, parameters, direction):
    _load_forward_mode()
    with forward_ad.dual_level():
        dual = {
            name: forward_ad.make_dual(each, direction[name])
            for name, each in parameters.items()
        }
        value, tangent = forward_ad.unpack_dual(at(dual))
        return value, torch.zeros_like(value) if tangent is None else tangent


@cache
def _load_forward_mode():
    # Torch compiles some derivatives by means that it deprecates itself.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with forward_ad.dual_level():
            forward_ad.make_dual(torch.zeros(1), torch.zeros(1))


def _difference(at, parameters, direction, device):
    norm = torch.stack([each.norm() for each in direction.values()]).norm()
    length = _DIFFERENCE / norm.clamp(min=1e-12)
    devices = [] if device.type == "cpu" else [device]
    # Both are to drop the same units.
    with torch.random.fork_rng(devices, device_type=device.type):
        below = at(step_down(parameters, direction, length))
    above = at(step_down(parameters, direction, -length))
    return (above + below) / 2, (above - below) / (2 * length)
