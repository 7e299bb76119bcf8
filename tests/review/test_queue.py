# SPDX-License-Identifier: BSD-3-Clause
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknoisy import ConfidentLearning, LabelDetector, NoiseRobustClassifier
from sknoisy.base import BaseLabelDetector, Judgement
from sknoisy.detection import OutOfFold, Precomputed, SmallLoss
from sknoisy.review import ReviewQueue
from sknoisy.review._confidence import plan_looks
from sknoisy.utils.estimator_checks import (
    check_failed_fit_leaves_no_trace,
    check_global_random_state_is_left_alone,
    check_integer_weights_equal_repeated_rows,
    check_params_stay_unchanged,
    check_permuted_rows_give_permuted_scores,
)
from tests._data import blobs

FAST = LabelDetector(OutOfFold(GaussianNB(), cv=3))
WEAK = "ignore::sknoisy.exceptions.SknoisyWarning"


def review(queue, X, y, truth, n_batches=100, **metadata):
    """Answer with the truth until the queue stops; return it and who was asked."""
    queue = clone(queue).fit(X, y, **metadata)
    asked = []
    while not queue.should_stop_ and len(queue.history_) < n_batches:
        rows = queue.batch_.indices
        asked.append(rows)
        queue.update(rows, truth[rows])
    return queue, np.concatenate(asked)


class Given(BaseLabelDetector):
    """Take the first column of X for the quality, and remember what fit was given."""

    def _judge(self, rows):
        quality = np.asarray(rows.X, dtype=float)[:, 0]
        self.groups_, self.sample_weight_ = rows.groups, rows.sample_weight
        self.trusted_ = rows.trusted
        return Judgement(quality, quality < 0.5, None, 0.2)

    def _score_new(self, X, codes):
        return np.asarray(X, dtype=float)[:, 0]


