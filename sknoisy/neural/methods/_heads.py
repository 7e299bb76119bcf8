# SPDX-License-Identifier: BSD-3-Clause
"""Heads that a method puts on the features of a network, for a task of its own."""

from torch import nn


def make_head(network, n_outputs):
    """Put two layers behind what the last linear layer of a network is given.

    Parameters
    ----------
    network : Network
        Whose features they take.
    n_outputs : int
        Columns of what they return.

    Returns
    -------
    head : Sequential
        On the device of the network.
    """
    width = network.last_layer.in_features
    layers = nn.Linear(width, width), nn.ReLU(), nn.Linear(width, n_outputs)
    return nn.Sequential(*layers).to(network.net.device)


def optimizer_like(net, module):
    """Make an optimizer as a net has it, for parameters that are not the net's.

    Parameters
    ----------
    net : NeuralNetClassifier
        Its optimizer, learning rate and other settings count.
    module : Module
        What is to learn.

    Returns
    -------
    optimizer : Optimizer
        Schedules of the learning rate do not reach it.
    """
    args, kwargs = net.get_params_for_optimizer("optimizer", module.named_parameters())
    return net.optimizer(*args, **kwargs)
