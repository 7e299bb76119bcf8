# SPDX-License-Identifier: BSD-3-Clause
import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from sknoisy.boosting import (
    ActivePassiveLoss,
    AsymmetricExponentialLoss,
    AsymmetricGeneralizedCrossEntropy,
    AsymmetricUnhingedLoss,
    BackwardCorrection,
    FocalLoss,
    ForwardCorrection,
    GeneralizedCrossEntropy,
    LabelSmoothing,
    NormalizedLoss,
    SoftmaxCrossEntropy,
    SymmetricCrossEntropy,
    TaylorCrossEntropy,
)
from sknoisy.boosting._early_learning import HeldToAverages
from sknoisy.noise import pair_matrix

ANYWHERE = [
    SoftmaxCrossEntropy(),
    GeneralizedCrossEntropy(),
    GeneralizedCrossEntropy(q=1.0),
    SymmetricCrossEntropy(),
    SymmetricCrossEntropy(alpha=0.0, log_zero=-4.0),
    TaylorCrossEntropy(),
    TaylorCrossEntropy(order=5),
    AsymmetricGeneralizedCrossEntropy(),
    AsymmetricUnhingedLoss(),
    AsymmetricExponentialLoss(),
    FocalLoss(),
    FocalLoss(gamma=1.0),
    FocalLoss(gamma=2.5),
    NormalizedLoss(),
    NormalizedLoss(FocalLoss()),
    NormalizedLoss(GeneralizedCrossEntropy(q=0.1)),
    NormalizedLoss(TaylorCrossEntropy(order=3)),
    ActivePassiveLoss(),
    ActivePassiveLoss(passive=SymmetricCrossEntropy(alpha=0.0), alpha=10, beta=0.1),
    LabelSmoothing(0.4),
    LabelSmoothing(-1.5),
]


def skewed_matrix(n_classes):
    """Make a matrix that is not symmetric and has zeros."""
    matrix = pair_matrix(n_classes, 0.3)
    matrix[0] = np.linspace(2, 1, n_classes) / np.linspace(2, 1, n_classes).sum()
    return matrix


def objectives_for(n_samples, n_classes):
    averages = np.random.default_rng(5).dirichlet(np.ones(n_classes), n_samples) * 0.8
    return [
        *ANYWHERE,
        ForwardCorrection(skewed_matrix(n_classes)),
        BackwardCorrection(skewed_matrix(n_classes)),
        HeldToAverages(averages, 3.0),
    ]


def problem(n_samples, n_classes, scale=2.0):
    rng = np.random.default_rng(0)
    scores = scale * rng.normal(size=(n_samples, n_classes))
    return rng.integers(n_classes, size=n_samples).astype(float), scores


def derivative(function, y, scores, k):
    """Differentiate by one score, to the last digit, by a complex step."""
    moved = scores.astype(complex)
    moved[(..., k) if scores.ndim == 2 else ...] += 1e-30j
    return function(y, moved).imag / 1e-30


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_derivatives_are_exact(n_classes):
    y, scores = problem(20, n_classes)
    for objective in objectives_for(20, n_classes):
        gradient, hessian = objective.gradient(y, scores), objective.hessian(y, scores)
        for k in range(n_classes):
            slope = derivative(objective.loss, y, scores, k)
            np.testing.assert_allclose(gradient[:, k], slope, rtol=1e-10, atol=1e-13)
            bend = derivative(objective.gradient, y, scores, k)[:, k]
            np.testing.assert_allclose(hessian[:, k], bend, rtol=1e-9, atol=1e-12)


def test_derivatives_of_two_classes_are_exact():
    y, scores = problem(20, 2)
    scores = scores[:, 0]
    for objective in objectives_for(20, 2):
        slope = derivative(objective.loss, y, scores, None)
        np.testing.assert_allclose(objective.gradient(y, scores), slope, rtol=1e-10)
        bend = derivative(objective.gradient, y, scores, None)
        np.testing.assert_allclose(objective.hessian(y, scores), bend, rtol=1e-9)


def test_gradient_agrees_with_finite_differences():
    y, scores = problem(10, 4)
    for objective in objectives_for(10, 4):
        for k in range(4):
            step = 1e-6 * np.eye(4)[k]
            change = objective.loss(y, scores + step) - objective.loss(y, scores - step)
            np.testing.assert_allclose(
                objective.gradient(y, scores)[:, k], change / 2e-6, atol=1e-6
            )


@pytest.mark.parametrize("binary", [False, True])
def test_lightgbm_gets_the_gradient_and_positive_curvature(binary):
    y, scores = problem(30, 2 if binary else 5, scale=30.0)
    scores = scores[:, 1] if binary else scores
    weight = np.linspace(0.0, 3.0, 30)
    for objective in objectives_for(30, 2 if binary else 5):
        gradient, curvature = objective(y, scores)
        np.testing.assert_array_equal(gradient, objective.gradient(y, scores))
        assert gradient.shape == curvature.shape == scores.shape
        assert (curvature > 0).all() and np.isfinite(curvature).all()
        weighted = objective(y, scores, weight)
        column = weight if binary else weight[:, None]
        np.testing.assert_allclose(weighted[0], column * gradient, rtol=1e-12)
        np.testing.assert_allclose(weighted[1], column * curvature, rtol=1e-12)


