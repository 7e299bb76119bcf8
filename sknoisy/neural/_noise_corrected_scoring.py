# SPDX-License-Identifier: BSD-3-Clause
"""Score each epoch on held-out rows whose labels are noisy too."""

import numpy as np
import torch
from skorch.callbacks import EpochScoring
from skorch.utils import to_numpy

from sknoisy.metrics import noise_corrected_log_loss
from sknoisy.metrics._corrected_tables import LabelTable, PerClass, accuracy
from sknoisy.metrics._noise_inverse import checked_inverse
from sknoisy.neural._network import Network
from sknoisy.neural.methods._transition import find_matrix
from sknoisy.utils._options import check_option


class _HeldOutScoring(EpochScoring):
    """Scoring of held-out rows, higher is better, without the parameters for that."""

    # All that is set on the instance would be a parameter.
    lower_is_better = False
    on_train = False
    use_caching = True
    target_extractor = staticmethod(to_numpy)


class NoiseCorrectedScoring(_HeldOutScoring):
    """Score each epoch on held-out rows as if their labels were right.

    The labels of rows that are held out are as wrong as the others. After each epoch,
    this callback of skorch estimates from them, and from a model of the noise, what
    the score would be on the true labels, and writes it to the history of the net, for
    `skorch.callbacks.EarlyStopping` or `skorch.callbacks.Checkpoint` to act on.
    ``RobustNetClassifier(train_split=0.1, early_stopping=True)`` does both.

    Parameters
    ----------
    metric : {"accuracy", "balanced_accuracy", "neg_log_loss"}, default="accuracy"
        What to estimate. Higher is better for all of them.
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        ``[i, j] = P(given = j | true = i)``, classes sorted. None estimates it.
    transition_estimator : noise model, default=None
        How it is estimated, such as `sknoisy.noise.AnchorPoints`. None is
        `sknoisy.noise.ConfidentJoint`, mixed with a tenth of the identity. It is
        fitted anew; of one that is fitted, pass the `transition_matrix_`.
    name : str, default=None
        What the score is called in the history; None for ``valid_corrected_`` and the
        metric. Beside it stands, under the same name with ``_best``, whether it is the
        best so far.

    Attributes
    ----------
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        The matrix that the scores are corrected by.

    See Also
    --------
    sknoisy.metrics.ranking_is_preserved : Whether the plain score would choose as well.
    sknoisy.model_selection.make_noise_corrected_scorer : The same for a grid search.

    Notes
    -----
    A matrix is estimated once, before the first epoch, from the rows that are trained
    on: from predictions for them by a classifier of scikit-learn that suits X,
    cross-fitted. Neither the held-out rows nor the network have a part in it. A matrix
    made of the predictions of each epoch would agree with them, and score every epoch
    well. Outside `RobustNetClassifier` the matrix must be given.

    With the right matrix, accuracy is estimated without bias; with an estimated one its
    level may be off by many points. It may leave [0, 1], where
    `sknoisy.metrics.noise_corrected_accuracy` stops, since epochs that are all set to
    1 could not be told apart. In balanced accuracy the recall of each class is kept in
    [0, 1], for a class that is hardly there by the matrix would decide alone.

    The log-loss is that of the given labels, when the predictions are passed through
    the matrix: "forward" of `sknoisy.metrics.noise_corrected_log_loss`. The unbiased
    one ran to the last epoch on vectors of images, where the matrix was an estimate.

    If all wrong labels are equally likely, accuracy puts epochs in the same order with
    and without a correction, so that `valid_acc` of skorch chooses the same epoch. A
    correction can matter where some classes are mistaken more than others, and for the
    log-loss. It makes scores vary more, so hold out enough rows.

    It need not help. In twelve trainings of ``benchmarks/results/neural.md``, with a
    tenth held out and the matrix estimated, stopping by the corrected accuracy gave
    what stopping by the plain one gave in eleven, and 1.3 points less in the twelfth.
    What is stopped by mattered more: on software defects, where one class is rare,
    both cost 2.5 points of balanced accuracy, the log-loss 0.8, and
    "balanced_accuracy" nothing.

    Held-out rows count alike, whatever their weight, and a verified label counts as
    one that may be wrong. Of several networks, what they predict together is scored,
    and each history has the score.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skorch.callbacks import EarlyStopping
    >>> from sknoisy.neural import (
    ...     NoiseCorrectedScoring,
    ...     RobustNetClassifier,
    ...     ready_net,
    ... )
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.4, random_state=0)
    >>> scoring = NoiseCorrectedScoring(transition_matrix=noisy.transition_matrix)
    >>> stopping = EarlyStopping(
    ...     "valid_corrected_accuracy", lower_is_better=False, load_best=True
    ... )
    >>> net = ready_net(callbacks=[scoring, stopping])
    >>> clf = RobustNetClassifier(net, method="ce", train_split=0.2).fit(X, noisy.y)
    >>> len(clf.net_.history) < net.max_epochs
    True
    """

    def __init__(
        self,
        metric="accuracy",
        transition_matrix=None,
        *,
        transition_estimator=None,
        name=None,
    ):
        self.metric = metric
        self.transition_matrix = transition_matrix
        self.transition_estimator = transition_estimator
        self.name = name

    @property
    def key(self):
        """What the score is called in the history."""
        return self.name or f"valid_corrected_{self.metric}"

    def initialize(self):
        """Forget what belongs to a training.

        Returns
        -------
        self : NoiseCorrectedScoring
            The callback.
        """
        check_option("metric", self.metric, _METRICS)
        vars(self).pop("transition_matrix_", None)
        super().initialize()
        self.name_ = self.key
        return self

    def on_run_begin(self, run):
        """Find the transition matrix.

        Parameters
        ----------
        run : sknoisy.neural.methods.Run
            The fit that is about to begin.
        """
        self._correct_by(
            find_matrix(run, self.transition_matrix, self.transition_estimator)
        )

    def on_train_begin(self, net, X, y, **kwargs):
        """Take the transition matrix that is given, where there is no other.

        Parameters
        ----------
        net : NeuralNetClassifier
            What is trained.
        X, y : array-like
            Rows and their labels.
        **kwargs : dict
            Not used.
        """
        if not hasattr(self, "transition_matrix_"):
            if self.transition_matrix is None:
                raise ValueError(
                    "NoiseCorrectedScoring estimates a transition_matrix inside "
                    "RobustNetClassifier alone; train the net by "
                    'RobustNetClassifier(net, method="ce", train_split="net"), or '
                    "write NoiseCorrectedScoring(transition_matrix=...)."
                )
            self._correct_by(np.asarray(self.transition_matrix, dtype=np.float64))
        super().on_train_begin(net, X, y, **kwargs)

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Refuse to go without rows to score.

        Parameters
        ----------
        net : NeuralNetClassifier
            What is trained.
        dataset_train, dataset_valid : Dataset
            Rows that are trained on, and those that are held out.
        **kwargs : dict
            Not used.
        """
        if dataset_valid is None:
            raise ValueError(
                "NoiseCorrectedScoring scores rows that are held out, but none are; "
                "write train_split=0.1 for RobustNetClassifier, or "
                "train_split=skorch.dataset.ValidSplit(10, stratified=True) for a net."
            )
        super().on_epoch_begin(net, dataset_train, dataset_valid, **kwargs)

    def scoring(self, net, X, y):
        """Score the held-out rows, as skorch asks for it.

        Parameters
        ----------
        net : NeuralNetClassifier
            What is trained.
        X : Dataset or array-like
            Rows.
        y : ndarray of shape (n_rows,)
            Places of their labels among the classes.

        Returns
        -------
        score : float
            Higher is better.
        """
        output = net.forward(X)
        output = output[0] if isinstance(output, tuple) else output
        logits = Network(net).logits_of(output.double())
        pred_proba = torch.softmax(logits, dim=1).numpy()
        return _METRICS[self.metric](y, pred_proba, self.transition_matrix_)

    def _correct_by(self, matrix):
        if self.metric != "neg_log_loss":
            # An error now, not after an epoch, where it cannot be undone.
            checked_inverse(matrix, len(matrix))
        self.transition_matrix_ = matrix


def _accuracy(codes, pred_proba, matrix):
    return accuracy(_joint(codes, pred_proba, matrix))[0]


def _balanced_accuracy(codes, pred_proba, matrix):
    recalls, _ = PerClass("recall").values(_joint(codes, pred_proba, matrix))
    # One class that is hardly there by the matrix must not decide the mean.
    return float(np.nanmean(np.clip(recalls, 0, 1)))


def _joint(codes, pred_proba, matrix):
    """Estimate the shares of each pair (true, predicted)."""
    n_classes = pred_proba.shape[1]
    table = LabelTable(codes, pred_proba.argmax(axis=1), np.arange(n_classes))
    return table.joint(checked_inverse(matrix, n_classes))


def _neg_log_loss(codes, pred_proba, matrix):
    classes = np.arange(pred_proba.shape[1])
    return -noise_corrected_log_loss(
        codes, pred_proba, matrix, method="forward", classes=classes
    )


_METRICS = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "neg_log_loss": _neg_log_loss,
}
