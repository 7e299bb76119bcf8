# SPDX-License-Identifier: BSD-3-Clause
"""Have a person check labels: which ones, in which order, and when to stop."""

from sknoisy.review._activelab import activelab_scores
from sknoisy.review._batch import ReviewBatch
from sknoisy.review._hierarchy import hierarchy_distance
from sknoisy.review._label_cleaning import active_label_cleaning_score
from sknoisy.review._queue import ReviewQueue

__all__ = [
    "ReviewBatch",
    "ReviewQueue",
    "active_label_cleaning_score",
    "activelab_scores",
    "hierarchy_distance",
]
