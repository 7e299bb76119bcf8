# SPDX-License-Identifier: BSD-3-Clause
"""What every noise model does alike."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from sknoisy.base import BaseTransitionEstimator
from sknoisy.exceptions import RareClassWarning
from sknoisy.noise import (
    HOC,
    AnchorPoints,
    ArgmaxCounts,
    BinaryRates,
    ConfidentJoint,
    DualT,
    GoldLossCorrection,
    GroupTransition,
    KnownMatrix,
    PartDependentTransition,
    RevisedMatrix,
    inject_symmetric_noise,
    label_evidence,
    posterior_labels,
)
from tests._data import blobs
from tests._parts import public_parts

X, _, TRUTH = blobs(300, n_classes=2, seed=3)
Y = inject_symmetric_noise(TRUTH, 0.2, exact=True, random_state=0).y
PROBA = LogisticRegression(C=0.01).fit(X, Y).predict_proba(X)
GROUPS = np.arange(300) % 2
# The first rows have been verified.
TRUSTED = np.arange(300) < 100

MODELS = [
    AnchorPoints(),
    ArgmaxCounts(),
    BinaryRates(),
    ConfidentJoint(),
    DualT(),
    GoldLossCorrection(),
    GroupTransition(),
    HOC(),
    KnownMatrix([[0.8, 0.2], [0.2, 0.8]]),
    PartDependentTransition(2),
    RevisedMatrix(LogisticRegression(), max_iter=2),
]
each = pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)


def fit(model, y=Y, rows=slice(None), **params):
    """Give a noise model everything, as one that stands in for another gets."""
    y = np.where(TRUSTED, TRUTH, y) if y is Y else y
    given = {"X": X[rows], "groups": GROUPS[rows], "trusted": TRUSTED[rows]}
    return clone(model).fit(y[rows], PROBA[rows], **{**given, **params})


def test_every_noise_model_is_here():
    kinds = {
        part for part in public_parts() if issubclass(part, BaseTransitionEstimator)
    }
    assert kinds == {type(model) for model in MODELS}


@each
def test_results(model):
    fitted = fit(model)
    np.testing.assert_allclose(fitted.transition_matrix_.sum(axis=1), 1)
    assert (fitted.transition_matrix_ >= 0).all()
    assert fitted.class_prior_.sum() == pytest.approx(1)
    assert 0 <= fitted.noise_rate_ <= 1
    np.testing.assert_array_equal(fitted.classes_, [0, 1])


@each
def test_noise_is_about_what_was_planted(model):
    if isinstance(model, DualT):
        pytest.skip("states the noise twice for calibrated predictions")
    assert fit(model).noise_rate_ == pytest.approx(0.2, abs=0.08)


@each
def test_evidence_suits_bayes_rule(model):
    fitted = fit(model)
    evidence = fitted.row_evidence(Y, X=X, groups=GROUPS, trusted=TRUSTED)
    assert evidence.shape == (300, 2)
    assert (evidence <= 1e-12).all()
    posterior, _ = posterior_labels(np.full((300, 2), 0.5), evidence)
    np.testing.assert_array_equal(posterior[TRUSTED], np.eye(2)[Y[TRUSTED]])
    np.testing.assert_allclose(posterior.sum(axis=1), 1)
    if not isinstance(model, (GroupTransition, PartDependentTransition)):
        expected = label_evidence(Y, fitted.transition_matrix_, TRUSTED)
        np.testing.assert_allclose(evidence, expected)


@each
def test_names_of_labels_do_not_matter(model):
    names = np.array(["no", "yes"])
    by_name = fit(model, names[np.where(TRUSTED, TRUTH, Y)])
    np.testing.assert_array_equal(by_name.classes_, names)
    expected = fit(model).transition_matrix_
    np.testing.assert_allclose(by_name.transition_matrix_, expected)
    evidence = by_name.row_evidence(names[Y[:9]], X=X[:9], groups=GROUPS[:9])
    assert evidence.shape == (9, 2)
    with pytest.raises(ValueError, match="classes lacks"):
        by_name.row_evidence(["maybe"], X=X[:1], groups=GROUPS[:1])


@each
def test_order_of_rows_does_not_matter(model):
    order = np.random.default_rng(0).permutation(300)
    expected = fit(model).transition_matrix_
    found = fit(model, rows=order).transition_matrix_
    np.testing.assert_allclose(found, expected, atol=1e-3)


@each
def test_containers_and_types_do_not_matter(model):
    y = np.where(TRUSTED, TRUTH, Y)
    expected = fit(model).transition_matrix_
    proba = PROBA.astype(np.float32)
    found = clone(model).fit(
        pd.Series(y, index=np.arange(300)[::-1]),
        pd.DataFrame(proba),
        X=pd.DataFrame(X),
        groups=GROUPS.tolist(),
        trusted=pd.Series(TRUSTED),
    )
    np.testing.assert_allclose(found.transition_matrix_, expected, atol=1e-4)


@each
def test_a_class_of_one_row_is_warned_of(model):
    if isinstance(model, (BinaryRates, KnownMatrix)):
        pytest.skip("has two classes, or has been told the noise of all")
    y = np.where(TRUSTED, TRUTH, Y)
    y[-1] = 2
    proba = np.column_stack([0.98 * PROBA, np.full(300, 0.02)])
    given = {"X": X, "groups": GROUPS, "trusted": TRUSTED}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = clone(model).fit(y, proba, **given)
    np.testing.assert_allclose(found.transition_matrix_.sum(axis=1), 1)
    assert np.isfinite(found.class_prior_).all()
    # The confident joint is used all over, and leaves the warning to its users.
    if not isinstance(model, ConfidentJoint):
        assert any(issubclass(one.category, RareClassWarning) for one in caught)


@each
def test_verified_labels_are_not_noisy_ones(model):
    if isinstance(model, GoldLossCorrection):
        pytest.skip("learns from the verified labels")
    rest = ~TRUSTED
    everything = fit(model).transition_matrix_
    without = fit(model, rows=rest).transition_matrix_
    np.testing.assert_allclose(everything, without, atol=1e-3)


@each
def test_rows_of_weight_zero_are_absent(model):
    rows = np.arange(300) % 5 > 0
    weighted = fit(model, sample_weight=rows.astype(float)).transition_matrix_
    absent = fit(model, rows=rows).transition_matrix_
    np.testing.assert_allclose(weighted, absent, atol=1e-3)


@each
def test_scale_of_weights_does_not_matter(model):
    if isinstance(model, RevisedMatrix):
        pytest.skip("the penalty of a logistic regression has a scale")
    weight = np.random.default_rng(0).uniform(0.2, 1.0, size=300)
    one = fit(model, sample_weight=weight).transition_matrix_
    other = fit(model, sample_weight=0.01 * weight).transition_matrix_
    np.testing.assert_allclose(one, other, atol=1e-6)


@each
def test_a_fit_that_fails_leaves_no_trace(model):
    broken = clone(model)
    with pytest.raises(ValueError):
        fit(broken, sample_weight=np.full(300, -1.0))
    with pytest.raises(NotFittedError):
        broken.row_evidence(Y, X=X, groups=GROUPS)


@each
def test_a_clone_is_not_fitted(model):
    fitted = fit(model)
    assert not [name for name in vars(clone(fitted)) if name.endswith("_")]


@pytest.mark.parametrize("model", [AnchorPoints(), ConfidentJoint(), DualT()])
def test_what_is_needed_is_asked_for(model):
    with pytest.raises(ValueError, match=r"write fit\(y, pred_proba=pred_proba\)"):
        model.fit(Y)
    with pytest.raises(ValueError, match="every row with weight is trusted"):
        model.fit(Y, PROBA, trusted=np.ones(300, dtype=bool))
    with pytest.raises(ValueError, match="columns"):
        model.fit(Y, np.column_stack([PROBA, PROBA]) / 2)


@each
def test_a_single_class_is_refused(model):
    with pytest.raises(ValueError):
        fit(model, y=np.zeros(300, dtype=int))
