# SPDX-License-Identifier: BSD-3-Clause
"""Meta-estimators that learn from wrong labels."""

from sknoisy.estimators._clean_then_fit import CleanThenFit
from sknoisy.estimators._co_teaching import CoTeachingClassifier
from sknoisy.estimators._conformal import NoiseRobustConformalClassifier
from sknoisy.estimators._noise_robust import NoiseRobustClassifier
from sknoisy.estimators._noise_robust_regressor import NoiseRobustRegressor
from sknoisy.estimators._regret import PlausibleLabelsClassifier

__all__ = [
    "CleanThenFit",
    "CoTeachingClassifier",
    "NoiseRobustClassifier",
    "NoiseRobustConformalClassifier",
    "NoiseRobustRegressor",
    "PlausibleLabelsClassifier",
]
