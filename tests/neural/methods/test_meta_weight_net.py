# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from sknoisy.neural.methods import MetaWeightNet
from tests._data import blobs
from tests.neural.methods._noisy_blobs import fitted, net, verified_blobs


def test_wrong_labels_get_the_smaller_weights():
    X, y, truth, trusted = verified_blobs(300)
    clf = fitted(MetaWeightNet(lr=0.01), X, y, own=net(40), trusted=trusted)
    wrong = y != truth
    right = ~wrong & ~trusted
    assert clf.label_quality_[right].mean() > clf.label_quality_[wrong].mean() + 0.1
    assert (clf.label_quality_[trusted] == 1).all()
    plain = fitted("ce", X, y, own=net(40), trusted=trusted)
    own, other = [
        each.predict_proba(X)[np.arange(300), truth].mean() for each in (clf, plain)
    ]
    assert own > other + 0.05


def test_errors_name_the_fix():
    X, y, _ = blobs(30, 2)
    with pytest.raises(ValueError, match="n_hidden=0"):
        fitted(MetaWeightNet(0), X, y, trusted=np.ones(30, dtype=bool))
