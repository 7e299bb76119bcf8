# SPDX-License-Identifier: BSD-3-Clause
"""The methods by name, and from a name or an object to a method of its own."""

from sklearn.base import clone

from sknoisy.estimators.methods import (
    BackwardTargets,
    BaseMethod,
    CrossSplit,
    DirichletResampling,
    Distillation,
    EarlyLearningTargets,
    GeneralizedCrossEntropy,
    HardDrop,
    HardRelabel,
    ImportanceReweighting,
    LabelPropagation,
    MethodChoice,
    NoiseIgnorant,
    PosteriorTargets,
    QualityTargets,
    SelfTraining,
    TrustedTargets,
)
from sknoisy.utils._options import resolve_part

METHODS = {
    method.alias: method
    for method in (
        MethodChoice,
        QualityTargets,
        PosteriorTargets,
        TrustedTargets,
        ImportanceReweighting,
        DirichletResampling,
        BackwardTargets,
        GeneralizedCrossEntropy,
        LabelPropagation,
        CrossSplit,
        Distillation,
        SelfTraining,
        EarlyLearningTargets,
        NoiseIgnorant,
        HardDrop,
        HardRelabel,
    )
}


def resolve_method(method):
    """Turn what the caller wrote into a method.

    Parameters
    ----------
    method : str or BaseMethod
        One of `METHODS`, or an object, which is cloned.

    Returns
    -------
    method : BaseMethod
        Nobody else's.
    """
    return clone(resolve_part("method", method, METHODS, BaseMethod, "a method"))
