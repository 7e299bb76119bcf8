# SPDX-License-Identifier: BSD-3-Clause
"""A network in training, which takes rows and returns logits."""

from contextlib import contextmanager

import torch
from skorch.utils import TeeGenerator


class Network:
    """The module and the optimizer of a skorch net.

    Calling it with rows returns their logits, in single precision whatever `amp` is,
    so that losses need not care how the net was written.

    Parameters
    ----------
    net : NeuralNetClassifier
        Initialized.
    amp : bool, default=False
        Whether the module computes in bfloat16.

    Attributes
    ----------
    net : NeuralNetClassifier
        The net itself.
    module : Module
        Its module, compiled where the net wants that.
    optimizer : Optimizer
        Its optimizer.
    last_input, last_output : tensor or None
        What the module was given last in training, and what it returned, without
        gradient.
    """

    def __init__(self, net, amp=False):
        self.net = net
        self.amp = amp
        self.module = net.module_
        self.optimizer = getattr(net, "optimizer_", None)
        self.last_input = self.last_output = None
        self._gives_probabilities = isinstance(net.criterion_, torch.nn.NLLLoss)

    def __call__(self, x):
        return self.logits_of(self.output(x))

    def output(self, x):
        """Run the module.

        Parameters
        ----------
        x : tensor of shape (n, ...)
            Rows.

        Returns
        -------
        output : tensor of shape (n, n_classes)
            What the module returns, the first of several; what the criterion of the
            net takes.
        """
        device = torch.device(self.net.device).type
        with torch.autocast(device, torch.bfloat16, enabled=self.amp):
            output = self.module(x)
        output = output[0] if isinstance(output, tuple) else output
        if self.amp:
            output = output.float()
        if self.module.training:
            self.last_input, self.last_output = x, output.detach()
        return output

    def logits_of(self, output):
        """Turn what the module returns into logits.

        Parameters
        ----------
        output : tensor of shape (n, n_classes)
            Logits, or where the criterion is skorch's default, probabilities.

        Returns
        -------
        logits : tensor of shape (n, n_classes)
            Their softmax are the probabilities.
        """
        if not self._gives_probabilities:
            return output
        return torch.log(output + torch.finfo(output.dtype).eps)

    def output_for(self, pred_proba):
        """Turn probabilities into what the module returns where it predicts them.

        Parameters
        ----------
        pred_proba : tensor of shape (n, n_classes)
            In double precision.

        Returns
        -------
        output : tensor of shape (n, n_classes)
            What the criterion of the net takes, in single precision.
        """
        if not self._gives_probabilities:
            pred_proba = pred_proba.clamp(min=torch.finfo(pred_proba.dtype).tiny).log()
        return pred_proba.float()

    def with_parameters(self, parameters, x):
        """Predict as the network would with other parameters.

        Parameters
        ----------
        parameters : dict of str to tensor
            By the names that ``dict(network.module.named_parameters())`` has. The
            gradient goes through them, as a look-ahead step needs.
        x : tensor of shape (n, ...)
            Rows.

        Returns
        -------
        logits : tensor of shape (n, n_classes)
            In the precision of the parameters.
        """
        output = torch.func.functional_call(uncompiled(self.module), parameters, (x,))
        return self.logits_of(output[0] if isinstance(output, tuple) else output)

    def features(self, x):
        """Predict, and return what the last linear layer is given as well.

        Parameters
        ----------
        x : tensor of shape (n, ...)
            Rows.

        Returns
        -------
        features : tensor of shape (n, n_units)
            The representation of the rows.
        logits : tensor of shape (n, n_classes)
            Their predictions.
        """
        seen = []
        last = self.last_layer.register_forward_pre_hook(
            lambda _, given: seen.append(given[0])
        )
        compiled, self.module = self.module, uncompiled(self.module)
        try:
            logits = self(x)
        finally:
            last.remove()
            self.module = compiled
        return seen[-1], logits

    @property
    def last_layer(self):
        """The last linear layer of the module, in the order of their definition."""
        modules = uncompiled(self.module).modules()
        layers = [each for each in modules if isinstance(each, torch.nn.Linear)]
        if not layers:
            raise TypeError(
                f"{type(uncompiled(self.module)).__name__} has no torch.nn.Linear, "
                "whose inputs this method needs; let the module end in one."
            )
        return layers[-1]

    @contextmanager
    def frozen_statistics(self):
        """Keep batch normalization from counting a forward pass.

        For the length of a ``with`` statement, the layers normalize by the batch as
        they do in training, and leave their running statistics as they are.
        """
        norms = [
            each
            for each in self.module.modules()
            if isinstance(each, torch.nn.modules.batchnorm._BatchNorm)
        ]
        momenta = [each.momentum for each in norms]
        for each in norms:
            each.momentum = 0.0
        try:
            yield
        finally:
            for each, momentum in zip(norms, momenta, strict=True):
                each.momentum = momentum

    def parameters(self):
        """List the parameters of the module.

        Returns
        -------
        parameters : list of Parameter
            Those that learn.
        """
        return [each for each in self.module.parameters() if each.requires_grad]

    def train(self, mode=True):
        """Switch between training and prediction.

        Parameters
        ----------
        mode : bool, default=True
            False for prediction.
        """
        self.module.train(mode)

    def zero_grad(self):
        """Forget the gradient."""
        self.optimizer.zero_grad()

    def step(self, batch=None):
        """Let the optimizer make its step, after the callbacks that see the gradient.

        Parameters
        ----------
        batch : Batch, default=None
            What the gradient comes from, for the callbacks.
        """
        # The module alone, where a criterion has parameters too, would miss some.
        self.net.notify(
            "on_grad_computed",
            named_parameters=TeeGenerator(self.net.get_all_learnable_params()),
            batch=None if batch is None else batch.pair,
            training=True,
        )
        self.optimizer.step()


def uncompiled(module):
    """Return a module itself, where it has been compiled.

    Parameters
    ----------
    module : Module
        Compiled or not.

    Returns
    -------
    module : Module
        Shares its parameters.
    """
    return getattr(module, "_orig_mod", module)
