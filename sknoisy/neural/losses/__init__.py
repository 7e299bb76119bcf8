# SPDX-License-Identifier: BSD-3-Clause
"""Losses that are robust to wrong labels, for torch and skorch."""

from sknoisy.neural.losses._asymmetric import (
    AsymmetricExponentialLoss,
    AsymmetricGeneralizedCrossEntropy,
    AsymmetricUnhingedLoss,
)
from sknoisy.neural.losses._base import RobustLoss
from sknoisy.neural.losses._bootstrapping import HardBootstrapping, SoftBootstrapping
from sknoisy.neural.losses._corrections import BackwardCorrection, ForwardCorrection
from sknoisy.neural.losses._label_smoothing import (
    LabelSmoothing,
    MaxSup,
    TwoStageLabelSmoothing,
)
from sknoisy.neural.losses._margins import ACLS
from sknoisy.neural.losses._normalized import (
    ActivePassiveLoss,
    NormalizedCrossEntropy,
    NormalizedFocalLoss,
    NormalizedLoss,
)
from sknoisy.neural.losses._peer import PeerLoss
from sknoisy.neural.losses._schedule import LossSchedule
from sknoisy.neural.losses._single_probability import (
    FocalLoss,
    GeneralizedCrossEntropy,
    MeanAbsoluteError,
    ReverseCrossEntropy,
    SoftmaxCrossEntropy,
    SymmetricCrossEntropy,
    TaylorCrossEntropy,
    TruncatedGeneralizedCrossEntropy,
)

__all__ = [
    "ACLS",
    "ActivePassiveLoss",
    "AsymmetricExponentialLoss",
    "AsymmetricGeneralizedCrossEntropy",
    "AsymmetricUnhingedLoss",
    "BackwardCorrection",
    "FocalLoss",
    "ForwardCorrection",
    "GeneralizedCrossEntropy",
    "HardBootstrapping",
    "LabelSmoothing",
    "LossSchedule",
    "MaxSup",
    "MeanAbsoluteError",
    "NormalizedCrossEntropy",
    "NormalizedFocalLoss",
    "NormalizedLoss",
    "PeerLoss",
    "ReverseCrossEntropy",
    "RobustLoss",
    "SoftBootstrapping",
    "SoftmaxCrossEntropy",
    "SymmetricCrossEntropy",
    "TaylorCrossEntropy",
    "TruncatedGeneralizedCrossEntropy",
    "TwoStageLabelSmoothing",
]
