# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.noise import inject_symmetric_noise, noise_rate_from_accuracies


@pytest.mark.parametrize(("n_classes", "rate"), [(2, 0.3), (3, 0.0), (5, 0.4)])
def test_planted_noise_is_found(n_classes, rate):
    rng = np.random.default_rng(0)
    truth = rng.integers(0, n_classes, size=50_000)
    predicted = np.where(rng.random(50_000) < 0.8, truth, (truth + 1) % n_classes)
    noisy = inject_symmetric_noise(truth, rate, exact=True, random_state=0)
    found = noise_rate_from_accuracies(
        np.mean(predicted == truth), np.mean(predicted == noisy.y), n_classes
    )
    assert found == pytest.approx(rate, abs=0.01)


def test_bounds():
    assert noise_rate_from_accuracies(0.8, 0.9, 3) == 0
    assert noise_rate_from_accuracies(0.8, 0.0, 2) == pytest.approx(0.4995)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((0.5, 0.5, 2), "no better than chance"),
        ((90, 0.5, 2), "clean_accuracy=90"),
        ((0.9, -0.5, 2), "noisy_accuracy=-0.5"),
        ((0.9, 0.5, 1), "n_classes=1"),
    ],
)
def test_errors_name_the_fix(given, message):
    with pytest.raises(ValueError, match=message):
        noise_rate_from_accuracies(*given)
