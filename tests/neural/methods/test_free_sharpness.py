# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import SharpnessAwareTrainingForFree
from tests._data import blobs


def net(max_epochs=8, **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(max_epochs=max_epochs, **params)


def fitted(method, epochs=8, **metadata):
    X, y, _ = blobs(90, 3, noise=0.2)
    own = metadata.pop("net", net(epochs))
    clf = RobustNetClassifier(own, method=method).fit(X, y, **metadata)
    return clf.predict_proba(X)


@pytest.mark.parametrize(
    "method",
    [
        SharpnessAwareTrainingForFree(weight=0.0),
        SharpnessAwareTrainingForFree(first_epoch=8),
    ],
)
def test_without_the_second_loss_it_is_plain(method):
    np.testing.assert_allclose(fitted(method), fitted("ce"), atol=1e-5)


def test_trusted_rows_are_trained_on_their_label_alone():
    strong = SharpnessAwareTrainingForFree(weight=30.0)
    assert not np.allclose(fitted(strong), fitted("ce"), atol=1e-2)
    everything = np.ones(90, dtype=bool)
    np.testing.assert_allclose(
        fitted(strong, trusted=everything), fitted("ce"), atol=1e-5
    )


def test_predictions_change_less():
    changes = []
    for method in ("ce", SharpnessAwareTrainingForFree(weight=30.0)):
        early, late = fitted(method, 6), fitted(method, 40)
        changes.append(np.abs(late - early).mean())
    assert changes[1] < 0.8 * changes[0]


def test_in_one_batch_weights_are_repeated_rows():
    X, y, _ = blobs(40, 3, noise=0.2)
    weight = np.random.default_rng(0).integers(0, 4, 40)
    own = net(10, batch_size=-1)
    clf = RobustNetClassifier(own, method=SharpnessAwareTrainingForFree())
    weighted = clf.fit(X, y, sample_weight=weight).predict_proba(X)
    repeats = np.repeat(np.arange(40), weight)
    repeated = clf.fit(X[repeats], y[repeats]).predict_proba(X)
    np.testing.assert_allclose(weighted, repeated, atol=1e-4)


def test_rows_of_a_dropped_batch_do_no_harm():
    own = net(12, iterator_train__drop_last=True, batch_size=40)
    assert np.isfinite(fitted(SharpnessAwareTrainingForFree(), net=own)).all()


def test_errors_name_the_fix():
    for method, message in (
        (SharpnessAwareTrainingForFree(first_epoch=2), "first_epoch=2 must be 3"),
        (SharpnessAwareTrainingForFree(weight=-1), "weight=-1 must be"),
        (SharpnessAwareTrainingForFree(temperature=0), "temperature=0 must be"),
        (SharpnessAwareTrainingForFree(lag=0), "lag=0 must be a whole number"),
    ):
        with pytest.raises(ValueError, match=message):
            fitted(method)
