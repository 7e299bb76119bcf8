# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.tree import DecisionTreeClassifier

from sknoisy.detection import HardnessCommittee
from sknoisy.utils import cross_fit_proba
from tests._data import blobs
from tests.detection._evidence import frame, planted, texts


def test_quality_is_the_mean_probability_of_the_label():
    X, y, _ = blobs(60, noise=0.1, spread=2.0)
    learners = [GaussianNB(), LogisticRegression()]
    quality = HardnessCommittee(learners, cv=4).fit(X, y).label_quality_
    probas = [cross_fit_proba(learner, X, y, cv=4).pred_proba for learner in learners]
    mean = np.mean(probas, axis=0)
    np.testing.assert_allclose(quality, mean[np.arange(60), y], atol=1e-4)


def test_planted_errors_rank_lowest():
    X, y, wrong = planted()
    fitted = HardnessCommittee().fit(X, y)
    assert roc_auc_score(wrong, -fitted.label_quality_) == 1
    np.testing.assert_array_equal(fitted.suspect_mask_, wrong)


def test_the_default_has_learners_of_four_kinds():
    X, y, _ = blobs(60)
    scheme = HardnessCommittee().fit(X, y).scheme_
    assert len(scheme.cross_fits_) == 4


def test_naive_bayes_counts_words():
    X, y = texts()
    counts = CountVectorizer().fit_transform(X)
    for rows in (X, counts):
        fitted = HardnessCommittee().fit(rows, y)
        assert set(np.argsort(fitted.label_quality_)[:2]) == {0, 1}
        models = fitted.scheme_.cross_fits_[1].estimators
        assert all(isinstance(model, MultinomialNB) for model in models)


def test_frames_of_mixed_columns_are_judged():
    X, y = frame(pd, with_text=True)
    quality = HardnessCommittee().fit(X, y).label_quality_
    assert set(np.argsort(quality)[:2]) == {0, 1}


def test_new_labels_are_judged():
    X, y, _ = blobs(90)
    fitted = HardnessCommittee().fit(X, y)
    right, wrong = fitted.score_samples(X, y), fitted.score_samples(X, (y + 1) % 3)
    assert right.min() > wrong.max()


@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.RareClassWarning")
def test_a_rare_class_is_not_emptied():
    X, y, _ = blobs(60, 2)
    y[0] = 2
    assert not HardnessCommittee().fit(X, y).suspect_mask_[0]


def test_the_estimators_of_the_caller_are_left_alone():
    X, y, _ = blobs(60)
    tree = DecisionTreeClassifier(random_state=0)
    HardnessCommittee([tree]).fit(X, y)
    assert not hasattr(tree, "tree_")


@pytest.mark.parametrize("n_samples", [2, 4, 8])
@pytest.mark.filterwarnings("ignore::sknoisy.exceptions.RareClassWarning")
def test_few_rows_have_fewer_neighbors(n_samples):
    X, y, _ = blobs(n_samples, 2)
    assert HardnessCommittee().fit(X, y).label_quality_.shape == (n_samples,)