def test_curvature_is_that_of_cross_entropy_times_the_pull():
    y, scores = problem(30, 5)
    p = softmax(scores, axis=1)
    u = p[np.arange(30), y.astype(int)]
    _, curvature = SoftmaxCrossEntropy()(y, scores)
    np.testing.assert_allclose(curvature, 5 / 4 * p * (1 - p), rtol=1e-12)
    pulls = {
        GeneralizedCrossEntropy(q=0.7): u**0.7,
        SymmetricCrossEntropy(alpha=0.5, beta=2.0, log_zero=-4.0): 0.5 + 8 * u,
        TaylorCrossEntropy(order=3): 1 - (1 - u) ** 3,
        FocalLoss(gamma=2.0): (1 - u) ** 2 - 2 * u * (1 - u) * np.log(u),
        ActivePassiveLoss(alpha=2.0, beta=3.0): 2 / -np.log(p).sum(axis=1) + 3 * u,
    }
    for objective, pull in pulls.items():
        _, scaled = objective(y, scores)
        np.testing.assert_allclose(scaled, pull[:, None] * curvature, rtol=1e-10)


def test_binary_curvature_is_that_of_the_logistic_loss():
    y, scores = problem(30, 2)
    p = 1 / (1 + np.exp(-scores[:, 0]))
    _, curvature = SoftmaxCrossEntropy()(y, scores[:, 0])
    np.testing.assert_allclose(curvature, p * (1 - p), rtol=1e-12)


def test_losses_by_hand():
    u = np.array([0.9, 0.25])
    scores = np.log(np.array([[0.1, 0.9], [0.25, 0.75]]))
    y = [1, 0]
    expected = {
        SoftmaxCrossEntropy(): -np.log(u),
        GeneralizedCrossEntropy(q=0.5): 2 * (1 - np.sqrt(u)),
        GeneralizedCrossEntropy(q=1.0): 1 - u,
        SymmetricCrossEntropy(alpha=2.0, log_zero=-4.0): -2 * np.log(u) + 4 * (1 - u),
        TaylorCrossEntropy(order=3): (1 - u) + (1 - u) ** 2 / 2 + (1 - u) ** 3 / 3,
        AsymmetricGeneralizedCrossEntropy(a=2.0, q=2.0): (9 - (2 + u) ** 2) / 2,
        AsymmetricUnhingedLoss(a=2.0, q=2.0): ((2 - u) ** 2 - 1) / 2,
        AsymmetricExponentialLoss(a=2.0): np.exp(-u / 2),
        FocalLoss(gamma=2.0): -((1 - u) ** 2) * np.log(u),
        NormalizedLoss(): np.log(u) / (np.log(u) + np.log(1 - u)),
        NormalizedLoss(FocalLoss(gamma=1.0)): (1 - u)
        * np.log(u)
        / ((1 - u) * np.log(u) + u * np.log(1 - u)),
        LabelSmoothing(0.2): -0.9 * np.log(u) - 0.1 * np.log(1 - u),
        ForwardCorrection([[0.8, 0.2], [0.1, 0.9]]): -np.log([0.83, 0.275]),
    }
    for objective, loss in expected.items():
        np.testing.assert_allclose(objective.loss(y, scores), loss, rtol=1e-12)


def over_all_labels(objective, scores):
    n_samples, n_classes = scores.shape
    labels = (np.full(n_samples, k) for k in range(n_classes))
    return sum(objective.loss(each, scores) for each in labels)


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=6))
def test_what_is_robust_sums_to_a_constant(row):
    scores, k = np.array([row]), len(row)
    for inner in (SoftmaxCrossEntropy(), FocalLoss(), GeneralizedCrossEntropy(q=0.1)):
        total = over_all_labels(NormalizedLoss(inner), scores)
        np.testing.assert_allclose(total, 1)
    mean_absolute = GeneralizedCrossEntropy(q=1.0)
    np.testing.assert_allclose(over_all_labels(mean_absolute, scores), k - 1)
    reverse = SymmetricCrossEntropy(alpha=0.0, log_zero=-4.0)
    np.testing.assert_allclose(over_all_labels(reverse, scores), 4 * (k - 1))


@settings(max_examples=30)
@given(
    st.lists(st.floats(-20, 20), min_size=3, max_size=3),
    st.floats(-50, 50),
    st.integers(0, 2),
)
def test_a_shift_of_all_scores_changes_nothing(row, shift, label):
    scores = np.array([row])
    for objective in [*ANYWHERE, ForwardCorrection(skewed_matrix(3))]:
        gradient = objective.gradient([label], scores)
        np.testing.assert_allclose(gradient.sum(), 0, atol=1e-12)
        moved = objective.loss([label], scores + shift)
        np.testing.assert_allclose(
            moved, objective.loss([label], scores), rtol=1e-8, atol=1e-10
        )


