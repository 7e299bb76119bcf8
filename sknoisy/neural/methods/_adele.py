# SPDX-License-Identifier: BSD-3-Clause
"""Adaptive early-learning correction (ADELE)."""

import numpy as np
import torch
from scipy.optimize import least_squares
from torch.nn.functional import one_hot

from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._given_losses import given_targets
from sknoisy.neural.methods._mixup import soft_cross_entropy, weighted
from sknoisy.neural.methods._views import check_augment, make_view
from sknoisy.utils._numbers import check_number

# Learning begins with the first rise by so much.
_FIRST_RISE = 0.1

# A curve of three parameters needs more points than these.
_LEAST_POINTS = 4

# Further views of each row, for consistency and for corrections.
_N_VIEWS = 2


class ADELE(BaseMethod):
    """Correct the labels of each class at the end of its early learning.

    How well the predictions of a class agree with its given labels rises fast at first,
    while the network learns what the labels have in common, and slowly later, when it
    learns the wrong ones by rote. A curve is fitted to the agreement of each class,
    epoch by epoch. Once it has become flat, the labels of the class are replaced after
    each epoch with those predictions that are certain. A regularizer holds the
    predictions of several views of a row together.

    Parameters
    ----------
    slowdown : float, default=0.9
        How far the curve must have flattened, r in the paper: its slope has fallen by
        that share since the first epoch.
    confidence : float, default=0.8
        How certain a prediction must be that replaces a label, or whose views are held
        together: its probability by the mean probability of the predictions that agree
        with the given label.
    consistency : float, default=1.0
        Weight of the regularizer, lambda in the paper. 0 leaves it out.
    augment : float or callable, default=0.1
        What makes a view of rows. A callable takes a tensor of rows on the device and
        returns another. A number is the share of values that are replaced: of dense
        rows, with the value of another row; of sparse rows, with zero.

    See Also
    --------
    EarlyLearningRegularization : Holds the network to what it believed early on.

    Notes
    -----
    The paper segments images: the classes are those of pixels, and the views are three
    scales of an image. That is carried over here, as inferred: the agreement of a class
    is the number of rows both labelled and predicted so by the number that are either
    (intersection over union); the labels of a class are those that were given; and the
    views are the row itself and two that `augment` makes. For tables and texts these
    are weak beside other scales of an image. The paper asks for a probability of 0.8
    outright, which among labels that are wrong at random hardly any prediction reaches
    early on; where all labels are right, the two are nearly the same.

    The curve is ``a * (1 - exp(-t ** b / c))``, with late epochs weighing more. Epochs
    before the agreement first rises by 0.1 do not count; agreement is taken to begin
    at zero, which is inferred. Below four epochs, and where no curve fits, the rises
    from epoch to epoch are compared instead. A class that is never learned is never
    corrected.

    What the network gets wrong with certainty is then learned. Trusted rows keep their
    label. An epoch costs some four of plain training, two without `consistency`.

    References
    ----------
    Liu, Liu, Zhu, Shen and Fernandez-Granda. Adaptive early-learning correction for
    segmentation from noisy annotations. CVPR, 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.neural.methods import ADELE
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:900], 0.4, random_state=0).y
    >>> clf = RobustNetClassifier(ready_net(max_epochs=30), method=ADELE())
    >>> bool(clf.fit(X[:900], y_noisy).score(X[900:], y[900:]) > 0.8)
    True
    """

    alias = "adele"

    def __init__(self, slowdown=0.9, *, confidence=0.8, consistency=1.0, augment=0.1):
        self.slowdown = slowdown
        self.confidence = confidence
        self.consistency = consistency
        self.augment = augment

    def start(self, run):
        check_number("slowdown", self.slowdown, 0, 1, closed="neither")
        check_number("confidence", self.confidence, 0, 1, closed="left")
        check_number("consistency", self.consistency, 0, np.inf, closed="left")
        check_augment(self.augment)
        run.state.labels = given_targets(run).clone()
        run.state.agreement = []
        run.state.is_flat = np.zeros(run.n_classes, dtype=bool)
        run.state.usual = torch.ones((), device=run.device)
        run.state.quality = run.per_row(fill=torch.nan)

    def loss(self, run, batch):
        logits = run.network(batch.x)
        targets = weighted(run.state.labels[batch.index], batch.weight)
        loss = soft_cross_entropy(logits, targets)
        if not self.consistency:
            return loss
        return loss + self.consistency * self._inconsistency(run, batch, logits)

    def _inconsistency(self, run, batch, logits):
        """Compute the divergence of the views of rows that are certain."""
        last_output = run.network.last_output
        views = [make_view(run, batch.x, self.augment) for _ in range(_N_VIEWS)]
        log_proba = [
            torch.log_softmax(each, dim=1)
            for each in (logits, *(run.network(view) for view in views))
        ]
        run.network.last_output = last_output
        mean = sum(each.exp() for each in log_proba) / len(log_proba)
        log_mean = mean.clamp(min=1e-10).log()
        divergence = sum(
            (each.exp() * (each - log_mean)).sum(dim=1) for each in log_proba
        )
        certain = mean.detach().amax(dim=1) > self.confidence * run.state.usual
        return batch.mean(divergence / len(log_proba) * certain)

    def end_epoch(self, run):
        pred_proba = torch.softmax(run.predict_all(), dim=1)
        run.state.agreement.append(_agreement(run, pred_proba))
        run.state.usual = _usual_confidence(run, pred_proba)
        curves = np.transpose(run.state.agreement)
        is_flat = run.state.is_flat
        for code in np.flatnonzero(~is_flat):
            is_flat[code] = has_flattened(curves[code], self.slowdown)
        if is_flat.any():
            in_class = torch.tensor(is_flat, device=run.device)[run.codes]
            self._correct(run, in_class, pred_proba)

    def _correct(self, run, in_class, pred_proba):
        """Replace the labels of some classes with predictions that are certain."""
        mean = (pred_proba + sum(self._predict_views(run))) / (1 + _N_VIEWS)
        confidence, guess = mean.max(dim=1)
        self._note_quality(run, mean, in_class)
        changed = in_class & (confidence > self.confidence * run.state.usual)
        if run.trusted is not None:
            changed &= ~run.trusted
        labels = one_hot(guess, run.n_classes).float()
        run.state.labels = torch.where(changed[:, None], labels, run.state.labels)

    def _predict_views(self, run):
        """Yield the probabilities of all rows, by one view after the other."""
        parts = torch.arange(run.n_rows, device=run.device).split(run.batch_size)
        run.network.train(False)
        for _ in range(_N_VIEWS):
            with torch.no_grad():
                logits = [
                    run.network(make_view(run, run.rows.take(part), self.augment))
                    for part in parts
                ]
            yield torch.softmax(torch.cat(logits), dim=1)
        run.network.train()

    def _note_quality(self, run, pred_proba, rows):
        given = pred_proba.gather(1, run.codes[:, None]).ravel()
        run.state.quality = torch.where(rows, given, run.state.quality)

    def label_quality(self, run):
        self._note_quality(
            run,
            torch.softmax(run.predict_all(), dim=1),
            run.state.quality.isnan(),
        )
        return run.state.quality


