# SPDX-License-Identifier: BSD-3-Clause
"""Losses to test, and logits to test them on."""

import numpy as np
import torch

from sknoisy.neural import losses
from sknoisy.noise import pair_matrix


def skewed_matrix(n_classes):
    """Make a matrix that is not symmetric and has zeros."""
    matrix = pair_matrix(n_classes, 0.3)
    matrix[0] = np.linspace(2, 1, n_classes) / np.linspace(2, 1, n_classes).sum()
    return matrix


def problem(n_samples, n_classes, scale=2.0):
    rng = np.random.default_rng(0)
    logits = torch.from_numpy(scale * rng.normal(size=(n_samples, n_classes)))
    return logits, torch.from_numpy(rng.integers(n_classes, size=n_samples))


def soft_labels(n_samples, n_classes):
    rng = np.random.default_rng(1)
    return torch.from_numpy(rng.dirichlet(np.ones(n_classes), n_samples))


def gradient(loss, logits, target):
    """Differentiate the sum of a loss by the logits."""
    logits = logits.clone().requires_grad_()
    loss(logits, target).sum().backward()
    return logits.grad


def class_symmetric():
    """List losses that treat all classes alike, which return losses of rows."""
    each = [
        losses.SoftmaxCrossEntropy(),
        losses.MeanAbsoluteError(),
        losses.GeneralizedCrossEntropy(),
        losses.GeneralizedCrossEntropy(q=0.1),
        losses.TruncatedGeneralizedCrossEntropy(k=0.1, first_share=0),
        losses.SymmetricCrossEntropy(),
        losses.ReverseCrossEntropy(),
        losses.TaylorCrossEntropy(),
        losses.TaylorCrossEntropy(order=6),
        losses.FocalLoss(),
        losses.FocalLoss(gamma=2.0),
        losses.AsymmetricGeneralizedCrossEntropy(),
        losses.AsymmetricUnhingedLoss(),
        losses.AsymmetricExponentialLoss(),
        losses.NormalizedCrossEntropy(),
        losses.NormalizedFocalLoss(),
        losses.NormalizedLoss(losses.GeneralizedCrossEntropy(q=0.1)),
        *(
            losses.ActivePassiveLoss(active, passive)
            for active in ("nce", "nfl", "ngce")
            for passive in ("mae", "rce", "agce", "aul", "ael")
        ),
        losses.SoftBootstrapping(),
        losses.HardBootstrapping(),
        losses.LabelSmoothing(0.4),
        losses.LabelSmoothing(-1.5),
        losses.TwoStageLabelSmoothing(),
        losses.MaxSup(last_rate=0.2),
        losses.ACLS(margin=1.0),
    ]
    return [ready(loss) for loss in each]


def all_losses(n_classes):
    """List all losses, which return losses of rows and draw nothing."""
    matrix = skewed_matrix(n_classes)
    each = [
        losses.ForwardCorrection(matrix),
        losses.BackwardCorrection(matrix),
        losses.PeerLoss(class_prior=matrix[0]),
    ]
    return [*class_symmetric(), *(ready(loss) for loss in each)]


def ready(loss):
    loss.set_params(reduction="none").set_epoch(1, 10)
    return loss
