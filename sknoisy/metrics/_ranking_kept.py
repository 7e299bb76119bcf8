# SPDX-License-Identifier: BSD-3-Clause
"""Whether a metric on given labels ranks models as it would on true ones.

Two models differ, on given labels, by a linear function of how their tables of true
and predicted labels differ. The ranking is kept for all pairs of models if that
function is a positive multiple of the difference on true labels, up to terms that
all models share.
"""

from dataclasses import dataclass

import numpy as np

from sknoisy.noise._matrices import check_transition_matrix
from sknoisy.utils._options import check_option

_METRICS = (
    "accuracy",
    "balanced_accuracy",
    "f1",
    "log_loss",
    "peer_agreement",
    "precision",
    "recall",
    "roc_auc",
)
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class RankingVerdict:
    """Whether a ranking on given labels can be trusted.

    It is true where the ranking is kept, so ``if ranking_is_preserved(T):`` works.

    Attributes
    ----------
    preserved : bool
        Whether, with enough rows, any two models rank as on true labels.
    reason : str
        Why, and what to do if not.
    shrinkage : float
        What a difference on true labels is multiplied by on given ones. Where the
        ranking is not kept there is no such factor, and it is the smallest
        singular value of the matrix, the worst that a difference can suffer.
    rows_factor : float
        How many times as many evaluation rows tell two models apart as surely as
        true labels would, ``1 / shrinkage ** 2``. Where the ranking is not kept,
        for the corrected metric, at worst.
    """

    preserved: bool
    reason: str
    shrinkage: float
    rows_factor: float

    def __bool__(self):
        return self.preserved


def ranking_is_preserved(transition_matrix, metric="accuracy", *, class_prior=None):
    """Tell whether given labels rank models as true labels would.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    metric : {"accuracy", "balanced_accuracy", "peer_agreement", "roc_auc", \
"log_loss", "f1", "precision", "recall"}, default="accuracy"
        Metric to rank by, computed on given labels as if they were true.
        "roc_auc" is the mean of each class against the rest.
    class_prior : array-like of shape (n_classes,), default=None
        Distribution of the true labels, which matters to "balanced_accuracy" and
        "roc_auc". None takes all classes as equally frequent.

    Returns
    -------
    verdict : RankingVerdict
        `preserved`, `reason`, `shrinkage` and `rows_factor`; true or false as it
        is preserved.

    Raises
    ------
    ValueError
        If `transition_matrix` or `class_prior` is no such thing, or `metric` is
        not known.

    See Also
    --------
    noise_corrected_accuracy : What to rank by where it is not.
    peer_agreement_score : Keeps the ranking of two classes without a matrix.

    Notes
    -----
    A verdict is about any two models, however they err. Where it is no, many
    pairs still rank right: two models of which one errs less in every way do. Of
    two classes, balanced accuracy and the area under the ROC curve keep the
    ranking whatever the rates, so long as these sum to less than one.

    For more than two classes the conditions were derived here, from the same
    argument. They say in particular that accuracy keeps its ranking for symmetric
    noise alone.

    References
    ----------
    Aditya Krishna Menon, Brendan van Rooyen, Cheng Soon Ong and Robert C.
    Williamson, "Learning from corrupted binary labels via class-probability
    estimation", ICML 2015.

    Yang Liu and Hongyi Guo, "Peer loss functions: learning from noisy labels
    without knowing noise rates", ICML 2020.

    Examples
    --------
    >>> from sknoisy.metrics import ranking_is_preserved
    >>> T = [[0.9, 0.1], [0.3, 0.7]]
    >>> bool(ranking_is_preserved(T, "accuracy"))
    False
    >>> verdict = ranking_is_preserved(T, "peer_agreement")
    >>> bool(verdict), round(verdict.shrinkage, 3), round(verdict.rows_factor, 2)
    (True, 0.6, 2.78)
    """
    check_option("metric", metric, _METRICS)
    matrix = check_transition_matrix(transition_matrix)
    prior = _check_prior(class_prior, len(matrix))
    if np.allclose(matrix, np.eye(len(matrix)), rtol=0, atol=_TOLERANCE):
        return _kept(1.0, "there is no noise")
    if metric == "accuracy":
        factor = _common_factor(matrix)
        needs = "the noise is symmetric: each wrong label of each class as likely"
    elif metric == "peer_agreement":
        factor = _common_factor(matrix, by_column=True)
        needs = (
            "how likely a wrong label is depends on the true and on the given class "
            "separately, as it does with two classes"
        )
    elif metric == "balanced_accuracy":
        factor = _common_factor(_reverse_matrix(matrix, prior).T)
        needs = (
            "each wrong label comes equally often, by share, from each true class, and "
            "all classes suffer alike, as with two classes"
        )
    elif metric == "roc_auc":
        factor = _common_area_factor(matrix, prior)
        needs = (
            "all other classes are mistaken for a class equally often, and the areas "
            "of all classes shrink alike, as with two classes"
        )
    else:
        return _lost(matrix, metric, "there is no noise")
    if factor is None:
        return _lost(matrix, metric, needs)
    if factor > _TOLERANCE:
        return _kept(factor, f"{metric} keeps every ranking where {needs}")
    if factor < -_TOLERANCE:
        why = "the labels are wrong more often than chance, so the ranking is reversed"
        return RankingVerdict(False, f"{why}; swap the labels.", factor, factor**-2)
    why = "the given labels say nothing of the true ones; get other labels."
    return RankingVerdict(False, why, 0.0, np.inf)


