# SPDX-License-Identifier: BSD-3-Clause
"""Pipelines whose cleaning steps act in fit and vanish in predict."""

from sknoisy.pipeline._pipeline import Pipeline, make_pipeline

__all__ = ["Pipeline", "make_pipeline"]
