# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.noise import HOC, ArgmaxCounts, GroupTransition, posterior_labels
from tests._data import blobs

NOISY = np.array([[0.6, 0.4], [0.1, 0.9]])
CLEAN = np.array([[0.98, 0.02], [0.02, 0.98]])


def two_sites(n_samples=4000, seed=0):
    """Labels of two sites, each with its noise, and right predictions."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, size=n_samples)
    site = np.where(rng.random(n_samples) < 0.5, "north", "south")
    keeps = np.where(site == "north", NOISY[truth, truth], CLEAN[truth, truth])
    y = np.where(rng.random(n_samples) < keeps, truth, 1 - truth)
    one = 0.05 + 0.9 * truth
    return y, np.column_stack([1 - one, one]), site, truth


def test_each_group_has_its_own_noise():
    y, pred_proba, site, _ = two_sites()
    model = GroupTransition().fit(y, pred_proba, groups=site)
    np.testing.assert_array_equal(model.groups_, ["north", "south"])
    np.testing.assert_allclose(model.transition_matrices_[0], NOISY, atol=0.04)
    np.testing.assert_allclose(model.transition_matrices_[1], CLEAN, atol=0.02)
    np.testing.assert_allclose(model.group_priors_, 0.5, atol=0.05)
    middle = (NOISY + CLEAN) / 2
    np.testing.assert_allclose(model.transition_matrix_, middle, atol=0.04)


def test_small_groups_are_drawn_to_all():
    y, pred_proba, _, _ = two_sites()
    groups = np.where(np.arange(len(y)) < 4, "tiny", "rest")
    matrices = {}
    for shrinkage in (0, 2, 1e9):
        model = GroupTransition(ArgmaxCounts(), shrinkage=shrinkage)
        model.fit(y, pred_proba, groups=groups)
        matrices[shrinkage] = model.transition_matrices_[1]
        common = model.transition_matrix_
    far, near, none = (np.abs(matrices[s] - common).sum() for s in (0, 2, 1e9))
    assert far > near > none
    assert none < 1e-6
    np.testing.assert_allclose(matrices[2].sum(axis=1), 1)


def test_evidence_goes_by_group():
    y, pred_proba, site, truth = two_sites()
    model = GroupTransition().fit(y, pred_proba, groups=site)
    evidence = model.row_evidence(y, groups=site)
    for g, name in enumerate(model.groups_):
        rows = np.flatnonzero(site == name)[:20]
        expected = np.log(model.transition_matrices_[g].T[y[rows]])
        np.testing.assert_allclose(evidence[rows], expected)
    flat = np.full((len(y), 2), 0.5)
    by_site, _ = posterior_labels(flat, evidence)
    by_all, _ = posterior_labels(flat, np.log(model.transition_matrix_.T[y]))
    rows = np.arange(len(y))
    gain = np.log(by_site[rows, truth]) - np.log(by_all[rows, truth])
    assert gain.mean() > 0.05


def test_a_new_group_has_the_noise_of_all():
    y, pred_proba, site, _ = two_sites(400)
    model = GroupTransition().fit(y, pred_proba, groups=site)
    evidence = model.row_evidence([0, 1], groups=["east", "west"])
    np.testing.assert_allclose(np.exp(evidence), model.transition_matrix_.T)


def test_weights_repeat_rows():
    y, pred_proba, site, _ = two_sites(300)
    weight = np.random.default_rng(0).integers(0, 3, size=300)
    repeat = np.repeat(np.arange(300), weight)
    model = GroupTransition()
    weighted = model.fit(y, pred_proba, weight.astype(float), groups=site)
    weighted = weighted.transition_matrices_
    repeated = model.fit(y[repeat], pred_proba[repeat], groups=site[repeat])
    np.testing.assert_allclose(weighted, repeated.transition_matrices_)


def test_a_group_without_weight_or_with_one_label():
    y, pred_proba, site, _ = two_sites(400)
    site[:5], site[5:8] = "gone", "single"
    y[5:8] = 1
    weight = (site != "gone").astype(float)
    model = GroupTransition().fit(y, pred_proba, weight, groups=site)
    assert len(model.groups_) == 4
    gone = model.transition_matrices_[0]
    np.testing.assert_array_equal(gone, model.transition_matrix_)
    np.testing.assert_allclose(model.transition_matrices_.sum(axis=2), 1)


def test_any_noise_model_may_be_inside():
    X, y, _ = blobs(300, noise=0.2)
    groups = np.arange(300) % 2
    model = GroupTransition(HOC()).fit(y, X=X, groups=groups)
    assert model.transition_matrices_.shape == (2, 3, 3)
    assert model.noise_rate_ == pytest.approx(0.2, abs=0.1)


def test_errors_name_the_fix():
    y, pred_proba, site, _ = two_sites(60)
    with pytest.raises(ValueError, match="cannot do without groups"):
        GroupTransition().fit(y, pred_proba)
    with pytest.raises(ValueError, match="shrinkage"):
        GroupTransition(shrinkage=-1).fit(y, pred_proba, groups=site)
    model = GroupTransition().fit(y, pred_proba, groups=site)
    with pytest.raises(ValueError, match="pass the groups"):
        model.row_evidence(y)
    with pytest.raises(ValueError, match="one group a row"):
        model.row_evidence(y, groups=site[:3])
