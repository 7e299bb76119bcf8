# SPDX-License-Identifier: BSD-3-Clause
"""Scores of epochs on rows whose labels are noisy, as they go into the history."""

import pickle
import warnings

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from skorch import NeuralNetClassifier
from skorch.callbacks import EarlyStopping
from skorch.dataset import ValidSplit
from skorch.utils import noop
from torch import nn
from torch.utils.data import Subset

from sknoisy.metrics import noise_corrected_accuracy
from sknoisy.neural import NoiseCorrectedScoring, RobustNetClassifier, ready_net
from sknoisy.neural._held_out import HeldOutShare
from sknoisy.neural.methods import BaseMethod
from sknoisy.noise import (
    AnchorPoints,
    inject_pair_noise,
    pair_matrix,
    symmetric_matrix,
)
from tests._data import blobs

KEY = "valid_corrected_accuracy"
T = [[0.9, 0.1], [0.3, 0.7]]


def net(max_epochs=5, **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(max_epochs=max_epochs, **params)


def scored(scoring, *more, **params):
    """Make plain training with a fifth of the rows held out."""
    clf = RobustNetClassifier(net(callbacks=[scoring, *more]), method="ce")
    return clf.set_params(**{"train_split": 0.2} | params)


def history_of(clf, key=KEY):
    return np.array(clf.net_.history[:, key])


def matrix_of(clf):
    return dict(clf.net_.callbacks_)["NoiseCorrectedScoring"].transition_matrix_


class Scripted(nn.Module):
    """Predict in each epoch by the next two columns; counts the steps it is trained."""

    def __init__(self):
        super().__init__()
        self.still = nn.Parameter(torch.zeros(1))
        self.register_buffer("turn", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        if self.training:
            self.turn += 1
        first = 2 * int(self.turn - 1)
        return x[:, first : first + 2] + 0 * self.still


def scripted_fit(epochs, y_held_out, *callbacks):
    """Train on two rows; each epoch predicts the other ones, surely by 0.8, as told."""
    n = len(y_held_out)
    places = np.column_stack([np.zeros((len(epochs), 2), dtype=int), epochs]).T
    logits = np.log(np.where(np.eye(2)[places] > 0, 0.8, 0.2))
    own = NeuralNetClassifier(
        Scripted,
        criterion=nn.CrossEntropyLoss,
        lr=0.0,
        batch_size=-1,
        max_epochs=len(epochs),
        callbacks=list(callbacks),
        verbose=0,
    )

    def split(data, y):
        return Subset(data, np.arange(2)), Subset(data, np.arange(2, n + 2))

    clf = RobustNetClassifier(own, method="ce", train_split=split)
    return clf.fit(logits.reshape(n + 2, -1), np.r_[0, 1, y_held_out])


GIVEN = np.array([0, 0, 0, 0, 1, 0, 1, 1, 1, 1])
PREDICTED = np.repeat([0, 1], 5)
# By hand: of the shares 4, 1, 1, 4 tenths the matrix makes a joint of 5/12 and 7/12 on
# the diagonal, with true classes of 1/3 and 2/3: recalls of 5/4, which is bound by 1,
# and 7/8.
GOLDEN = {
    "accuracy": 1.0,
    "balanced_accuracy": (1 + 7 / 8) / 2,
    "neg_log_loss": np.log([0.78] * 4 + [0.22, 0.42] + [0.58] * 4).mean(),
}


@pytest.mark.parametrize("metric", GOLDEN)
def test_scores_worked_out_by_hand(metric):
    scoring = NoiseCorrectedScoring(metric, T)
    clf = scripted_fit([PREDICTED, 1 - PREDICTED], GIVEN, scoring)
    first, second = history_of(clf, f"valid_corrected_{metric}")
    assert first == pytest.approx(GOLDEN[metric], abs=1e-6)
    assert second < first
    assert clf.net_.history[:, f"valid_corrected_{metric}_best"] == [True, False]


# Half of class 1 is called 0: of ten rows, of which three are given 1, six are.
CAREFUL = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
BOLD = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
OF_BOTH = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 1])
HALF = [[1.0, 0.0], [0.5, 0.5]]


def test_a_correction_chooses_another_epoch_under_asymmetric_noise():
    stopping = EarlyStopping(KEY, lower_is_better=False, load_best=True, patience=5)
    scoring = NoiseCorrectedScoring(transition_matrix=HALF)
    epochs = [CAREFUL, BOLD, CAREFUL, 1 - BOLD]
    clf = scripted_fit(epochs, OF_BOTH, scoring, stopping)
    plain, corrected = history_of(clf, "valid_acc"), history_of(clf)
    assert plain.argmax() == 0 and corrected.argmax() == 1
    np.testing.assert_allclose(plain[:2], [0.8, 0.7])
    np.testing.assert_allclose(corrected[:2], [0.7, 1.0], atol=1e-9)
    assert int(clf.net_.module_.turn) == 2
    assert clf.net_.history[:, f"{KEY}_best"] == [True, True, False, False]


