# SPDX-License-Identifier: BSD-3-Clause
"""What detectors learn from the course of a training."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNetClassifier
from skorch.callbacks import EarlyStopping
from torch import nn

from sknoisy.detection import AreaUnderMargin, LabelDetector, Staged, stages
from sknoisy.detection._stages import can_be_staged, count_stages
from sknoisy.neural import RobustNetClassifier, TabularNetwork, ready_net
from tests._data import blobs
from tests.neural.toys import TwoNetworks


def net(max_epochs=8, **params):
    params = {"module__hidden": (16,), "batch_size": 16, "lr": 0.01} | params
    return ready_net(max_epochs=max_epochs, **params)


def skorch_net():
    """A net as people write it, noisy, with rows held out and early stopping."""
    return NeuralNetClassifier(
        TabularNetwork,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.01,
        max_epochs=8,
        batch_size=16,
        callbacks=[EarlyStopping(patience=1), ("stop", EarlyStopping)],
    )


def test_stages_lead_to_the_trained_classifier():
    X, y, _ = blobs(90, 3, noise=0.1)
    names = np.array(["ant", "bee", "cat"])[y]
    course = list(stages(RobustNetClassifier(net()), X, names))
    assert len(course) == 8
    proba = [softmax(each.logits, axis=1) for each in course]
    model = course[-1].model
    np.testing.assert_allclose(proba[-1], model.predict_proba(X), atol=1e-5)
    assert not np.allclose(proba[0], proba[-1], atol=0.1)
    assert model.classes_.tolist() == ["ant", "bee", "cat"]


def test_several_networks_are_judged_as_they_predict():
    X, y, _ = blobs(60, 3)
    clf = RobustNetClassifier(net(3), method=TwoNetworks())
    *_, last = stages(clf, X, y)
    assert last.logits is None
    np.testing.assert_allclose(last.pred_proba, last.model.predict_proba(X), atol=1e-5)


def test_other_rows_and_weights():
    X, y, _ = blobs(90, 3, noise=0.1)
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 90)
    *_, last = stages(net(), X, y, sample_weight=weight, judged=X[:5])
    np.testing.assert_allclose(
        softmax(last.logits, axis=1), last.model.predict_proba(X[:5]), atol=1e-5
    )
    *_, plain = stages(net(), X, y, judged=X[:5])
    assert not np.allclose(plain.logits, last.logits)


def test_the_order_of_the_rows_does_not_matter():
    X, y, _ = blobs(90, 3, noise=0.1)
    order = np.random.default_rng(0).permutation(90)
    *_, first = stages(net(), X, y)
    *_, second = stages(net(), X[order], y[order])
    np.testing.assert_array_equal(second.logits, first.logits[order])


@pytest.mark.parametrize("make", [RobustNetClassifier, net, skorch_net])
def test_epochs_are_counted(make):
    estimator = make()
    assert can_be_staged(estimator)
    assert count_stages(estimator, 5) == 5
    assert count_stages(estimator, 100) == (60 if make is RobustNetClassifier else 8)


def test_wrong_labels_are_found(capsys):
    X, y, truth = blobs(150, 3, noise=0.1)
    for estimator in (
        skorch_net(),
        RobustNetClassifier(net()),
        make_pipeline(StandardScaler(), net()),
    ):
        detector = AreaUnderMargin(estimator).fit(X, y)
        assert roc_auc_score(y == truth, detector.label_quality_) > 0.97
    assert not capsys.readouterr().out


def test_out_of_fold_too():
    X, y, truth = blobs(150, 3, noise=0.1)
    frame = pd.DataFrame(X, columns=["a", "b"])
    scheme = Staged(RobustNetClassifier(net(4)), cv=2)
    detector = LabelDetector(scheme, label_score="logit_margin").fit(frame, y)
    assert roc_auc_score(y == truth, detector.label_quality_) > 0.97
    assert len(detector.scheme_.models_) == 2


def test_texts():
    texts = ["good film", "bad film", "very good", "very bad", "good"] * 12
    y = np.array(["bad" if "bad" in text else "good" for text in texts])
    wrong = np.arange(60) % 15 == 7
    given = np.where(wrong, np.where(y == "bad", "good", "bad"), y)
    model = make_pipeline(TfidfVectorizer(), RobustNetClassifier(method="ce"))
    detector = AreaUnderMargin(model).fit(texts, given)
    assert roc_auc_score(~wrong, detector.label_quality_) > 0.95


def test_nets_of_the_caller_stay_as_they_are():
    X, y, _ = blobs(60, 3)
    own = skorch_net()
    list(stages(own, X, y, n_epochs=2))
    assert len(own.callbacks) == 2 and own.max_epochs == 8 and own.verbose == 1
    assert not own.initialized_
