# SPDX-License-Identifier: BSD-3-Clause
"""Ready nets, and nets made ready for a fit."""

from inspect import signature
from os.path import isabs, join

import torch
from sklearn.base import clone
from skorch import NeuralNetClassifier
from skorch.callbacks import Checkpoint, TrainEndCheckpoint

from sknoisy.neural._embedding_bag_network import EmbeddingBagNetwork
from sknoisy.neural._network import uncompiled
from sknoisy.neural._tabular_network import TabularNetwork
from sknoisy.utils._options import check_option

NETWORKS = {"embedding_bag": EmbeddingBagNetwork, "tabular": TabularNetwork}


def ready_net(network="tabular", **params):
    """Make a skorch net out of one of the networks of this room.

    Parameters
    ----------
    network : {"tabular", "embedding_bag"}, default="tabular"
        `TabularNetwork` for tables, `EmbeddingBagNetwork` for texts and other sparse
        rows.
    **params : dict
        Parameters of the net, as skorch takes them, such as ``max_epochs=20``,
        ``device="cuda"`` or ``module__dropout=0.2``.

    Returns
    -------
    net : NeuralNetClassifier
        By default trained for 60 epochs by Adam at a rate of 0.001 on batches of 64,
        in silence. Unless `optimizer` is given, it has ``optimizer__fused=True``.

    See Also
    --------
    RobustNetClassifier : Trains it.

    Examples
    --------
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> net = ready_net(max_epochs=5, module__hidden=(32,))
    >>> clf = RobustNetClassifier(net).fit([[0.0], [1.0], [2.0]] * 9, [0, 0, 1] * 9)
    >>> len(clf.net_.history)
    5
    """
    defaults = {
        "module": NETWORKS[check_option("network", network, NETWORKS)],
        "criterion": torch.nn.CrossEntropyLoss,
        "optimizer": torch.optim.Adam,
        "lr": 1e-3,
        "batch_size": 64,
        "max_epochs": 60,
        "train_split": None,
        "verbose": 0,
    }
    if "optimizer" not in params:
        # One pass over the parameters and not a dozen.
        defaults["optimizer__fused"] = True
    return NeuralNetClassifier(**(defaults | params))


def check_net(net):
    """Check that something is a net that can be trained here.

    Parameters
    ----------
    net : object
        What the caller gave.

    Returns
    -------
    net : NeuralNetClassifier
        The same.
    """
    if isinstance(net, NeuralNetClassifier):
        return net
    is_module = isinstance(net, torch.nn.Module) or (
        isinstance(net, type) and issubclass(net, torch.nn.Module)
    )
    hint = "skorch.NeuralNetClassifier(module, ...)"
    if is_module:
        name = getattr(net, "__name__", type(net).__name__)
        hint = (
            f"skorch.NeuralNetClassifier({name}, criterion=torch.nn.CrossEntropyLoss)"
        )
    raise TypeError(
        f"estimator must be a NeuralNetClassifier of skorch; got {net!r}. Write {hint}."
    )


def initialized_nets(net, n_networks, sizes, device=None):
    """Make nets that are ready to be trained, each with weights of its own.

    Parameters
    ----------
    net : NeuralNetClassifier
        Cloned, never changed.
    n_networks : int
        How many nets to make.
    sizes : dict of str to int
        What a module is told that has such a parameter, unless the net sets it.
    device : str, default=None
        Where the nets are to live, if not where `net` says.

    Returns
    -------
    nets : list of NeuralNetClassifier
        Initialized.
    """
    if n_networks > 1 and isinstance(net.module, torch.nn.Module):
        raise TypeError(
            f"the method trains {n_networks} networks, but copies of one module would "
            "start, and stay, alike; give the net a class or a function that makes a "
            "module, not a module."
        )
    params = dict(_sizes_to_tell(net, sizes))
    if device is not None:
        params["device"] = device
    nets = [clone(net).set_params(**params) for _ in range(n_networks)]
    for i, each in enumerate(nets):
        each.initialize()
        if i > 0:
            _keep_files_apart(each, f"network_{i + 1}")
        # It costs next to nothing, and skorch looks at its type.
        each.criterion_ = uncompiled(each.criterion_)
    return nets


def _keep_files_apart(net, folder):
    """Let a further network keep its checkpoints in a folder of its own."""
    for _, callback in net.callbacks_:
        if not isinstance(callback, (Checkpoint, TrainEndCheckpoint)):
            continue
        for name, file in callback.get_params().items():
            if name.startswith("f_") and isinstance(file, str) and isabs(file):
                raise ValueError(
                    f"{name}={file!r} of {type(callback).__name__} would hold one "
                    "network after the other; give the folder in dirname, where each "
                    "network gets its own."
                )
        callback.set_params(dirname=join(callback.dirname, folder))
        callback.initialize()


def _sizes_to_tell(net, sizes):
    if isinstance(net.module, torch.nn.Module):
        return
    taken, known = signature(net.module).parameters, net.get_params_for("module")
    for name, size in sizes.items():
        if name in taken and name not in known:
            yield f"module__{name}", size
