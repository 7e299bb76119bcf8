# SPDX-License-Identifier: BSD-3-Clause
"""Score labels: how likely is each one right?"""

from sknoisy.detection._aggregates import (
    BaseAggregate,
    Maximum,
    Mean,
    Minimum,
    Variability,
)
from sknoisy.detection._bags import bagged_members
from sknoisy.detection._confident_learning import ConfidentLearning, confident_learning
from sknoisy.detection._filters import find_label_issues, num_label_issues
from sknoisy.detection._label_detector import LabelDetector
from sknoisy.detection._label_scores import (
    BaseLabelScore,
    ConfidenceWeightedEntropy,
    CrossEntropy,
    NormalizedMargin,
    SelfConfidence,
    label_quality,
)
from sknoisy.detection._neighbors import KDisagreeingNeighbors, Neighbors
from sknoisy.detection._out_of_bag import OutOfBag
from sknoisy.detection._outre import outre_quality
from sknoisy.detection._pooling import ema_pool, softmin_pool
from sknoisy.detection._residual import ResidualDetector
from sknoisy.detection._schemes import (
    BaseScheme,
    InSample,
    Member,
    OutOfFold,
    Precomputed,
)

__all__ = [
    "BaseAggregate",
    "BaseLabelScore",
    "BaseScheme",
    "ConfidenceWeightedEntropy",
    "ConfidentLearning",
    "CrossEntropy",
    "InSample",
    "KDisagreeingNeighbors",
    "LabelDetector",
    "Maximum",
    "Mean",
    "Member",
    "Minimum",
    "Neighbors",
    "NormalizedMargin",
    "OutOfBag",
    "OutOfFold",
    "Precomputed",
    "ResidualDetector",
    "SelfConfidence",
    "Variability",
    "bagged_members",
    "confident_learning",
    "ema_pool",
    "find_label_issues",
    "label_quality",
    "num_label_issues",
    "outre_quality",
    "softmin_pool",
]
