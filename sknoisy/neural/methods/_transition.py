# SPDX-License-Identifier: BSD-3-Clause
"""What the methods that have a transition matrix share."""

from abc import abstractmethod

import numpy as np
import torch
from sklearn.base import clone

from sknoisy.base import BaseTransitionEstimator
from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.noise._matrices import check_transition_matrix

# Hard rows pass for wrong ones when an estimate is counted.
_IDENTITY_SHARE = 0.1
# Keeps logarithms finite in single precision.
_SMALLEST = 1e-12


class TransitionMethod(BaseMethod):
    """Base of the methods that put a transition matrix behind the network.

    A subclass implements ``matrix(run)``, the present one, and `losses_of_given`.
    The classifier gets the matrix as `transition_matrix_`, and as the quality of a
    label its posterior probability to be the true one.
    """

    @abstractmethod
    def matrix(self, run):
        """Return the present transition matrix, a tensor on the device."""

    @abstractmethod
    def losses_of_given(self, run, logits, batch):
        """Return the loss of each row whose label comes from the noise."""

    def loss(self, run, batch):
        logits = run.network(batch.x)
        return batch.mean(self.losses(run, logits, batch))

    def losses(self, run, logits, batch):
        """Compute the losses of rows; those of trusted ones are plain cross-entropy.

        Parameters
        ----------
        run : Run
            The fit.
        logits : tensor of shape (n, n_classes)
            Predictions.
        batch : Batch
            The rows.

        Returns
        -------
        losses : tensor of shape (n,)
            One for each row.
        """
        losses = self.losses_of_given(run, logits, batch)
        if batch.trusted is None:
            return losses
        return torch.where(batch.trusted, row_losses(logits, batch), losses)

    def label_quality(self, run):
        p = torch.softmax(run.predict_all(), dim=1)
        matrix = self.matrix(run).detach()
        own = p.gather(1, run.codes[:, None]).ravel() * matrix.diag()[run.codes]
        quality = own / (p @ matrix).gather(1, run.codes[:, None]).ravel().clamp(
            min=_SMALLEST
        )
        if run.trusted is not None:
            quality = torch.where(run.trusted, torch.ones_like(quality), quality)
        return quality.clamp(0, 1)

    def fitted_attributes(self, run):
        matrix = self.matrix(run).detach().double().cpu().numpy()
        return {"transition_matrix_": matrix / matrix.sum(axis=1, keepdims=True)}


def given_log_proba(logits, matrix):
    """Compute the logarithms of the probabilities of the given labels.

    Parameters
    ----------
    logits : tensor of shape (n, n_classes)
        Predictions of the true class.
    matrix : tensor of shape (n_classes, n_classes)
        Transition matrix.

    Returns
    -------
    log_proba : tensor of shape (n, n_classes)
        Those of what is given.
    """
    given = torch.softmax(logits, dim=1) @ matrix
    return given.clamp(min=_SMALLEST).log()


def average_by_label(values, batch):
    """Take from each row what belongs to its given label.

    Parameters
    ----------
    values : tensor of shape (n, n_classes)
        A number for each class.
    batch : Batch
        With codes, and with soft targets where the caller gave some.

    Returns
    -------
    taken : tensor of shape (n,)
        That of the given class, or the sum by the weights of a soft target.
    """
    if batch.is_soft:
        return (batch.targets * values).sum(dim=1)
    return values.gather(1, batch.codes[:, None]).ravel()


def find_matrix(run, transition_matrix=None, transition_estimator=None):
    """Take the transition matrix that the caller knows, or estimate one.

    Parameters
    ----------
    run : Run
        The fit.
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        Known matrix; None estimates one.
    transition_estimator : noise model, default=None
        Estimates it from out-of-sample predictions, which are those of a classifier
        of scikit-learn. None is the confident joint, mixed with a tenth of the
        identity.

    Returns
    -------
    matrix : ndarray of shape (n_classes, n_classes)
        Rows sum to 1, and every label that is given has some probability.
    """
    if transition_matrix is not None:
        matrix = check_transition_matrix(transition_matrix, run.n_classes)
    elif transition_estimator is None:
        matrix = (1 - _IDENTITY_SHARE) * run.evidence.transition_matrix
        matrix += _IDENTITY_SHARE * np.eye(run.n_classes)
    else:
        matrix = _estimate(run, transition_estimator)
    _check_possible(run, matrix)
    return matrix


def _estimate(run, estimator):
    if not isinstance(estimator, BaseTransitionEstimator):
        hint = f" Write {estimator.__name__}()." if isinstance(estimator, type) else ""
        raise TypeError(
            "transition_estimator must be a noise model of sknoisy.noise, such as "
            f"AnchorPoints(); got {estimator!r}.{hint}"
        )
    evidence = run.evidence
    estimator = clone(estimator)
    if "classes" in estimator.get_params():
        estimator.set_params(classes=np.arange(run.n_classes))
    estimator.fit(
        evidence.codes,
        evidence.pred_proba,
        evidence.sample_weight,
        X=evidence.X,
        trusted=evidence.trusted,
    )
    return check_transition_matrix(estimator.transition_matrix_, run.n_classes)


def _check_possible(run, matrix):
    given = torch.bincount(run.codes, minlength=run.n_classes).cpu().numpy() > 0
    never = np.flatnonzero(given & ~matrix.any(axis=0))
    if len(never):
        raise ValueError(
            "transition_matrix says that no row is ever given the class(es) at place "
            f"{never.tolist()} of the sorted labels, but y holds them; give their "
            "columns some probability."
        )
