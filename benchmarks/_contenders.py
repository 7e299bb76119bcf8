# SPDX-License-Identifier: BSD-3-Clause
"""Who judges: detectors of the library and their peers, as far as they are there."""

import inspect
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from _problems import base_model, staged_model
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.utils import get_tags

from sknoisy import detection
from sknoisy.base import BaseLabelDetector
from sknoisy.detection import (
    AreaUnderMargin,
    ConfidentLearning,
    DatasetCartography,
    KDisagreeingNeighbors,
    LabelDetector,
    Neighbors,
    OutOfBag,
    SmallLoss,
)
from sknoisy.utils import cross_fit_proba

BUDGETS = ("low", "medium", "high")


@dataclass(frozen=True)
class Verdict:
    """What a contender says of the labels; `is_ours` if the library says it."""

    quality: np.ndarray
    flagged: np.ndarray | None = None
    noise_rate: float = np.nan
    interval: tuple | None = None
    is_ours: bool = False


@dataclass(frozen=True)
class Contender:
    """A way to judge labels, which may need the shared out-of-fold probabilities."""

    judge: object
    shares_folds: bool = False


def is_peer(name):
    """Tell peers, which are of other libraries or count as theirs, by their star."""
    return name.endswith("*")


def select(groups):
    """List contenders of some groups: "core", "peers", "all", or names."""
    core = auto_detectors() | PRESETS | cleanlab_peers() | imblearn_peers()
    everything = core | discovered(core)
    chosen = {}
    for group in groups:
        if group == "all":
            chosen |= everything
        elif group == "core":
            chosen |= core
        elif group == "peers":
            chosen |= {name: core[name] for name in core if is_peer(name)}
        elif group in everything:
            chosen[group] = everything[group]
        else:
            raise ValueError(
                f"there is no contender {group!r}; take core, peers, all, or some of "
                f"{list(everything)}"
            )
    return {name: everything[name] for name in everything if name in chosen}


def discovered(known):
    """Find all other public detectors of classes, each with its defaults."""
    found = {}
    for name in sorted(detection.__all__):
        item = getattr(detection, name)
        is_detector = inspect.isclass(item) and issubclass(item, BaseLabelDetector)
        if not is_detector or inspect.isabstract(item) or is_known(name, known):
            continue
        parameters = inspect.signature(item).parameters.values()
        needs_more = any(
            parameter.default is parameter.empty for parameter in parameters
        )
        if not needs_more and get_tags(item()).regressor_tags is None:
            found[name] = Contender(fitted(by_default(item)))
    return found


def is_known(name, known):
    """Whether a detector has been entered by its own name, a setting or a star."""
    return name in known or f"{name}*" in known or f"{name}, low" in known


def by_default(detector):
    """Make a detector with nothing set but its seed."""

    def make(problem):
        has_seed = "random_state" in inspect.signature(detector).parameters
        return detector(random_state=problem.seed) if has_seed else detector()

    return make


def auto_detectors():
    """Enter AutoDetector with each of its budgets."""
    if "AutoDetector" not in detection.__all__:
        return {}
    return {
        f"AutoDetector, {budget}": Contender(fitted(auto_detector(budget)))
        for budget in BUDGETS
    }


def auto_detector(budget):
    """Make AutoDetector with a budget."""
    return lambda problem: detection.AutoDetector(
        budget=budget, random_state=problem.seed
    )


def fitted(make_detector):
    """Let a detector of the library judge the rows."""

    def judge(problem):
        detector = make_detector(problem)
        detector.fit(problem.task.X_train, problem.y, groups=problem.groups)
        return verdict_of(detector)

    return judge


def confident(label_score):
    """Confident learning from the shared probabilities."""

    def judge(problem):
        pred_proba, _ = problem.out_of_fold
        return verdict_of(
            ConfidentLearning.from_predictions(
                problem.y, pred_proba, label_score=label_score
            )
        )

    return judge


def verdict_of(detector):
    """Read a fitted detector."""
    return Verdict(
        detector.label_quality_,
        detector.suspect_mask_,
        detector.noise_rate_,
        getattr(detector, "noise_rate_interval_", None),
        is_ours=True,
    )


def cleanlab_scores(method):
    """Let cleanlab judge by the shared probabilities."""

    def judge(problem):
        pred_proba, _ = problem.out_of_fold
        return cleanlab_verdict(problem.codes, pred_proba, method)

    return judge


