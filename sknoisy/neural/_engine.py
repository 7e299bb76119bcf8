# SPDX-License-Identifier: BSD-3-Clause
"""The training loop, which tells the callbacks of skorch what happens."""

import numpy as np
import torch

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
    look : callable, default=None
        Called with the run after each epoch.
    """

    def __init__(self, run, method, data, look=None):
        self.run, self.method, self.data, self.look = run, method, data, look
        self.nets = [each.net for each in run.networks]
        self._losses = []
        callbacks = [each for net in self.nets for _, each in net.callbacks_]
        self._reads_each_batch = any(_is_foreign(each) for each in callbacks)
        self._scores_batches = self._reads_each_batch or any(
            getattr(each, "on_train", False) for each in callbacks
        )
        run.engine = self

    def train(self):
        """Run all epochs."""
        self._show_the_run()
        self._notify("on_train_begin", **self.data.whole)
        self.method.start(self.run)
        for epoch in range(self.run.n_epochs):
            self.run.epoch = epoch
            try:
                self._epoch()
            except Stopped:
                break
        # They may go back to the best epoch, whose network is the one to finish.
        self._notify("on_train_end", **self.data.whole)
        self.method.finish(self.run)
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
        if self.look is not None:
            self.look(self.run)
        self._close_epoch()

    def _close_epoch(self):
        """Let the callbacks of all networks end the epoch before one ends the fit."""
        stop = None
        for net in self.nets:
            try:
                net.notify("on_epoch_end", **self.data.sets)
            except KeyboardInterrupt as interrupt:
                # That is how the callbacks of skorch end a training.
                stop = interrupt
        if stop is not None:
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
        outputs = [self._output_for(each, batch.pair) for each in self.run.networks]
        self._end_batch("train", batch.pair, loss, outputs)

    def _validate(self):
        self._losses.clear()
        for network in self.run.networks:
            network.train(False)
        rows, codes = self.data.valid
        index = torch.arange(len(codes), device=codes.device)
        for part in index.split(split_sizes(len(codes), self.run.batch_size)):
            pair = rows.take(part), codes[part]
            self._notify("on_batch_begin", batch=pair, training=False)
            with torch.no_grad():
                outputs = self._predict_together(pair[0])
                losses = [
                    net.get_loss(output, pair[1], X=pair[0], training=False)
                    for net, output in zip(self.nets, outputs, strict=True)
                ]
            self._end_batch("valid", pair, torch.stack(losses), outputs)
        self._record("valid")

    def _predict_together(self, x):
        """Return what the classifier predicts, as each of its modules would put it."""
        outputs = [each.output(x) for each in self.run.networks]
        if self.method.predicts_by_softmax:
            return outputs
        networks = self.run.networks
        logits = [
            network.logits_of(output).double()
            for network, output in zip(networks, outputs, strict=True)
        ]
        pred_proba = self.method.combine(logits)
        return [network.output_for(pred_proba) for network in networks]

    def _end_batch(self, prefix, pair, loss, outputs):
        losses = loss.detach().expand(len(self.nets))
        self._losses.append(losses)
        for i, (net, output) in enumerate(zip(self.nets, outputs, strict=True)):
            net.history.record_batch(f"{prefix}_batch_size", len(pair[1]))
            if self._reads_each_batch:
                net.history.record_batch(f"{prefix}_loss", losses[i].item())
            net.notify(
                "on_batch_end",
                batch=pair,
                training=prefix == "train",
                loss=losses[i],
                y_pred=output,
            )

    def _output_for(self, network, pair):
        """Return what the network says of a batch, for callbacks that score it."""
        if network.last_input is pair[0] or not self._scores_batches:
            return network.last_output
        # The method has looked at other rows, mixed ones say.
        network.train(False)
        with torch.no_grad():
            output = network.output(pair[0])
        network.train()
        return output

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
        if np.isfinite(losses).all():
            return
        net = self.nets[0]
        hint = ""
        if isinstance(net.criterion_, torch.nn.NLLLoss):
            hint = (
                " The criterion NLLLoss, which skorch takes by itself, wants a module "
                "that returns probabilities; for one that returns scores write "
                "criterion=torch.nn.CrossEntropyLoss."
            )
        raise ValueError(
            f"The loss of {type(self.method).__name__} became infinite or NaN in "
            f"epoch {self.run.epoch + 1}; a smaller learning rate, such as "
            f"lr={net.lr / 10:g}, or scaled inputs may prevent it.{hint}"
        )

    def _show_the_run(self):
        """Give the run to callbacks that have an `on_run_begin`, as ours have."""
        for net in self.nets:
            for _, callback in net.callbacks_:
                if hasattr(callback, "on_run_begin"):
                    callback.on_run_begin(self.run)

    def _notify(self, event, **what):
        for net in self.nets:
            net.notify(event, **what)


def _is_foreign(callback):
    """Tell whether code that is not skorch's own is called for each batch."""
    return not type(callback).on_batch_end.__module__.startswith("skorch.")
