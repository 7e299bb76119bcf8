# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from sknoisy.threshold import MixtureThreshold


def two_crowds(n_right=180, n_wrong=20, seed=0):
    rng = np.random.default_rng(seed)
    loss = np.r_[rng.normal(0.3, 0.05, n_right), rng.normal(2.0, 0.3, n_wrong)]
    return np.exp(-np.abs(loss)), np.r_[np.zeros(n_right), np.ones(n_wrong)] == 1


def suspects(quality, y=None, sample_weight=None, **params):
    y = np.arange(len(quality)) % 2 if y is None else y
    threshold = MixtureThreshold(**params).fit(quality, y, sample_weight=sample_weight)
    return threshold.suspects(quality, y)


def test_two_crowds_are_told_apart():
    quality, wrong = two_crowds()
    np.testing.assert_array_equal(suspects(quality), wrong)


@pytest.mark.parametrize("seed", range(5))
def test_one_crowd_is_not_split(seed):
    loss = np.random.default_rng(seed).normal(1.0, 0.1, 300)
    assert not suspects(np.exp(-loss)).any()


@pytest.mark.parametrize("quality", [np.full(20, 0.7), np.ones(4), np.zeros(4)])
def test_equal_qualities_are_not_split(quality):
    assert not suspects(quality).any()


def test_it_agrees_with_the_mixture_of_scikit_learn():
    quality, _ = two_crowds(150, 50, seed=1)
    loss = -np.log(quality)[:, None]
    model = GaussianMixture(2, means_init=[[loss.min()], [loss.max()]], tol=1e-6)
    worse = model.fit(loss).means_.ravel().argmax()
    expected = model.predict_proba(loss)[:, worse] > 0.5
    np.testing.assert_array_equal(suspects(quality), expected)


def test_a_surer_posterior_flags_no_more():
    rng = np.random.default_rng(0)
    loss = np.r_[rng.normal(0.5, 0.2, 200), rng.normal(1.5, 0.3, 60)]
    quality = np.exp(-np.abs(loss))
    half, sure = suspects(quality), suspects(quality, posterior=0.95)
    assert sure.sum() < half.sum()
    assert not (sure & ~half).any()


def test_each_class_may_have_its_own_crowds():
    quality, wrong = two_crowds()
    low = np.exp(-np.random.default_rng(1).normal(2.0, 0.1, 100))
    y = np.r_[np.zeros(200), np.ones(100)].astype(int)
    together = np.r_[quality, low]
    assert suspects(together, y)[200:].sum() > 50
    mask = suspects(together, y, per_class=True)
    np.testing.assert_array_equal(mask, np.r_[wrong, np.zeros(100, dtype=bool)])


def test_rows_may_come_in_any_order():
    quality, wrong = two_crowds()
    order = np.random.default_rng(0).permutation(200)
    np.testing.assert_array_equal(suspects(quality[order]), wrong[order])


def test_a_quality_of_zero_is_a_large_loss():
    quality = np.r_[np.linspace(0.8, 1, 40), np.zeros(3)]
    np.testing.assert_array_equal(suspects(quality), quality == 0)


def test_many_points_are_cut_where_all_of_them_would_be(monkeypatch):
    rng = np.random.default_rng(0)
    quality = np.r_[rng.beta(8, 2, 15_000), rng.beta(2, 8, 5_000)]
    y = np.arange(20_000) % 2
    binned = MixtureThreshold().fit(quality, y).cutoffs_
    monkeypatch.setattr("sknoisy.threshold._mixture._MAX_POINTS", 10**6)
    exact = MixtureThreshold().fit(quality, y).cutoffs_
    np.testing.assert_allclose(binned, exact, rtol=5e-3)
    assert 0.1 < exact[0] < 0.9