def test_symmetric_noise_leaves_the_order_of_the_epochs():
    rng = np.random.default_rng(0)
    epochs = rng.integers(0, 2, size=(12, 40))
    matrix = symmetric_matrix(2, 0.3)
    scoring = NoiseCorrectedScoring(transition_matrix=matrix)
    clf = scripted_fit(epochs, rng.integers(0, 2, 40), scoring)
    plain, corrected = history_of(clf, "valid_acc"), history_of(clf)
    np.testing.assert_allclose(corrected, (plain - 0.3) / (1 - 0.6), atol=1e-9)


def test_nets_of_skorch_can_be_scored_too():
    X, y, _ = blobs(120, 2, noise=0.2, spread=3.0)
    scoring = NoiseCorrectedScoring(
        transition_matrix=symmetric_matrix(2, 0.2), name="true_acc"
    )
    own = net(callbacks=[scoring], train_split=ValidSplit(4, stratified=True))
    own.set_params(module__n_features=2, module__n_classes=2)
    history = own.fit(X.astype(np.float32), y).history
    expected = (np.array(history[:, "valid_acc"]) - 0.2) / 0.6
    np.testing.assert_allclose(history[:, "true_acc"], expected, atol=1e-9)
    own.set_params(callbacks=[NoiseCorrectedScoring()])
    with pytest.raises(ValueError, match="inside RobustNetClassifier alone"):
        own.fit(X.astype(np.float32), y)


def test_without_a_matrix_it_is_estimated_from_the_rows_trained_on():
    X, y, truth = blobs(400, 2, seed=1)
    rng = np.random.default_rng(0)
    y = np.where((truth == 1) & (rng.random(400) < 0.4), 0, truth)
    train, valid = HeldOutShare(0.25, 0)(np.arange(400), y)
    clf = scored(NoiseCorrectedScoring(), train_split=0.25).fit(X, y)
    matrix = matrix_of(clf)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    assert matrix[0, 1] < 0.1 < 0.2 < matrix[1, 0] < 0.4
    # The labels of the held-out rows have no part in it.
    other = y.copy()
    other[valid.indices] = rng.permutation(y[valid.indices])
    again = scored(NoiseCorrectedScoring(), train_split=lambda *_: (train, valid))
    again.fit(X, other)
    np.testing.assert_allclose(matrix_of(again), matrix)


def test_another_estimator_of_the_matrix():
    X, y, _ = blobs(200, 2, noise=0.2)
    scoring = NoiseCorrectedScoring(transition_estimator=AnchorPoints())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clf = scored(scoring).fit(X, np.array(["no", "yes"])[y])
    assert np.isfinite(history_of(clf)).all()
    with pytest.raises(TypeError, match=r"Write AnchorPoints\(\)"):
        scored(NoiseCorrectedScoring(transition_estimator=AnchorPoints)).fit(X, y)


def test_labels_are_strings_and_rows_are_sparse():
    X, y, _ = blobs(120, 3, noise=0.3, spread=2.0)
    X[np.abs(X) < 1] = 0
    names = np.array(["ant", "bee", "cat"])
    scoring = NoiseCorrectedScoring(transition_matrix=pair_matrix(3, 0.3))
    own = ready_net("embedding_bag", max_epochs=4, callbacks=[scoring])
    clf = RobustNetClassifier(own, method="ce", train_split=0.2)
    dense = history_of(clf.fit(X, y))
    for rows in (X, sparse.csr_array(X)):
        clf.fit(rows, names[y])
        np.testing.assert_allclose(history_of(clf), dense, atol=1e-9)


class Ensemble(BaseMethod):
    n_networks = 2

    def loss(self, run, batch):
        return sum(
            nn.functional.cross_entropy(each(batch.x), batch.codes)
            for each in run.networks
        )


@pytest.mark.parametrize("method", ["ce", "sam", "co_teaching", Ensemble()])
def test_what_is_scored_is_what_the_classifier_predicts(method):
    X, y, _ = blobs(150, 3, noise=0.3, spread=3.0)
    matrix = pair_matrix(3, 0.3)
    clf = scored(NoiseCorrectedScoring(transition_matrix=matrix), method=method)
    clf.fit(X, y)
    _, valid = HeldOutShare(0.2, 0)(np.arange(150), y)
    held_out = valid.indices
    expected = noise_corrected_accuracy(y[held_out], clf.predict(X[held_out]), matrix)
    for each in clf.nets_:
        assert each.history[-1, KEY] == pytest.approx(expected, abs=1e-9)


