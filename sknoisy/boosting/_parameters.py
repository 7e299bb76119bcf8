# SPDX-License-Identifier: BSD-3-Clause
"""Check the numbers that objectives are made with, as all rooms do."""

from sknoisy.utils._numbers import check_not_negative, check_number

__all__ = ["check_not_negative", "check_number"]
