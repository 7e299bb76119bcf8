# SPDX-License-Identifier: BSD-3-Clause
"""Input handling, out-of-sample prediction and fits on weights and soft targets."""

from sknoisy.utils._cross_fit import CrossFit, cross_fit_proba
from sknoisy.utils._rows import num_rows, take_rows
from sknoisy.utils._soft_targets import fit_soft_targets
from sknoisy.utils._weights import fit_weighted, supports_sample_weight

__all__ = [
    "CrossFit",
    "cross_fit_proba",
    "fit_soft_targets",
    "fit_weighted",
    "num_rows",
    "supports_sample_weight",
    "take_rows",
]
