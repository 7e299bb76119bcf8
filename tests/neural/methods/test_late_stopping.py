# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch

from sknoisy.exceptions import RareClassWarning
from sknoisy.neural import RobustNetClassifier
from sknoisy.neural.methods import LateStopping
from sknoisy.neural.methods._late_stopping import _fill_up, _with_each_class
from tests._data import blobs
from tests.neural.methods import _noisy_fits as fits


class Recorded(LateStopping):
    """Keep the fit."""

    def start(self, run):
        super().start(run)
        Recorded.seen = run


@pytest.mark.parametrize(
    "check",
    [
        fits.assert_learns_strings_reproducibly,
        fits.assert_does_no_harm,
        fits.assert_takes_sparse_rows,
        fits.assert_ranks_wrong_labels_low,
        fits.assert_names_itself_when_it_diverges,
    ],
)
def test_fits(check):
    check(LateStopping(0.9))


def test_a_rare_class_needs_the_number_of_rounds():
    fits.assert_keeps_a_rare_class(LateStopping(0.9, n_rounds=2))
    with pytest.warns(RareClassWarning, match="No training fold"):
        fits.assert_keeps_a_rare_class(LateStopping(0.9))


def test_rounds_follow_the_noise_rate():
    X, y, truth = blobs(150, 3, noise=0.2)
    fits.fit(Recorded(0.9), X, y)
    state = Recorded.seen.state
    assert state.n_rounds == round(np.log(0.8) / np.log(0.9))
    assert len(state.kept) >= 0.9**state.n_rounds * 150
    kept = state.kept.numpy()
    assert np.mean(y[kept] == truth[kept]) > 0.97
    fits.fit(Recorded(0.9, n_rounds=1), X, y)
    assert Recorded.seen.state.n_rounds == 1


def test_right_labels_are_all_kept_and_trained_on_as_they_are():
    X, y, _ = blobs(90, 3)
    late = fits.fit(Recorded(), X, y)
    assert Recorded.seen.state.n_rounds == 0
    assert (late.label_quality_ == 1).all()
    plain = fits.fit("ce", X, y)
    np.testing.assert_allclose(late.predict_proba(X), plain.predict_proba(X), atol=1e-5)


def test_each_round_begins_with_the_first_weights():
    X, y, _ = blobs(90, 3, noise=0.2)

    class Watched(Recorded):
        def _round(self, run, *more):
            weights.append(run.network.parameters()[0].detach().clone())
            assert not run.network.optimizer.state
            return super()._round(run, *more)

    weights = []
    fits.fit(Watched(0.9, n_rounds=3), X, y)
    assert len(weights) == 3
    assert torch.equal(weights[0], weights[1])
    assert torch.equal(weights[0], weights[2])


def test_trusted_rows_are_never_dropped():
    X, y, truth = blobs(150, 3, noise=0.3)
    trusted = np.arange(150) < 60
    clf = fits.fit(LateStopping(0.9, n_rounds=4), X, y, trusted=trusted)
    assert (clf.label_quality_[trusted] == 1).all()
    assert clf.label_quality_[(y != truth) & ~trusted].mean() < 0.9


def test_the_callbacks_hear_of_the_last_training_alone():
    X, y, _ = blobs(90, 3, noise=0.2)
    clf = fits.fit(LateStopping(0.9, n_rounds=2), X, y)
    assert len(clf.net_.history) == 16


def test_the_most_probable_labels_fill_up_a_round():
    X, y, _ = blobs(6, 2)
    fits.fit(Recorded(n_rounds=0), X, y)
    run = Recorded.seen
    run.weight = None
    kept = torch.tensor([True, True, True, True, True, False])
    learned = torch.tensor([False, True, False, False, False, False])
    given = torch.tensor([0.1, 0.2, 0.9, 0.4, 0.6, 0.99])
    logits = torch.log(
        torch.where(
            run.codes[:, None] == torch.arange(2), given[:, None], 1 - given[:, None]
        )
    )
    filled = _fill_up(run, kept, learned, logits, 3)
    assert filled.tolist() == [False, True, True, False, True, False]


def test_a_class_without_learned_labels_stays_as_it_was():
    X, y, _ = blobs(6, 2)
    fits.fit(Recorded(n_rounds=0), X, y)
    kept = torch.tensor([True, True, True, False, True, True])
    learned = torch.tensor([True, False, False, False, True, False])
    found = _with_each_class(Recorded.seen, kept, learned)
    assert found.tolist() == [True, True, False, False, True, True]


@pytest.mark.parametrize("params", [{"keep_share": 1.0}, {"n_rounds": -1}])
def test_parameters_are_checked(params):
    X, y, _ = blobs(30, 2)
    (name,) = params
    with pytest.raises(ValueError, match=f"{name}="):
        RobustNetClassifier(method=LateStopping(**params)).fit(X, y)