def _agreement(run, pred_proba):
    """Compute for each class what is labelled and predicted so, by what is either."""
    labels = run.state.labels
    guesses = one_hot(pred_proba.argmax(dim=1), run.n_classes).float()
    weight = torch.ones_like(labels[:, :1])
    if run.weight is not None:
        weight = run.weight[:, None]
    both = (weight * torch.minimum(labels, guesses)).sum(dim=0)
    either = (weight * torch.maximum(labels, guesses)).sum(dim=0)
    return (both / either.clamp(min=1e-10)).double().cpu().numpy()


def _usual_confidence(run, pred_proba):
    """Average the probability of the predictions that agree with the given label."""
    confidence, guess = pred_proba.max(dim=1)
    agrees = (guess == run.codes).float()
    return (confidence * agrees).sum() / agrees.sum().clamp(min=1)


def has_flattened(agreement, slowdown):
    """Tell whether the fast learning of a class is over.

    Parameters
    ----------
    agreement : ndarray of shape (n_epochs,)
        Of the predictions with the labels, after each epoch.
    slowdown : float
        Share by which the slope must have fallen.

    Returns
    -------
    is_flat : bool
        Whether it has.
    """
    rises = np.diff(agreement, prepend=0.0)
    begun = np.flatnonzero(rises >= _FIRST_RISE)
    if not len(begun):
        return False
    points, rises = agreement[begun[0] :], rises[begun[0] :]
    slopes = _slopes_of_curve(points) if len(points) >= _LEAST_POINTS else None
    first, last = (rises[0], rises[-1]) if slopes is None else slopes
    return bool(abs(first - last) > slowdown * abs(first))


def _slopes_of_curve(points):
    """Return the slopes of the fitted curve at both ends; None if there is none."""
    t = np.arange(1, len(points) + 1)
    precision = 1 / np.geomspace(1, 0.1, len(t))

    def residuals(params):
        a, b, c = params
        return precision * (a * (1 - np.exp(-(t**b) / c)) - points)

    bounds = ([0, 0, 1e-6], [1, 1, np.inf])
    fit = least_squares(residuals, (0.99, 0.99, 1.0), bounds=bounds, max_nfev=200)
    if not fit.success:
        return None
    a, b, c = fit.x
    slopes = a * b * t ** (b - 1) / c * np.exp(-(t**b) / c)
    return (slopes[0], slopes[-1]) if slopes[0] > 0 else None
