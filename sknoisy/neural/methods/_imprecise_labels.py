# SPDX-License-Identifier: BSD-3-Clause
"""Imprecise label learning."""

import torch
from torch.nn.functional import log_softmax, normalize, softmax

from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._views import check_augment, make_view
from sknoisy.utils._numbers import check_number

# A class that no unlabelled row is predicted to be is not to be divided by.
_RAREST = 1e-6


class ImpreciseLabelLearning(BaseMethod):
    """Learn from wrong, partial and missing labels alike.

    The true label of a row is not known; what is known is some evidence. By
    expectation and maximization, the prediction for a row is combined with its
    evidence into a posterior, and the network learns to predict that posterior for
    another view of the row. The evidence of a given label is a column of a transition
    matrix, which is learned meanwhile; other evidence is passed to `fit` as
    ``label_evidence``.

    Parameters
    ----------
    scale : float, default=1.0
        How much given labels are trusted: by what the normalized noise layer is
        multiplied before its softmax. With 10 classes, 1.0 leaves a given label a
        likelihood of 0.23 to begin with. The larger, the closer to plain training.
        For 100 classes 2.0 was chosen.
    noise_lr : float, default=0.02
        Learning rate of the noise layer, which is trained by SGD.
    balance : float, default=0.1
        Weight of a loss that keeps the mean prediction near uniform. 0 where classes
        are far from equally frequent.
    alignment : float, default=0.999
        How slowly the running mean of the predictions for unlabelled rows moves, by
        which these are divided, in [0, 1]. It begins at uniform; 1 leaves it there,
        and so changes nothing.
    augment : float or callable, default=0.1
        How the other view of rows is made. A number is the share of their values that
        are replaced by those of other rows in the same places, or in sparse rows by
        zeros; a callable takes a tensor of rows and returns another.

    See Also
    --------
    sknoisy.noise.label_evidence : Evidence of labels under a known noise model.
    EarlyLearningRegularization : One view, and no posterior.

    Notes
    -----
    ``label_evidence[i, k]`` is the log-likelihood of what was observed of row i if its
    true label is k, k in the order of the sorted labels. A row of zeros is unlabelled;
    zeros for some classes and minus infinity for the others are a set of candidates;
    sums of log-likelihoods stand for a crowd. A row of NaN has nothing but its label
    in y, as all rows have if no evidence is passed. Elsewhere the label in y is not
    looked at, but it must be one of the classes; and each class must be in y somewhere.

    A trusted row has its label for certain. Soft targets count as shares of labels.
    Sets of candidates that may be wrong themselves, which the paper has as well, are
    not modelled: what can be wrong about them is for the evidence to say.

    For images the other view is a strong augmentation. For vectors none was published;
    that of `augment` is inferred, and so are the handling of trusted rows and the start
    of the running mean. Each batch takes two forward passes.

    References
    ----------
    Chen, Shah, Wang, Tao, Wang, Xie, Sugiyama, Singh and Raj. Imprecise label learning:
    a unified framework for learning with various imprecise label configurations.
    Advances in Neural Information Processing Systems 37, 2024.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier
    >>> from sknoisy.neural.methods import ImpreciseLabelLearning
    >>> X, y = load_digits(return_X_y=True)
    >>> evidence = np.full((900, 10), np.nan)
    >>> evidence[100:] = 0.0  # Only a hundred rows have a label.
    >>> clf = RobustNetClassifier(method=ImpreciseLabelLearning())
    >>> clf = clf.fit(X[:900], y[:900], label_evidence=evidence)
    >>> bool(clf.score(X[900:], y[900:]) > 0.8)
    True
    """

    alias = "ill"
    takes = ("label_evidence",)

    def __init__(
        self, scale=1.0, noise_lr=0.02, balance=0.1, alignment=0.999, augment=0.1
    ):
        self.scale = scale
        self.noise_lr = noise_lr
        self.balance = balance
        self.alignment = alignment
        self.augment = augment

    def start(self, run):
        check_number("scale", self.scale, 0, float("inf"), closed="neither")
        check_number("alignment", self.alignment, 0, 1, closed="both")
        check_augment(self.augment)
        check_number("noise_lr", self.noise_lr, 0, float("inf"), closed="left")
        check_number("balance", self.balance, 0, float("inf"), closed="left")
        noise = torch.eye(run.n_classes, device=run.device).requires_grad_()
        run.state.noise = noise
        run.optimizers.append(torch.optim.SGD([noise], lr=self.noise_lr))
        _collect_evidence(run)
        n_classes = run.n_classes
        run.state.mean_proba = torch.full_like(noise[0], 1 / n_classes).detach()

    def loss(self, run, batch):
        # The plain view comes last, since callbacks are told of the last one.
        other = log_softmax(run.network(make_view(run, batch.x, self.augment)), dim=1)
        log_proba = log_softmax(run.network(batch.x), dim=1)
        losses = self._labelled(run, batch.targets, log_proba, other)
        if run.state.evidence is not None:
            losses = torch.where(
                run.state.is_known[batch.index],
                self._known(run, batch, log_proba, other),
                losses,
            )
        return batch.mean(losses) + self.balance * _imbalance(batch, log_proba)

    def _labelled(self, run, targets, log_proba, other):
        """Losses of rows that have a label which may be wrong."""
        noise = self._noise(run)
        given = log_proba.exp() @ softmax(noise, dim=0)
        given = given / given.sum(dim=1, keepdim=True)
        # Zero, where the scale is so large that no label can be wrong.
        given = given.clamp(min=torch.finfo(given.dtype).tiny)
        likelihood = targets @ log_softmax(noise, dim=1).T.detach()
        posterior = softmax(log_proba.detach() + likelihood, dim=1)
        return (
            _cross_entropy(targets, given.log())
            + _cross_entropy(posterior, log_softmax(other + likelihood, dim=1))
            + _cross_entropy(log_proba.detach().exp(), other)
        )

    def _known(self, run, batch, log_proba, other):
        """Losses of rows that come with evidence of their own."""
        evidence = run.state.evidence[batch.index]
        belief = log_proba.detach()
        if run.state.is_unlabelled is not None:
            unlabelled = run.state.is_unlabelled[batch.index]
            self._remember_mean(run, unlabelled, belief.exp())
            mean = run.state.mean_proba.clamp(min=_RAREST)
            belief = belief - unlabelled[:, None] * mean.log()
        posterior = softmax(belief + evidence, dim=1)
        marginal = -torch.logsumexp(log_proba + evidence, dim=1)
        return marginal + _cross_entropy(posterior, other)

    def _remember_mean(self, run, unlabelled, proba):
        n = unlabelled.sum()
        mean = (unlabelled[:, None] * proba).sum(dim=0) / n.clamp(min=1)
        mean = torch.where(n > 0, mean, run.state.mean_proba)
        run.state.mean_proba = mean.lerp(run.state.mean_proba, self.alignment)

    def _noise(self, run):
        noise = normalize(normalize(run.state.noise, dim=0), dim=1)
        return self.scale * noise

    @torch.no_grad()
    def label_quality(self, run):
        targets = torch.nn.functional.one_hot(run.codes, run.n_classes).float()
        evidence = targets @ log_softmax(self._noise(run), dim=1).T
        if run.state.evidence is not None:
            known = run.state.is_known[:, None]
            evidence = torch.where(known, run.state.evidence, evidence)
        log_proba = log_softmax(run.predict_all(), dim=1)
        posterior = softmax(log_proba + evidence, dim=1)
        return posterior.gather(1, run.codes[:, None]).ravel()

    @torch.no_grad()
    def fitted_attributes(self, run):
        matrix = softmax(self._noise(run).double(), dim=1)
        return {"transition_matrix_": matrix.cpu().numpy()}


