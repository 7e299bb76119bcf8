# SPDX-License-Identifier: BSD-3-Clause
"""Judge detectors of wrong labels, and models by labels that may be wrong."""

from sknoisy.metrics._corrected_interval import (
    CorrectedInterval,
    noise_corrected_interval,
)
from sknoisy.metrics._detection import (
    detection_average_precision,
    detection_report,
    detection_roc_auc,
    miss_rate_at_budget,
    precision_at_k,
    recall_at_k,
    review_effort,
)
from sknoisy.metrics._noise_corrected import (
    noise_corrected_accuracy,
    noise_corrected_balanced_accuracy,
    noise_corrected_confusion_matrix,
    noise_corrected_f1,
    noise_corrected_log_loss,
    noise_corrected_precision,
    noise_corrected_recall,
    noise_corrected_roc_auc,
)
from sknoisy.metrics._peer_agreement import peer_agreement_score
from sknoisy.metrics._ranking_kept import RankingVerdict, ranking_is_preserved
from sknoisy.metrics._regression import error_residual_ratio

__all__ = [
    "CorrectedInterval",
    "RankingVerdict",
    "detection_average_precision",
    "detection_report",
    "detection_roc_auc",
    "error_residual_ratio",
    "miss_rate_at_budget",
    "noise_corrected_accuracy",
    "noise_corrected_balanced_accuracy",
    "noise_corrected_confusion_matrix",
    "noise_corrected_f1",
    "noise_corrected_interval",
    "noise_corrected_log_loss",
    "noise_corrected_precision",
    "noise_corrected_recall",
    "noise_corrected_roc_auc",
    "peer_agreement_score",
    "precision_at_k",
    "ranking_is_preserved",
    "recall_at_k",
    "review_effort",
]
