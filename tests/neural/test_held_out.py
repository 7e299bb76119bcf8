# SPDX-License-Identifier: BSD-3-Clause
"""What is held out of a training, and early stopping on it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skorch.callbacks import Checkpoint, EarlyStopping
from skorch.utils import noop

from sknoisy.detection import stages
from sknoisy.neural import NoiseCorrectedScoring, RobustNetClassifier, ready_net
from sknoisy.neural._held_out import HeldOutShare, needs_held_out
from tests._data import blobs


def net(max_epochs=5, **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(max_epochs=max_epochs, **params)


@settings(max_examples=50, deadline=None)
@given(
    codes=st.lists(st.integers(0, 4), min_size=10, max_size=60),
    share=st.floats(0.2, 0.5),
    seed=st.integers(0, 5),
)
def test_a_share_of_each_class_is_held_out_and_some_of_it_stays(codes, share, seed):
    codes = np.array(codes)
    train, valid = HeldOutShare(share, seed)(np.arange(len(codes)), codes)
    both = np.concatenate([train.indices, valid.indices])
    np.testing.assert_array_equal(np.sort(both), np.arange(len(codes)))
    counts = np.bincount(codes)
    held_out = np.bincount(codes[valid.indices], minlength=len(counts))
    assert (np.abs(held_out - share * counts) <= 0.5 + 1e-9).all()
    assert (held_out < counts)[counts > 0].all()


def test_rows_are_drawn_by_the_seed():
    codes = np.arange(100) % 3
    parts = [HeldOutShare(0.2, seed)(codes, codes)[1].indices for seed in (0, 0, 1)]
    np.testing.assert_array_equal(parts[0], parts[1])
    assert not np.array_equal(parts[0], parts[2])


def test_a_share_is_held_out_and_nothing_by_itself():
    X, y, _ = blobs(100, 2)
    for split, n_train in ((0.1, 90), (0.5, 50), (None, 100)):
        clf = RobustNetClassifier(net(1), method="ce", train_split=split).fit(X, y)
        sizes = clf.net_.history[-1, "batches", :, "train_batch_size"]
        assert sum(each or 0 for each in sizes) == n_train
        assert ("valid_loss" in clf.net_.history[-1]) == (split is not None)


@pytest.mark.parametrize("method", ["ce", "co_teaching"])
def test_early_stopping_in_a_word(method):
    X, y, truth = blobs(300, 3, noise=0.3, spread=1.5)
    names = np.array(["ant", "bee", "cat"])
    own = net(200, lr=0.02, callbacks=None)
    clf = RobustNetClassifier(
        own, method=method, train_split=0.3, early_stopping=True, random_state=0
    )
    clf.fit(X, names[y])
    for each in clf.nets_:
        scores = np.array(each.history[:, "valid_corrected_accuracy"])
        assert len(scores) < 200
        assert len(scores) - 1 - scores.argmax() == 5
    assert len({len(each.history) for each in clf.nets_}) == 1
    assert clf.score(X, names[truth]) > 0.8
    assert own.callbacks is None


def test_early_stopping_leaves_the_callbacks_of_the_net():
    X, y, _ = blobs(90, 2)
    own = net(2, callbacks=[("mine", EarlyStopping("train_loss", sink=noop))])
    clf = RobustNetClassifier(own, train_split=0.2, early_stopping=True).fit(X, y)
    names = [name for name, _ in clf.net_.callbacks_]
    assert {"mine", "NoiseCorrectedScoring", "EarlyStopping"} <= set(names)
    assert len(own.callbacks) == 1


def test_scores_below_zero_do_not_count_as_better():
    X, y, _ = blobs(90, 2, noise=0.2)
    scoring = NoiseCorrectedScoring("neg_log_loss", [[0.8, 0.2], [0.2, 0.8]])
    clf = RobustNetClassifier(
        net(300, lr=0.0), method="ce", train_split=0.2, early_stopping=scoring
    )
    # Nothing is learned, so the first epoch is the best.
    assert len(clf.fit(X, y).net_.history) == 6


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(ValueError, match="early_stopping .* write train_split=0.1"):
        RobustNetClassifier(early_stopping=True).fit(X, y)
    with pytest.raises(TypeError, match="True, False or a NoiseCorrectedScoring"):
        RobustNetClassifier(early_stopping="yes", train_split=0.2).fit(X, y)
    with pytest.raises(ValueError, match="leave one of them out"):
        RobustNetClassifier(
            net(callbacks="disable"), early_stopping=True, train_split=0.2
        ).fit(X, y)
    with pytest.raises(ValueError, match=r"train_split=0.7 must be a number in \(0"):
        RobustNetClassifier(train_split=0.7).fit(X, y)
    with pytest.raises(ValueError, match="holds out none of 30 rows.*larger share"):
        RobustNetClassifier(train_split=0.01).fit(X, y)
    for callback in (NoiseCorrectedScoring(), ("named", NoiseCorrectedScoring)):
        with pytest.raises(ValueError, match="or train_split=0.1 to hold out a tenth"):
            RobustNetClassifier(net(callbacks=[callback])).fit(X, y)


def test_callbacks_that_need_rows_are_known():
    watching = Checkpoint(monitor="valid_loss_best")
    for callback in (NoiseCorrectedScoring, NoiseCorrectedScoring(), watching):
        assert needs_held_out(callback) and needs_held_out(("name", callback))
    assert not needs_held_out(Checkpoint(monitor="train_loss_best"))
    assert not needs_held_out(Checkpoint)


def test_stages_hold_nothing_out_and_do_not_stop():
    X, y, _ = blobs(90, 3, noise=0.2)
    scoring = NoiseCorrectedScoring()
    for clf in (
        RobustNetClassifier(net(8), train_split=0.2, early_stopping=True),
        RobustNetClassifier(net(8, callbacks=[scoring]), train_split=0.2),
    ):
        *_, last = course = list(stages(clf, X, y))
        assert len(course) == 8
        sizes = last.model.net_.history[-1, "batches", :, "train_batch_size"]
        assert sum(sizes) == 90
