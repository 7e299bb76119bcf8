# SPDX-License-Identifier: BSD-3-Clause
"""What a method of robust training sees of a fit."""

from functools import cached_property
from types import SimpleNamespace

import torch

from sknoisy.neural._rows import concatenate_rows, mix_rows, replace_values


class Batch:
    """Some of the training rows, on the device.

    Parameters
    ----------
    run : Run
        The fit.
    index : tensor of shape (n,), dtype=int64
        Positions of the rows.
    n_stored : int, default=None
        How many values sparse rows hold together, if that is known.

    Attributes
    ----------
    index : tensor of shape (n,), dtype=int64
        Their positions among the training rows, into whatever is held per row.
    x : tensor of shape (n, ...)
        What the network takes; sparse CSR where the rows are sparse.
    codes : tensor of shape (n,), dtype=int64
        Places of the given labels among the classes.
    weight : tensor of shape (n,) or None
        Weights, of mean 1 over all training rows; None if all are alike.
    trusted : tensor of shape (n,), dtype=bool, or None
        Rows whose label has been verified.
    """

    def __init__(self, run, index, n_stored=None):
        self._run = run
        self.index = index
        self.x = run.rows.take(index, n_stored)
        self.codes = run.codes[index]
        self.weight = None if run.weight is None else run.weight[index]
        self.trusted = None if run.trusted is None else run.trusted[index]

    def __len__(self):
        return len(self.index)

    @property
    def targets(self):
        """Soft targets; of given labels alone, ones and zeros."""
        if self._run.targets is None:
            return torch.nn.functional.one_hot(self.codes, self._run.n_classes).float()
        return self._run.targets[self.index]

    @property
    def is_soft(self):
        """Whether the caller gave soft targets."""
        return self._run.targets is not None

    @property
    def pair(self):
        """Rows and labels, as the callbacks of skorch want them."""
        return self.x, self.codes

    def mean(self, losses):
        """Average the losses of the rows, by weight.

        Parameters
        ----------
        losses : tensor of shape (n,)
            One for each row.

        Returns
        -------
        loss : tensor of shape ()
            The sum of the weighted losses by the number of rows: weights count beside
            all training rows, so that a batch of light rows moves the network less.
        """
        return (losses if self.weight is None else losses * self.weight).mean()


