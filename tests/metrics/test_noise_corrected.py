# SPDX-License-Identifier: BSD-3-Clause
"""Metrics on true labels, estimated from given ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)

from sknoisy.metrics import (
    noise_corrected_accuracy,
    noise_corrected_balanced_accuracy,
    noise_corrected_confusion_matrix,
    noise_corrected_f1,
    noise_corrected_log_loss,
    noise_corrected_precision,
    noise_corrected_recall,
    noise_corrected_roc_auc,
)
from sknoisy.noise import symmetric_matrix
from tests.metrics._noisy_tables import (
    CONFUSION,
    JOINT,
    TRANSITION,
    draw_from_rows,
    noisy_scores,
    noisy_task,
    rows_of,
)

OF_LABELS = {
    noise_corrected_accuracy: accuracy_score,
    noise_corrected_balanced_accuracy: balanced_accuracy_score,
    noise_corrected_f1: lambda y, p, **kw: f1_score(y, p, average="macro", **kw),
    noise_corrected_precision: lambda y, p, **kw: precision_score(
        y, p, average="macro", **kw
    ),
    noise_corrected_recall: lambda y, p, **kw: recall_score(
        y, p, average="macro", **kw
    ),
}
OF_SCORES = {
    noise_corrected_roc_auc: lambda y, p, **kw: roc_auc_score(
        y, p, multi_class="ovr", **kw
    ),
    noise_corrected_log_loss: log_loss,
}
parametrize_labels = pytest.mark.parametrize(
    "metric", OF_LABELS, ids=lambda metric: metric.__name__
)
parametrize_scores = pytest.mark.parametrize(
    "metric", OF_SCORES, ids=lambda metric: metric.__name__
)


@parametrize_labels
@pytest.mark.parametrize("weighted", [False, True])
def test_without_noise_labels_score_as_in_scikit_learn(metric, weighted):
    y_true, _, y_pred = noisy_task(300, seed=0)
    weight = np.random.default_rng(1).uniform(size=300) if weighted else None
    value = metric(y_true, y_pred, np.eye(3), sample_weight=weight)
    expected = OF_LABELS[metric](y_true, y_pred, sample_weight=weight)
    assert value == pytest.approx(expected)


@parametrize_scores
@pytest.mark.parametrize("weighted", [False, True])
def test_without_noise_scores_score_as_in_scikit_learn(metric, weighted):
    y_true, _, pred_proba = noisy_scores(300, seed=0)
    pred_proba = pred_proba.round(2)
    pred_proba[:, 2] = 1 - pred_proba[:, 0] - pred_proba[:, 1]
    pred_proba = np.maximum(pred_proba.round(2), 0.01)
    pred_proba /= pred_proba.sum(axis=1, keepdims=True)
    weight = np.random.default_rng(1).uniform(size=300) if weighted else None
    value = metric(y_true, pred_proba, np.eye(3), sample_weight=weight)
    expected = OF_SCORES[metric](y_true, pred_proba, sample_weight=weight)
    assert value == pytest.approx(expected)


@parametrize_labels
def test_the_true_value_comes_back_from_the_expected_table(metric):
    y_given, y_pred = rows_of(TRANSITION.T @ JOINT, 10**5)
    value = metric(y_given, y_pred, TRANSITION)
    y_true, y_pred = rows_of(JOINT, 10**5)
    assert value == pytest.approx(OF_LABELS[metric](y_true, y_pred), abs=2e-4)


@parametrize_scores
def test_scores_are_corrected_for_any_noise_between_three_classes(metric):
    y_true, y_given, pred_proba = noisy_scores(60_000, seed=0)
    corrected = metric(y_given, pred_proba, TRANSITION)
    expected = OF_SCORES[metric](y_true, pred_proba)
    plain = OF_SCORES[metric](y_given, pred_proba)
    assert corrected == pytest.approx(expected, abs=0.01)
    assert abs(plain - expected) > 0.05


def test_the_joint_comes_back():
    y_given, y_pred = rows_of(TRANSITION.T @ JOINT, 10**5)
    joint = noise_corrected_confusion_matrix(y_given, y_pred, TRANSITION)
    assert np.allclose(joint, JOINT, atol=1e-4)


def test_clipping_keeps_the_shares_of_the_predicted_labels():
    y_given, y_pred = [0, 0, 0, 1, 1, 1, 0, 2, 2], [0, 0, 0, 1, 1, 1, 1, 2, 2]
    matrix = symmetric_matrix(3, 0.3)
    free = noise_corrected_confusion_matrix(y_given, y_pred, matrix, clip=False)
    assert free.min() < 0
    clipped = noise_corrected_confusion_matrix(y_given, y_pred, matrix)
    assert clipped.min() >= 0
    assert np.allclose(clipped.sum(axis=0), np.bincount(y_pred) / 9)


def binary_task(seed, n_samples=100_000):
    rng = np.random.default_rng(seed)
    y_true = (rng.random(n_samples) < 0.5).astype(int)
    matrix = np.array([[0.9, 0.1], [0.3, 0.7]])
    score = 1.2 * y_true + rng.normal(size=n_samples)
    return y_true, draw_from_rows(matrix, y_true, rng), score, matrix


def menon_rates(y_given, matrix):
    """P(true = 1 | given = 0) and P(true = 0 | given = 1)."""
    given = np.bincount(y_given) / len(y_given)
    prior = np.linalg.solve(matrix.T, given)
    return matrix[1, 0] * prior[1] / given[0], matrix[0, 1] * prior[0] / given[1]


def test_two_classes_are_corrected_by_the_formulas_of_menon_and_others():
    y_true, y_given, score, matrix = binary_task(0, 3000)
    y_pred = (score > 0.6).astype(int)
    a, b = menon_rates(y_given, matrix)
    area = noise_corrected_roc_auc(y_given, score, matrix)
    shrunk = roc_auc_score(y_given, score)
    assert area == pytest.approx((shrunk - (a + b) / 2) / (1 - a - b))
    error = 1 - noise_corrected_balanced_accuracy(y_given, y_pred, matrix)
    grown = 1 - balanced_accuracy_score(y_given, y_pred)
    assert error == pytest.approx((grown - (a + b) / 2) / (1 - a - b))
    rates = np.linalg.solve(
        [[1 - b, b], [a, 1 - a]],
        [y_pred[y_given == 1].mean(), y_pred[y_given == 0].mean()],
    )
    recall = noise_corrected_recall(y_given, y_pred, matrix, pos_label=1)
    assert recall == pytest.approx(rates[0])


def test_two_classes_as_measured():
    # Scores of N(0, 1) and N(1.2, 1), cut at 0.7: on true labels, as given, corrected.
    y_true, y_given, score, matrix = binary_task(1)
    y_pred = (score > 0.7).astype(int)
    areas = [
        roc_auc_score(y_true, score),
        roc_auc_score(y_given, score),
        noise_corrected_roc_auc(y_given, score, matrix),
    ]
    assert areas == pytest.approx([0.802, 0.688, 0.800], abs=0.006)
    errors = [
        1 - balanced_accuracy_score(y_true, y_pred),
        1 - balanced_accuracy_score(y_given, y_pred),
        1 - noise_corrected_balanced_accuracy(y_given, y_pred, matrix),
    ]
    assert errors == pytest.approx([0.275, 0.360, 0.276], abs=0.006)
    recalls = noise_corrected_recall(y_given, y_pred, matrix, average=None)
    assert recalls == pytest.approx([1 - 0.242, 0.691], abs=0.008)


def test_symmetric_noise_shrinks_accuracy_as_the_formula_says():
    # 0.76 falls to 0.551 where three tenths of the labels of five classes are wrong.
    rate, accuracy = 0.3, 0.76
    matrix = symmetric_matrix(5, rate)
    joint = np.full((5, 5), (1 - accuracy) / 20)
    np.fill_diagonal(joint, accuracy / 5)
    y_given, y_pred = rows_of(matrix.T @ joint, 10**5)
    shrunk = accuracy_score(y_given, y_pred)
    expected = accuracy * (1 - rate - rate / 4) + rate / 4
    assert expected == pytest.approx(0.551, abs=2e-3)
    assert shrunk == pytest.approx(expected, abs=1e-4)
    corrected = noise_corrected_accuracy(y_given, y_pred, matrix)
    assert corrected == pytest.approx(accuracy, abs=2e-4)


def test_area_of_one_class_equals_the_formula_where_that_holds():
    # All other classes are mistaken for the first one equally often.
    matrix = np.array([[0.7, 0.2, 0.1], [0.15, 0.85, 0.0], [0.15, 0.05, 0.8]])
    y_true, y_given, proba = noisy_scores(40_000, seed=3, transition=matrix)
    value = noise_corrected_roc_auc(y_given, proba, matrix, pos_label=0)
    is_first = (y_given == 0).astype(int)
    pooled = np.array([[0.85, 0.15], [0.3, 0.7]])
    a, b = menon_rates(is_first, pooled)
    area = roc_auc_score(is_first, proba[:, 0])
    assert value == pytest.approx((area - (a + b) / 2) / (1 - a - b), abs=2e-3)


@given(st.integers(0, 50))
def test_neither_row_order_nor_names_of_classes_matter(seed):
    _, y_given, y_pred = noisy_task(120, seed)
    rng = np.random.default_rng(seed)
    order, names = rng.permutation(120), np.array(["c", "a", "b"])
    value = noise_corrected_f1(y_given, y_pred, TRANSITION, classes=[0, 1, 2])
    renamed = noise_corrected_f1(
        names[y_given[order]], names[y_pred[order]], TRANSITION, classes=names
    )
    assert renamed == pytest.approx(value)


@parametrize_labels
def test_a_weight_of_two_is_two_rows(metric):
    _, y_given, y_pred = noisy_task(200, seed=4)
    weight = np.random.default_rng(5).integers(0, 3, 200)
    again = np.repeat(np.arange(200), weight)
    assert metric(y_given, y_pred, TRANSITION, sample_weight=weight) == pytest.approx(
        metric(y_given[again], y_pred[again], TRANSITION)
    )


def test_each_class_by_itself():
    y_given, y_pred = rows_of(TRANSITION.T @ JOINT, 10**5)
    recalls = noise_corrected_recall(y_given, y_pred, TRANSITION, average=None)
    assert np.allclose(recalls, np.diag(CONFUSION), atol=5e-4)
    for position, value in enumerate(recalls):
        alone = noise_corrected_recall(y_given, y_pred, TRANSITION, pos_label=position)
        assert alone == pytest.approx(value)
    y_true, y_given, proba = noisy_scores(500, seed=0)
    areas = noise_corrected_roc_auc(y_given, proba, TRANSITION, average=None)
    mean = noise_corrected_roc_auc(y_given, proba, TRANSITION)
    assert areas.shape == (3,)
    assert mean == pytest.approx(areas.mean())


def test_forward_loss_is_lowest_for_the_right_probabilities():
    rng = np.random.default_rng(0)
    truth = rng.dirichlet([1, 1, 1], size=20_000)
    y_true = (rng.random(20_000)[:, None] > np.cumsum(truth, axis=1)).sum(axis=1)
    y_given = draw_from_rows(TRANSITION, y_true, rng)
    noisy = truth @ TRANSITION
    for method in ("forward", "backward"):
        right, wrong = (
            noise_corrected_log_loss(y_given, proba, TRANSITION, method=method)
            for proba in (truth, noisy)
        )
        assert right < wrong
    assert log_loss(y_given, noisy) < log_loss(y_given, truth)
    loss = noise_corrected_log_loss(y_given, truth, TRANSITION, method="forward")
    assert loss == pytest.approx(log_loss(y_given, noisy))


def test_containers_and_kinds_of_labels():
    _, y_given, y_pred = noisy_task(100, seed=6)
    names = np.array(["x", "y", "z"])
    value = noise_corrected_accuracy(y_given, y_pred, TRANSITION)
    for container in (list, pd.Series, np.array):
        assert value == noise_corrected_accuracy(
            container(names[y_given]), container(names[y_pred]), TRANSITION.tolist()
        )
    flags = y_given > 0, y_pred > 0
    matrix = [[0.9, 0.1], [0.2, 0.8]]
    assert noise_corrected_accuracy(*flags, matrix) == noise_corrected_accuracy(
        *(flag.astype(float) for flag in flags), matrix
    )


def test_two_columns_of_scores_are_one():
    _, y_given, score, matrix = binary_task(2, 500)
    area = noise_corrected_roc_auc(y_given, score, matrix)
    both = np.column_stack([-score, score])
    assert noise_corrected_roc_auc(y_given, both, matrix) == area
    assert noise_corrected_roc_auc(y_given, score, matrix, average=None) == area


def test_values_stay_between_zero_and_one():
    y = np.tile([0, 1], 10)
    matrix = [[0.7, 0.3], [0.3, 0.7]]
    assert noise_corrected_accuracy(y, y, matrix) == 1
    assert noise_corrected_accuracy(y, 1 - y, matrix) == 0
    assert noise_corrected_roc_auc(y, y, matrix) == 1


@pytest.mark.parametrize(
    "metric", [*OF_LABELS, noise_corrected_confusion_matrix, *OF_SCORES]
)
def test_a_singular_matrix_is_refused_with_the_fix(metric):
    _, y_given, pred_proba = noisy_scores(50, seed=0)
    outputs = pred_proba if metric in OF_SCORES else pred_proba.argmax(axis=1)
    singular = [[0.6, 0.2, 0.2], [0.6, 0.2, 0.2], [0.1, 0.1, 0.8]]
    with pytest.raises(ValueError, match=r"rows 0 and 1 .*Merge those classes"):
        metric(y_given, outputs, singular, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="pass its transpose"):
        metric(y_given, outputs, TRANSITION.T, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="is for 2 classes but there are 3"):
        metric(y_given, outputs, np.eye(2), classes=[0, 1, 2])


def test_forward_loss_needs_no_inverse():
    flat = np.full((2, 2), 0.5)
    loss = noise_corrected_log_loss([0, 1], [[0.9, 0.1]] * 2, flat, method="forward")
    assert loss == pytest.approx(np.log(2))


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="one predicted label for each given"):
        noise_corrected_accuracy([0, 1], [0], np.eye(2))
    with pytest.raises(ValueError, match="convert both to one type"):
        noise_corrected_accuracy(["0", "1"], [0, 1], np.eye(2))
    with pytest.raises(ValueError, match="not a class"):
        noise_corrected_recall([0, 1], [0, 1], np.eye(2), pos_label=2)
    with pytest.raises(ValueError, match="one column per class"):
        noise_corrected_roc_auc([0, 1, 2], [0.1, 0.2, 0.3], np.eye(3))
    with pytest.raises(ValueError, match="NaN or infinite"):
        noise_corrected_roc_auc([0, 1], [0.1, np.nan], np.eye(2))
    with pytest.raises(ValueError, match="average='micro'"):
        noise_corrected_f1([0, 1], [0, 1], np.eye(2), average="micro")


def test_a_class_without_true_rows_is_left_out_with_a_warning():
    # Fewer rows are given the second class than the noise alone would bring.
    y_given, y_pred = np.repeat([0, 1], [95, 5]), np.repeat([0, 1], [90, 10])
    matrix = [[0.9, 0.1], [0.1, 0.9]]
    with pytest.warns(UndefinedMetricWarning, match="no true rows"):
        balanced = noise_corrected_balanced_accuracy(y_given, y_pred, matrix)
    assert 0 <= balanced <= 1
    with pytest.warns(UndefinedMetricWarning, match="no true rows"):
        assert np.isnan(noise_corrected_recall(y_given, y_pred, matrix, pos_label=1))
    with pytest.warns(UndefinedMetricWarning, match="ROC AUC is not defined"):
        assert np.isnan(noise_corrected_roc_auc(y_given, y_pred, matrix))


def test_a_class_that_is_never_predicted_has_no_precision():
    with pytest.warns(UndefinedMetricWarning, match="never predicted"):
        value = noise_corrected_precision([0, 0, 1, 1], [0, 0, 0, 0], np.eye(2))
    assert value == 0.25
