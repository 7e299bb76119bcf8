# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils import get_tags

from sknoisy.base import with_default_estimator
from sknoisy.detection import InSample, OutOfFold, Precomputed
from sknoisy.detection._schemes import check_scheme
from sknoisy.utils import cross_fit_proba
from tests._data import Recorder, blobs
from tests.detection._evidence import rows_of

X, Y, TRUTH = blobs(noise=0.2)


def rows(X=X, y=Y, **metadata):
    return rows_of(X, y, **metadata)


def test_out_of_fold_is_one_cross_fit():
    (member,) = OutOfFold(GaussianNB(), cv=3).members(rows())
    expected = cross_fit_proba(GaussianNB(), X, Y, cv=3).pred_proba
    np.testing.assert_array_equal(member.pred_proba, expected)
    assert member.rows is None


def test_out_of_fold_passes_metadata_on():
    groups, weight = np.arange(90) // 3, np.linspace(1, 2, 90)
    scheme = OutOfFold(GaussianNB(), cv=3)
    (member,) = scheme.members(rows(groups=groups, sample_weight=weight))
    expected = cross_fit_proba(
        GaussianNB(), X, Y, cv=3, groups=groups, sample_weight=weight
    )
    np.testing.assert_array_equal(member.pred_proba, expected.pred_proba)


def test_repeats_are_members_with_folds_of_their_own():
    scheme = OutOfFold(KNeighborsClassifier(1), n_repeats=3)
    members = [member.pred_proba for member in scheme.members(rows())]
    assert len(members) == len(scheme.cross_fits_) == 3
    assert (members[0] != members[1]).any()
    again = [member.pred_proba for member in clone(scheme).members(rows())]
    np.testing.assert_array_equal(members, again)


def test_a_seed_chooses_the_folds():
    knn = KNeighborsClassifier(1)
    first, same, other = (
        next(OutOfFold(knn, random_state=seed).members(rows())).pred_proba
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_a_splitter_is_used_as_it_is():
    scheme = OutOfFold(Recorder(), cv=KFold(3))
    next(scheme.members(rows()))
    for model, (train, _) in zip(
        scheme.cross_fits_[0].estimators, KFold(3).split(X), strict=True
    ):
        np.testing.assert_array_equal(model.X_, X[train])


def test_new_rows_get_the_mean_over_all_repeats():
    scheme = OutOfFold(GaussianNB(), n_repeats=2)
    list(scheme.members(rows()))
    expected = np.mean([fit.predict_proba(X) for fit in scheme.cross_fits_], axis=0)
    np.testing.assert_allclose(scheme.predict_proba(X), expected)


@pytest.mark.parametrize("n_repeats", [0, -1])
def test_there_is_at_least_one_repeat(n_repeats):
    with pytest.raises(ValueError, match="n_repeats=.* must be at least 1"):
        list(OutOfFold(GaussianNB(), n_repeats=n_repeats).members(rows()))


@pytest.mark.parametrize("scheme", [OutOfFold(), InSample()], ids=repr)
def test_without_an_estimator_a_sound_one_is_found(scheme):
    (member,) = scheme.members(rows())
    assert (member.pred_proba.argmax(axis=1) == TRUTH).mean() > 0.9
    texts = ["red apple", "fast car"] * 10
    (member,) = clone(scheme).members(rows(texts, [0, 1] * 10))
    np.testing.assert_array_equal(member.pred_proba.argmax(axis=1), [0, 1] * 10)
    assert scheme.estimator is None


def test_in_sample_is_one_fit_on_all_rows():
    scheme = InSample(GaussianNB())
    (member,) = scheme.members(rows())
    expected = GaussianNB().fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(member.pred_proba, expected)
    np.testing.assert_array_equal(scheme.predict_proba(X), expected)


def test_in_sample_is_weighted():
    weight = np.where(Y == TRUTH, 1.0, 0.0)
    (member,) = InSample(GaussianNB()).members(rows(sample_weight=weight))
    expected = GaussianNB().fit(X[weight > 0], Y[weight > 0]).predict_proba(X)
    np.testing.assert_allclose(member.pred_proba, expected)


def test_in_sample_needs_probabilities():
    with pytest.raises(TypeError, match="RidgeClassifier lacks; use OutOfFold"):
        list(InSample(RidgeClassifier()).members(rows()))


def test_precomputed_hands_the_probabilities_on():
    pred_proba = GaussianNB().fit(X, Y).predict_proba(X)
    scheme = Precomputed()
    (member,) = scheme.members(rows(pred_proba))
    np.testing.assert_array_equal(member.pred_proba, pred_proba)
    np.testing.assert_array_equal(scheme.predict_proba(pred_proba[:2]), pred_proba[:2])


def test_precomputed_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match="negative values"):
        list(Precomputed().members(rows(np.c_[X, X[:, 0]])))
    with pytest.raises(ValueError, match="must sum to 1"):
        Precomputed().predict_proba([[2.0, 3.0]])


@pytest.mark.parametrize("kind", [OutOfFold, InSample])
def test_tags_are_those_of_the_estimator(kind):
    tags = get_tags(kind(HistGradientBoostingClassifier())).input_tags
    assert tags.allow_nan
    assert not tags.sparse
    assert get_tags(kind(MultinomialNB())).input_tags.positive_only
    anything = get_tags(kind()).input_tags
    assert anything.sparse and anything.allow_nan
    assert not get_tags(Precomputed()).input_tags.sparse


def test_a_default_fills_only_an_empty_place():
    default = LogisticRegression()
    empty, own = OutOfFold(), OutOfFold(GaussianNB())
    assert isinstance(
        with_default_estimator(empty, default).estimator, LogisticRegression
    )
    assert isinstance(with_default_estimator(own, default).estimator, GaussianNB)
    assert empty.estimator is None
    with_default_estimator(Precomputed(), default)


@pytest.mark.parametrize(
    ("alias", "kind"),
    [("out_of_fold", OutOfFold), ("in_sample", InSample), ("precomputed", Precomputed)],
)
def test_aliases(alias, kind):
    assert type(check_scheme(alias)) is kind


def test_schemes_are_cloned():
    scheme = OutOfFold(GaussianNB(), cv=4)
    own = check_scheme(scheme)
    assert own is not scheme
    assert own.cv == 4


def test_unknown_schemes_name_the_fix():
    with pytest.raises(ValueError, match="Did you mean 'in_sample'"):
        check_scheme("insample")
    with pytest.raises(TypeError, match=r"Write OutOfFold\(\)"):
        check_scheme(OutOfFold)
    with pytest.raises(TypeError, match="must be a scheme"):
        check_scheme(GaussianNB())