class Run:
    """A fit in progress, as a method sees it.

    Parameters
    ----------
    rows : DenseRows or CsrRows
        The inputs, on the device.
    codes : tensor of shape (n_rows,), dtype=int64
        Given labels.
    n_classes : int
        Number of classes.
    networks : list of Network
        What is trained.
    generator : Generator
        Draws the batches.
    batches : BatchPlan
        How rows are divided into batches.

    Attributes
    ----------
    n_rows, n_classes : int
        Of the training rows. Rows of weight zero are not among them.
    rows : DenseRows or CsrRows
        The inputs, on the device.
    codes : tensor of shape (n_rows,), dtype=int64
        Given labels.
    targets : tensor of shape (n_rows, n_classes) or None
        Soft targets, where the caller gave some.
    weight : tensor of shape (n_rows,) or None
        Weights of mean 1.
    trusted : tensor of shape (n_rows,), dtype=bool, or None
        Rows whose label has been verified.
    label_evidence : tensor of shape (n_rows, n_classes) or None
        Log-likelihoods of the true classes, NaN for rows of which the label alone is
        known; what the caller gave.
    privileged : tensor of shape (n_rows, n_columns) or None
        Numbers that are known in training alone.
    networks : list of Network
        As many as the method asked for.
    optimizers : list of Optimizer
        Further ones, that a method made for parameters of its own.
    state : SimpleNamespace
        Whatever a method keeps for the length of the fit.
    epoch : int
        The current one, from 0 on.
    n_epochs : int
        How many there will be, unless a callback stops the training.
    device : torch.device
        Where everything lives.
    generator : Generator
        Draws the batches. What a method draws may come from torch's own generator,
        which is seeded for the fit and restored after it.
    evidence : Evidence
        What can be known of the noise without the networks.
    """

    def __init__(self, *, rows, codes, n_classes, networks, generator, batches):
        self.rows, self.codes = rows, codes
        self.n_rows, self.n_classes = len(codes), n_classes
        self.targets = self.weight = self.trusted = self.evidence = None
        self.label_evidence = self.privileged = None
        self.networks = networks
        self.device = codes.device
        self.generator = generator
        self.optimizers = []
        self.engine = None
        self.state = SimpleNamespace()
        self.epoch = 0
        self.n_epochs = networks[0].net.max_epochs
        self._batches = batches

    @property
    def network(self):
        """The only network, or the first of several."""
        return self.networks[0]

    @property
    def batch_size(self):
        """Rows in a batch."""
        return self._batches.size_for(self.n_rows)

    def per_row(self, *shape, fill=0.0):
        """Allocate something for each training row.

        Parameters
        ----------
        *shape : int
            Shape of what a row gets; nothing for one number.
        fill : float, default=0.0
            Initial value.

        Returns
        -------
        values : tensor of shape (n_rows, ...)
            In single precision, on the device.
        """
        return torch.full((self.n_rows, *shape), fill, device=self.device)

    def take(self, index):
        """Make a batch of some rows.

        Parameters
        ----------
        index : tensor of shape (n,), dtype=int64
            Positions of the rows.

        Returns
        -------
        batch : Batch
            The rows.
        """
        return Batch(self, index)

    def batches(self, index=None, *, shuffle=True, batch_size=None):
        """Go once through the training rows, or through some of them.

        Parameters
        ----------
        index : tensor of shape (n,), dtype=int64, default=None
            Positions of the rows; None for all.
        shuffle : bool, default=True
            Whether in a new order, unless the net says otherwise.
        batch_size : int, default=None
            Rows in a batch; None for that of the net.

        Yields
        ------
        batch : Batch
            The next rows. A last batch of one row is put to the one before it, since
            batch normalization needs two.
        """
        n = self.n_rows if index is None else len(index)
        if shuffle and self._batches.shuffle:
            order = torch.randperm(n, generator=self.generator, device=self.device)
            order = order if index is None else index[order]
        else:
            order = torch.arange(n, device=self.device) if index is None else index
        sizes = self._batches.sizes(n, batch_size)
        order = order[: sum(sizes)]
        counts = self.rows.count_stored(order, sizes)
        for part, n_stored in zip(order.split(sizes), counts, strict=True):
            yield Batch(self, part, n_stored)

    def sample(self, index, n):
        """Draw rows with replacement.

        Parameters
        ----------
        index : tensor, dtype=int64
            Positions to draw from, such as those of the trusted rows.
        n : int
            How many.

        Returns
        -------
        batch : Batch
            The drawn rows.
        """
        draw = torch.randint(
            len(index), (n,), generator=self.generator, device=self.device
        )
        return Batch(self, index[draw])

    def take_step(self, batch, *more):
        """Train on a batch by the method, and tell the callbacks.

        Parameters
        ----------
        batch : Batch
            What the callbacks are told of.
        *more : object
            Handed on to the `step` of the method, such as further batches.
        """
        self.engine.take_step(batch, *more)

    def backward(self, loss):
        """Compute the gradient of a loss, added to what there is.

        Parameters
        ----------
        loss : tensor of shape ()
            The loss.
        """
        loss.backward()

    def zero_grad(self):
        """Forget the gradients of all networks and of the method's own parameters."""
        for each in (*self.networks, *self.optimizers):
            each.zero_grad()

    def step(self, batch=None):
        """Let all optimizers make a step.

        Parameters
        ----------
        batch : Batch, default=None
            What the gradients come from, for the callbacks.
        """
        for each in self.networks:
            each.step(batch)
        for each in self.optimizers:
            each.step()

    def update(self, loss, batch=None):
        """Make one step down the gradient of a loss.

        Parameters
        ----------
        loss : tensor of shape ()
            The loss, of all networks together.
        batch : Batch, default=None
            What it comes from, for the callbacks.
        """
        self.zero_grad()
        self.backward(loss)
        self.step(batch)

    def predict_all(self, network=0):
        """Predict all training rows as they would be predicted after the training.

        Parameters
        ----------
        network : int, default=0
            Which network predicts.

        Returns
        -------
        logits : tensor of shape (n_rows, n_classes)
            Without gradient. The network is back in training mode afterwards.
        """
        return predict_rows(self.networks[network], self.rows, restore=True)

    def mix(self, x, other, share):
        """Mix rows with others, as mixup does.

        Parameters
        ----------
        x, other : tensor of shape (n, ...)
            Rows, both dense or both sparse.
        share : tensor of shape (n,), or float
            How much of `x` stays.

        Returns
        -------
        mixed : tensor of shape (n, ...)
            Of the same kind. Values of sparse rows stand side by side, so that a
            column may come twice; it counts as their sum.
        """
        return mix_rows(x, other, share)

    def concatenate(self, *parts):
        """Put rows below each other, so that one forward pass takes them all.

        Parameters
        ----------
        *parts : tensors
            Rows, all dense or all sparse.

        Returns
        -------
        x : tensor
            Of the same kind.
        """
        return concatenate_rows(parts)

    def drop_inputs(self, x, p=0.1):
        """Make a view of rows: zero some of their numbers at random.

        Parameters
        ----------
        x : tensor of shape (n, ...)
            Rows, dense or sparse, of floating-point numbers.
        p : float, default=0.1
            Share of the numbers that are dropped; the others grow by as much.

        Returns
        -------
        view : tensor of shape (n, ...)
            Of the same kind.
        """
        return replace_values(x, lambda values: torch.dropout(values, p, True))

    @cached_property
    def trusted_index(self):
        """Positions of the rows whose label has been verified."""
        if self.trusted is None:
            return torch.empty(0, dtype=torch.int64, device=self.device)
        return self.trusted.nonzero().ravel()

    @cached_property
    def untrusted_index(self):
        """Positions of the other rows."""
        if self.trusted is None:
            return torch.arange(self.n_rows, device=self.device)
        return (~self.trusted).nonzero().ravel()


