# SPDX-License-Identifier: BSD-3-Clause
"""Score labels: how likely is each one right?"""

from sknoisy.detection._adaptive_neighbors import NeighborhoodReliability
from sknoisy.detection._aggregates import (
    BaseAggregate,
    Maximum,
    Mean,
    Minimum,
    Variability,
)
from sknoisy.detection._area_under_margin import AreaUnderMargin
from sknoisy.detection._auto_detector import AutoDetector
from sknoisy.detection._bags import bagged_members
from sknoisy.detection._cartography import DatasetCartography
from sknoisy.detection._class_prototype import ClassPrototypeCleaner
from sknoisy.detection._committee import Committee
from sknoisy.detection._confident_learning import ConfidentLearning, confident_learning
from sknoisy.detection._confrag import ConFrag
from sknoisy.detection._cross_validated_committees import CrossValidatedCommittees
from sknoisy.detection._echo_select import EchoSelect
from sknoisy.detection._ensemble import DetectorEnsemble
from sknoisy.detection._ensemble_filter import EnsembleFilter
from sknoisy.detection._fast_recov import FastReCoV
from sknoisy.detection._filters import find_label_issues, num_label_issues
from sknoisy.detection._forgetting import Forgetting, ForgettingEvents
from sknoisy.detection._fusion_filter import IterativeFusionFilter
from sknoisy.detection._gradients import TracIn
from sknoisy.detection._gradients_similarity import GradientSimilarity
from sknoisy.detection._gradients_variance import VarianceOfGradients
from sknoisy.detection._graph_cleaner import GraphCleaner
from sknoisy.detection._hardness_committee import HardnessCommittee
from sknoisy.detection._high_agreement_forest import HighAgreementForestFilter
from sknoisy.detection._influence import CookDistance, RepresenterValues, SelfInfluence
from sknoisy.detection._instance_hardness import InstanceHardness, instance_hardness
from sknoisy.detection._label_detector import LabelDetector
from sknoisy.detection._label_scores import (
    BaseLabelScore,
    ConfidenceWeightedEntropy,
    Correctness,
    CrossEntropy,
    LogitMargin,
    NormalizedMargin,
    SelfConfidence,
    label_quality,
)
from sknoisy.detection._late_stopping import FirstLearned, LateStopping
from sknoisy.detection._leaf_influence import LinearizedTrees
from sknoisy.detection._leaf_influence_boosting import BoostIn
from sknoisy.detection._leave_one_out import LeaveOneOut
from sknoisy.detection._leaves import tree_leaves
from sknoisy.detection._linear_separation import LinearSeparation
from sknoisy.detection._loss_mixtures import BetaMixture, GaussianMixture
from sknoisy.detection._markov_chain import MarkovChainSampling
from sknoisy.detection._neighbor_residual import NeighborResidual
from sknoisy.detection._neighbors import KDisagreeingNeighbors, Neighbors
from sknoisy.detection._off_topic import OffTopic
from sknoisy.detection._out_of_bag import OutOfBag
from sknoisy.detection._outre import outre_quality
from sknoisy.detection._partition_filter import IterativePartitioningFilter
from sknoisy.detection._pooling import ema_pool, softmin_pool
from sknoisy.detection._recov import ReCoV, StandardizedLossAggregation
from sknoisy.detection._relation_graph import NeuralRelationGraph
from sknoisy.detection._relative_density import RelativeDensity
from sknoisy.detection._representation_calibration import RepresentationCalibration
from sknoisy.detection._residual import ResidualDetector
from sknoisy.detection._schemes import (
    BaseScheme,
    InSample,
    Member,
    OutOfFold,
    Precomputed,
)
from sknoisy.detection._selfclean import SelfClean
from sknoisy.detection._simifeat import SimiFeat
from sknoisy.detection._simple_efficient import simple_efficient_detector
from sknoisy.detection._small_loss import SmallLoss
from sknoisy.detection._staged import Staged
from sknoisy.detection._stages import Stage, stages
from sknoisy.detection._tabasco import Tabasco
from sknoisy.detection._veracity import VeracityScore
from sknoisy.utils._near_duplicates import NearDuplicates

__all__ = [
    "AreaUnderMargin",
    "AutoDetector",
    "BaseAggregate",
    "BaseLabelScore",
    "BaseScheme",
    "BetaMixture",
    "BoostIn",
    "ClassPrototypeCleaner",
    "Committee",
    "ConfidenceWeightedEntropy",
    "ConfidentLearning",
    "ConFrag",
    "CookDistance",
    "Correctness",
    "CrossEntropy",
    "CrossValidatedCommittees",
    "DatasetCartography",
    "DetectorEnsemble",
    "EchoSelect",
    "EnsembleFilter",
    "FastReCoV",
    "FirstLearned",
    "Forgetting",
    "ForgettingEvents",
    "GaussianMixture",
    "GradientSimilarity",
    "GraphCleaner",
    "HardnessCommittee",
    "HighAgreementForestFilter",
    "InSample",
    "InstanceHardness",
    "IterativeFusionFilter",
    "IterativePartitioningFilter",
    "KDisagreeingNeighbors",
    "LabelDetector",
    "LateStopping",
    "LeaveOneOut",
    "LinearSeparation",
    "LinearizedTrees",
    "LogitMargin",
    "MarkovChainSampling",
    "Maximum",
    "Mean",
    "Member",
    "Minimum",
    "NearDuplicates",
    "NeighborResidual",
    "NeighborhoodReliability",
    "Neighbors",
    "NeuralRelationGraph",
    "NormalizedMargin",
    "OffTopic",
    "OutOfBag",
    "OutOfFold",
    "Precomputed",
    "ReCoV",
    "RelativeDensity",
    "RepresentationCalibration",
    "RepresenterValues",
    "ResidualDetector",
    "SelfClean",
    "SelfConfidence",
    "SelfInfluence",
    "SimiFeat",
    "SmallLoss",
    "Stage",
    "Staged",
    "StandardizedLossAggregation",
    "Tabasco",
    "TracIn",
    "Variability",
    "VarianceOfGradients",
    "VeracityScore",
    "bagged_members",
    "confident_learning",
    "ema_pool",
    "find_label_issues",
    "instance_hardness",
    "label_quality",
    "num_label_issues",
    "outre_quality",
    "simple_efficient_detector",
    "softmin_pool",
    "stages",
    "tree_leaves",
]
