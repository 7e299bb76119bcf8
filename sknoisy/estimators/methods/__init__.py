# SPDX-License-Identifier: BSD-3-Clause
"""What `NoiseRobustClassifier` may do about wrong labels: its methods."""

from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.estimators.methods._posterior import PosteriorTargets
from sknoisy.estimators.methods._problem import NoiseModel, Problem
from sknoisy.estimators.methods._reweighting import ImportanceReweighting
from sknoisy.estimators.methods._rounds import Found, Rounds

__all__ = [
    "BaseMethod",
    "Found",
    "ImportanceReweighting",
    "NoiseModel",
    "PosteriorTargets",
    "Problem",
    "Rounds",
]
