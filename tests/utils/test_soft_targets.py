# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax, logsumexp
from sklearn import config_context
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.utils import fit_soft_targets
from tests._data import Recorder, blobs, soft_blobs

CLASSES = np.array(["a", "b", "c"])


def logistic():
    return LogisticRegression(tol=1e-10, max_iter=10_000)


@pytest.mark.parametrize(
    "estimator",
    [
        logistic(),
        RandomForestClassifier(n_estimators=5, random_state=0),
        KNeighborsClassifier(),
        make_pipeline(FunctionTransformer(), DecisionTreeClassifier(random_state=0)),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_one_hot_targets_equal_a_plain_fit(estimator):
    X, y, _ = blobs(noise=0.2, spread=3.0)
    soft = fit_soft_targets(estimator, X, np.eye(3)[y], CLASSES)
    plain = estimator.fit(X, CLASSES[y])
    np.testing.assert_array_equal(soft.predict_proba(X), plain.predict_proba(X))


def soft_cross_entropy_minimiser(X, targets, weight):
    """Fit softmax regression with the penalty of LogisticRegression by hand."""
    n_features, n_classes = X.shape[1], targets.shape[1]

    def loss(parameters):
        coef = parameters[:-n_classes].reshape(n_features, n_classes)
        log_proba = log_softmax(X @ coef + parameters[-n_classes:], axis=1)
        fit = -(weight[:, None] * targets * log_proba).sum()
        return fit + 0.5 * (coef**2).sum()

    start = np.zeros((n_features + 1) * n_classes)
    best = minimize(
        loss, start, method="L-BFGS-B", options={"ftol": 1e-14, "gtol": 1e-9}
    )
    coef = best.x[:-n_classes].reshape(n_features, n_classes)
    return coef, best.x[-n_classes:]


@pytest.mark.parametrize("weighted", [False, True])
def test_logistic_regression_minimises_the_soft_cross_entropy(weighted):
    X, targets = soft_blobs()
    weight = np.linspace(0.5, 2, len(X)) if weighted else np.ones(len(X))
    fitted = fit_soft_targets(
        logistic(), X, targets, CLASSES, sample_weight=weight, min_target=0
    )
    coef, intercept = soft_cross_entropy_minimiser(X, targets, weight)
    logits = X @ coef + intercept
    expected = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
    np.testing.assert_allclose(fitted.predict_proba(X), expected, atol=1e-4)


def test_each_row_is_repeated_for_each_class_with_its_target_as_weight():
    targets = np.array([[0.7, 0.3, 0.0], [0.0, 1.0, 0.0], [0.1, 0.2, 0.7]])
    fitted = fit_soft_targets(Recorder(), np.arange(3)[:, None], targets, CLASSES)
    np.testing.assert_array_equal(fitted.X_.ravel(), [0, 0, 1, 2, 2, 2])
    np.testing.assert_array_equal(fitted.y_, list("abbabc"))
    np.testing.assert_allclose(fitted.sample_weight_, [0.7, 0.3, 1, 0.1, 0.2, 0.7])


def test_sample_weight_multiplies_and_zero_removes():
    targets = np.array([[0.5, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    weight = np.array([2.0, 0.0, 3.0])
    fitted = fit_soft_targets(
        Recorder(), np.arange(3)[:, None], targets, CLASSES, sample_weight=weight
    )
    np.testing.assert_array_equal(fitted.X_.ravel(), [0, 0, 2])
    np.testing.assert_allclose(fitted.sample_weight_, [1, 1, 3])


def test_small_targets_are_dropped_but_no_class_is_lost():
    targets = np.array([[0.999, 0.001, 0.0], [0.0, 1.0, 0.0], [0.3, 0.69, 0.01]])
    fitted = fit_soft_targets(
        Recorder(), np.arange(3)[:, None], targets, CLASSES, min_target=0.05
    )
    np.testing.assert_array_equal(fitted.X_.ravel(), [0, 1, 2, 2, 2])
    np.testing.assert_array_equal(fitted.classes_, CLASSES)
    assert fitted.sample_weight_[-1] == 0.01


def test_a_class_that_lost_its_weight_is_not_given_to_an_absent_row():
    targets = np.array([[0.9, 0.1, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0, 1, 0]])
    weight = np.array([1.0, 1.0, 0.0, 0.0])
    fitted = fit_soft_targets(
        Recorder(),
        np.arange(4)[:, None],
        targets,
        CLASSES,
        sample_weight=weight,
        min_target=0.6,
    )
    assert fitted.X_.ravel()[fitted.y_ == "b"].tolist() == [1]
    assert fitted.sample_weight_[fitted.y_ == "c"] < 1e-9


@pytest.mark.parametrize(
    "estimator",
    [GaussianNB(), SVC(), DecisionTreeClassifier(), KNeighborsClassifier(), logistic()],
    ids=lambda estimator: type(estimator).__name__,
)
def test_every_classifier_knows_every_class(estimator):
    X, targets = soft_blobs()
    targets = np.column_stack([targets[:, :2], np.zeros(len(X))])
    fitted = fit_soft_targets(estimator, X, targets, CLASSES)
    np.testing.assert_array_equal(fitted.classes_, CLASSES)


def test_a_classifier_without_weights_gets_rows_drawn_in_proportion():
    X = np.arange(500.0)[:, None]
    targets = np.tile([0.8, 0.15, 0.05], (500, 1))
    fitted = fit_soft_targets(KNeighborsClassifier(500), X, targets, CLASSES)
    shares = fitted.predict_proba([[0.0]])[0]
    np.testing.assert_allclose(shares, [0.8, 0.15, 0.05], atol=0.05)


def test_the_draw_is_repeatable_and_follows_the_seed():
    X, targets = soft_blobs()
    knn = KNeighborsClassifier(1)

    def predicted(seed):
        fitted = fit_soft_targets(knn, X, targets, CLASSES, random_state=seed)
        return fitted.predict(X)

    np.testing.assert_array_equal(predicted(None), predicted(None))
    np.testing.assert_array_equal(predicted(1), predicted(1))
    assert (predicted(1) != predicted(2)).any()


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda clf: make_pipeline(FunctionTransformer(), clf),
        lambda clf: make_pipeline(make_pipeline(FunctionTransformer(), clf)),
        lambda clf: make_pipeline(
            FunctionTransformer(), GridSearchCV(clf, {"C": [1.0]}, cv=2)
        ),
        lambda clf: GridSearchCV(clf, {"C": [1.0]}, cv=2),
    ],
    ids=["pipeline", "nested", "search at the end", "search"],
)
def test_soft_targets_reach_the_learner_through_wrappers(wrap, routing):
    X, targets = soft_blobs()
    expected = fit_soft_targets(logistic(), X, targets, CLASSES).predict_proba(X)
    with config_context(enable_metadata_routing=routing):
        fitted = fit_soft_targets(wrap(logistic()), X, targets, CLASSES)
    np.testing.assert_allclose(fitted.predict_proba(X), expected, atol=1e-6)


def test_per_row_fit_parameters_are_repeated_with_their_rows():
    class NeedsOffset(Recorder):
        def fit(self, X, y, sample_weight=None, offset=None, scale=None):
            self.offset_, self.scale_ = offset, scale
            return super().fit(X, y, sample_weight)

    targets = np.array([[0.7, 0.3, 0.0], [0.0, 0.5, 0.5]])
    fitted = fit_soft_targets(
        NeedsOffset(),
        np.arange(2)[:, None],
        targets,
        CLASSES,
        fit_params={"offset": np.array([5, 6]), "scale": 2},
    )
    np.testing.assert_array_equal(fitted.offset_, [5, 5, 6, 6])
    assert fitted.scale_ == 2


def test_texts_are_repeated_as_texts():
    fitted = fit_soft_targets(
        Recorder(), ["one", "two"], np.array([[0.5, 0.5], [0.0, 1.0]]), CLASSES[:2]
    )
    assert fitted.X_ == ["one", "one", "two"]


def test_the_estimator_of_the_caller_stays_unfitted():
    X, targets = soft_blobs()
    estimator = SGDClassifier(random_state=0)
    before = vars(estimator).copy()
    fit_soft_targets(estimator, X, targets, CLASSES)
    assert vars(estimator) == before
