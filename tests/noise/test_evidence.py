# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.noise import label_evidence, posterior_labels

T = np.array([[0.8, 0.2, 0.0], [0.1, 0.9, 0.0], [0.3, 0.3, 0.4]])


def problem(seed, n_samples=20, n_classes=3):
    rng = np.random.default_rng(seed)
    matrix = rng.dirichlet(np.ones(n_classes), size=n_classes)
    pred_proba = rng.dirichlet(np.ones(n_classes), size=n_samples)
    return matrix, pred_proba, rng.integers(n_classes, size=n_samples)


def test_evidence_of_a_given_label_is_a_column_of_the_matrix():
    evidence = label_evidence(np.array([0, 1, 2]), T)
    np.testing.assert_allclose(np.exp(evidence), T.T, atol=1e-15)
    assert evidence[2, 0] == -np.inf


def test_a_trusted_label_rules_out_the_others():
    trusted = np.array([True, False])
    evidence = label_evidence(np.array([1, 0]), T, trusted)
    np.testing.assert_array_equal(evidence[0], [-np.inf, 0, -np.inf])
    np.testing.assert_allclose(np.exp(evidence[1]), T[:, 0])


def test_a_matrix_that_is_no_noise_model_is_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        label_evidence(np.array([0]), T.T)


@given(st.integers(0, 1000))
def test_the_posterior_is_bayes_rule(seed):
    matrix, pred_proba, codes = problem(seed)
    evidence = label_evidence(codes, matrix)
    posterior, log_likelihood = posterior_labels(pred_proba, evidence)
    joint = pred_proba * matrix[:, codes].T
    np.testing.assert_allclose(np.exp(log_likelihood), joint.sum(axis=1))
    np.testing.assert_allclose(
        posterior, joint / joint.sum(axis=1, keepdims=True), atol=1e-9
    )


@given(st.integers(0, 1000))
def test_a_change_of_prior_is_bayes_rule_too(seed):
    matrix, pred_proba, codes = problem(seed)
    ratio = np.array([0.5, 1.0, 2.0])
    posterior, log_likelihood = posterior_labels(
        pred_proba, label_evidence(codes, matrix), ratio
    )
    shifted = pred_proba * ratio
    shifted /= shifted.sum(axis=1, keepdims=True)
    joint = shifted * matrix[:, codes].T
    np.testing.assert_allclose(np.exp(log_likelihood), joint.sum(axis=1))
    np.testing.assert_allclose(
        posterior, joint / joint.sum(axis=1, keepdims=True), atol=1e-9
    )


def test_without_noise_the_label_stands_and_without_evidence_the_prediction():
    _, pred_proba, codes = problem(0)
    clean, _ = posterior_labels(pred_proba, label_evidence(codes, np.eye(3)))
    np.testing.assert_array_equal(clean, np.eye(3)[codes])
    unlabelled, log_likelihood = posterior_labels(pred_proba, np.zeros((20, 3)))
    np.testing.assert_allclose(unlabelled, pred_proba)
    np.testing.assert_allclose(log_likelihood, 0, atol=1e-12)


def test_a_trusted_label_stands_against_any_prediction():
    trusted = np.array([True])
    evidence = label_evidence(np.array([2]), T, trusted)
    posterior, _ = posterior_labels(np.array([[1.0, 0.0, 0.0]]), evidence)
    np.testing.assert_array_equal(posterior, [[0, 0, 1]])


def test_independent_sources_add_up():
    _, pred_proba, _ = problem(1, n_samples=1)
    first, second = label_evidence(np.array([0]), T), label_evidence(np.array([1]), T)
    once, _ = posterior_labels(pred_proba, first)
    twice, _ = posterior_labels(once, second)
    together, _ = posterior_labels(pred_proba, first + second)
    np.testing.assert_allclose(twice, together)
