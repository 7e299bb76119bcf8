# SPDX-License-Identifier: BSD-3-Clause
"""Detection metrics are what their definitions say, ties included."""

from itertools import permutations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import average_precision_score, roc_auc_score

from sknoisy.metrics import (
    detection_average_precision,
    detection_report,
    detection_roc_auc,
    miss_rate_at_budget,
    precision_at_k,
    recall_at_k,
    review_effort,
)

RANKING_METRICS = [
    detection_average_precision,
    detection_roc_auc,
    lambda e, q: precision_at_k(e, q, 0.4),
    lambda e, q: recall_at_k(e, q, 0.4),
    review_effort,
    miss_rate_at_budget,
]


@st.composite
def rankings(draw, max_size=30, levels=6):
    """Errors and qualities with ties; some label is right and some is wrong."""
    size = draw(st.integers(2, max_size))
    is_error = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    quality = draw(st.lists(st.integers(0, levels), min_size=size, max_size=size))
    is_error[0], is_error[1] = True, False
    return np.array(is_error), np.array(quality) / levels


def averaged_over_orders(is_error, quality, metric):
    """Mean of a metric of the error flags in review order, over all tie breaks."""
    values = [
        metric(is_error[list(order)])
        for order in permutations(range(len(quality)))
        if np.all(np.diff(quality[list(order)]) >= 0)
    ]
    return np.mean(values)


@given(rankings(max_size=6, levels=2), st.integers(1, 6), st.floats(0.01, 1))
def test_ties_count_as_the_mean_over_all_orders(ranking, k, recall):
    is_error, quality = ranking
    k = min(k, len(is_error))
    n_errors = is_error.sum()

    def brute(metric):
        return pytest.approx(averaged_over_orders(is_error, quality, metric))

    def effort(ranked):
        found = np.cumsum(ranked) / n_errors >= recall - 1e-12
        return (np.argmax(found) + 1) / len(ranked)

    assert precision_at_k(is_error, quality, k) == brute(lambda r: r[:k].mean())
    assert recall_at_k(is_error, quality, k) == brute(lambda r: r[:k].sum() / n_errors)
    assert review_effort(is_error, quality, recall=recall) == brute(effort)
    assert miss_rate_at_budget(is_error, quality) == brute(
        lambda r: 1 - r[:n_errors].sum() / n_errors
    )
    assert miss_rate_at_budget(is_error, quality, budget=k) == brute(
        lambda r: 1 - r[:k].sum() / n_errors
    )


@given(rankings())
def test_average_precision_and_auc_are_those_of_scikit_learn(ranking):
    is_error, quality = ranking
    assert detection_average_precision(is_error, quality) == pytest.approx(
        average_precision_score(is_error, 1 - quality)
    )
    assert detection_roc_auc(is_error, quality) == pytest.approx(
        roc_auc_score(is_error, 1 - quality)
    )


@pytest.mark.parametrize("metric", RANKING_METRICS)
@given(ranking=rankings(), seed=st.integers(0, 99))
def test_neither_row_order_nor_the_scale_matters(metric, ranking, seed):
    is_error, quality = ranking
    score = metric(is_error, quality)
    order = np.random.default_rng(seed).permutation(len(quality))
    assert metric(is_error[order], quality[order]) == pytest.approx(score)
    assert metric(is_error, 3 * quality**3 - 7) == pytest.approx(score)


@given(st.integers(1, 20), st.integers(1, 20))
def test_perfect_and_worst_rankings(n_errors, n_right):
    is_error = np.repeat([True, False], [n_errors, n_right])
    quality = np.arange(len(is_error))
    for normalize in (False, True):
        score = detection_average_precision(is_error, quality, normalize=normalize)
        assert score == pytest.approx(1)
    assert detection_roc_auc(is_error, quality) == 1
    assert precision_at_k(is_error, quality, n_errors) == 1
    assert recall_at_k(is_error, quality, n_errors) == 1
    assert miss_rate_at_budget(is_error, quality) == 0
    effort = review_effort(is_error, quality, recall=1.0)
    assert effort == pytest.approx(n_errors / len(is_error))
    assert detection_roc_auc(is_error, -quality) == 0
    assert review_effort(is_error, -quality, recall=1.0) == 1


@given(rankings())
def test_constant_quality_is_a_random_ranking(ranking):
    is_error, quality = ranking
    prevalence = is_error.mean()
    constant = np.ones(len(quality))
    assert detection_average_precision(is_error, constant) == pytest.approx(prevalence)
    assert detection_average_precision(
        is_error, constant, normalize=True
    ) == pytest.approx(0, abs=1e-12)
    assert detection_roc_auc(is_error, constant) == pytest.approx(0.5)
    assert precision_at_k(is_error, constant, 1) == pytest.approx(prevalence)
    assert miss_rate_at_budget(is_error, constant) == pytest.approx(1 - prevalence)


def test_random_rankings_on_average():
    rng = np.random.default_rng(0)
    is_error = np.arange(1000) < 200
    efforts, misses = zip(
        *(
            (review_effort(is_error, quality), miss_rate_at_budget(is_error, quality))
            for quality in rng.random((50, 1000))
        ),
        strict=True,
    )
    assert np.mean(efforts) == pytest.approx(0.9, abs=0.01)
    assert np.mean(misses) == pytest.approx(0.8, abs=0.015)


def test_effort_asks_for_no_error_too_many():
    # 0.7 * 30 is a hair above 21 in floating point, and 0.07 * 100 above 7.
    for recall, n_errors, wanted in [(0.7, 30, 21), (0.07, 100, 7), (0.001, 5, 1)]:
        effort = review_effort(np.ones(n_errors), np.arange(n_errors), recall=recall)
        assert effort == pytest.approx(wanted / n_errors)


