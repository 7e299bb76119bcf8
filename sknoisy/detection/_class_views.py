# SPDX-License-Identifier: BSD-3-Clause
"""Two looks at the rows of a class: at their probabilities and their features."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax, xlogy

from sknoisy.detection._loss_crowds import Crowds, gaussian_crowds
from sknoisy.noise._confident_joint import row_unit
from sknoisy.utils._labelled_rows import weights_of
from sknoisy.utils._predictions import own_proba, row_max

_LEAST_CLASS = 10
_MAX_ITER = 30

# Below this ratio of spreads, the divergences separate better than the features.
_LEAST_RATIO = 0.65

# Centroids whose similarities differ by less than this share are hardly two.
_NEAR = 0.1
_TINY = 1e-10


@dataclass(frozen=True)
class ClassView:
    """How the labels of one class are judged.

    Attributes
    ----------
    code : int
        The class.
    cap : float
        Largest weight of a divergence.
    centroid : ndarray of shape (n_features,)
        Mean direction of the rows that the class is surest of.
    divergence, similarity : Crowds
        Two crowds of each measure.
    measure : {"divergence", "similarity", "dissimilarity"}
        Which one decides.
    """

    code: int
    cap: float
    centroid: np.ndarray
    divergence: Crowds
    similarity: Crowds
    measure: str

    def right(self, pred_proba, directions):
        """Return the probability that labels of the class are right."""
        if self.measure == "divergence":
            values = weighted_divergence(pred_proba, self.code, self.cap)
            return 1.0 - self.divergence.upper(values)
        near = self.similarity.upper(directions @ self.centroid)
        return near if self.measure == "similarity" else 1.0 - near


@dataclass(frozen=True)
class ClassViews:
    """How labels are judged, class by class.

    Attributes
    ----------
    centre : ndarray of shape (n_features,)
        Mean of the features.
    of_class : list of ClassView or None
        None for a class of too few rows, whose labels count as right.
    """

    centre: np.ndarray
    of_class: list

    def right(self, codes, pred_proba, features):
        """Return the probability that each label is right."""
        directions = unit_directions(features, self.centre)
        right = (1.0 + own_proba(pred_proba, codes)) / 2.0
        for k in np.unique(codes):
            view, members = self.of_class[k], codes == k
            if view is not None:
                right[members] = view.right(pred_proba[members], directions[members])
        return right


def fit_class_views(rows, pred_proba, features):
    """Measure the rows of each class in two ways, and choose between these.

    Parameters
    ----------
    rows : LabelledRows
        The rows to judge.
    pred_proba : ndarray of shape (n_samples, n_classes)
        Their probabilities.
    features : ndarray of shape (n_samples, n_features)
        Their features.

    Returns
    -------
    views : ClassViews
        The views.
    """
    weight, n_classes = weights_of(rows), len(rows.classes)
    centre = np.average(features, axis=0, weights=weight)
    directions = unit_directions(features, centre)
    members = [
        np.flatnonzero((rows.codes == k) & (weight > 0)) for k in range(n_classes)
    ]
    centroids = np.zeros((n_classes, features.shape[1]))
    sizes = np.zeros(n_classes)
    for k, own in enumerate(members):
        if len(own):
            core = own[confident_core(pred_proba[own], weight[own])]
            centroids[k] = np.average(directions[core], axis=0, weights=weight[core])
            sizes[k] = weight[core].sum()
    resembles_larger = near_a_larger_class(centroids, sizes)
    least = _LEAST_CLASS * row_unit(rows.sample_weight)
    views = [
        _fit_view(
            k,
            pred_proba[own],
            directions[own],
            weight[own],
            centroids[k],
            resembles_larger[k],
        )
        if weight[own].sum() >= least
        else None
        for k, own in enumerate(members)
    ]
    return ClassViews(centre, views)


def _fit_view(code, pred_proba, directions, weight, centroid, resembles_larger):
    mean = np.average(pred_proba, axis=0, weights=weight)
    cap = mean.max() / max(mean[code], _TINY)
    divergences = weighted_divergence(pred_proba, code, cap)
    similarities = directions @ centroid
    by_divergence = gaussian_crowds(divergences, weight, _MAX_ITER)
    by_similarity = gaussian_crowds(similarities, weight, _MAX_ITER)
    measure = "similarity"
    near = by_similarity.upper(similarities) > 0.5
    if divergence_tells_more(divergences, near, weight, by_divergence):
        measure = "divergence"
    elif not near.any() or (resembles_larger and not near.all()):
        measure = "dissimilarity"
    return ClassView(code, cap, centroid, by_divergence, by_similarity, measure)


def unit_directions(features, centre):
    """Return features less the centre, scaled to length one."""
    away = features - centre
    return away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), _TINY)


def divergence_from_label(pred_proba, code):
    """Return the Jensen-Shannon divergence from a one-hot label, in nats."""
    own = pred_proba[:, code]
    middle = (1.0 + own) / 2.0
    of_prediction = (1.0 - own) * np.log(2.0) + xlogy(own, own / middle)
    return (of_prediction - np.log(middle)) / 2.0


def weighted_divergence(pred_proba, code, cap):
    """Weigh the divergence by how far the top class is ahead of the label."""
    lead = row_max(pred_proba) / np.maximum(pred_proba[:, code], _TINY)
    return np.clip(lead, 1.0, max(cap, 1.0)) * divergence_from_label(pred_proba, code)


def confident_core(pred_proba, weight):
    """Find the rows of a class whose prediction is surest and typical of it.

    The class that rows with this label look like on average decides, not the label:
    in a rare class full of wrong labels that is another one.

    Parameters
    ----------
    pred_proba : ndarray of shape (n, n_classes)
        Probabilities of the rows of a class.
    weight : ndarray of shape (n,)
        Their weights.

    Returns
    -------
    core : ndarray of shape (n_core,), dtype=int
        Positions; all rows if none qualifies.
    """
    mean = np.average(pred_proba, axis=0, weights=weight)
    top = mean.argmax()
    lifted = pred_proba.copy()
    lifted[:, top] *= np.maximum(1.0, pred_proba[:, top] / max(mean[top], _TINY))
    lifted_mean = np.average(lifted, axis=0, weights=weight)
    typical = lifted_mean.argmax()
    sure = pred_proba[:, typical] > lifted_mean[typical]
    core = np.flatnonzero(sure & (pred_proba.argmax(axis=1) == typical))
    return core if len(core) else np.arange(len(pred_proba))


def near_a_larger_class(centroids, sizes):
    """Mask of the classes whose centroid is hardly that of a class of their own.

    Parameters
    ----------
    centroids : ndarray of shape (n_classes, n_features)
        Mean directions.
    sizes : ndarray of shape (n_classes,)
        Weight of the rows behind each centroid.

    Returns
    -------
    near : ndarray of shape (n_classes,), dtype=bool
        True where the centroid of a larger class is as similar as their own.
    """
    similarity = softmax(centroids @ centroids.T, axis=1)
    own = similarity.diagonal().copy()
    np.fill_diagonal(similarity, -np.inf)
    other = similarity.argmax(axis=1)
    gap = np.abs(own - similarity.max(axis=1))
    return (gap < _NEAR * own) & (sizes < sizes[other])


def divergence_tells_more(divergences, near, weight, crowds):
    """Choose between the measures.

    The two crowds by similarity are looked up among those by divergence. If both
    belong to the upper one, or the upper one is much narrower, the similarity has
    not told right from wrong.

    Parameters
    ----------
    divergences : ndarray of shape (n,)
        Weighted divergences of the rows of a class.
    near : ndarray of shape (n,), dtype=bool
        Rows of the upper crowd by similarity.
    weight : ndarray of shape (n,)
        Weights.
    crowds : Crowds
        Crowds by divergence.

    Returns
    -------
    tells_more : bool
        True to go by divergence, False to go by similarity.
    """
    spreads = {}
    for side in (near, ~near):
        if not side.any():
            continue
        mean = np.average(divergences[side], weights=weight[side])
        variance = np.average((divergences[side] - mean) ** 2, weights=weight[side])
        is_upper = bool(crowds.upper(np.array([mean]))[0] > 0.5)
        scaled = np.sqrt(variance) / max(crowds.width, _TINY)
        spreads.setdefault(is_upper, []).append(scaled if scaled > 0 else 0.1)
    if set(spreads) == {True}:
        return True
    upper, lower = (spreads.get(key, [1.0])[0] for key in (True, False))
    return upper / lower < _LEAST_RATIO
