# SPDX-License-Identifier: BSD-3-Clause
"""The losses as criteria of `RobustNetClassifier`."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from sknoisy.neural import (
    ForwardCorrection,
    GeneralizedCrossEntropy,
    PeerLoss,
    RobustNetClassifier,
    TruncatedGeneralizedCrossEntropy,
    TwoStageLabelSmoothing,
    ready_net,
)
from sknoisy.noise import pair_matrix
from tests._data import blobs


def classifier(criterion, **params):
    options = {f"criterion__{name}": value for name, value in params.items()}
    net = ready_net(
        max_epochs=10, module__hidden=(8,), lr=0.02, criterion=criterion, **options
    )
    return RobustNetClassifier(net, method="ce")


@pytest.mark.parametrize(
    "criterion, params",
    [
        (GeneralizedCrossEntropy, {"q": 0.3}),
        (ForwardCorrection, {"transition_matrix": pair_matrix(3, 0.2)}),
        (TwoStageLabelSmoothing, {"second_rate": -0.2}),
        (PeerLoss, {"alpha": 0.3, "generator": 0, "n_ramp_epochs": 2}),
    ],
)
def test_strings_and_weights(criterion, params):
    X, y, _ = blobs()
    names = np.array(["blue", "green", "red"])[y]
    clf = classifier(criterion, **params)
    for weight in (None, np.linspace(0.5, 1.5, len(y))):
        proba = clf.fit(X, names, sample_weight=weight).predict_proba(X)
        np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
        assert clf.score(X, names) > 0.9
    assert clf.net_.criterion_.epoch == 9
    assert clf.net_.criterion_.reduction == "mean"


def test_soft_targets_of_one_class_are_labels():
    X, y, _ = blobs()
    clf = classifier(GeneralizedCrossEntropy)
    expected = clf.fit(X, y).predict_proba(X)
    soft = clf.fit(X, y, soft_targets=np.eye(3)[y]).predict_proba(X)
    np.testing.assert_allclose(soft, expected, rtol=1e-5, atol=1e-6)


def test_truncation_needs_a_network_that_has_learnt():
    X, y, truth = blobs(150, 4, noise=0.3)
    learnt, untrained = [
        classifier(TruncatedGeneralizedCrossEntropy, first_share=share)
        .set_params(estimator__batch_size=15, estimator__max_epochs=24)
        .fit(X, y)
        .score(X, truth)
        for share in (1 / 3, 0)
    ]
    assert learnt > 0.95
    assert untrained < 0.5


def test_parameters_can_be_searched_over():
    X, y, _ = blobs()
    search = GridSearchCV(
        classifier(GeneralizedCrossEntropy),
        {"estimator__criterion__q": [0.2, 0.9]},
        cv=2,
    ).fit(X, y)
    assert search.best_estimator_.net_.criterion_.q in (0.2, 0.9)
    assert search.best_score_ > 0.8
