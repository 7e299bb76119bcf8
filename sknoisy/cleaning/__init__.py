# SPDX-License-Identifier: BSD-3-Clause
"""Act on suspect labels: drop, relabel or reweight."""

from sknoisy.cleaning._drop import DropSuspects
from sknoisy.cleaning._relabel import RelabelSuspects
from sknoisy.cleaning._reweight import ReweightSuspects

__all__ = ["DropSuspects", "RelabelSuspects", "ReweightSuspects"]
