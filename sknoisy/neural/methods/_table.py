# SPDX-License-Identifier: BSD-3-Clause
"""The methods by name, and from a name or an object to a method of its own."""

from sklearn.base import clone

from sknoisy.neural.methods._adele import ADELE
from sknoisy.neural.methods._base import BaseMethod
from sknoisy.neural.methods._co_teaching import CoTeaching
from sknoisy.neural.methods._consistency import ConsistencyRegularization
from sknoisy.neural.methods._cross_entropy import CrossEntropy
from sknoisy.neural.methods._cross_split_training import CrossSplitTraining
from sknoisy.neural.methods._divide_mix import DivideMix
from sknoisy.neural.methods._dynamic_bootstrapping import DynamicBootstrapping
from sknoisy.neural.methods._early_learning import EarlyLearningRegularization
from sknoisy.neural.methods._enhanced_meta_label_correction import (
    EnhancedMetaLabelCorrection,
)
from sknoisy.neural.methods._forward_correction import ForwardCorrection
from sknoisy.neural.methods._free_sharpness import SharpnessAwareTrainingForFree
from sknoisy.neural.methods._imprecise_labels import ImpreciseLabelLearning
from sknoisy.neural.methods._late_stopping import LateStopping
from sknoisy.neural.methods._learning_to_reweight import LearningToReweight
from sknoisy.neural.methods._meta_weight_net import MetaWeightNet
from sknoisy.neural.methods._self_taught_rescaling import SelfTaughtRescaling
from sknoisy.neural.methods._sharpness_aware import SharpnessAwareMinimization
from sknoisy.neural.methods._sparse_over_parameterization import (
    SparseOverParameterization,
)
from sknoisy.neural.methods._t_revision import TRevision
from sknoisy.neural.methods._tram import TRAM
from sknoisy.neural.methods._vol_min_net import VolMinNet
from sknoisy.utils._options import resolve_part

METHODS = {
    method.alias: method
    for method in (
        ADELE,
        CoTeaching,
        ConsistencyRegularization,
        CrossEntropy,
        CrossSplitTraining,
        DivideMix,
        DynamicBootstrapping,
        EarlyLearningRegularization,
        EnhancedMetaLabelCorrection,
        ForwardCorrection,
        ImpreciseLabelLearning,
        LateStopping,
        LearningToReweight,
        MetaWeightNet,
        SelfTaughtRescaling,
        SharpnessAwareMinimization,
        SharpnessAwareTrainingForFree,
        SparseOverParameterization,
        TRAM,
        TRevision,
        VolMinNet,
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
