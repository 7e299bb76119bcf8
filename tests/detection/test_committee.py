# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags

from sknoisy.detection import Committee, LabelDetector
from sknoisy.detection._committee import FoldCommittee, voice, vote_proba
from sknoisy.utils import cross_fit_proba
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils.estimator_checks import parametrize_with_checks
from tests._data import OnlyPredict, RowNumbers, blobs
from tests.detection._evidence import mean_proba, texts


@parametrize_with_checks(
    [
        LabelDetector(Committee([GaussianNB(), LogisticRegression()], cv=3)),
    ]
)
def test_contract(estimator, check):
    check(estimator)


def labelled(X, y, **metadata):
    return check_labelled_rows(LabelDetector(), X, y, **metadata)


def test_every_learner_is_a_member_that_judges_out_of_fold():
    X, y, _ = blobs(60, noise=0.1)
    learners = [GaussianNB(), LogisticRegression()]
    members = list(Committee(learners, cv=4).members(labelled(X, y)))
    for learner, member in zip(learners, members, strict=True):
        alone = cross_fit_proba(learner, X, y, cv=4).pred_proba
        np.testing.assert_allclose(member.pred_proba, alone)


def test_no_row_is_seen_by_who_judges_it():
    X = np.arange(40.0)[:, None]
    proba = mean_proba(Committee([RowNumbers(), RowNumbers()]), X, np.arange(40) % 2)
    assert (proba[:, 0] == 1).all()


def test_new_rows_are_judged_by_each_learner():
    X, y, _ = blobs(60)
    scheme = Committee()
    LabelDetector(scheme).fit(X, y)
    fitted = LabelDetector(scheme).fit(X, y).scheme_
    probas = list(fitted.member_probas(X[:5]))
    assert len(probas) == 3
    np.testing.assert_allclose(fitted.predict_proba(X[:5]), np.mean(probas, axis=0))


def test_texts_are_judged_by_default():
    X, y = texts()
    quality = LabelDetector(Committee()).fit(X, y).label_quality_
    assert set(np.argsort(quality)[:2]) == {0, 1}


def test_tags_claim_what_all_learners_take():
    trees = [DecisionTreeClassifier(), DecisionTreeClassifier()]
    assert get_tags(Committee(trees)).input_tags.allow_nan
    both = get_tags(Committee([*trees, MultinomialNB()])).input_tags
    assert both.sparse and not both.allow_nan


@pytest.mark.parametrize("estimators", [[], GaussianNB(), ["tree"]])
def test_learners_come_in_a_list(estimators):
    X, y, _ = blobs(30)
    with pytest.raises(TypeError, match="list of classifiers"):
        LabelDetector(Committee(estimators)).fit(X, y)


def test_fold_committee_leaves_out_a_fold_and_judges_all_rows():
    X = np.arange(40.0)[:, None]
    scheme = FoldCommittee(RowNumbers(), cv=4)
    members = list(scheme.members(labelled(X, np.arange(40) % 2)))
    seen = np.column_stack([member.pred_proba[:, 1] for member in members])
    np.testing.assert_array_equal(seen.sum(axis=1), 3)


def test_a_model_has_no_voice_on_classes_it_does_not_know():
    X, y, _ = blobs(30)
    model = GaussianNB().fit(X[y < 2], y[y < 2])
    member = voice(model, X, labelled(X, y))
    np.testing.assert_array_equal(member.rows, np.flatnonzero(y < 2))


def test_models_without_probabilities_vote_for_one_class():
    X, y, _ = blobs(30)
    proba = vote_proba(OnlyPredict().fit(X, y), X, np.arange(3))
    np.testing.assert_array_equal(proba, np.eye(3)[y])


def test_sparse_matrices_are_judged():
    X, y, _ = blobs(60, noise=0.1)
    proba = mean_proba(Committee(), sparse.csr_matrix(np.maximum(X, 0)), y)
    assert proba.shape == (60, 3)