def test_k_is_a_count_or_a_share():
    is_error = np.arange(10) < 3
    quality = np.arange(10)
    assert recall_at_k(is_error, quality, 1) == pytest.approx(1 / 3)
    assert recall_at_k(is_error, quality, 1.0) == 1
    assert recall_at_k(is_error, quality, 0.2) == recall_at_k(is_error, quality, 2)
    assert recall_at_k(is_error, quality, 0.01) == recall_at_k(is_error, quality, 1)
    assert recall_at_k(is_error, quality, np.int32(2)) == pytest.approx(2 / 3)


@pytest.mark.parametrize("k", [0, 11, -1, 0.0, 1.5, True, "2", None])
def test_k_out_of_range_is_refused(k):
    with pytest.raises(ValueError, match="an int from 1 to 10, or a share"):
        precision_at_k(np.ones(10), np.arange(10), k)


@pytest.mark.parametrize("container", [list, pd.Series, pl.Series, np.array])
def test_containers(container):
    is_error = container([True, False, True, False])
    quality = container([0.1, 0.2, 0.3, 0.9])
    assert detection_roc_auc(is_error, quality) == 0.75


def test_unsigned_qualities_do_not_wrap_around():
    quality = np.array([0, 1, 2], dtype=np.uint8)
    assert detection_roc_auc([True, False, False], quality) == 1


def test_without_errors_only_precision_is_defined():
    is_error, quality = np.zeros(5, dtype=bool), np.arange(5)
    assert precision_at_k(is_error, quality, 2) == 0
    for metric in RANKING_METRICS[:2] + RANKING_METRICS[3:]:
        with pytest.warns(UndefinedMetricWarning, match="is not defined without a"):
            assert np.isnan(metric(is_error, quality))


def test_with_errors_only():
    is_error, quality = np.ones(5, dtype=bool), np.arange(5)
    assert detection_average_precision(is_error, quality) == 1
    assert precision_at_k(is_error, quality, 2) == 1
    assert miss_rate_at_budget(is_error, quality) == 0
    with pytest.warns(UndefinedMetricWarning):
        assert np.isnan(detection_roc_auc(is_error, quality))
    with pytest.warns(UndefinedMetricWarning):
        assert np.isnan(detection_average_precision(is_error, quality, normalize=True))


@pytest.mark.parametrize(
    ("is_error", "quality", "message"),
    [
        ([], [], "one bool per label"),
        ([[True], [False]], [0.1, 0.2], "one bool per label"),
        ([0, 7], [0.1, 0.2], "y_given != y_true"),
        (["a", "b"], [0.1, 0.2], "y_given != y_true"),
        ([True, False], [0.1, 0.2, 0.3], "each of the 2 entries"),
        ([True, False], [0.1, np.nan], "NaN or infinite"),
        ([True, False], [0.1, np.inf], "NaN or infinite"),
    ],
)
@pytest.mark.parametrize("metric", RANKING_METRICS + [detection_report])
def test_bad_input_is_refused_with_the_fix(metric, is_error, quality, message):
    with pytest.raises(ValueError, match=message):
        metric(is_error, quality)


@pytest.mark.parametrize("recall", [0, -0.1, 1.1, 90, np.nan])
def test_recall_out_of_range_is_refused(recall):
    for function in (review_effort, detection_report):
        with pytest.raises(ValueError, match="write 0.9 for 90 %"):
            function([True, False], [0, 1], recall=recall)


@given(rankings())
def test_report_holds_the_values_of_the_functions(ranking):
    is_error, quality = ranking
    report = detection_report(is_error, quality, k=[1, 0.5], recall=0.8)
    assert report == {
        "prevalence": is_error.mean(),
        "average_precision": detection_average_precision(is_error, quality),
        "normalized_average_precision": detection_average_precision(
            is_error, quality, normalize=True
        ),
        "roc_auc": detection_roc_auc(is_error, quality),
        "precision@1": precision_at_k(is_error, quality, 1),
        "recall@1": recall_at_k(is_error, quality, 1),
        "precision@0.5": precision_at_k(is_error, quality, 0.5),
        "recall@0.5": recall_at_k(is_error, quality, 0.5),
        "review_effort@0.8": review_effort(is_error, quality, recall=0.8),
        "miss_rate_at_budget": miss_rate_at_budget(is_error, quality),
    }
    assert all(type(value) is float for value in report.values())


def test_report_of_a_mask():
    is_error = [True, True, True, False, False, False, False, False]
    suspect = [True, True, False, True, False, False, False, False]
    report = detection_report(is_error, np.arange(8), suspect, k=2)
    assert report["suspect_rate"] == 3 / 8
    assert report["suspect_precision"] == pytest.approx(2 / 3)
    assert report["suspect_recall"] == pytest.approx(2 / 3)
    assert report["suspect_f1"] == pytest.approx(2 / 3)
    assert report["suspect_mcc"] == pytest.approx((2 * 4 - 1 * 1) / 15)


def test_report_of_a_mask_that_flags_nothing():
    report = detection_report([True, False], [0, 1], [False, False])
    assert np.isnan(report["suspect_precision"])
    assert report["suspect_recall"] == report["suspect_f1"] == 0


def test_report_refuses_indices_for_a_mask():
    with pytest.raises(ValueError, match="not the indices of some"):
        detection_report([True, False, True], [0, 1, 2], [0, 1])


@pytest.mark.parametrize("value", [True, False])
def test_report_warns_once_where_metrics_are_undefined(value):
    with pytest.warns(UndefinedMetricWarning) as caught:
        report = detection_report(np.full(4, value), np.arange(4))
    assert len(caught) == 1
    assert np.isnan(report["roc_auc"])
    assert report["prevalence"] == value
