# SPDX-License-Identifier: BSD-3-Clause
"""Sharpness-aware minimization."""

import math
from contextlib import contextmanager

import torch
from torch.nn.modules.batchnorm import _NormBase

from sknoisy.utils._numbers import check_number


class SAM(torch.optim.Optimizer):
    """Sharpness-aware minimization, around any optimizer of torch.

    From the weights it first climbs to where the loss is highest nearby, takes the
    gradient there, goes back, and lets the base optimizer step by that gradient. It
    takes two passes forward and back for each step.

    Parameters
    ----------
    params : iterable
        Parameters or groups of them, as all optimizers of torch take. A group may have
        a `rho` and an `adaptive` of its own.
    base_optimizer : type, default=torch.optim.SGD
        Optimizer that steps.
    rho : float, default=0.05
        How far to climb, at least 0, as the norm over all parameters. With 0 each step
        is one of the base optimizer, and takes one pass.
    adaptive : bool, default=False
        Whether to climb by a distance that is measured relative to the size of each
        weight. It takes about ten times the `rho`.
    **options : dict
        What the base optimizer takes, such as `lr`.

    Attributes
    ----------
    base_optimizer : torch.optim.Optimizer
        Optimizer that steps. It has the same groups of parameters, so that schedulers
        of the learning rate may take either.

    See Also
    --------
    SAF : Comes near to it in one pass.
    hold_running_statistics : For networks with batch normalization.

    Notes
    -----
    With wrong labels, larger values than the default such as 0.1 are often used; what
    is gained is gained mostly in the best epoch, so stop early.

    `step` takes a closure that clears gradients, computes the loss and calls its
    ``backward``, as skorch passes one, and calls it twice. Batch normalization then
    counts each batch twice, unless the two halves of a step are called on their own.
    The net of `RobustNetClassifier` cannot have it, as that passes no closure; there
    it is `sknoisy.neural.methods.SharpnessAwareMinimization`.

    References
    ----------
    Pierre Foret, Ariel Kleiner, Hossein Mobahi and Behnam Neyshabur, "Sharpness-aware
    minimization for efficiently improving generalization", ICLR 2021.

    Jungmin Kwon, Jeongseop Kim, Hyunseo Park and In Kwon Choi, "ASAM: adaptive
    sharpness-aware minimization for scale-invariant learning of deep neural networks",
    ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.optimizers import SAM
    >>> weight = torch.nn.Parameter(torch.tensor([1.0]))
    >>> optimizer = SAM([weight], lr=0.1, rho=0.5)
    >>> (weight**2).sum().backward()
    >>> optimizer.first_step()
    >>> weight.data
    tensor([1.5000])
    >>> (weight**2).sum().backward()
    >>> optimizer.second_step()
    >>> weight.data
    tensor([0.7000])
    """

    def __init__(
        self,
        params,
        base_optimizer=torch.optim.SGD,
        *,
        rho=0.05,
        adaptive=False,
        **options,
    ):
        super().__init__(params, {"rho": rho, "adaptive": adaptive, **options})
        for group in self.param_groups:
            check_number("rho", group["rho"], 0, math.inf, closed="left")
        self.base_optimizer = base_optimizer(self.param_groups, **options)
        self.param_groups = self.base_optimizer.param_groups

    def __getstate__(self):
        # Optimizers of torch leave out what they do not know.
        return {**super().__getstate__(), "base_optimizer": self.base_optimizer}

    @torch.no_grad()
    def first_step(self):
        """Climb, by the gradients that are there, and clear them."""
        norm = self._norm()
        for group in self.param_groups:
            for weight in _with_gradient(group):
                self.state[weight]["before"] = weight.clone()
                slope = weight.grad
                if group["adaptive"]:
                    slope = slope * weight**2
                weight.add_(slope * (group["rho"] / (norm + 1e-12)))
        self.zero_grad()

    @torch.no_grad()
    def go_back(self):
        """Go back to where the climb began, for whoever steps by other means."""
        for weight, state in self.state.items():
            if "before" in state:
                weight.copy_(state.pop("before"))

    @torch.no_grad()
    def second_step(self):
        """Go back, and step by the gradients that are there."""
        self.go_back()
        self.base_optimizer.step()

    @torch.no_grad()
    def step(self, closure=None):
        """Climb, go back and step.

        Parameters
        ----------
        closure : callable
            Clears the gradients, computes the loss, calls its ``backward`` and returns
            it.

        Returns
        -------
        loss : tensor
            The loss at the weights before the step.
        """
        if closure is None:
            raise TypeError(
                "SAM.step needs a closure that computes the loss once more; without "
                "one, call first_step() and second_step(), each after a backward()."
            )
        closure = torch.enable_grad()(closure)
        loss = closure()
        if any(group["rho"] for group in self.param_groups):
            self.first_step()
            closure()
        self.second_step()
        return loss

    def state_dict(self):
        """Return what the base optimizer remembers, and the parameters.

        Returns
        -------
        state_dict : dict
            As of any optimizer.
        """
        return self.base_optimizer.state_dict()

    def load_state_dict(self, state_dict):
        """Go on from another optimizer.

        Parameters
        ----------
        state_dict : dict
            What `state_dict` returned.
        """
        self.base_optimizer.load_state_dict(state_dict)
        self.param_groups = self.base_optimizer.param_groups

    def _norm(self):
        """Return the norm of all gradients, relative to the weights where adaptive."""
        norms = [
            torch.linalg.vector_norm(
                weight.grad * weight if group["adaptive"] else weight.grad
            )
            for group in self.param_groups
            for weight in _with_gradient(group)
        ]
        if not norms:
            raise RuntimeError(
                "no parameter has a gradient; call backward() on the loss before."
            )
        # A network may be spread over several devices.
        return torch.linalg.vector_norm(torch.stack([n.to(norms[0]) for n in norms]))


@contextmanager
def hold_running_statistics(module):
    """Keep batch normalization from learning, though it trains.

    The layers go on normalizing by the batch, but leave their running means and
    variances as they are: what a second pass over the same batch should do.

    Parameters
    ----------
    module : torch.nn.Module
        Network, changed while the context lasts.

    Yields
    ------
    module : torch.nn.Module
        The same network.

    See Also
    --------
    SAM : Takes a second pass for each step.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.neural.optimizers import hold_running_statistics
    >>> layer = torch.nn.BatchNorm1d(1)
    >>> with hold_running_statistics(layer):
    ...     _ = layer(torch.tensor([[1.0], [3.0]]))
    >>> layer.running_mean
    tensor([0.])
    """
    layers = [
        layer
        for layer in module.modules()
        if isinstance(layer, _NormBase) and layer.training and layer.track_running_stats
    ]
    try:
        for layer in layers:
            layer.track_running_stats = False
        yield module
    finally:
        for layer in layers:
            layer.track_running_stats = True


def _with_gradient(group):
    return (weight for weight in group["params"] if weight.grad is not None)
