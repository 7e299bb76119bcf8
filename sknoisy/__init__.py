# SPDX-License-Identifier: BSD-3-Clause
"""Learn from wrong labels without leaving scikit-learn."""

__version__ = "0.1.0.dev0"