def _kept(factor, reason):
    return RankingVerdict(True, f"{reason}.", float(factor), float(factor**-2))


def _lost(matrix, metric, needs):
    worst = np.linalg.svd(matrix, compute_uv=False)[-1]
    worst = 0.0 if worst < _TOLERANCE else float(worst)
    instead = "rank by a noise_corrected_* metric"
    if worst == 0.0:
        instead = "this matrix is singular, so no correction helps; get other labels"
    return RankingVerdict(
        False,
        f"{metric} keeps the ranking of all models only where {needs}; {instead}.",
        worst,
        np.inf if worst == 0.0 else worst**-2,
    )


def _common_factor(matrix, by_column=False):
    """Find a factor of the diagonal that is left when shared terms are taken off.

    Rows of the table of a model have the same sums for all models, so a term for
    each row is shared. Peer agreement takes off what the columns add as well.
    """
    n_classes = len(matrix)
    ones, own = np.ones((n_classes, 1)), np.eye(n_classes)
    parts = [own.reshape(-1, 1), np.kron(own, ones)]
    if by_column:
        parts.append(np.kron(ones, own))
    design = np.hstack(parts)
    found = np.linalg.lstsq(design, matrix.ravel(), rcond=None)[0]
    if np.abs(design @ found - matrix.ravel()).max() > _TOLERANCE:
        return None
    return found[0]


def _reverse_matrix(matrix, prior):
    """Return P(true = j | given = i); a label never given counts as right."""
    given = prior @ matrix
    reverse = np.eye(len(matrix))
    seen = given > 0
    reverse[seen] = (matrix.T * prior)[seen] / given[seen, None]
    return reverse


def _common_area_factor(matrix, prior):
    factors = []
    for k in range(len(matrix)):
        others = np.delete(matrix[:, k], k)
        if np.ptp(others) > _TOLERANCE:
            return None
        given = prior @ matrix[:, k]
        if not 0 < given < 1:
            return None
        in_rest = prior[k] * (1 - matrix[k, k]) / (1 - given)
        in_class = 1 - prior[k] * matrix[k, k] / given
        factors.append(1 - in_rest - in_class)
    return None if np.ptp(factors) > _TOLERANCE else factors[0]


def _check_prior(class_prior, n_classes):
    if class_prior is None:
        return np.full(n_classes, 1 / n_classes)
    prior = np.asarray(class_prior, dtype=np.float64)
    right = prior.shape == (n_classes,) and (prior > 0).all()
    if not right or abs(prior.sum() - 1) > 1e-6:
        raise ValueError(
            f"class_prior must hold {n_classes} positive shares that sum to 1, one per "
            f"class, got {np.asarray(class_prior).tolist()}."
        )
    return prior / prior.sum()
