# SPDX-License-Identifier: BSD-3-Clause
"""Nets that are made ready for a fit."""

import numpy as np
import pytest
import torch
from skorch.callbacks import Checkpoint, TrainEndCheckpoint
from skorch.utils import noop

from sknoisy.neural import NoiseCorrectedScoring, RobustNetClassifier, ready_net
from sknoisy.noise import pair_matrix
from tests._data import blobs

BEST = "valid_corrected_accuracy_best"


def two_networks(*callbacks):
    own = ready_net(
        max_epochs=6, module__hidden=(16,), lr=0.01, callbacks=list(callbacks)
    )
    return RobustNetClassifier(own, method="co_teaching", train_split=0.2)


def test_each_network_has_its_own_checkpoints(tmp_path):
    X, y, _ = blobs(150, 3, noise=0.3, spread=3.0)
    scoring = NoiseCorrectedScoring(transition_matrix=pair_matrix(3, 0.3))
    best = Checkpoint(BEST, dirname=str(tmp_path), load_best=True, sink=noop)
    clf = two_networks(scoring, best).fit(X, y)
    first, second = (each.module_ for each in clf.nets_)
    saved = [
        torch.load(folder / "params.pt")
        for folder in (tmp_path, tmp_path / "network_2")
    ]
    for module, state in zip((first, second), saved, strict=True):
        for name, value in module.state_dict().items():
            torch.testing.assert_close(value, state[name])
    weights = [each.layers[0].weight for each in (first, second)]
    assert not torch.allclose(*weights)
    # The history is that of the checkpoint, so it ends with the best epoch.
    assert clf.net_.history[-1, BEST]
    assert np.isfinite(clf.predict_proba(X)).all()


def test_the_last_networks_are_kept_apart_too(tmp_path):
    X, y, _ = blobs(60, 3)
    two_networks(TrainEndCheckpoint(dirname=str(tmp_path))).fit(X, y)
    assert (tmp_path / "train_end_params.pt").exists()
    assert (tmp_path / "network_2" / "train_end_params.pt").exists()


def test_files_that_would_be_shared_are_refused(tmp_path):
    X, y, _ = blobs(60, 3)
    shared = Checkpoint(monitor=None, f_params=str(tmp_path / "params.pt"))
    with pytest.raises(ValueError, match="give the folder in dirname"):
        two_networks(shared).fit(X, y)