@pytest.mark.filterwarnings(WEAK)
@parametrize_with_checks(
    [
        ReviewQueue(ConfidentLearning(LogisticRegression())),
        ReviewQueue(FAST, order="activelab", audit_fraction=0.3, budget=30),
        ReviewQueue(FAST, order="active_label_cleaning", hidden_fraction=0.5),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "check",
    [
        check_failed_fit_leaves_no_trace,
        check_global_random_state_is_left_alone,
        check_integer_weights_equal_repeated_rows,
        check_params_stay_unchanged,
        check_permuted_rows_give_permuted_scores,
    ],
    ids=lambda check: check.__name__,
)
def test_published_checks(check):
    check("ReviewQueue", ReviewQueue(SmallLoss(GaussianNB())))


@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize(
    ("order", "params"),
    [
        ("expected_errors", {}),
        ("active_label_cleaning", {}),
        ("activelab", {}),
        ("hierarchy", {"hierarchy": {"low": [0, 1], "high": [2]}, "gamma": 0}),
    ],
)
def test_planted_errors_come_first(order, params, refit):
    X, y, truth = blobs(200, 3, noise=0.1)
    queue = ReviewQueue(FAST, order=order, budget=30, refit=refit, **params)
    queue, asked = review(queue, X, y, truth)
    assert queue.n_found_ == 20
    assert (y != truth)[asked[:20]].mean() > 0.9
    assert (queue.y_ == truth).all()
    assert queue.trusted_.sum() == 30


def test_default_detector_finds_them_too():
    X, y, truth = blobs(150, 3, noise=0.1)
    queue = ReviewQueue(batch_size=15).fit(X, y)
    assert (y != truth)[queue.batch_.indices].mean() > 0.9


def test_no_row_is_asked_twice_and_trusted_ones_never():
    X, y, truth = blobs(90, 3, noise=0.2)
    trusted = np.arange(90) % 3 == 0
    queue = ReviewQueue(FAST, batch_size=7, audit_fraction=0.3, stop_precision=None)
    queue, asked = review(queue, X, y, truth, trusted=trusted)
    assert sorted(asked) == np.flatnonzero(~trusted).tolist()
    assert queue.stop_reason_ == "nothing left"
    assert queue.trusted_.all() and len(queue.batch_) == 0
    assert queue.expected_errors_left_ == 0
    assert queue.errors_left_interval_ == (0, 0)


def test_answers_become_trusted_labels_of_the_next_fit():
    X, y, truth = blobs(60, 3, noise=0.2)
    queue = ReviewQueue(FAST, batch_size=9).fit(X, y)
    first, rows = queue.detector_, queue.batch_.indices
    right = rows[y[rows] == truth[rows]]
    queue.update(rows, truth[rows])
    assert queue.detector_ is not first
    assert queue.trusted_[rows].all() and queue.trusted_.sum() == 9
    assert (queue.y_[rows] == truth[rows]).all()
    assert (queue.y_[right] == y[right]).all()
    assert (queue.label_quality_[rows] == 1).all()
    assert (queue.error_proba_[rows] == 0).all()
    assert (queue.suggested_labels_[rows] == truth[rows]).all()
    again = clone(FAST).fit(X, queue.y_, trusted=queue.trusted_)
    np.testing.assert_array_equal(queue.detector_.label_quality_, again.label_quality_)


def test_the_labels_go_on_to_a_robust_fit():
    X, y, truth = blobs(150, 3, noise=0.3, spread=2.0)
    queue, _ = review(ReviewQueue(FAST, budget=60), X, y, truth)
    robust = NoiseRobustClassifier(LogisticRegression())
    robust.fit(X, queue.y_, trusted=queue.trusted_)
    assert robust.score(X, truth) > 0.85


def test_without_refit_the_detector_stays_and_the_answers_still_count():
    X, y, truth = blobs(120, 3, noise=0.2, spread=3.0)
    queue = ReviewQueue(FAST, refit=False).fit(X, y)
    first, before = queue.detector_, queue.error_proba_
    # Every label of class 0 that is asked turns out right, all others wrong.
    rows = queue.batch_.indices
    queue.update(rows, np.where(y[rows] == 0, 0, (y[rows] + 1) % 3))
    assert queue.detector_ is first
    others = ~queue.trusted_
    change = queue.error_proba_ - before
    assert change[others & (y == 0)].mean() < change[others & (y != 0)].mean()


def test_pickled_in_mid_session_it_goes_on_as_if_nothing_had_happened():
    X, y, truth = blobs(90, 3, noise=0.2)
    queue = ReviewQueue(FAST, batch_size=8, audit_fraction=0.25, random_state=3)
    queue.fit(X, y).update(queue.batch_.indices, truth[queue.batch_.indices])
    resumed = pickle.loads(pickle.dumps(queue))
    for session in (queue, resumed):
        for _ in range(3):
            rows = session.batch_.indices
            session.update(rows, truth[rows])
    np.testing.assert_array_equal(queue.batch_.indices, resumed.batch_.indices)
    np.testing.assert_array_equal(queue.error_proba_, resumed.error_proba_)
    assert queue.history_ == resumed.history_
    assert queue.errors_left_interval_ == resumed.errors_left_interval_


def test_a_fresh_fit_forgets_the_session():
    X, y, truth = blobs(60, 3, noise=0.2)
    queue = ReviewQueue(FAST).fit(X, y)
    first = queue.batch_.indices
    queue.update(first, truth[first]).fit(X, y)
    assert queue.history_ == [] and not queue.trusted_.any() and queue.n_found_ == 0
    np.testing.assert_array_equal(queue.batch_.indices, first)


def test_history_counts_what_was_checked_and_found():
    X, y, truth = blobs(100, 2, noise=0.1)
    queue = ReviewQueue(FAST, batch_size=10, audit_fraction=0.2).fit(X, y)
    batch = queue.batch_
    wrong = (y != truth)[batch.indices]
    queue.update(batch.indices, truth[batch.indices])
    assert queue.history_ == [
        {
            "batch": 1,
            "checked": 10,
            "found": wrong.sum(),
            "precision": wrong[~batch.is_audit].mean(),
            "audited": 2,
            "audit_found": wrong[batch.is_audit].sum(),
            "unclear": 0,
            "cost": 10.0,
        }
    ]
    assert len(pd.DataFrame(queue.history_)) == 1


def test_part_of_a_batch_and_rows_beside_it_can_be_answered():
    X, y, truth = blobs(60, 3, noise=0.2)
    queue = ReviewQueue(FAST, batch_size=10).fit(X, y)
    some = queue.batch_.indices[:4]
    beside = np.setdiff1d(np.arange(60), queue.batch_.indices)[:2]
    queue.update({int(i): truth[i] for i in [*some, *beside]})
    assert queue.trusted_.sum() == 6
    assert queue.history_[0]["checked"] == 6
    assert queue.history_[0]["precision"] == (y != truth)[some].mean()


def test_who_cannot_say_is_not_asked_again():
    X, y, truth = blobs(60, 3, noise=0.2)
    queue = ReviewQueue(FAST, batch_size=5, budget=10).fit(X, y)
    rows, before = queue.batch_.indices, queue.label_quality_
    queue.update(rows, [None, *truth[rows[1:]]])
    assert queue.unclear_[rows[0]] and not queue.trusted_[rows[0]]
    assert queue.y_[rows[0]] == y[rows[0]]
    assert queue.history_[0]["unclear"] == 1 and queue.history_[0]["checked"] == 4
    assert queue.cost_ == 5
    assert rows[0] not in queue.next_batch(60).indices
    assert not np.array_equal(before, queue.label_quality_)
    # On second thoughts, the answer is still welcome.
    queue.update(rows[:1], truth[rows[:1]])
    assert queue.trusted_[rows[0]] and not queue.unclear_[rows[0]]


def test_a_failed_update_changes_nothing():
    X, y, truth = blobs(60, 3, noise=0.2)
    queue = ReviewQueue(FAST, batch_size=5).fit(X, y)
    rows = queue.batch_.indices
    queue.update(rows, truth[rows])
    state = pickle.dumps(queue)
    new = queue.batch_.indices
    for indices, labels, message in [
        (rows[:1], truth[rows[:1]], "verified already"),
        (new, [*truth[new[1:]], 9], "none of the classes"),
    ]:
        with pytest.raises(ValueError, match=message):
            queue.update(indices, labels)
        assert pickle.dumps(queue) == state


def test_answers_may_empty_a_class():
    X, y, _ = blobs(60, 2)
    y = y.copy()
    y[:2] = 7
    rare, truth = y == 7, np.where(y == 7, 0, y)
    queue = ReviewQueue(Given(), batch_size=2)
    X[:, 0] = ~rare
    queue.fit(X, y).update(queue.batch_.indices, truth[queue.batch_.indices])
    assert sorted(set(queue.y_)) == [0, 1] and queue.classes_.tolist() == [0, 1, 7]
    # Even if a single class is left, the review goes on.
    rest = np.flatnonzero(queue.y_ == 1)
    queue.update(rest, np.zeros(len(rest), dtype=int))
    assert set(queue.y_) == {0} and not queue.should_stop_


@pytest.mark.filterwarnings(WEAK)
def test_classes_of_one_row():
    X, y, truth = blobs(61, 2, noise=0.1)
    y, truth = y.copy(), truth.copy()
    y[-1] = truth[-1] = 5
    queue, _ = review(ReviewQueue(budget=20, batch_size=10), X, y, truth)
    assert queue.y_[-1] == 5 and queue.n_found_ > 3


def test_stops_once_few_of_the_last_rows_are_wrong():
    X, y, truth = blobs(600, 3, noise=0.05)
    queue, asked = review(ReviewQueue(FAST, stop_precision=0.1), X, y, truth)
    assert queue.stop_reason_ == "precision" and queue.should_stop_
    assert queue.precision_bound_ < 0.1
    # A stretch of this many rows must be nearly free; the errors came before it.
    n_back, _ = plan_looks(0.1, 0.95, 600)
    assert n_back + 20 <= len(asked) <= n_back + 30 + 20
    assert queue.n_found_ == 30


def test_goes_on_whatever_is_found_without_a_precision():
    X, y, truth = blobs(60, 3)
    queue, asked = review(ReviewQueue(FAST, stop_precision=None), X, y, truth)
    assert len(asked) == 60 and queue.stop_reason_ == "nothing left"


def test_rows_drawn_at_random_do_not_count_for_the_precision():
    X, y, truth = blobs(200, 2)
    queue = ReviewQueue(FAST, audit_fraction=1.0, stop_precision=0.5)
    queue, asked = review(queue, X, y, truth)
    assert len(asked) == 200 and queue.precision_bound_ == 1.0


def test_budget_counts_rows():
    X, y, truth = blobs(60, 3)
    queue, asked = review(ReviewQueue(FAST, budget=25, batch_size=10), X, y, truth)
    assert [entry["checked"] for entry in queue.history_] == [10, 10, 5]
    assert queue.stop_reason_ == "budget" and queue.cost_ == 25


def test_budget_counts_costs():
    X, y, truth = blobs(60, 3, noise=0.2)
    cost = np.where(np.arange(60) % 2, 1.0, 4.0)
    queue, asked = review(ReviewQueue(FAST, budget=21), X, y, truth, cost=cost)
    assert queue.cost_ == cost[asked].sum() == 21


def test_a_batch_has_a_budget_of_its_own():
    X, y, truth = blobs(60, 3)
    queue = ReviewQueue(FAST, budget=30, batch_size=4).fit(X, y)
    assert len(queue.batch_) == 4
    assert len(queue.next_batch(12)) == len(queue.batch_) == 12
    np.testing.assert_array_equal(queue.next_batch(4).indices, queue.batch_.indices)
    assert len(queue.next_batch(50)) == 30
    with pytest.raises(ValueError, match="budget=0 must be a number above 0"):
        queue.next_batch(0)


def test_cheap_and_heavy_rows_come_first():
    quality = np.full((8, 1), 0.3)
    y, cost, weight = np.arange(8) % 2, np.ones(8), np.ones(8)
    cost[3], weight[5] = 0.5, 4.0
    queue = ReviewQueue(Given(), batch_size=2)
    queue.fit(quality, y, sample_weight=weight, cost=cost)
    assert queue.batch_.indices.tolist() == [5, 3]


def test_far_classes_come_first_in_a_hierarchy():
    given = np.array(["cat"] * 4 + ["dog", "oak"])
    pred_proba = np.array(
        [[0.2, 0.8, 0.0], [0.2, 0.0, 0.8], [0.9, 0.1, 0.0], [0.9, 0.1, 0.0]]
        + [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    )
    tree = {"animal": ["cat", "dog"], "plant": ["oak"]}
    for gamma, first in [(1, [1, 0]), (-1, [0, 1])]:
        queue = ReviewQueue(
            LabelDetector("precomputed"), order="hierarchy", hierarchy=tree, gamma=gamma
        ).fit(pred_proba, given)
        assert queue.batch_.indices[:2].tolist() == first


def test_audits_are_mixed_in_and_bound_what_is_left():
    X, y, truth = blobs(300, 3, noise=0.2, spread=4.0)
    queue = ReviewQueue(FAST, audit_fraction=0.5, budget=100, stop_precision=None)
    queue, _ = review(queue, X, y, truth)
    assert sum(entry["audited"] for entry in queue.history_) == 50
    low, high = queue.errors_left_interval_
    assert 0 < low <= (queue.y_ != truth).sum() <= high < 200


def test_small_batches_are_audited_too():
    X, y, truth = blobs(60, 3)
    queue = ReviewQueue(FAST, audit_fraction=0.1, batch_size=2, budget=40)
    queue, _ = review(queue, X, y, truth)
    assert sum(entry["audited"] for entry in queue.history_) == 4


def test_random_state_chooses_the_audits():
    X, y, _ = blobs(60, 3)
    queue = ReviewQueue(FAST, audit_fraction=1.0)
    batches = [clone(queue).set_params(random_state=s).fit(X, y) for s in (0, 0, 1)]
    first, same, other = (set(fitted.batch_.indices) for fitted in batches)
    assert first == same != other


def test_hidden_suggestions_show_who_follows_them():
    X, y, truth = blobs(200, 3, noise=0.3)
    queue = ReviewQueue(FAST, hidden_fraction=0.5, batch_size=20).fit(X, y)
    assert np.isnan(list(queue.agreement_.values())).all()
    for _ in range(3):
        batch = queue.batch_
        is_hidden = np.equal(batch.suggested_labels, None)
        assert is_hidden.sum() == 10
        # Follows what is shown, and is right elsewhere about the other class.
        answers = np.where(
            is_hidden,
            (queue.suggested_labels_[batch.indices] + 1) % 3,
            batch.suggested_labels,
        )
        queue.update(batch.indices, answers.astype(int))
    assert queue.agreement_ == {"shown": 1.0, "hidden": 0.0}


@pytest.mark.parametrize(
    "make",
    [
        lambda X: X,
        lambda X: X.tolist(),
        lambda X: sparse.csr_array(np.round(X) * (np.abs(X) > 2)),
        lambda X: pd.DataFrame(X, columns=["a", "b"]),
        lambda X: pl.DataFrame(X, schema=["a", "b"]),
        lambda X: pd.DataFrame({"a": X[:, 0], "b": np.where(X[:, 1] > 1, None, "x")}),
        lambda X: [f"word{a > 0} word{b > 0} same" for a, b in X],
    ],
    ids=["array", "list", "sparse", "pandas", "polars", "mixed", "texts"],
)
def test_any_container(make):
    X, y, truth = blobs(60, 2, noise=0.1)
    names = np.array(["left", "right, and longer"])
    queue = ReviewQueue(batch_size=6).fit(make(X), names[y])
    rows = queue.batch_.indices
    queue.update(rows, names[truth[rows]].tolist())
    assert queue.n_found_ >= 5
    assert (
        queue.y_.dtype == names.dtype and (queue.y_[rows] == names[truth[rows]]).all()
    )


def test_labels_of_any_container():
    X, y, truth = blobs(40, 2, noise=0.1)
    names = np.array(["no", "yes"])
    plain = ReviewQueue(FAST).fit(X, names[y])
    for same in (pd.Series(names[y]), pl.Series(names[y]), names[y].tolist()):
        np.testing.assert_array_equal(
            ReviewQueue(FAST).fit(X, same).batch_.indices, plain.batch_.indices
        )
    rows = plain.batch_.indices
    plain.update(pd.Series(rows), pd.Series(names[truth[rows]]))
    assert (plain.y_[rows] == names[truth[rows]]).all()


def test_metadata_reaches_the_detector():
    X = np.linspace(0, 1, 8)[:, None]
    y, groups, weight = np.arange(8) % 2, np.arange(8) // 2, np.arange(1.0, 9.0)
    queue = ReviewQueue(Given(), batch_size=1)
    queue.fit(X, y, groups=groups, sample_weight=weight).update([0], [0])
    np.testing.assert_array_equal(queue.detector_.groups_, groups)
    np.testing.assert_array_equal(queue.detector_.sample_weight_, weight)
    np.testing.assert_array_equal(queue.detector_.trusted_, np.arange(8) == 0)


def test_a_detector_without_suggestions():
    X, y = np.linspace(0, 1, 8)[:, None], np.arange(8) % 2
    queue = ReviewQueue(Given(), batch_size=3).fit(X, y)
    assert queue.batch_.indices.tolist() == [0, 1, 2]
    assert queue.batch_.suggested_labels.tolist() == [None] * 3
    assert not hasattr(queue, "suggested_labels_")
    queue.update([0, 1, 2], [1, 1, 0])
    assert np.isnan(list(queue.agreement_.values())).all()
    with pytest.raises(TypeError, match="needs probabilities, which Given"):
        ReviewQueue(Given(), order="activelab").fit(X, y)


def test_probabilities_at_hand_will_do():
    _, y, truth = blobs(60, 3, noise=0.2)
    pred_proba = 0.8 * np.eye(3)[truth] + 0.2 / 3
    queue = ReviewQueue(LabelDetector(Precomputed([0, 1, 2])), batch_size=12)
    queue.fit(pred_proba, y)
    assert (y != truth)[queue.batch_.indices].all()


def test_only_detectors_judge():
    X, y, _ = blobs(30, 2)
    with pytest.raises(TypeError, match="detector must be a label detector"):
        ReviewQueue(LogisticRegression()).fit(X, y)


def test_answers_may_name_a_class_that_y_lacks():
    X, y, truth = blobs(240, 3, noise=0.1)
    names = np.array(["a", "b", "a class that nobody knew"])
    given = names[np.where(y == 2, 0, y)]
    with pytest.raises(ValueError, match=r"write ReviewQueue\(classes="):
        ReviewQueue(FAST).fit(X, given).update([2], [names[2]])
    queue = ReviewQueue(FAST, classes=names, budget=140)
    queue, asked = review(queue, X, given, names[truth])
    assert (queue.y_[asked] == names[truth][asked]).all()
    # Once it is known, its other rows come first.
    assert queue.history_[-1]["precision"] == 1
    assert (truth[queue.y_ != names[truth]] == 2).all()


@pytest.mark.parametrize("refit", [True, False])
def test_answers_improve_on_the_first_order(refit):
    # One class is noisy, and its blob lies as close to the others as theirs do.
    X, y, truth = blobs(600, 3, spread=4.0)
    y = y.copy()
    y[np.flatnonzero(truth == 0)[::3]] = 1
    is_wrong = y != truth
    queue = ReviewQueue(FAST, budget=120, refit=refit)
    first = np.argsort(clone(FAST).fit(X, y).label_quality_)[:120]
    queue, asked = review(queue, X, y, truth)
    assert queue.n_found_ == is_wrong[asked].sum() > 1.1 * is_wrong[first].sum()
    assert is_wrong[first].sum() > 2 * 120 * is_wrong.mean()
