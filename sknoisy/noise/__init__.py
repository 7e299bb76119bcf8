# SPDX-License-Identifier: BSD-3-Clause
"""Models of label noise, label evidence, and noise injection."""

from sknoisy.noise._accuracy_gap import noise_rate_from_accuracies
from sknoisy.noise._anchors import AnchorPoints
from sknoisy.noise._annotator_injection import (
    AnnotatedLabels,
    inject_annotator_noise,
    inject_difficulty_noise,
)
from sknoisy.noise._annotator_matrices import annotator_matrices
from sknoisy.noise._argmax_counts import ArgmaxCounts, DualT
from sknoisy.noise._binary_rates import BinaryRates
from sknoisy.noise._confident_joint import ConfidentJoint, confident_joint
from sknoisy.noise._evidence import label_evidence, posterior_labels
from sknoisy.noise._expected_error import expected_squared_error
from sknoisy.noise._gold import GoldLossCorrection
from sknoisy.noise._group_injection import inject_group_noise
from sknoisy.noise._group_transition import GroupTransition
from sknoisy.noise._hoc import HOC
from sknoisy.noise._hybrid_injection import inject_hybrid_noise
from sknoisy.noise._injection import (
    NoisyLabels,
    inject_asymmetric_noise,
    inject_noise_from_matrix,
    inject_pair_noise,
    inject_symmetric_noise,
)
from sknoisy.noise._instance_injection import inject_instance_noise
from sknoisy.noise._intervals import (
    TransitionInterval,
    counts_interval,
    transition_interval,
)
from sknoisy.noise._known_matrix import KnownMatrix
from sknoisy.noise._margin_diminishing import inject_margin_diminishing_noise
from sknoisy.noise._matrices import asymmetric_matrix, pair_matrix, symmetric_matrix
from sknoisy.noise._matrix_families import (
    block_matrix,
    frequency_matrix,
    random_flip_matrix,
    random_matrix,
)
from sknoisy.noise._multilabel_injection import (
    NoisyMultilabels,
    hide_multilabels,
    inject_multilabel_noise,
    inject_multilabel_swaps,
    keep_single_positive,
)
from sknoisy.noise._neighbor_injection import inject_neighbor_noise
from sknoisy.noise._outlier_injection import inject_outlier_noise
from sknoisy.noise._part_dependent import PartDependentTransition
from sknoisy.noise._prior import true_class_prior
from sknoisy.noise._revised import RevisedMatrix
from sknoisy.noise._target_injection import (
    NoisyTargets,
    inject_additive_noise,
    inject_censoring,
    inject_group_shift,
    inject_jump_noise,
)

__all__ = [
    "AnchorPoints",
    "AnnotatedLabels",
    "ArgmaxCounts",
    "BinaryRates",
    "ConfidentJoint",
    "DualT",
    "GoldLossCorrection",
    "GroupTransition",
    "HOC",
    "KnownMatrix",
    "NoisyLabels",
    "NoisyMultilabels",
    "NoisyTargets",
    "PartDependentTransition",
    "RevisedMatrix",
    "TransitionInterval",
    "annotator_matrices",
    "asymmetric_matrix",
    "block_matrix",
    "confident_joint",
    "counts_interval",
    "expected_squared_error",
    "frequency_matrix",
    "hide_multilabels",
    "inject_additive_noise",
    "inject_annotator_noise",
    "inject_asymmetric_noise",
    "inject_censoring",
    "inject_difficulty_noise",
    "inject_group_noise",
    "inject_group_shift",
    "inject_hybrid_noise",
    "inject_instance_noise",
    "inject_jump_noise",
    "inject_margin_diminishing_noise",
    "inject_multilabel_noise",
    "inject_multilabel_swaps",
    "inject_neighbor_noise",
    "inject_noise_from_matrix",
    "inject_outlier_noise",
    "inject_pair_noise",
    "inject_symmetric_noise",
    "keep_single_positive",
    "label_evidence",
    "noise_rate_from_accuracies",
    "pair_matrix",
    "posterior_labels",
    "random_flip_matrix",
    "random_matrix",
    "symmetric_matrix",
    "transition_interval",
    "true_class_prior",
]
