# SPDX-License-Identifier: BSD-3-Clause
"""Steps that look for minima which lie level, where wrong labels are learnt later."""

from sknoisy.neural.optimizers._free_sharpness import SAF
from sknoisy.neural.optimizers._sharpness_aware import SAM, hold_running_statistics

__all__ = ["SAF", "SAM", "hold_running_statistics"]