def draw(n_rows, seed):
    """Draw three classes that overlap little, with columns to memorise rows by."""
    y = np.arange(n_rows) % 3
    X = np.random.default_rng(seed).normal(size=(n_rows, 20))
    X[:, :3] += 4 * np.eye(3)[y]
    return X, y


def test_memorised_asymmetric_noise_stops_early_and_the_best_epoch_stays():
    X, truth = draw(900, 0)
    X_test, y_test = draw(1000, 1)
    noisy = inject_pair_noise(truth, 0.3, exact=True, random_state=0)
    y, matrix = noisy.y, noisy.transition_matrix
    clf = RobustNetClassifier(
        ready_net(max_epochs=60, module__hidden=(256,)),
        method="ce",
        train_split=0.25,
        early_stopping=NoiseCorrectedScoring(transition_matrix=matrix),
    )
    clf.fit(X, y)
    history = history_of(clf)
    assert len(history) < 30
    assert len(history) - 1 - history.argmax() == 5
    _, valid = HeldOutShare(0.25, 0)(np.arange(900), y)
    held_out = valid.indices
    now = noise_corrected_accuracy(y[held_out], clf.predict(X[held_out]), matrix)
    assert now == pytest.approx(history.max(), abs=1e-9)
    last = clone(clf).set_params(early_stopping=False).fit(X, y)
    assert len(last.net_.history) == 60
    assert clf.score(X_test, y_test) > last.score(X_test, y_test) + 0.05


def test_clones_pickles_and_searches():
    X, y, _ = blobs(120, 2, noise=0.2, spread=2.0)
    scoring = NoiseCorrectedScoring("neg_log_loss", T, name="own")
    assert clone(scoring).get_params() == scoring.get_params()
    clf = RobustNetClassifier(
        net(4), method="ce", train_split=0.2, early_stopping=scoring
    )
    clf.fit(X, y)
    assert not hasattr(scoring, "transition_matrix_")
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    np.testing.assert_array_equal(history_of(again, "own"), history_of(clf, "own"))
    grid = {"early_stopping__metric": ["accuracy", "balanced_accuracy"]}
    search = GridSearchCV(clf, grid, cv=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert clf.early_stopping is scoring and scoring.metric == "neg_log_loss"


def test_no_batch_waits_for_the_device():
    X, y, _ = blobs(60, 2)
    seen = []
    clf = scored(NoiseCorrectedScoring(transition_matrix=T))
    clf._fit_and_look(X, y, look=lambda run: seen.append(run.engine._reads_each_batch))
    assert not any(seen)


def test_errors_name_the_fix():
    X, y, _ = blobs(60, 2)
    with pytest.raises(ValueError, match="Did you mean 'accuracy'"):
        scored(NoiseCorrectedScoring("acuracy", T)).fit(X, y)
    with pytest.raises(ValueError, match="cannot be undone"):
        scored(NoiseCorrectedScoring("accuracy", np.full((2, 2), 0.5))).fit(X, y)
    with pytest.raises(ValueError, match="for 3 classes but there are 2"):
        scored(NoiseCorrectedScoring("accuracy", np.eye(3))).fit(X, y)
    with pytest.raises(ValueError, match="none are; write train_split="):
        scored(NoiseCorrectedScoring("accuracy", T), train_split=None).fit(X, y)
    own = net(callbacks=[NoiseCorrectedScoring("accuracy", T)])
    own.set_params(module__n_features=2, module__n_classes=2)
    with pytest.raises(ValueError, match="ValidSplit"):
        own.fit(X.astype(np.float32), y)


def test_log_loss_needs_no_inverse():
    X, y, _ = blobs(60, 2)
    clf = scored(NoiseCorrectedScoring("neg_log_loss", np.full((2, 2), 0.5))).fit(X, y)
    scores = history_of(clf, "valid_corrected_neg_log_loss")
    np.testing.assert_allclose(scores, np.log(0.5), atol=1e-6)


def test_it_hears_of_early_stopping_written_by_hand():
    X, y, _ = blobs(150, 3, noise=0.4, spread=4.0)
    stopping = EarlyStopping(
        KEY, lower_is_better=False, patience=2, load_best=True, sink=noop
    )
    scoring = NoiseCorrectedScoring(transition_matrix=pair_matrix(3, 0.4))
    clf = scored(scoring, stopping).set_params(estimator__max_epochs=60).fit(X, y)
    history = history_of(clf)
    assert len(history) < 60
    assert len(history) - 1 - history.argmax() == 2
