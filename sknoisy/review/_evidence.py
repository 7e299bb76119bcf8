# SPDX-License-Identifier: BSD-3-Clause
"""What a fitted detector says of each label, in the codes of the queue."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from sknoisy.utils._encoding import encode

# Qualities of 0 and 1 are evidence without end, which no detector has.
_SLACK = 1e-3


@dataclass(frozen=True)
class Evidence:
    """A detector's findings.

    Attributes
    ----------
    quality : ndarray of shape (n_samples,)
        Label quality.
    suggested : ndarray of shape (n_samples,), dtype=int, or None
        Code of the label that the detector suggests.
    pred_proba : ndarray of shape (n_samples, n_classes) or None
        Probabilities, a column for each class of the queue.
    noise_rate : float
        Estimated share of wrong labels.
    """

    quality: np.ndarray
    suggested: np.ndarray | None
    pred_proba: np.ndarray | None
    noise_rate: float

    @property
    def doubt(self):
        """Log-odds against each label; the lower the quality, the higher."""
        return -logit((self.quality + _SLACK) / (1 + 2 * _SLACK))


def read_evidence(detector, classes):
    """Read a fitted detector, whose classes may be fewer, or in another order.

    Parameters
    ----------
    detector : BaseLabelDetector
        Fitted.
    classes : ndarray of shape (n_classes,)
        Classes of the queue.

    Returns
    -------
    evidence : Evidence
        Its findings.
    """
    suggested = pred_proba = None
    if hasattr(detector, "suggested_labels_"):
        suggested = encode(detector.suggested_labels_, classes)
        if hasattr(detector, "pred_proba_"):
            own = np.asarray(detector.pred_proba_, dtype=np.float64)
            pred_proba = np.zeros((len(own), len(classes)))
            pred_proba[:, encode(detector.classes_, classes)] = own
    return Evidence(
        quality=detector.label_quality_,
        suggested=suggested,
        pred_proba=pred_proba,
        noise_rate=float(detector.noise_rate_),
    )
