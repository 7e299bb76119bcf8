# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch

from sknoisy.neural import RobustNetClassifier
from sknoisy.neural.methods import ADELE
from sknoisy.neural.methods._adele import _agreement, _slopes_of_curve, has_flattened
from tests._data import blobs
from tests.neural.methods import _noisy_fits as fits


class Recorded(ADELE):
    """Keep the fit."""

    def start(self, run):
        super().start(run)
        Recorded.seen = run


@fits.every_check
def test_fits(check):
    check(ADELE())


def test_labels_of_flat_classes_are_corrected():
    X, y, truth = blobs(150, 3, noise=0.2)
    fits.fit(Recorded(), X, y)
    state = Recorded.seen.state
    assert state.is_flat.all()
    labels = state.labels.argmax(dim=1).numpy()
    assert (labels[y != truth] == truth[y != truth]).mean() > 0.8
    assert (labels[y == truth] == truth[y == truth]).mean() > 0.95


def test_trusted_labels_stay():
    X, y, _ = blobs(150, 3, noise=0.3)
    fits.fit(Recorded(), X, y, trusted=np.full(150, True))
    labels = Recorded.seen.state.labels.argmax(dim=1).numpy()
    np.testing.assert_array_equal(labels, y)


def curve(t, a=0.8, b=0.7, c=2.0):
    return a * (1 - np.exp(-(t**b) / c))


def test_the_fitted_curve_is_the_one_that_was_drawn():
    t = np.arange(1, 15)
    found = _slopes_of_curve(curve(t))
    step = 1e-6
    expected = [(curve(at + step) - curve(at - step)) / (2 * step) for at in (1, 14)]
    np.testing.assert_allclose(found, expected, rtol=0.02)


def test_a_curve_is_flat_once_its_slope_has_fallen():
    t = np.arange(1, 40)
    slope = (curve(t + 1e-6) - curve(t - 1e-6)) / 2e-6
    fallen = int(np.argmax(slope < 0.1 * slope[0])) + 1
    flat = [has_flattened(curve(t[:n]), 0.9) for n in range(1, 40)]
    assert not any(flat[: fallen - 3])
    assert all(flat[fallen + 2 :])


def test_epochs_before_the_first_rise_do_not_count():
    still = [0.01, 0.02, 0.03, 0.02, 0.03]
    assert not has_flattened(np.array(still), 0.9)
    rising = still + [0.3, 0.55]
    assert not has_flattened(np.array(rising), 0.9)
    assert has_flattened(np.array([*rising, 0.55]), 0.9)


def test_agreement_is_intersection_over_union():
    X, y, _ = blobs(6, 2)
    weight = [1, 1, 2, 1, 1, 1]
    fits.fit(Recorded(), X, y, sample_weight=weight)
    run = Recorded.seen
    run.state.labels = torch.eye(2)[torch.tensor([0, 1, 0, 1, 0, 1])]
    guesses = torch.eye(2)[torch.tensor([0, 0, 0, 1, 1, 1])]
    found = _agreement(run, guesses)
    np.testing.assert_allclose(found, [3 / 5, 2 / 4], rtol=1e-5)
    order = [1, 0]
    run.state.labels = run.state.labels[:, order]
    np.testing.assert_allclose(_agreement(run, guesses[:, order]), found[order])


def test_without_consistency_or_corrections_it_is_plain_training():
    X, y, _ = blobs(90, 3)
    plain, adele = [
        RobustNetClassifier(fits.net(max_epochs=3), method=method).fit(X, y)
        for method in ("ce", ADELE(0.999999, consistency=0.0))
    ]
    np.testing.assert_allclose(
        plain.predict_proba(X), adele.predict_proba(X), atol=1e-5
    )


@pytest.mark.parametrize(
    "params",
    [{"slowdown": 1.0}, {"confidence": 1.0}, {"consistency": -1}, {"augment": 1.0}],
)
def test_parameters_are_checked(params):
    X, y, _ = blobs(30, 2)
    (name,) = params
    with pytest.raises(ValueError, match=f"{name}="):
        RobustNetClassifier(method=ADELE(**params)).fit(X, y)


def test_whole_numbers_have_views():
    X = np.random.default_rng(0).integers(0, 5, (300, 3))
    clf = RobustNetClassifier(fits.net(), method=ADELE(), dtype="keep")
    assert clf.fit(X, X[:, 0] > 2).score(X, X[:, 0] > 2) > 0.9