def predict_rows(network, rows, restore=False):
    """Predict rows in the order in which they are.

    Parameters
    ----------
    network : Network
        What predicts.
    rows : DenseRows or CsrRows
        On the device of the network.
    restore : bool, default=False
        Whether to go back to training mode.

    Returns
    -------
    logits : tensor of shape (n_rows, n_classes)
        On the device.
    """
    index = torch.arange(len(rows), device=torch.device(network.net.device))
    sizes = _prediction_sizes(network.net, len(rows))
    counts = rows.count_stored(index, sizes)
    network.train(False)
    with torch.no_grad():
        logits = torch.cat(
            [
                network(rows.take(part, n_stored))
                for part, n_stored in zip(index.split(sizes), counts, strict=True)
            ]
        )
    if restore:
        network.train()
    return logits


# Predicting keeps no activations for a gradient, so that larger batches fit.
_PREDICTION_FACTOR = 8


def _prediction_sizes(net, n_rows):
    params = net.get_params_for("iterator_valid")
    size = params.get("batch_size", _PREDICTION_FACTOR * net.batch_size)
    return split_sizes(n_rows, size if size > 0 else n_rows)


def split_sizes(n_rows, size):
    """Split rows into batches.

    Parameters
    ----------
    n_rows : int
        How many there are.
    size : int
        How many make a batch.

    Returns
    -------
    sizes : list of int
        Of each batch; the last may be smaller.
    """
    full, rest = divmod(n_rows, size)
    return [size] * full + [rest] * (rest > 0)


class BatchPlan:
    """How a net wants its batches.

    Parameters
    ----------
    net : NeuralNetClassifier
        Its `batch_size`, and what it sets of ``iterator_train``, count.
    """

    def __init__(self, net):
        params = net.get_params_for("iterator_train")
        self.size = params.get("batch_size", net.batch_size)
        self.shuffle = params.get("shuffle", True)
        self.drop_last = params.get("drop_last", False)

    def size_for(self, n_rows):
        """Tell how many rows a batch has.

        Parameters
        ----------
        n_rows : int
            How many there are.

        Returns
        -------
        size : int
            At most as many.
        """
        return n_rows if self.size < 0 else min(self.size, n_rows)

    def sizes(self, n_rows, size=None):
        """Split rows into batches.

        Parameters
        ----------
        n_rows : int
            How many there are.
        size : int, default=None
            How many make a batch; None for what the net says.

        Returns
        -------
        sizes : list of int
            Of each batch.
        """
        sizes = split_sizes(n_rows, size or self.size_for(n_rows))
        if len(sizes) > 1 and self.drop_last and sizes[-1] < sizes[0]:
            sizes.pop()
        elif len(sizes) > 1 and sizes[-1] == 1:
            sizes[-2:] = [sizes[-2] + 1]
        return sizes
