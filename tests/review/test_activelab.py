# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest
from cleanlab.multiannotator import (
    get_active_learning_scores,
    get_label_quality_multiannotator,
)

from sknoisy.review import activelab_scores
from sknoisy.review._activelab import _judge_crowd, _read_votes


def crowd(n_samples=80, n_annotators=5, n_classes=4, seed=0, missing=0.6):
    """Draw labels of annotators who are right four times in five."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(n_classes, size=n_samples)
    pred_proba = rng.dirichlet(np.ones(n_classes), size=n_samples)
    pred_proba += 2 * np.eye(n_classes)[truth]
    pred_proba /= pred_proba.sum(axis=1, keepdims=True)
    shape = n_samples, n_annotators
    guesses = rng.integers(n_classes, size=shape)
    labels = np.where(rng.random(shape) < 0.7, truth[:, None], guesses).astype(float)
    labels[rng.random(shape) < missing] = np.nan
    alone = np.isnan(labels).all(axis=1)
    labels[alone, 0] = truth[alone]
    return labels, pred_proba


def test_golden_vector():
    labels = [0, 1, 2, 0, None, None]
    pred_proba = [
        [0.9, 0.05, 0.05],
        [0.3, 0.6, 0.1],
        [0.4, 0.4, 0.2],
        [0.1, 0.8, 0.1],
        [0.5, 0.3, 0.2],
        [0.34, 0.33, 0.33],
    ]
    np.testing.assert_allclose(
        activelab_scores(labels, pred_proba),
        [0.7111, 0.5111, 0.2444, 0.1778, 0.4167, 0.3367],
        atol=5e-5,
    )


@pytest.mark.parametrize("seed", range(3))
def test_one_label_a_row_agrees_with_cleanlab(seed):
    _, pred_proba = crowd(seed=seed)
    y = np.random.default_rng(seed).integers(4, size=80)
    theirs, unlabeled = get_active_learning_scores(
        y[:60, None], pred_proba[:60], pred_proba[60:]
    )
    labels = np.r_[y[:60].astype(float), np.full(20, np.nan)]
    ours = activelab_scores(labels, pred_proba)
    np.testing.assert_allclose(ours, np.r_[theirs, unlabeled])


@pytest.mark.parametrize("seed", range(3))
def test_crowd_is_weighed_as_by_cleanlab(seed):
    labels, pred_proba = crowd(seed=seed)
    theirs = get_label_quality_multiannotator(
        labels, pred_proba, return_weights=True, verbose=False
    )
    ours = _judge_crowd(*_read_votes(labels, pred_proba, None))
    quality = theirs["label_quality"]["consensus_quality_score"]
    np.testing.assert_allclose(ours.quality, quality)
    np.testing.assert_allclose(ours.annotator_weight, theirs["annotator_weight"])
    np.testing.assert_allclose(ours.model_weight, theirs["model_weight"])


def test_scores_of_a_crowd_agree_with_cleanlab_where_its_counts_are_right():
    # cleanlab 2.9 counts a row's labels in the columns of the first classes, which
    # spoils its temperature unless each row has met every class.
    labels, pred_proba = crowd(n_annotators=7, n_classes=2, missing=0.0)
    is_split = (labels == 0).any(axis=1) & (labels == 1).any(axis=1)
    labels, pred_proba = labels[is_split], pred_proba[is_split]
    labels[::2, 0] = np.nan
    still_split = (labels == 0).any(axis=1) & (labels == 1).any(axis=1)
    labels, pred_proba = labels[still_split], pred_proba[still_split]
    unlabeled = np.array([[0.5, 0.5], [0.9, 0.1]])
    theirs = np.r_[*get_active_learning_scores(labels, pred_proba, unlabeled)]
    ours = activelab_scores(
        np.vstack([labels, np.full((2, 7), np.nan)]), np.vstack([pred_proba, unlabeled])
    )
    np.testing.assert_allclose(ours, theirs)


def test_another_label_raises_the_score():
    labels = np.array([[1, np.nan, np.nan], [1, 1, np.nan], [1, 1, 1], [0, 0, 0]])
    pred_proba = np.array([[0.4, 0.6]] * 3 + [[0.6, 0.4]])
    one, two, three, _ = activelab_scores(labels, pred_proba)
    assert one < two < three


@pytest.mark.parametrize(
    "as_table",
    [
        lambda table: table,
        lambda table: table.tolist(),
        lambda table: pd.DataFrame(table),
        lambda table: pd.DataFrame(table).astype("string"),
        lambda table: pl.DataFrame(table.tolist(), orient="row"),
    ],
)
def test_labels_of_any_kind(as_table):
    labels, pred_proba = crowd(n_samples=30)
    names = np.array(["ant", "bee", "cow", "dog"])
    named = np.full(labels.shape, None, dtype=object)
    given = ~np.isnan(labels)
    named[given] = names[labels[given].astype(int)]
    np.testing.assert_allclose(
        activelab_scores(as_table(named), pred_proba),
        activelab_scores(labels, pred_proba),
    )


def test_classes_name_the_columns():
    pred_proba = [[0.2, 0.8], [0.7, 0.3]]
    np.testing.assert_allclose(
        activelab_scores(["a", "b"], pred_proba, classes=["b", "a"]),
        activelab_scores(["a", "b"], np.array(pred_proba)[:, ::-1]),
    )
    assert activelab_scores([None, None], pred_proba, classes=["b", "a"]).shape == (2,)


@pytest.mark.parametrize(
    ("labels", "pred_proba", "message"),
    [
        (["a", "b"], [[0.2, 0.8]], "has 1 rows"),
        (["a", "b"], [[0.2, 0.9], [0.5, 0.5]], "must sum to 1"),
        (["a", "a"], [[0.2, 0.8], [0.5, 0.5]], "name the class of every column"),
        (np.zeros((2, 2, 2)), [[0.2, 0.8], [0.5, 0.5]], "one an annotator"),
    ],
)
def test_errors_name_the_fix(labels, pred_proba, message):
    with pytest.raises(ValueError, match=message):
        activelab_scores(labels, pred_proba)
