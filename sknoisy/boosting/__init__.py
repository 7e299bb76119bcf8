# SPDX-License-Identifier: BSD-3-Clause
"""What is for LightGBM: `sknoisy.detection.stages` takes its rounds from here."""

__all__ = []
