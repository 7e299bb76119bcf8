# SPDX-License-Identifier: BSD-3-Clause
"""Checks of what an estimator finds, and of what it must leave alone."""

import numpy as np
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from sknoisy.utils.estimator_checks._kinds import (
    fit_clone,
    is_row_cleaner,
    kind_of,
    need,
    need_classes,
    quality_of,
    quietly,
    run,
)
from sknoisy.utils.estimator_checks._tasks import make_task, with_rare_class

# A single tree, the weakest of judges, has 0.8; one that has memorised the labels
# it judges has 0.5.
_LOWEST_AUROC = 0.75


@quietly
def check_planted_errors_rank_lowest(name, estimator):
    """Check that one planted error a class ranks in the lowest tenth.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator)
    quality = quality_of(fit_clone(estimator, task.X, task.y))
    ranks = np.argsort(np.argsort(quality))[task.wrong]
    assert ranks.max() < len(task) / 10, (
        f"{name} ranks planted errors in clearly separated data as {sorted(ranks)} of "
        f"{len(task)}; they must be in the lowest tenth of label_quality_. Judge each "
        "label out of sample, and let higher mean more trustworthy."
    )


@quietly
def check_flipped_labels_are_told_apart(name, estimator):
    """Check that a tenth of flipped labels is ranked below the rest.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth", n_samples=121)
    quality = quality_of(fit_clone(estimator, task.X, task.y))
    auroc = roc_auc_score(task.wrong, -quality)
    assert auroc >= _LOWEST_AUROC, (
        f"{name} has an AUROC of {auroc:.2f} for a tenth of wrong labels in clearly "
        f"separated data; {_LOWEST_AUROC} is the least. Judge each label out of "
        "sample, and let higher mean more trustworthy."
    )


@quietly
def check_suspects_are_worse(name, estimator):
    """Check that suspects have a lower label quality than the rest, on average.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    task = make_task(estimator, errors="tenth", n_samples=121)
    fitted = fit_clone(estimator, task.X, task.y)
    quality, suspects = quality_of(fitted), fitted.suspect_mask_
    if suspects.any() and not suspects.all():
        assert quality[suspects].mean() < quality[~suspects].mean(), (
            f"{name} suspects labels whose label_quality_ is higher than that of the "
            "rest; suspect_mask_ must be True for low quality."
        )


@quietly
def check_rare_class_survives(name, estimator):
    """Check that a class of one, two or three rows amid another is not emptied.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    need_classes(estimator)
    for n_rare in (1, 2, 3):
        task, rare = with_rare_class(estimator, n_rare)
        fitted = clone(estimator)
        output = run(fitted, task.X, task.y)
        advice = (
            f"{name} empties a class of {n_rare} row(s); spare the best rows of each "
            "class, as sknoisy.base.BaseThreshold does."
        )
        if kind_of(estimator) == "robust" and not hasattr(fitted, "label_quality_"):
            # What scores no labels acts on none.
            assert np.isin(task.y[rare], fitted.classes_).all(), advice
            continue
        assert not np.all(fitted.suspect_mask_[rare]), advice
        if is_row_cleaner(estimator):
            assert np.isin(task.y[rare], output[1]).all(), advice
        elif kind_of(estimator) == "cleaner":
            assert np.any(output[rare] > 0), advice
        elif kind_of(estimator) == "robust":
            assert np.isin(task.y[rare], fitted.classes_).all(), advice
            assert np.any(fitted.sample_weight_[rare] > 0), advice


@quietly
def check_trusted_rows_are_left_alone(name, estimator):
    """Check that rows whose labels are verified are neither suspected nor changed.

    Parameters
    ----------
    name : str
        Name of the estimator, for the messages.
    estimator : estimator
        Cloned, never changed.
    """
    need(estimator, "trusted")
    task = make_task(estimator, errors="tenth")
    fitted = clone(estimator)
    output = run(fitted, task.X, task.y, trusted=task.wrong)
    advice = "honour trusted, the mask of verified labels."
    assert not np.any(fitted.suspect_mask_[task.wrong]), (
        f"{name} suspects trusted rows; {advice}"
    )
    if is_row_cleaner(estimator):
        _assert_kept(name, task, fitted.sample_indices_, np.asarray(output[1]), advice)
    elif kind_of(estimator) == "cleaner":
        assert np.all(output[task.wrong] == 1.0), (
            f"{name} changes the weight of trusted rows; {advice}"
        )
    elif hasattr(fitted, "sample_weight_"):
        assert np.all(fitted.sample_weight_[task.wrong] > 1 - 1e-6), (
            f"{name} lowers the weight of trusted rows; {advice}"
        )


def _assert_kept(name, task, indices, y_clean, advice):
    trusted = np.flatnonzero(task.wrong)
    assert np.isin(trusted, indices).all(), f"{name} drops trusted rows; {advice}"
    stayed = np.isin(indices, trusted)
    assert np.array_equal(y_clean[stayed], task.y[indices[stayed]]), (
        f"{name} relabels trusted rows; {advice}"
    )