def test_limits_are_cross_entropy():
    y, scores = problem(20, 4)
    plain = SoftmaxCrossEntropy()
    for objective in (
        GeneralizedCrossEntropy(q=1e-9),
        FocalLoss(gamma=0.0),
        TaylorCrossEntropy(order=3000),
        SymmetricCrossEntropy(alpha=1.0, beta=0.0),
        LabelSmoothing(0.0),
        ForwardCorrection(np.eye(4)),
        BackwardCorrection(np.eye(4)),
        HeldToAverages(np.full((20, 4), 0.2), 0.0),
    ):
        near = {"rtol": 1e-5, "atol": 1e-7}
        np.testing.assert_allclose(
            objective.loss(y, scores), plain.loss(y, scores), **near
        )
        np.testing.assert_allclose(objective(y, scores), plain(y, scores), **near)


def test_extreme_scores_give_finite_numbers():
    scores = np.array([[800.0, 0.0, -800.0], [0.0, 0.0, 900.0]])
    for objective in objectives_for(2, 3):
        for label in range(3):
            y = np.full(2, label)
            values = [objective.loss(y, scores), *objective(y, scores)]
            values.append(objective.hessian(y, scores))
            assert all(np.isfinite(each).all() for each in values), objective


def test_focal_losses_are_flat_where_the_label_is_certain():
    scores = np.array([[40.0, 0.0, 0.0], [37.0, 0.0, 1.0], [800.0, 0.0, -800.0]])
    for objective in (FocalLoss(), FocalLoss(3.0), NormalizedLoss(FocalLoss())):
        np.testing.assert_allclose(objective.gradient([0] * 3, scores), 0, atol=1e-7)
        np.testing.assert_allclose(objective.hessian([0] * 3, scores), 0, atol=1e-7)


@pytest.mark.parametrize("objective", [*ANYWHERE, ForwardCorrection(skewed_matrix(3))])
def test_objectives_are_values(objective):
    for twin in (copy.deepcopy(objective), pickle.loads(pickle.dumps(objective))):
        assert twin == objective and twin is not objective
        assert hash(twin) == hash(objective)
    assert GeneralizedCrossEntropy(q=0.123) != objective


@pytest.mark.parametrize("y", [[0, 3], [-1, 0], [0], [0, 1, 2]])
def test_labels_that_do_not_fit_the_scores(y):
    with pytest.raises(ValueError, match="one class from 0 to 2 for each of the 2"):
        SoftmaxCrossEntropy().loss(y, np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GeneralizedCrossEntropy(q=0), r"q=0 must be a number in \(0, 1\]"),
        (lambda: GeneralizedCrossEntropy(q="a"), "q='a' must be a number"),
        (lambda: SymmetricCrossEntropy(log_zero=0), "log_zero=0 must be"),
        (lambda: SymmetricCrossEntropy(alpha=-1), "alpha=-1 must be"),
        (lambda: SymmetricCrossEntropy(0, 0), "alpha and beta are 0"),
        (lambda: ActivePassiveLoss(alpha=0, beta=0), "alpha and beta are 0"),
        (lambda: AsymmetricUnhingedLoss(a=1), r"a=1 must be a number in \(1, inf\)"),
        (lambda: AsymmetricExponentialLoss(a=0), "a=0 must be"),
        (lambda: AsymmetricGeneralizedCrossEntropy(q=0), "q=0 must be"),
        (lambda: FocalLoss(gamma=-1), r"gamma=-1 must be a number in \[0, inf\)"),
        (lambda: TaylorCrossEntropy(order=0), "order=0 must be a whole number"),
        (lambda: LabelSmoothing(1.5), r"rate=1.5 must be a number in \(-inf, 1\]"),
    ],
)
def test_parameters_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_parts_of_another_kind():
    with pytest.raises(TypeError, match="active must be an objective"):
        ActivePassiveLoss(active="nce")
    with pytest.raises(TypeError, match="probability of the given class"):
        NormalizedLoss(LabelSmoothing())


def test_where_a_warm_up_is_needed():
    needing = [
        GeneralizedCrossEntropy(),
        GeneralizedCrossEntropy(q=1.0),
        TaylorCrossEntropy(),
        SymmetricCrossEntropy(alpha=0.0),
        LabelSmoothing(-0.5),
        BackwardCorrection(pair_matrix(3, 0.2)),
    ]
    assert all(objective.needs_warm_up for objective in needing)
    not_needing = [
        SoftmaxCrossEntropy(),
        SymmetricCrossEntropy(),
        FocalLoss(),
        NormalizedLoss(FocalLoss()),
        ActivePassiveLoss(),
        LabelSmoothing(0.5),
        ForwardCorrection(pair_matrix(3, 0.2)),
        BackwardCorrection(np.eye(3)),
    ]
    assert not any(objective.needs_warm_up for objective in not_needing)
