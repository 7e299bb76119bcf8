# SPDX-License-Identifier: BSD-3-Clause
"""Judge detectors of wrong labels."""

from sknoisy.metrics._detection import (
    detection_average_precision,
    detection_report,
    detection_roc_auc,
    miss_rate_at_budget,
    precision_at_k,
    recall_at_k,
    review_effort,
)

__all__ = [
    "detection_average_precision",
    "detection_report",
    "detection_roc_auc",
    "miss_rate_at_budget",
    "precision_at_k",
    "recall_at_k",
    "review_effort",
]
