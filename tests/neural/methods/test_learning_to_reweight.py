# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sknoisy.neural import RobustNetClassifier
from sknoisy.neural.methods import (
    EnhancedMetaLabelCorrection,
    LearningToReweight,
    MetaWeightNet,
)
from tests.neural.methods._noisy_blobs import fitted, net, verified_blobs

# The second one makes too few steps here for its usual rate.
ASKING = [LearningToReweight(), MetaWeightNet(lr=0.05), EnhancedMetaLabelCorrection()]


def test_rows_count_that_help_the_trusted_ones():
    X, y, truth, trusted = verified_blobs(300)
    clf = fitted(LearningToReweight(), X, y, trusted=trusted)
    wrong = y != truth
    assert clf.label_quality_[~wrong].mean() > clf.label_quality_[wrong].mean() + 0.3
    assert clf.predict_proba(X)[np.arange(300), truth].mean() > 0.85


@pytest.mark.parametrize("method", ASKING)
def test_without_noise_as_good_as_plain_training(method):
    X, _, truth, trusted = verified_blobs(noise=0.0)
    assert fitted(method, X, truth, trusted=trusted).score(X, truth) > 0.98


@pytest.mark.parametrize("method", ASKING)
def test_two_classes_weights_and_the_same_again(method):
    X, y, truth, trusted = verified_blobs(n_classes=2, noise=0.2)
    names = np.array(["no", "yes"])
    weight = np.where(np.arange(150) % 5, 2.0, 0.0)
    own = net(10, module__batch_norm=True)
    per_row = {"trusted": trusted, "sample_weight": weight}
    first, second = [fitted(method, X, names[y], own=own, **per_row) for _ in range(2)]
    assert first.score(X, names[truth]) > 0.9
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    assert np.isnan(first.label_quality_[weight == 0]).all()
    quality = first.label_quality_[weight > 0]
    assert ((quality >= 0) & (quality <= 1)).all()


@pytest.mark.parametrize("method", ASKING)
def test_sparse_rows(method):
    X, y, truth, trusted = verified_blobs(noise=0.2, kind=sparse.csr_array)
    own = net(10, "embedding_bag")
    clf = fitted(method, X, y, own=own, trusted=trusted)
    assert clf.score(X, truth) > 0.9


@pytest.mark.parametrize("method", ASKING)
def test_trusted_rows_are_asked_for(method):
    X, y, _, trusted = verified_blobs()
    name = type(method).__name__
    for per_row in (
        {},
        {"trusted": np.zeros(150, dtype=bool)},
        {"trusted": trusted, "sample_weight": np.where(trusted, 0.0, 1.0)},
    ):
        with pytest.raises(ValueError, match=rf"{name} learns .* trusted=mask"):
            RobustNetClassifier(net(1), method=method).fit(X, y, **per_row)


@pytest.mark.parametrize("method", ASKING)
def test_all_rows_may_be_trusted(method):
    X, _, truth, _ = verified_blobs(60)
    clf = fitted(method, X, truth, trusted=np.ones(60, dtype=bool))
    assert clf.score(X, truth) > 0.95
