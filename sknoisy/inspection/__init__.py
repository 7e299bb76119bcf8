# SPDX-License-Identifier: BSD-3-Clause
"""Look at a data set as a whole: labels, duplicates, rows that do not belong."""

from sknoisy.inspection._inspect import inspect_data
from sknoisy.inspection._report import DataReport

__all__ = ["DataReport", "inspect_data"]
