# SPDX-License-Identifier: BSD-3-Clause
"""PMD noise follows its polynomials, at the rate asked for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.noise import inject_margin_diminishing_noise

PROBA = np.random.default_rng(0).dirichlet(np.full(4, 0.4), size=400)
LABELS = np.array([np.random.default_rng(1).choice(4, p=p) for p in PROBA])
ROWS = np.zeros((400, 1))


def plant(noise_rate=None, y=LABELS, pred_proba=PROBA, **options):
    options = {"classes": range(4), "random_state": 0} | options
    rows = np.zeros((len(y), 1))
    return inject_margin_diminishing_noise(
        rows, y, noise_rate, pred_proba=pred_proba, **options
    )


@pytest.mark.parametrize(
    ("kind", "flip"),
    [
        ("I", lambda d: (1 - d**2) / 2),
        ("II", lambda d: 1 - d**3),
        ("III", lambda d: 1 - (d + d**2 + d**3) / 3),
    ],
)
@pytest.mark.parametrize("margin", [0.0, 0.3, 0.8, 1.0])
def test_the_polynomials(kind, flip, margin):
    pred_proba = np.tile([(1 + margin) / 2, (1 - margin) / 2], (4000, 1))
    noisy = plant(
        y=np.zeros(4000, dtype=int), pred_proba=pred_proba, kind=kind, classes=[0, 1]
    )
    assert noisy.transition_matrix[0, 1] == pytest.approx(flip(margin))
    assert abs(noisy.noise_rate - flip(margin)) < 4 * 0.5 / np.sqrt(4000)


@given(
    st.floats(0.02, 0.8),
    st.sampled_from(["I", "II", "III"]),
    st.integers(0, 99),
)
def test_the_rate_asked_for(rate, kind, seed):
    noisy = plant(rate, kind=kind, random_state=seed)
    counts = np.bincount(LABELS, minlength=4)
    expected = counts @ (1 - np.diag(noisy.transition_matrix)) / counts.sum()
    assert expected == pytest.approx(rate, abs=1e-5)
    assert abs(noisy.noise_rate - rate) < 5 * np.sqrt(rate * (1 - rate) / 400) + 1e-9
    np.testing.assert_array_equal(noisy.flipped, noisy.y != LABELS)
    np.testing.assert_allclose(noisy.transition_matrix.sum(axis=1), 1)


@given(st.sampled_from(["I", "II", "III"]), st.integers(0, 99))
def test_wrong_labels_are_the_likeliest_other(kind, seed):
    noisy = plant(0.5, kind=kind, random_state=seed)
    others = PROBA.copy()
    others[np.arange(400), LABELS] = -1
    np.testing.assert_array_equal(
        noisy.y[noisy.flipped], others.argmax(axis=1)[noisy.flipped]
    )


@given(st.sampled_from(["I", "II", "III"]), st.integers(0, 99))
def test_predicted_base_gives_one_of_the_two_likeliest(kind, seed):
    noisy = plant(kind=kind, base="predicted", random_state=seed)
    top = np.argsort(-PROBA, axis=1)[:, :2]
    assert np.all((noisy.y[:, None] == top).any(axis=1))


def test_predicted_base_at_a_rate():
    least = (PROBA.argmax(axis=1) != LABELS).mean()
    rate = (1 + least) / 2
    noisy = plant(rate, base="predicted", kind="III")
    assert abs(noisy.noise_rate - rate) < 4 * np.sqrt(rate * (1 - rate) / 400)
    with pytest.raises(ValueError, match="cannot be had"):
        plant(least / 2, base="predicted")


def test_small_margins_are_flipped_most():
    noisy = plant(0.2, kind="II")
    others = PROBA.copy()
    own = PROBA[np.arange(400), LABELS]
    others[np.arange(400), LABELS] = -1
    margin = np.abs(own - others.max(axis=1))
    assert margin[noisy.flipped].mean() < margin[~noisy.flipped].mean() - 0.2


def test_judges_the_rows_itself():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.uniform(-3, 3, size=2000), "b": "same"})
    y = np.where(X["a"] > 0, "right", "left")
    noisy = inject_margin_diminishing_noise(X, y, 0.1, kind="III", random_state=0)
    near = np.abs(X["a"].to_numpy()) < 0.5
    assert noisy.y.dtype == y.dtype
    assert noisy.flipped[near].mean() > 4 * noisy.flipped[~near].mean()


def test_same_seed_same_noise():
    assert plant(0.3).y.tolist() == plant(0.3).y.tolist()
    assert plant(0.3).y.tolist() != plant(0.3, random_state=1).y.tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "IV"}, "must be one of"),
        ({"base": "given"}, "must be one of"),
        ({"noise_rate": 1.2}, r"noise_rate must be in \[0, 1\)"),
        ({"pred_proba": PROBA[:, :3]}, r"shape \(400, 4\)"),
        ({"y": [0] * 10}, "X has 400 rows but y has 10"),
    ],
)
def test_bad_input_is_refused_with_the_fix(change, message):
    arguments = {"y": LABELS, "pred_proba": PROBA, "classes": range(4)} | change
    with pytest.raises(ValueError, match=message):
        inject_margin_diminishing_noise(ROWS, **arguments)