def _collect_evidence(run):
    """Gather what is known of rows beside a label that may be wrong."""
    state = run.state
    state.evidence = state.is_known = state.is_unlabelled = None
    if run.label_evidence is None and run.trusted is None:
        return
    evidence = run.label_evidence
    if evidence is None:
        evidence = run.per_row(run.n_classes, fill=float("nan"))
    if run.trusted is not None:
        certain = torch.nn.functional.one_hot(run.codes, run.n_classes).float().log()
        evidence = torch.where(run.trusted[:, None], certain, evidence)
    state.is_known = ~evidence[:, 0].isnan()
    # A loss of NaN has a gradient of NaN even where it is not chosen.
    state.evidence = torch.where(state.is_known[:, None], evidence, 0.0)
    unlabelled = state.is_known & (evidence == evidence[:, :1]).all(dim=1)
    state.is_unlabelled = unlabelled if unlabelled.any() else None


def _cross_entropy(proba, log_proba):
    return -(proba * log_proba).sum(dim=1)


def _imbalance(batch, log_proba):
    weight = torch.ones_like(log_proba[:, 0]) if batch.weight is None else batch.weight
    share = (weight / weight.sum()).log()
    # The logarithm of the mean, which stays finite for a class that none can be.
    return -torch.logsumexp(log_proba + share[:, None], dim=0).mean()
