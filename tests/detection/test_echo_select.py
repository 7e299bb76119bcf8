# SPDX-License-Identifier: BSD-3-Clause
"""EchoSelect: cosines between rows and edited rows, and who is edited by whom."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import pairwise_distances
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sknoisy import CleanThenFit, DropSuspects
from sknoisy.detection import EchoSelect
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import blobs
from tests.detection._evidence import found, frame, planted, texts

DIRECTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])


def turn_to_label(X, y):
    """Generate a row that shows its label, whatever it showed before."""
    return DIRECTIONS[y]


def turn_halfway(X, y):
    return X + DIRECTIONS[y] * np.linalg.norm(X, axis=1, keepdims=True)


@parametrize_with_checks(
    [
        EchoSelect(n_neighbors=5, threshold="mixture"),
        EchoSelect(preprocessor=TruncatedSVD(2, random_state=0)),
    ]
)
def test_contract(estimator, check):
    check(estimator)


def brute_cosine(X, y, share, weight=None, may_judge=None):
    """Compare each row with a mean of others, from the matrix of all distances."""
    weight = np.ones(len(y)) if weight is None else weight
    distances = pairwise_distances(X)
    np.fill_diagonal(distances, np.inf)
    if may_judge is not None:
        distances[~may_judge] = np.inf
    cosine = np.ones(len(y))
    for i, label in enumerate(y):
        own = np.flatnonzero((y == label) & np.isfinite(distances[i]))
        n_nearest = int(np.ceil(share * np.sum(y == label)))
        near = own[np.argsort(distances[i, own])][:n_nearest]
        mean = np.average(X[near], axis=0, weights=weight[near])
        cosine[i] = X[i] @ mean / np.linalg.norm(X[i]) / np.linalg.norm(mean)
    return cosine


@pytest.mark.parametrize("share", [0.2, 0.75, 1.0])
def test_agrees_with_the_matrix_of_all_distances(share):
    X, y, _ = blobs(90, 3, noise=0.2, spread=4.0)
    detector = EchoSelect(preprocessor="passthrough", n_neighbors=share).fit(X, y)
    expected = brute_cosine(X, y, share)
    np.testing.assert_allclose(detector.cosine_, expected, atol=1e-8)
    np.testing.assert_allclose(detector.label_quality_, (1 + expected) / 2, atol=1e-8)
    assert detector.noise_rate_ == detector.suspect_mask_.mean()


def test_the_mean_is_weighted():
    X, y, _ = blobs(90, 3, noise=0.2, spread=4.0)
    weight = np.random.default_rng(0).uniform(0.5, 3.0, 90)
    detector = EchoSelect(preprocessor="passthrough").fit(X, y, sample_weight=weight)
    expected = brute_cosine(X, y, 0.75, weight)
    np.testing.assert_allclose(detector.cosine_, expected, atol=1e-8)


def test_rows_of_a_group_do_not_edit_each_other():
    X, y, _ = blobs(90, noise=0.2, spread=4.0)
    groups = np.random.default_rng(0).integers(3, size=90)
    detector = EchoSelect(preprocessor="passthrough", n_neighbors=0.2)
    detector.fit(X, y, groups=groups)
    expected = brute_cosine(X, y, 0.2, may_judge=groups[:, None] != groups)
    np.testing.assert_allclose(detector.cosine_, expected, atol=1e-8)


def test_an_editor_of_the_users_is_asked_for_given_labels():
    X = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [3.0, 0.0]])
    y = np.array([0, 0, 1, 1, 2])
    detector = EchoSelect(turn_to_label, preprocessor="passthrough").fit(X, y)
    np.testing.assert_allclose(detector.cosine_, [1, np.sqrt(0.5), 1, 0, -1])
    # The published cut; one row of each class is never suspect.
    assert detector.suspect_mask_.tolist() == [False, False, False, True, False]
    new = detector.score_samples([[1.0, 0.0], [0.0, -1.0]], [0, 1])
    np.testing.assert_allclose(new, [1.0, 0.0])


def test_the_published_cut_is_for_editors_alone():
    X, y, _ = planted()
    for params, line in (
        ({}, 0.5),
        ({"edit": turn_halfway}, 0.76),
        ({"threshold": 0.9}, 0.9),
    ):
        detector = EchoSelect(preprocessor="passthrough", **params).fit(X, y)
        expected = detector.label_quality_ < line
        np.testing.assert_array_equal(detector.suspect_mask_, expected)


def test_planted_errors_are_found_and_put_right():
    X, y, wrong = planted()
    _, _, truth = blobs(120)
    detector = EchoSelect().fit(X, y)
    assert found(detector, wrong) > 0.99
    np.testing.assert_array_equal(detector.suggested_labels_, truth)
    np.testing.assert_array_equal(detector.suspect_mask_, wrong)


def test_wrong_labels_that_stand_together_are_found_by_a_large_share():
    X, y, truth = blobs(300, noise=0.3)
    wide, narrow = [
        found(EchoSelect(n_neighbors=k).fit(X, y), y != truth) for k in (0.75, 10)
    ]
    assert wide > 0.99
    assert narrow < wide - 0.3


def test_other_containers():
    X, y, wrong = planted()
    assert found(EchoSelect().fit(sparse.csr_matrix(X), y), wrong) > 0.95
    for X, y in [texts(), frame(pd, with_text=True), frame(pd)]:
        quality = EchoSelect().fit(X, y).label_quality_
        assert quality[:2].max() < np.median(quality[2:])


def test_texts_can_be_edited_and_embedded_by_functions():
    X, y = texts()
    edited_words = {0: "good fine glad nice", 1: "bad poor grim sad"}

    def edit(X, y):
        return [edited_words[k] for k in y]

    maker = make_pipeline(TfidfVectorizer(), TruncatedSVD(4, random_state=0))
    quality = EchoSelect(edit, preprocessor=maker).fit(X, y).label_quality_
    assert quality[:2].max() < quality[2:].min()
    count = FunctionTransformer(_count_words, validate=False)
    quality = EchoSelect(edit, preprocessor=count).fit(X, y).label_quality_
    assert quality[:2].max() < quality[2:].min()


def _count_words(X):
    words = ("good", "fine", "glad", "nice", "bad", "poor", "grim", "sad")
    return [[text.split().count(word) for word in words] for text in X]


def test_string_labels_and_names():
    X, y, _ = planted()
    names = np.array(["a", "b", "c"])
    detector = EchoSelect().fit(X, y)
    named = clone(detector).fit(X, names[y])
    np.testing.assert_array_equal(named.label_quality_, detector.label_quality_)
    expected = names[detector.suggested_labels_]
    np.testing.assert_array_equal(named.suggested_labels_, expected)


def test_trusted_labels_are_never_suspect():
    X, y, wrong = planted()
    detector = EchoSelect().fit(X, y, trusted=wrong)
    assert not detector.suspect_mask_.any()
    np.testing.assert_array_equal(detector.label_quality_[wrong], 1.0)


def test_a_row_alone_in_its_class_counts_as_right():
    X, y, _ = planted()
    y[5] = 9
    with pytest.warns(WeakEvidenceWarning, match="No neighbour can judge 1 of 120"):
        detector = EchoSelect().fit(X, y)
    assert detector.label_quality_[5] == 1.0
    assert not detector.suspect_mask_[5]


def test_copies_do_not_edit_each_other():
    X, y, wrong = planted(60, n_wrong=3)
    copies = np.r_[np.arange(60), np.flatnonzero(wrong)]
    once = EchoSelect().fit(X, y, sample_weight=1.0 + wrong).label_quality_
    twice = EchoSelect().fit(X[copies], y[copies]).label_quality_
    np.testing.assert_allclose(twice, once[copies])
    assert twice[60:].max() < 0.5


def test_equal_rows_leave_nothing_to_edit():
    X, y = np.ones((8, 2)), np.arange(8) % 2
    quality = EchoSelect(lambda X, y: X.copy()).fit(X, y).label_quality_
    np.testing.assert_array_equal(quality, 1.0)


def test_new_labels_are_scored_against_the_rows_of_fit():
    X, y, _ = planted()
    detector = EchoSelect().fit(X, y)
    new, truth, _ = blobs(40, seed=1)
    right = detector.score_samples(new, truth)
    wrong = detector.score_samples(new, (truth + 1) % 3)
    assert right.min() > 0.6 > wrong.max()
    np.testing.assert_array_equal(detector.score_samples(new), right)
    again = pickle.loads(pickle.dumps(detector)).score_samples(new, truth)
    np.testing.assert_array_equal(again, right)


def test_kept_rows_are_trained_on():
    X, y, truth = blobs(120, noise=0.2)
    kept, labels = DropSuspects(EchoSelect()).fit_resample(X, y)
    assert len(kept) == len(labels) < 110
    clf = CleanThenFit(cleaner=DropSuspects(EchoSelect())).fit(X, y)
    assert clf.score(X, truth) > 0.98


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"n_neighbors": 0}, ValueError, "n_neighbors=0 must be a whole number"),
        ({"n_neighbors": 1.5}, ValueError, "n_neighbors=1.5 must be a number in"),
        ({"preprocessor": "scale"}, ValueError, "preprocessor='scale' is not known"),
        ({"edit": lambda X, y: X[:3]}, ValueError, "edit returned 3 rows for 30"),
        ({"edit": "push"}, TypeError, "edit must be a callable"),
        (
            {"preprocessor": FunctionTransformer(sparse.csr_matrix)},
            TypeError,
            "append TruncatedSVD",
        ),
    ],
)
def test_parameters_out_of_range_are_refused(params, error, message):
    X, y, _ = blobs(30)
    with pytest.raises(error, match=message):
        EchoSelect(**params).fit(X, y)
