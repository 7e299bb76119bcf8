# SPDX-License-Identifier: BSD-3-Clause
"""The training loop, which tells the callbacks of skorch what happens."""

import numpy as np
import torch
from skorch.callbacks import Callback

from sknoisy.neural._run import split_sizes


class Stopped(Exception):
    """A callback has ended the training."""


class Engine:
    """Train networks by a method, epoch by epoch.

    Losses are read from the device once an epoch, so that no batch waits for the one
    before it, unless a callback of the user looks at every batch.

    Parameters
    ----------
    run : Run
        What is trained.
    method : BaseMethod
        How it is trained.
    data : TrainingData
        What the callbacks are told of the rows.
    """

    def __init__(self, run, method, data):
        self.run, self.method, self.data = run, method, data
        self.nets = [each.net for each in run.networks]
        self._losses = []
        self._reads_each_batch = any(_looks_at_batches(net) for net in self.nets)
        run.engine = self

    def train(self):
        """Run all epochs."""
        self._notify("on_train_begin", **self.data.whole)
        self.method.start(self.run)
        for epoch in range(self.run.n_epochs):
            self.run.epoch = epoch
            try:
                self._epoch()
            except Stopped:
                break
        self.method.finish(self.run)
        self._notify("on_train_end", **self.data.whole)
        for network in self.run.networks:
            network.train(False)

    def _epoch(self):
        self._notify("on_epoch_begin", **self.data.sets)
        for network in self.run.networks:
            network.train()
        self._losses.clear()
        self.method.begin_epoch(self.run)
        self.method.epoch(self.run)
        self._record("train")
        if self.data.valid is not None:
            self._validate()
        self.method.end_epoch(self.run)
        try:
            self._notify("on_epoch_end", **self.data.sets)
        except KeyboardInterrupt as stop:
            # That is how the callbacks of skorch end a training.
            raise Stopped from stop

    def take_step(self, batch, *more):
        """Train on a batch by the method, and tell the callbacks.

        Parameters
        ----------
        batch : Batch
            What the callbacks are told of.
        *more : object
            Handed on to the method.
        """
        self._notify("on_batch_begin", batch=batch.pair, training=True)
        loss = self.method.step(self.run, batch, *more)
        self._end_batch("train", batch.pair, loss)

    def _validate(self):
        self._losses.clear()
        rows, codes = self.data.valid
        index = torch.arange(len(codes), device=codes.device)
        for part in index.split(split_sizes(len(codes), self.run.batch_size)):
            pair = rows.take(part), codes[part]
            self._notify("on_batch_begin", batch=pair, training=False)
            losses = []
            for network in self.run.networks:
                network.train(False)
                with torch.no_grad():
                    output = network.output(pair[0])
                    loss = network.net.get_loss(
                        output, pair[1], X=pair[0], training=False
                    )
                losses.append(loss)
            self._end_batch("valid", pair, torch.stack(losses))
        self._record("valid")

    def _end_batch(self, prefix, pair, loss):
        training = prefix == "train"
        losses = loss.detach().expand(len(self.nets))
        self._losses.append(losses)
        for i, network in enumerate(self.run.networks):
            history = network.net.history
            history.record_batch(f"{prefix}_batch_size", len(pair[1]))
            if self._reads_each_batch:
                history.record_batch(f"{prefix}_loss", losses[i].item())
            network.net.notify(
                "on_batch_end",
                batch=pair,
                training=training,
                loss=losses[i],
                y_pred=self._output(network, pair),
            )

    def _output(self, network, pair):
        """Return what the network said of the rows, for callbacks that score it."""
        output = network.last_output
        if output is not None and len(output) == len(pair[1]):
            return output
        # The method has looked at other rows, mixed ones say.
        with torch.no_grad():
            return network.output(pair[0])

    def _record(self, prefix):
        """Read the losses of an epoch from the device, all at once."""
        if not self._losses:
            return
        losses = torch.stack(self._losses).tolist()
        if prefix == "train":
            self._refuse_what_is_not_finite(losses)
        for i, net in enumerate(self.nets):
            batches = net.history[-1]["batches"][-len(losses) :]
            for record, values in zip(batches, losses, strict=True):
                record[f"{prefix}_loss"] = values[i]
            net.history.record(f"{prefix}_batch_count", len(losses))

    def _refuse_what_is_not_finite(self, losses):
        if not np.isfinite(losses).all():
            raise ValueError(
                f"The loss of {type(self.method).__name__} became infinite or NaN in "
                f"epoch {self.run.epoch + 1}; a smaller learning rate, such as "
                f"lr={self.nets[0].lr / 10:g}, or scaled inputs may prevent it."
            )

    def _notify(self, event, **what):
        for net in self.nets:
            net.notify(event, **what)


def _looks_at_batches(net):
    """Tell whether a callback that is not skorch's own is called for each batch."""
    return any(
        type(callback).on_batch_end is not Callback.on_batch_end
        and not type(callback).__module__.startswith("skorch.")
        for _, callback in net.callbacks_
    )
