# SPDX-License-Identifier: BSD-3-Clause
"""Noise-robust objectives for LightGBM, which is imported when something is fitted."""

from sknoisy.boosting._asymmetric import (
    AsymmetricExponentialLoss,
    AsymmetricGeneralizedCrossEntropy,
    AsymmetricUnhingedLoss,
)
from sknoisy.boosting._classifier import RobustLGBMClassifier
from sknoisy.boosting._corrections import BackwardCorrection, ForwardCorrection
from sknoisy.boosting._early_learning import EarlyLearningRegularization
from sknoisy.boosting._focal import FocalLoss
from sknoisy.boosting._label_smoothing import LabelSmoothing
from sknoisy.boosting._normalized import ActivePassiveLoss, NormalizedLoss
from sknoisy.boosting._single_probability import (
    GeneralizedCrossEntropy,
    SoftmaxCrossEntropy,
    SymmetricCrossEntropy,
    TaylorCrossEntropy,
)

__all__ = [
    "ActivePassiveLoss",
    "AsymmetricExponentialLoss",
    "AsymmetricGeneralizedCrossEntropy",
    "AsymmetricUnhingedLoss",
    "BackwardCorrection",
    "EarlyLearningRegularization",
    "FocalLoss",
    "ForwardCorrection",
    "GeneralizedCrossEntropy",
    "LabelSmoothing",
    "NormalizedLoss",
    "RobustLGBMClassifier",
    "SoftmaxCrossEntropy",
    "SymmetricCrossEntropy",
    "TaylorCrossEntropy",
]
