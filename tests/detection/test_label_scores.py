# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from sknoisy.detection._label_scores import (
    LABEL_SCORES,
    ConfidenceWeightedEntropy,
    CrossEntropy,
    NormalizedMargin,
    SelfConfidence,
    check_label_score,
    label_quality,
)
from sknoisy.utils import _predictions
from tests.noise.test_confident_joint import PROBA_A, Y_A, make_noisy


def test_self_confidence_and_margin_by_hand():
    np.testing.assert_allclose(
        SelfConfidence().score(Y_A, PROBA_A)[[0, 2, 7]], [0.9, 0.2, 0.4]
    )
    np.testing.assert_allclose(
        NormalizedMargin().score(Y_A, PROBA_A)[[0, 2, 7]], [0.925, 0.25, 0.5]
    )


def test_entropy_and_adjusted_confidence_of_known_rows():
    entropy = label_quality(Y_A, PROBA_A, score="confidence_weighted_entropy")
    np.testing.assert_allclose(entropy[[0, 2]], [0.8415, 0.4211], atol=5e-5)
    adjusted = label_quality(Y_A, PROBA_A, score=SelfConfidence(adjust=True))
    np.testing.assert_allclose(adjusted[[0, 7]], [0.8333, 0.4333], atol=5e-5)


def test_entropy_of_one_hot_rows():
    proba = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    own, other, unsure = ConfidenceWeightedEntropy().score(np.zeros(3, int), proba)
    assert own == 1
    assert other < unsure < 1


def test_entropy_falls_towards_a_sure_other_class():
    own = np.array([1.0, 0.99, 0.5, 0.1, 1e-3, 1e-5, 1e-6, 1e-9, 0.0])
    proba = np.column_stack([own, 1 - own])
    raw = ConfidenceWeightedEntropy().score(np.zeros(len(own), int), proba)
    assert (np.diff(raw[:7]) < 0).all()
    np.testing.assert_allclose(raw[7:], raw[6], rtol=1e-5)


def test_mean_cross_entropy_is_the_geometric_mean():
    score = CrossEntropy()
    members = [PROBA_A, PROBA_A[:, [0, 2, 1]]]
    mean = np.mean([score.score(Y_A, proba) for proba in members], axis=0)
    rows = np.arange(len(Y_A))
    expected = np.sqrt(members[0][rows, Y_A] * members[1][rows, Y_A])
    np.testing.assert_allclose(score.to_quality(mean), expected)


def test_cross_entropy_of_an_impossible_label_is_finite():
    raw = CrossEntropy().score(np.array([1]), np.array([[1.0, 0.0]]))
    assert np.isfinite(raw).all()
    assert CrossEntropy().to_quality(raw) < 1e-15


@pytest.mark.parametrize("alias", LABEL_SCORES)
@given(seed=st.integers(0, 10**6), n_classes=st.integers(2, 6))
def test_quality_lies_in_the_unit_interval(alias, seed, n_classes):
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.full(n_classes, 0.1), 30)
    y = rng.integers(n_classes, size=30)
    quality = label_quality(y, proba, score=alias, classes=np.arange(n_classes))
    assert quality.shape == (30,)
    assert ((quality >= 0) & (quality <= 1)).all()


@pytest.mark.parametrize(
    "score",
    [*LABEL_SCORES, SelfConfidence(adjust=True), NormalizedMargin(adjust=True)],
    ids=str,
)
def test_layout_blocks_and_class_order_do_not_matter(monkeypatch, tmp_path, score):
    y, proba = make_noisy(100, 4)
    proba = proba.astype(np.float32)
    expected = label_quality(y, proba.astype(np.float64), score=score)
    np.save(tmp_path / "proba.npy", proba)
    mapped = np.load(tmp_path / "proba.npy", mmap_mode="r")
    order = [2, 0, 3, 1]
    monkeypatch.setattr(_predictions, "_BLOCK_ROWS", 7)
    for array in (proba, np.asfortranarray(proba), mapped):
        np.testing.assert_allclose(
            label_quality(y, array, score=score), expected, rtol=1e-12
        )
    permuted = label_quality(y, proba[:, order], score=score, classes=order)
    np.testing.assert_allclose(permuted, expected, rtol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3, 8])
@pytest.mark.parametrize(
    ("alias", "adjust"),
    [
        ("self_confidence", False),
        ("self_confidence", True),
        ("normalized_margin", False),
        ("normalized_margin", True),
        ("confidence_weighted_entropy", False),
    ],
)
def test_agrees_with_cleanlab(n_classes, alias, adjust):
    rank = pytest.importorskip("cleanlab.rank")
    y, proba = make_noisy(300, n_classes)
    score = LABEL_SCORES[alias](adjust=True) if adjust else alias
    theirs = rank.get_label_quality_scores(
        y, proba, method=alias, adjust_pred_probs=adjust
    )
    np.testing.assert_allclose(label_quality(y, proba, score=score), theirs, rtol=1e-9)


def test_scores_are_clonable():
    score = clone(NormalizedMargin(adjust=True))
    assert score.get_params() == {"adjust": True}
    assert CrossEntropy().get_params() == {}


@pytest.mark.parametrize("alias", LABEL_SCORES)
def test_aliases(alias):
    assert type(check_label_score(alias)) is LABEL_SCORES[alias]
    score = LABEL_SCORES[alias]()
    assert check_label_score(score) is score


def test_unknown_scores_name_the_fix():
    with pytest.raises(ValueError, match="Did you mean 'normalized_margin'"):
        check_label_score("normalised_margin")
    with pytest.raises(TypeError, match=r"Write SelfConfidence\(\)"):
        check_label_score(SelfConfidence)
    with pytest.raises(TypeError, match="a label score or one of"):
        check_label_score(3)


def test_label_quality_takes_any_labels():
    names = np.array(["x", "y", "z"])
    quality = label_quality(list(names[Y_A]), PROBA_A.tolist())
    np.testing.assert_allclose(quality, PROBA_A[np.arange(12), Y_A])


def test_label_quality_checks_the_rows():
    with pytest.raises(ValueError, match="sum to 1"):
        label_quality(Y_A, PROBA_A * 3)
