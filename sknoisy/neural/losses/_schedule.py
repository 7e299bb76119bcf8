# SPDX-License-Identifier: BSD-3-Clause
"""Tell losses that change over training how far it is."""

from skorch.callbacks import Callback

from sknoisy.neural.losses._base import RobustLoss


class LossSchedule(Callback):
    """Tell the criterion of a net the epoch, as a callback of skorch.

    `TruncatedGeneralizedCrossEntropy` and `TwoStageLabelSmoothing` need it, and so do
    `MaxSup` and `PeerLoss` where their parameters let them change.

    See Also
    --------
    RobustLoss.set_epoch : What it calls.

    Notes
    -----
    `RobustNetClassifier` with the method "ce" tells the epoch itself.

    A net that is trained on, by ``partial_fit`` or with a warm start, goes on counting.

    Examples
    --------
    >>> import torch
    >>> from skorch import NeuralNetClassifier
    >>> from sknoisy.neural.losses import LossSchedule, TwoStageLabelSmoothing
    >>> net = NeuralNetClassifier(
    ...     torch.nn.Linear,
    ...     module__in_features=2,
    ...     module__out_features=2,
    ...     criterion=TwoStageLabelSmoothing,
    ...     max_epochs=4,
    ...     callbacks=[LossSchedule()],
    ...     train_split=None,
    ...     verbose=0,
    ... )
    >>> X = torch.randn(20, 2).numpy()
    >>> net.fit(X, (X[:, 0] > 0).astype("int64")).criterion_.epoch
    3
    """

    def on_train_begin(self, net, **kwargs):
        """Note where training begins.

        Parameters
        ----------
        net : NeuralNet
            The net.
        **kwargs : dict
            What else skorch passes; not used.
        """
        self.n_epochs_ = len(net.history) + net.max_epochs
        if not isinstance(net.criterion_, RobustLoss):
            raise TypeError(
                "LossSchedule is for the losses of sknoisy.neural; the criterion of "
                f"this net is {type(net.criterion_).__name__}."
            )

    def on_epoch_begin(self, net, **kwargs):
        """Tell the criterion which epoch begins.

        Parameters
        ----------
        net : NeuralNet
            The net.
        **kwargs : dict
            What else skorch passes; not used.
        """
        net.criterion_.set_epoch(len(net.history) - 1, self.n_epochs_)
