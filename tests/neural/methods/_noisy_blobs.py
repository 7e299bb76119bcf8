# SPDX-License-Identifier: BSD-3-Clause
"""Blobs with noise of a known kind, and nets that learn them in a second."""

import numpy as np

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.noise import inject_noise_from_matrix
from tests._data import blobs

# Class 0 is mistaken for 1, and nothing else; its transpose is another matrix.
SKEWED = np.array([[0.55, 0.45, 0.0], [0.0, 1.0, 0.0], [0.0, 0.1, 0.9]])


def net(max_epochs=20, network="tabular", **params):
    params = {"module__hidden": (16,), "batch_size": 30, "lr": 0.01} | params
    return ready_net(network, max_epochs=max_epochs, **params)


def skewed_blobs(n_samples=300, spread=1.5):
    X, _, truth = blobs(n_samples, 3, spread=spread)
    given = inject_noise_from_matrix(truth, SKEWED, exact=True, random_state=0).y
    return X, given, truth


def verified_blobs(n_samples=150, n_classes=3, noise=0.35, kind=np.asarray):
    """Draw blobs of which some rows have a verified label, at least one a class."""
    X, y, truth = blobs(n_samples, n_classes, noise=noise, spread=1.5)
    trusted = np.random.default_rng(0).random(n_samples) < 0.15
    trusted[:n_classes] = True
    return kind(X), np.where(trusted, truth, y), truth, trusted


def fitted(method, X, y, *, own=None, **per_row):
    own = net() if own is None else own
    return RobustNetClassifier(own, method=method).fit(X, y, **per_row)