def cleanlab_verdict(codes, pred_proba, method):
    """Ask cleanlab for qualities, flags and the noise rate of its joint."""
    from cleanlab.count import estimate_joint
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    quality = get_label_quality_scores(codes, pred_proba, method=method)
    flagged = find_label_issues(codes, pred_proba, n_jobs=1)
    return Verdict(quality, flagged, 1 - np.trace(estimate_joint(codes, pred_proba)))


def cleanlab_filter(problem):
    """Rank the rows that cleanlab flags as it does, and all others as equals."""
    from cleanlab.filter import find_label_issues

    pred_proba, _ = problem.out_of_fold
    order = find_label_issues(
        problem.codes,
        pred_proba,
        return_indices_ranked_by="self_confidence",
        n_jobs=1,
    )
    quality = np.full(len(problem.y), len(problem.y), dtype=float)
    quality[order] = np.arange(len(order))
    return Verdict(quality, quality < len(problem.y))


def cleanlab_on_smooth_model(problem):
    """Rank by cleanlab with the model of OutOfBag: the same evidence, by folds."""
    model = ExtraTreesClassifier(200, min_samples_leaf=3, random_state=problem.seed)
    if problem.task.is_text:
        model = ComplementNB()
    judged = cross_fit_proba(
        model,
        problem.make_features(),
        problem.codes,
        groups=problem.groups,
        random_state=problem.seed,
    )
    return cleanlab_verdict(problem.codes, judged.pred_proba, "self_confidence")


def cleanlab_peers():
    """Enter cleanlab, if it is installed."""
    if find_spec("cleanlab") is None:
        return {}
    return {
        "cleanlab self-confidence*": Contender(
            cleanlab_scores("self_confidence"), shares_folds=True
        ),
        "cleanlab margin*": Contender(
            cleanlab_scores("normalized_margin"), shares_folds=True
        ),
        "cleanlab, smooth model": Contender(cleanlab_on_smooth_model),
        "cleanlab filter*": Contender(cleanlab_filter, shares_folds=True),
    }


def imblearn_filter(name):
    """Rank by how many of a filter's settings remove a row; flag by the default."""

    def judge(problem):
        from imblearn import under_sampling

        X, kept = problem.make_features(one_hot=True), {}
        for kind in ("all", "mode"):
            sampler = getattr(under_sampling, name)(
                sampling_strategy="all", kind_sel=kind
            )
            sampler.fit_resample(X, problem.codes)
            kept[kind] = np.zeros(len(problem.y), dtype=bool)
            kept[kind][sampler.sample_indices_] = True
        return Verdict(kept["all"].astype(float) + kept["mode"], ~kept["all"])

    return judge


def instance_hardness(problem):
    """Rank by what InstanceHardnessThreshold cuts: a forest's out-of-fold p(given)."""
    judged = cross_fit_proba(
        RandomForestClassifier(random_state=problem.seed),
        problem.make_features(),
        problem.codes,
        groups=problem.groups,
        random_state=problem.seed,
    )
    return Verdict(judged.pred_proba[np.arange(len(problem.y)), problem.codes])


def imblearn_peers():
    """Enter imbalanced-learn, if it is installed."""
    if find_spec("imblearn") is None:
        return {}
    filters = {
        "imblearn ENN*": "EditedNearestNeighbours",
        "imblearn RENN*": "RepeatedEditedNearestNeighbours",
        "imblearn AllKNN*": "AllKNN",
    }
    peers = {label: Contender(imblearn_filter(name)) for label, name in filters.items()}
    return peers | {"imblearn hardness*": Contender(instance_hardness)}


PRESETS = {
    "ConfidentLearning": Contender(confident("self_confidence"), shares_folds=True),
    "ConfidentLearning, margin": Contender(
        confident("normalized_margin"), shares_folds=True
    ),
    "OutOfBag": Contender(
        fitted(lambda problem: LabelDetector(OutOfBag(random_state=problem.seed)))
    ),
    "Neighbors": Contender(fitted(lambda problem: LabelDetector(Neighbors()))),
    "KDisagreeingNeighbors": Contender(fitted(by_default(KDisagreeingNeighbors))),
    "AreaUnderMargin*": Contender(
        fitted(
            lambda problem: AreaUnderMargin(
                staged_model(problem), random_state=problem.seed
            )
        )
    ),
    "SmallLoss, in sample": Contender(
        fitted(lambda problem: SmallLoss(base_model(problem), cv=None))
    ),
    "DatasetCartography": Contender(
        fitted(
            lambda problem: DatasetCartography(
                staged_model(problem), random_state=problem.seed
            )
        )
    ),
}
