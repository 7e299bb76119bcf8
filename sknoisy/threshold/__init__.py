# SPDX-License-Identifier: BSD-3-Clause
"""Turn label quality into a mask of suspects."""

from numbers import Real

from sklearn.base import clone

from sknoisy.base import BaseThreshold
from sknoisy.threshold._confident_counts import ConfidentCounts
from sknoisy.threshold._cuts import (
    ContaminationThreshold,
    FixedThreshold,
    QuantileThreshold,
)
from sknoisy.threshold._mixture import MixtureThreshold
from sknoisy.utils._options import resolve_part

THRESHOLDS = {
    "confident_counts": ConfidentCounts,
    "contamination": ContaminationThreshold,
    "fixed": FixedThreshold,
    "mixture": MixtureThreshold,
    "quantile": QuantileThreshold,
}


def check_threshold(threshold):
    """Turn an alias or a number into a threshold.

    Parameters
    ----------
    threshold : str, float or BaseThreshold
        An alias, the value of a `FixedThreshold`, or a threshold, which is cloned.

    Returns
    -------
    threshold : BaseThreshold
        An unfitted threshold of its own.

    Examples
    --------
    >>> from sknoisy.threshold import check_threshold
    >>> check_threshold(0.3)
    FixedThreshold(value=0.3)
    >>> check_threshold("mixture")
    MixtureThreshold()
    """
    if isinstance(threshold, Real) and not isinstance(threshold, bool):
        return FixedThreshold(float(threshold))
    return clone(
        resolve_part("threshold", threshold, THRESHOLDS, BaseThreshold, "a threshold")
    )


__all__ = [
    "BaseThreshold",
    "ConfidentCounts",
    "ContaminationThreshold",
    "FixedThreshold",
    "MixtureThreshold",
    "QuantileThreshold",
    "check_threshold",
]
