# SPDX-License-Identifier: BSD-3-Clause
"""Robust training of neural networks; the only room that imports torch and skorch."""

import sknoisy.neural._backend  # noqa: F401
from sknoisy.neural._classifier import RobustNetClassifier
from sknoisy.neural._embedding_bag_network import EmbeddingBagNetwork
from sknoisy.neural._nets import ready_net
from sknoisy.neural._tabular_network import TabularNetwork

__all__ = [
    "EmbeddingBagNetwork",
    "RobustNetClassifier",
    "TabularNetwork",
    "ready_net",
]
