# SPDX-License-Identifier: BSD-3-Clause
"""Robust training of neural networks; the only room that imports torch and skorch."""

import sknoisy.neural._backend  # noqa: F401
from sknoisy.neural._classifier import RobustNetClassifier
from sknoisy.neural._embedding_bag_network import EmbeddingBagNetwork
from sknoisy.neural._max_logit_p_norm import MaxLogitPNorm
from sknoisy.neural._nets import ready_net
from sknoisy.neural._noise_corrected_scoring import NoiseCorrectedScoring
from sknoisy.neural._tabular_network import TabularNetwork
from sknoisy.neural.losses import (
    ACLS,
    ActivePassiveLoss,
    AsymmetricExponentialLoss,
    AsymmetricGeneralizedCrossEntropy,
    AsymmetricUnhingedLoss,
    BackwardCorrection,
    FocalLoss,
    ForwardCorrection,
    GeneralizedCrossEntropy,
    HardBootstrapping,
    LabelSmoothing,
    LossSchedule,
    MaxSup,
    MeanAbsoluteError,
    NormalizedCrossEntropy,
    NormalizedFocalLoss,
    NormalizedLoss,
    PeerLoss,
    ReverseCrossEntropy,
    RobustLoss,
    SoftBootstrapping,
    SoftmaxCrossEntropy,
    SymmetricCrossEntropy,
    TaylorCrossEntropy,
    TruncatedGeneralizedCrossEntropy,
    TwoStageLabelSmoothing,
)

__all__ = [
    "ACLS",
    "ActivePassiveLoss",
    "AsymmetricExponentialLoss",
    "AsymmetricGeneralizedCrossEntropy",
    "AsymmetricUnhingedLoss",
    "BackwardCorrection",
    "EmbeddingBagNetwork",
    "FocalLoss",
    "ForwardCorrection",
    "GeneralizedCrossEntropy",
    "HardBootstrapping",
    "LabelSmoothing",
    "LossSchedule",
    "MaxLogitPNorm",
    "MaxSup",
    "MeanAbsoluteError",
    "NoiseCorrectedScoring",
    "NormalizedCrossEntropy",
    "NormalizedFocalLoss",
    "NormalizedLoss",
    "PeerLoss",
    "ReverseCrossEntropy",
    "RobustLoss",
    "RobustNetClassifier",
    "SoftBootstrapping",
    "SoftmaxCrossEntropy",
    "SymmetricCrossEntropy",
    "TabularNetwork",
    "TaylorCrossEntropy",
    "TruncatedGeneralizedCrossEntropy",
    "TwoStageLabelSmoothing",
    "ready_net",
]
