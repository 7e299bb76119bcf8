# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from sknoisy.noise._confident_joint import (
    ConfidentJoint,
    calibrate_joint,
    class_thresholds,
    class_weights,
    confident_joint,
    count_confident_joint,
    latent_estimates,
)
from sknoisy.utils import _predictions

Y_A = np.repeat([0, 1, 2], 4)
PROBA_A = np.array(
    [
        [0.9, 0.05, 0.05],
        [0.6, 0.3, 0.1],
        [0.2, 0.7, 0.1],
        [0.5, 0.3, 0.2],
        [0.1, 0.8, 0.1],
        [0.3, 0.6, 0.1],
        [0.7, 0.2, 0.1],
        [0.2, 0.4, 0.4],
        [0.1, 0.1, 0.8],
        [0.05, 0.15, 0.8],
        [0.1, 0.6, 0.3],
        [0.45, 0.1, 0.45],
    ]
)


def make_problem_b():
    i, k = np.arange(60)[:, np.newaxis], np.arange(4)
    y = np.arange(60) % 4
    logits = 1.5 * (k == y[:, np.newaxis]) + 2 * np.sin(1.3 * i + 2.1 * k)
    proba = np.exp(logits)
    return y, proba / proba.sum(axis=1, keepdims=True)


def make_noisy(n_samples, n_classes, seed=0, noise=0.2):
    """Labels with noise and untied probabilities that see through most of it."""
    rng = np.random.default_rng(seed)
    true = rng.integers(n_classes, size=n_samples)
    true[:n_classes] = np.arange(n_classes)
    wrong = rng.random(n_samples) < noise
    wrong[:n_classes] = False
    y = np.where(wrong, rng.integers(n_classes, size=n_samples), true)
    logits = rng.normal(size=(n_samples, n_classes))
    logits[np.arange(n_samples), true] += 1.5
    proba = np.exp(logits)
    return y, proba / proba.sum(axis=1, keepdims=True)


def test_three_classes_by_hand():
    model = ConfidentJoint().fit(Y_A, PROBA_A)
    np.testing.assert_allclose(model.thresholds_, [0.55, 0.5, 0.5875])
    np.testing.assert_array_equal(model.counts_, [[2, 1, 0], [1, 2, 0], [0, 1, 2]])
    np.testing.assert_array_equal(
        model.confident_joint_, [[3, 1, 0], [1, 3, 0], [0, 1, 3]]
    )
    np.testing.assert_allclose(model.class_prior_, [0.3333, 0.4167, 0.25], atol=5e-5)
    np.testing.assert_allclose(
        model.transition_matrix_, [[0.75, 0.25, 0], [0.2, 0.6, 0.2], [0, 0, 1]]
    )
    np.testing.assert_allclose(
        model.inverse_matrix_, [[0.75, 0.25, 0], [0.25, 0.75, 0], [0, 0.25, 0.75]]
    )
    assert model.noise_rate_ == pytest.approx(0.25)


def test_four_classes_with_collisions():
    y, proba = make_problem_b()
    model = ConfidentJoint().fit(y, proba)
    np.testing.assert_allclose(
        model.thresholds_, [0.38096, 0.50685, 0.41309, 0.45725], atol=5e-6
    )
    np.testing.assert_array_equal(
        model.counts_, [[7, 4, 3, 0], [3, 7, 3, 0], [3, 4, 6, 0], [0, 2, 4, 8]]
    )
    np.testing.assert_array_equal(
        model.confident_joint_,
        [[8, 4, 3, 0], [3, 8, 4, 0], [3, 5, 7, 0], [0, 2, 4, 9]],
    )
    np.testing.assert_allclose(
        model.class_prior_, [0.2333, 0.3167, 0.3, 0.15], atol=5e-5
    )


def test_a_collision_goes_to_the_most_probable_class_of_the_row():
    # Row 2 reaches classes 1 and 2, yet class 0 is more probable than either.
    proba = np.array([[0.9, 0.05, 0.05], [0.05, 0.3, 0.65], [0.4, 0.3, 0.3]])
    thresholds = np.array([0.9, 0.3, 0.3])
    counts = count_confident_joint(np.array([0, 2, 1]), proba, thresholds)
    np.testing.assert_array_equal(counts, [[1, 0, 0], [1, 1, 0], [0, 0, 1]])


def test_a_row_that_reaches_one_class_goes_there_though_another_is_likelier():
    proba = np.array([[0.6, 0.4], [0.45, 0.55]])
    counts = count_confident_joint(np.array([0, 0]), proba, np.array([0.7, 0.4]))
    np.testing.assert_array_equal(counts, [[1, 2], [0, 1]])


