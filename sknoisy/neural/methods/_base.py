# SPDX-License-Identifier: BSD-3-Clause
"""What a method of robust training is."""

from abc import ABCMeta

import torch
from sklearn.base import BaseEstimator


class BaseMethod(BaseEstimator, metaclass=ABCMeta):
    """Base of the methods of `RobustNetClassifier`.

    Most methods implement ``loss(run, batch)`` and no more. One that does more than
    one step down the gradient of one loss overrides `step`; one that does not go
    through the training rows batch by batch overrides `epoch`. Instances hold
    parameters alone; what belongs to a fit goes to ``run.state``.

    Attributes
    ----------
    alias : str
        Short name, which `RobustNetClassifier` takes.
    n_networks : int
        How many networks are trained, each a net of its own. A property, where it
        depends on a parameter.
    takes : tuple of str
        Which of ``"label_evidence"`` and ``"privileged"`` the method can use; `fit`
        refuses the others.

    See Also
    --------
    RobustNetClassifier : Runs a method.
    Run : What a method sees of the fit.

    Notes
    -----
    What is drawn at random may come from torch's own generators: they are seeded for
    the fit. Nothing should be read from the device on the way, by ``item()`` or
    ``float(...)``, so that the device need not wait.

    Examples
    --------
    Two networks, each of which learns from the half of a batch that the other finds
    easier.

    >>> import torch
    >>> from torch.nn.functional import cross_entropy
    >>> from sknoisy.neural import RobustNetClassifier
    >>> from sknoisy.neural.methods import BaseMethod
    >>> class Exchange(BaseMethod):
    ...     n_networks = 2
    ...     def loss(self, run, batch):
    ...         first, second = (
    ...             cross_entropy(network(batch.x), batch.codes, reduction="none")
    ...             for network in run.networks
    ...         )
    ...         half = (len(batch) + 1) // 2
    ...         loss = first[second.detach().argsort()[:half]].mean()
    ...         return loss + second[first.detach().argsort()[:half]].mean()
    >>> X = [[i % 2, i // 2 % 2] for i in range(40)]
    >>> y = ["odd" if row[0] else "even" for row in X]
    >>> clf = RobustNetClassifier(method=Exchange()).fit(X, y)
    >>> clf.predict([[0, 0], [1, 0]]).tolist()
    ['even', 'odd']
    """

    alias = "custom"
    n_networks = 1
    takes = ()

    def check(self, net):
        """Raise an error that names the fix if the method cannot be run.

        Parameters
        ----------
        net : NeuralNetClassifier
            What is to be trained; not initialized.
        """

    def start(self, run):
        """Prepare the fit: check parameters, and put tensors into ``run.state``.

        Parameters
        ----------
        run : Run
            The fit, with initialized networks.
        """

    def loss(self, run, batch):
        """Compute the loss of a batch.

        Parameters
        ----------
        run : Run
            The fit.
        batch : Batch
            Rows to learn from.

        Returns
        -------
        loss : tensor of shape ()
            What is to fall; ``batch.mean`` makes it of the losses of the rows. A
            method with several networks returns the sum of their losses.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must implement loss(run, batch), or override "
            "step(run, batch)."
        )

    def step(self, run, batch):
        """Learn from a batch.

        Parameters
        ----------
        run : Run
            The fit.
        batch : Batch
            Rows to learn from.

        Returns
        -------
        loss : tensor of shape () or (n_networks,)
            For the history; never read on the way.
        """
        loss = self.loss(run, batch)
        run.update(loss, batch)
        return loss.detach()

    def epoch(self, run):
        """Go through the training rows once.

        Parameters
        ----------
        run : Run
            The fit. ``run.take_step(batch, ...)`` calls ``step(run, batch, ...)`` and
            tells the callbacks of it.
        """
        for batch in run.batches():
            run.take_step(batch)

    def begin_epoch(self, run):
        """Do what is to be done before an epoch.

        Parameters
        ----------
        run : Run
            The fit.
        """

    def end_epoch(self, run):
        """Do what is to be done between two epochs.

        Parameters
        ----------
        run : Run
            The fit. ``run.predict_all()`` predicts all training rows.
        """

    def finish(self, run):
        """Do what is to be done after the last epoch.

        Parameters
        ----------
        run : Run
            The fit.
        """

    def label_quality(self, run):
        """Say how far each given label was believed in the end.

        Parameters
        ----------
        run : Run
            The fit, after its last epoch.

        Returns
        -------
        quality : tensor of shape (n_rows,) or None
            In [0, 1], higher is more trustworthy; None if the method has no opinion.
        """
        return None

    def fitted_attributes(self, run):
        """Name what else was learned, for the classifier to have.

        Parameters
        ----------
        run : Run
            The fit, after its last epoch.

        Returns
        -------
        attributes : dict of str to object
            On the host, by names that end in an underscore.
        """
        return {}

    @property
    def predicts_by_softmax(self):
        """Whether the predictions are those of one network, as they are."""
        return self.n_networks == 1 and type(self).combine is BaseMethod.combine

    def combine(self, logits):
        """Turn the predictions of all networks into probabilities.

        Parameters
        ----------
        logits : list of tensors of shape (n, n_classes)
            Of each network, in double precision.

        Returns
        -------
        pred_proba : tensor of shape (n, n_classes)
            By default the mean of their probabilities.
        """
        return sum(torch.softmax(each, dim=1) for each in logits) / len(logits)
