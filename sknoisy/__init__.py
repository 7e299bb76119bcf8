# SPDX-License-Identifier: BSD-3-Clause
"""Learn from wrong labels without leaving scikit-learn."""

from importlib import import_module

__version__ = "0.1.0.dev0"

_HOME_OF = {
    "AutoDetector": "sknoisy.detection",
    "CleanThenFit": "sknoisy.estimators",
    "CoTeachingClassifier": "sknoisy.estimators",
    "ConfidentLearning": "sknoisy.detection",
    "DropSuspects": "sknoisy.cleaning",
    "LabelDetector": "sknoisy.detection",
    "NoiseRobustClassifier": "sknoisy.estimators",
    "NoiseRobustRegressor": "sknoisy.estimators",
    "Pipeline": "sknoisy.pipeline",
    "RelabelSuspects": "sknoisy.cleaning",
    "ReviewQueue": "sknoisy.review",
    "ReweightSuspects": "sknoisy.cleaning",
    "confident_learning": "sknoisy.detection",
    "find_label_issues": "sknoisy.detection",
    "inspect_data": "sknoisy.inspection",
    "label_quality": "sknoisy.detection",
    "make_pipeline": "sknoisy.pipeline",
}
_ROOMS = (
    "base",
    "boosting",
    "cleaning",
    "detection",
    "estimators",
    "exceptions",
    "inspection",
    "metrics",
    "model_selection",
    "neural",
    "noise",
    "pipeline",
    "review",
    "threshold",
    "utils",
)

__all__ = [*_HOME_OF]


def __getattr__(name):
    # Names resolve on first use, so that `import sknoisy` costs next to nothing.
    if name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
    elif name in _ROOMS:
        value = import_module(f"sknoisy.{name}")
    else:
        raise AttributeError(f"module 'sknoisy' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *_HOME_OF, *_ROOMS])