def test_a_tie_for_the_most_probable_class_goes_to_the_given_label():
    proba = np.full((2, 2), 0.5)
    counts = count_confident_joint(np.array([0, 1]), proba)
    np.testing.assert_array_equal(counts, np.eye(2))


def test_no_confident_row_leaves_the_diagonal():
    counts = count_confident_joint(Y_A, PROBA_A, np.full(3, 2.0))
    np.testing.assert_array_equal(counts, np.eye(3))
    np.testing.assert_array_equal(calibrate_joint(counts, [4, 4, 4]), 4 * np.eye(3))


def test_a_class_without_rows():
    y, proba = np.array([0, 0, 1, 1, 0]), PROBA_A[[0, 1, 4, 5, 2]]
    model = ConfidentJoint(classes=[0, 1, 2]).fit(y, proba)
    assert model.thresholds_[2] == 2
    np.testing.assert_array_equal(model.confident_joint_[2], 0)
    np.testing.assert_array_equal(model.inverse_matrix_[2], [0, 0, 1])
    np.testing.assert_array_equal(model.transition_matrix_[2], [0, 0, 1])
    assert 0 < model.class_prior_[2] < 1e-5
    assert model.class_prior_.sum() == pytest.approx(1)


def test_a_threshold_has_a_floor():
    proba = np.array([[1.0, 0.0], [1.0, 0.0]])
    thresholds = class_thresholds(np.array([0, 1]), proba)
    np.testing.assert_allclose(thresholds, [1, 2e-6])


def test_calibration_keeps_row_totals_and_whole_numbers():
    rng = np.random.default_rng(0)
    for _ in range(50):
        counts = rng.integers(0, 5, (6, 6)) + np.eye(6, dtype=int)
        totals = rng.integers(0, 30, 6)
        joint = calibrate_joint(counts, totals)
        assert joint.dtype == np.int64
        assert (joint >= 0).all()
        np.testing.assert_array_equal(joint.sum(axis=1), totals)


def test_calibration_to_fractional_weights_does_not_round():
    joint = calibrate_joint(np.array([[2.0, 1.0], [0.0, 1.0]]), [0.75, 0.5])
    np.testing.assert_allclose(joint, [[0.5, 0.25], [0, 0.5]])


@pytest.mark.parametrize("method", ["cnt", "eqn", "marginal", "marginal_ps"])
def test_every_prior_recovers_a_consistent_joint(method):
    prior = np.array([0.5, 0.3, 0.2])
    transition = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]])
    joint = 1000 * (prior[:, np.newaxis] * transition).T
    estimates = latent_estimates(joint, joint.sum(axis=1), method)
    np.testing.assert_allclose(estimates.transition_matrix, transition, atol=1e-12)
    np.testing.assert_allclose(estimates.class_prior, prior, atol=1e-12)
    np.testing.assert_allclose(estimates.inverse_matrix.sum(axis=1), 1)


def test_unknown_prior_method():
    with pytest.raises(ValueError, match="Did you mean 'marginal'"):
        ConfidentJoint(prior_method="marginals").fit(Y_A, PROBA_A)


def test_labels_come_back_and_order_the_matrices():
    names = np.array(["c", "a", "b"])
    model = ConfidentJoint(classes=names).fit(names[Y_A], PROBA_A)
    np.testing.assert_array_equal(model.classes_, names)
    np.testing.assert_array_equal(model.counts_, [[2, 1, 0], [1, 2, 0], [0, 1, 2]])


def test_calibrate_can_be_left_out():
    counts = confident_joint(Y_A, PROBA_A, calibrate=False)
    np.testing.assert_array_equal(counts, [[2, 1, 0], [1, 2, 0], [0, 1, 2]])


def test_clone_and_refit_agree():
    model = ConfidentJoint(prior_method="eqn").fit(Y_A, PROBA_A)
    again = clone(model).fit(Y_A, PROBA_A)
    np.testing.assert_array_equal(model.transition_matrix_, again.transition_matrix_)


def test_bad_input_names_the_fix():
    with pytest.raises(ValueError, match="sum to 1, but row 0"):
        confident_joint(Y_A, 2 * PROBA_A)
    with pytest.raises(ValueError, match="NaN"):
        ConfidentJoint().fit(Y_A, np.where(PROBA_A == 0.9, np.nan, PROBA_A))
    with pytest.raises(ValueError, match="sample_weight has 2 entries"):
        confident_joint(Y_A, PROBA_A, sample_weight=[1, 2])


