# SPDX-License-Identifier: BSD-3-Clause
"""What is known of rows beside their labels reaches the method, or is refused."""

import numpy as np
import pytest
import sklearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.nn.functional import cross_entropy

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import BaseMethod
from tests._data import blobs

SEEN = {}


class Knowing(BaseMethod):
    takes = ("label_evidence", "privileged")

    def loss(self, run, batch):
        return cross_entropy(run.network(batch.x), batch.codes)

    def finish(self, run):
        SEEN.update(evidence=run.label_evidence, privileged=run.privileged)


def knowing():
    return RobustNetClassifier(ready_net(max_epochs=1), method=Knowing())


def test_rows_keep_what_is_known_of_them():
    X, y, _ = blobs(30, 3)
    weight = np.ones(30)
    weight[4] = 0
    evidence, privileged = np.full((30, 3), np.nan), np.arange(60.0).reshape(30, 2)
    evidence[:9] = [0, -np.inf, -1]
    knowing().fit(X, y, weight, label_evidence=evidence, privileged=privileged)
    np.testing.assert_array_equal(SEEN["evidence"], np.delete(evidence, 4, axis=0))
    np.testing.assert_array_equal(SEEN["privileged"], np.delete(privileged, 4, axis=0))
    knowing().fit(X, y)
    assert SEEN["evidence"] is SEEN["privileged"] is None


def test_metadata_are_routed():
    X, y, _ = blobs(30, 3)
    with sklearn.config_context(enable_metadata_routing=True):
        clf = knowing().set_fit_request(privileged=True)
        make_pipeline(StandardScaler(), clf).fit(X, y, privileged=X)
    assert SEEN["privileged"].shape == (30, 2)


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        (np.zeros((30, 2)), "one log-likelihood for each"),
        (np.where(np.eye(3)[np.arange(30) % 3], np.nan, 0), "NaN for some classes"),
        (np.full((30, 3), -np.inf), "allows no class, or infinitely much, in row 0"),
        (np.full((30, 3), np.inf), "allows no class, or infinitely much, in row 0"),
    ],
)
def test_evidence_that_says_nothing_is_refused(evidence, message):
    X, y, _ = blobs(30, 3)
    with pytest.raises(ValueError, match=message):
        knowing().fit(X, y, label_evidence=evidence)


def test_privileged_information_is_numbers_for_each_row():
    X, y, _ = blobs(30, 3)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        knowing().fit(X, y, privileged=X[1:])
    with pytest.raises(ValueError, match="privileged contains NaN"):
        knowing().fit(X, y, privileged=np.full((30, 1), np.nan))


@pytest.mark.parametrize("name", ["label_evidence", "privileged"])
def test_what_a_method_cannot_use_is_refused(name):
    X, y, _ = blobs(30, 3)
    with pytest.raises(TypeError, match=f"CrossEntropy cannot use {name}"):
        RobustNetClassifier(method="ce").fit(X, y, **{name: np.zeros((30, 3))})
