# SPDX-License-Identifier: BSD-3-Clause
"""What `NoiseRobustClassifier` may do about wrong labels: its methods."""

from sknoisy.estimators.methods._backward import BackwardTargets
from sknoisy.estimators.methods._base import BaseMethod
from sknoisy.estimators.methods._choice import Candidate, MethodChoice
from sknoisy.estimators.methods._cross_entropy import GeneralizedCrossEntropy
from sknoisy.estimators.methods._cross_split import CrossSplit
from sknoisy.estimators.methods._distillation import Distillation, SelfTraining
from sknoisy.estimators.methods._early_learning import EarlyLearningTargets
from sknoisy.estimators.methods._hard import HardDrop, HardRelabel
from sknoisy.estimators.methods._noise_ignorant import (
    NoiseIgnorant,
    regularization_grid,
)
from sknoisy.estimators.methods._posterior import PosteriorTargets
from sknoisy.estimators.methods._problem import NoiseModel, Problem
from sknoisy.estimators.methods._propagation import LabelPropagation
from sknoisy.estimators.methods._quality import QualityTargets
from sknoisy.estimators.methods._resampling import DirichletResampling
from sknoisy.estimators.methods._reweighting import ImportanceReweighting
from sknoisy.estimators.methods._rounds import Found, Rounds
from sknoisy.estimators.methods._trusted import TrustedTargets

__all__ = [
    "BackwardTargets",
    "BaseMethod",
    "Candidate",
    "CrossSplit",
    "DirichletResampling",
    "Distillation",
    "EarlyLearningTargets",
    "Found",
    "GeneralizedCrossEntropy",
    "HardDrop",
    "HardRelabel",
    "ImportanceReweighting",
    "LabelPropagation",
    "MethodChoice",
    "NoiseIgnorant",
    "NoiseModel",
    "PosteriorTargets",
    "Problem",
    "QualityTargets",
    "Rounds",
    "SelfTraining",
    "TrustedTargets",
    "regularization_grid",
]