@given(
    seed=st.integers(0, 10**6),
    n_classes=st.integers(2, 6),
    n_samples=st.integers(12, 60),
)
def test_weights_repeat_rows_and_zero_leaves_them_out(seed, n_classes, n_samples):
    y, proba = make_noisy(n_samples, n_classes, seed)
    weight = np.random.default_rng(seed).integers(0, 4, n_samples)
    weight[:n_classes] += 1
    repeated = np.repeat(np.arange(n_samples), weight)
    by_weight = ConfidentJoint().fit(y, proba, sample_weight=weight)
    by_rows = ConfidentJoint().fit(y[repeated], proba[repeated])
    np.testing.assert_allclose(by_weight.thresholds_, by_rows.thresholds_)
    np.testing.assert_array_equal(by_weight.counts_, by_rows.counts_)
    np.testing.assert_array_equal(by_weight.confident_joint_, by_rows.confident_joint_)
    np.testing.assert_allclose(by_weight.class_prior_, by_rows.class_prior_)


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-9, 0.37, 1 / 3]))
def test_fractional_weights_have_no_scale(seed, scale):
    y, proba = make_noisy(40, 3, seed)
    weight = np.random.default_rng(seed).random(40)
    weight /= weight.max()
    one = ConfidentJoint().fit(y, proba, sample_weight=weight)
    other = ConfidentJoint().fit(y, proba, sample_weight=scale * weight)
    np.testing.assert_allclose(scale * one.counts_, other.counts_)
    np.testing.assert_allclose(one.transition_matrix_, other.transition_matrix_)
    assert one.noise_rate_ == pytest.approx(other.noise_rate_)


@given(seed=st.integers(0, 10**6), n_classes=st.integers(2, 5))
def test_renaming_labels_permutes_the_counts(seed, n_classes):
    y, proba = make_noisy(50, n_classes, seed)
    # Coarse probabilities of two classes tie with the given label, and only so.
    proba = proba.round(1) if n_classes == 2 else proba
    order = np.random.default_rng(seed).permutation(n_classes)
    names = np.array(list("pqrst"))[:n_classes]
    counts = confident_joint(y, proba, classes=np.arange(n_classes), calibrate=False)
    renamed = confident_joint(
        names[y], proba[:, order], classes=names[order], calibrate=False
    )
    np.testing.assert_array_equal(renamed, counts[np.ix_(order, order)])


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_row_order_layout_and_blocks_do_not_matter(monkeypatch, tmp_path, n_classes):
    y, proba = make_noisy(200, n_classes)
    proba = proba.astype(np.float32)
    counts = confident_joint(y, proba)
    shuffled = np.random.default_rng(1).permutation(200)
    np.save(tmp_path / "proba.npy", proba)
    mapped = np.load(tmp_path / "proba.npy", mmap_mode="r")
    for labels, array in [
        (y[shuffled], proba[shuffled]),
        (y, np.asfortranarray(proba)),
        (y, proba.astype(np.float64)),
        (y.astype(str), mapped),
    ]:
        np.testing.assert_array_equal(confident_joint(labels, array), counts)
    monkeypatch.setattr(_predictions, "_BLOCK_ROWS", 7)
    np.testing.assert_array_equal(confident_joint(y, proba), counts)


def test_class_weights_count_or_sum():
    codes = np.array([0, 2, 2, 0, 2])
    np.testing.assert_array_equal(class_weights(codes, 4), [2, 0, 3, 0])
    weights = class_weights(codes, 4, np.array([0.5, 1, 2, 0, 0.25]))
    np.testing.assert_array_equal(weights, [0.5, 0, 3.25, 0])


@pytest.mark.parametrize("n_classes", [2, 3, 4, 10, 30])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_cleanlab(n_classes, seed):
    count = pytest.importorskip("cleanlab.count")
    y, proba = make_noisy(700, n_classes, seed)
    model = ConfidentJoint().fit(y, proba)
    theirs = count.compute_confident_joint(y, proba, calibrate=False)
    np.testing.assert_array_equal(model.counts_, theirs)
    joint = count.compute_confident_joint(y, proba)
    np.testing.assert_array_equal(model.confident_joint_, joint)
    for method in ("cnt", "eqn", "marginal", "marginal_ps"):
        prior, noise, inverse = count.estimate_latent(joint, y, py_method=method)
        ours = ConfidentJoint(prior_method=method).fit(y, proba)
        np.testing.assert_allclose(ours.class_prior_, prior, rtol=1e-9)
        np.testing.assert_allclose(ours.transition_matrix_, noise.T)
        np.testing.assert_allclose(ours.inverse_matrix_, inverse.T)
