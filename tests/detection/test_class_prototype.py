# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.detection import ClassPrototypeCleaner, GaussianMixture
from tests._data import blobs
from tests.detection._evidence import found


def easy_and_hard(seed=0):
    """Draw a narrow class and a wide one, each with a fifth of wrong labels."""
    rng = np.random.default_rng(seed)
    truth = np.arange(600) % 2
    X = np.where(truth[:, None] == 0, 0.5, 2.0) * rng.normal(size=(600, 3))
    X[:, 0] += 3 * truth
    given = np.where(rng.random(600) < 0.2, 1 - truth, truth)
    return X, given, truth


def recall_of_errors(detector, given, truth):
    return [
        detector.suspect_mask_[(given == k) & (truth != k)].mean() for k in range(2)
    ]


def test_recall_is_balanced_over_classes():
    X, given, truth = easy_and_hard()
    prototypes = ClassPrototypeCleaner().fit(X, given)
    assert min(recall_of_errors(prototypes, given, truth)) > 0.8
    by_loss = GaussianMixture().fit(X, given)
    assert min(recall_of_errors(by_loss, given, truth)) < 0.2
    assert found(prototypes, given != truth) > found(by_loss, given != truth)


@pytest.mark.parametrize("cv", [None, 3])
@pytest.mark.parametrize("noise", [0.05, 0.3])
def test_planted_errors_are_found(cv, noise):
    X, given, truth = blobs(300, 3, noise=noise)
    wrong = given != truth
    detector = ClassPrototypeCleaner(cv=cv).fit(X, given)
    assert found(detector, wrong) > 0.99
    assert np.mean(detector.suspect_mask_ == wrong) > 0.98


def test_rounds_end_when_the_guess_stands():
    X, given, _ = blobs(300, 3, noise=0.1)
    few = ClassPrototypeCleaner(n_rounds=2).fit(X, given)
    many = ClassPrototypeCleaner(n_rounds=20).fit(X, given)
    assert few.n_rounds_ == many.n_rounds_ == 2
    np.testing.assert_allclose(few.posterior_, many.posterior_)
    one = ClassPrototypeCleaner(n_rounds=1).fit(X, given)
    assert one.n_rounds_ == 1


def test_prototypes_judge_out_of_fold():
    X, given, _ = blobs(90, 3, noise=0.1)
    detector = ClassPrototypeCleaner().fit(X, given)
    for k, prototype in enumerate(detector.prototypes_):
        own = given == k
        np.testing.assert_allclose(
            detector.posterior_[own], prototype.pred_proba[own, 1]
        )
        seen = prototype.predict_proba(detector.features_.of(X))[:, 1]
        assert np.abs(detector.posterior_[own] - seen[own]).max() > 1e-6


def test_small_classes_go_by_the_loss():
    X, given, _ = blobs(90, 3, noise=0.1)
    given[:4] = 7
    detector = ClassPrototypeCleaner().fit(X, given)
    assert [p is None for p in detector.prototypes_] == [False, False, False, True]
    losses = -np.log(detector.pred_proba_[:4, 3])
    expected = 1 - detector.crowds_.upper(losses)
    np.testing.assert_allclose(detector.posterior_[:4], expected)
    assert not detector.suspect_mask_[:4].all()


@pytest.mark.parametrize("n_rounds", [0, 1.5])
def test_rounds_are_checked(n_rounds):
    with pytest.raises(ValueError, match="n_rounds="):
        ClassPrototypeCleaner(n_rounds=n_rounds).fit(*blobs(30)[:2])
