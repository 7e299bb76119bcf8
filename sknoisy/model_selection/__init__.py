# SPDX-License-Identifier: BSD-3-Clause
"""Choose between models, and trust the choice, where evaluation labels are noisy."""

from sknoisy.model_selection._benchmark_stability import (
    BenchmarkStability,
    benchmark_stability,
)
from sknoisy.model_selection._rank_change import RankChangeCurve, rank_change_curve
from sknoisy.model_selection._scorer import make_noise_corrected_scorer
from sknoisy.model_selection._trusted_split import TrustedSplit

__all__ = [
    "BenchmarkStability",
    "RankChangeCurve",
    "TrustedSplit",
    "benchmark_stability",
    "make_noise_corrected_scorer",
    "rank_change_curve",
]
