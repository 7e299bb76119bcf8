# SPDX-License-Identifier: BSD-3-Clause
"""Detectors of wrong labels and their peers, side by side, where truth is known.

    python benchmarks/detection.py --data DIR --out benchmarks/results

Folders named `defects_*`, `hausa_newsclass`, `wrench_*` and `real_*` have real
noise; into `clean_*` it is injected (`clean_reg_*`, regression, is passed over).
`audit_*` is left out: only rows that confident learning flagged were reviewed, so
it favours rankings of that kind. Each contender sees the given training labels
alone. The true ones are for the scores.
"""

import argparse
import shlex
import sys
import time
import warnings
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from _datasets import Task, load_task
from cleanlab.count import estimate_joint
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from imblearn.under_sampling import AllKNN, EditedNearestNeighbours
from scipy.stats import wilcoxon
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

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
from sknoisy.metrics import detection_report
from sknoisy.noise import (
    inject_instance_noise,
    inject_pair_noise,
    inject_symmetric_noise,
)
from sknoisy.utils import cross_fit_proba

REAL = ("defects_*", "hausa_newsclass", "wrench_*", "real_*")
CLEAN = ("clean_*",)
REGRESSION = "clean_reg_*"
NOISES = {
    "symmetric 0.2": lambda X, y, seed: inject_symmetric_noise(
        y, 0.2, random_state=seed
    ),
    "symmetric 0.4": lambda X, y, seed: inject_symmetric_noise(
        y, 0.4, random_state=seed
    ),
    "pair 0.3": lambda X, y, seed: inject_pair_noise(y, 0.3, random_state=seed),
    "boundary 0.2": lambda X, y, seed: inject_instance_noise(
        X, y, 0.2, kind="boundary", random_state=seed
    ),
}
MEASURES = {
    "average_precision": "AP",
    "roc_auc": "AUROC",
    "miss_rate_at_budget": "miss rate",
    "rate_error": "rate error",
    "suspect_precision": "flag precision",
    "suspect_recall": "flag recall",
    "seconds": "seconds",
}
TOLERANCE = 0.02


@dataclass(frozen=True)
class Problem:
    """Training rows whose given labels are partly wrong."""

    task: Task
    noise: str
    y: np.ndarray
    seed: int

    @property
    def is_error(self):
        """Which given labels are wrong."""
        return self.y != self.task.y_true

    @cached_property
    def groups(self):
        """Exact copies of a row, which must not judge each other."""
        return self.task.repeats

    @cached_property
    def codes(self):
        """Given labels as 0, 1, ..."""
        return np.unique(self.y, return_inverse=True)[1]

    def make_features(self):
        """Turn rows into numbers for the peers that take nothing else."""
        X = self.task.X_train
        if self.task.is_text:
            return TfidfVectorizer(sublinear_tf=True).fit_transform(X)
        return make_pipeline(
            tables_to_numbers(), SimpleImputer(), StandardScaler()
        ).fit_transform(X)

    @cached_property
    def out_of_fold(self):
        """Probabilities that several contenders share, and the seconds they took."""
        start = time.perf_counter()
        fitted = cross_fit_proba(
            base_model(self),
            self.task.X_train,
            self.y,
            groups=self.groups,
            random_state=self.seed,
        )
        return fitted.pred_proba, time.perf_counter() - start


@dataclass(frozen=True)
class Verdict:
    """What a contender says of the labels."""

    quality: np.ndarray
    flagged: np.ndarray | None = None
    noise_rate: float = np.nan


def tables_to_numbers():
    """Encode what is not a number."""
    return make_column_transformer(
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan),
            make_column_selector(dtype_exclude="number"),
        ),
        remainder="passthrough",
    )


def base_model(problem):
    """Choose TF-IDF with logistic regression for text, boosted trees for tables."""
    if problem.task.is_text:
        return make_pipeline(
            TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
        )
    return make_pipeline(tables_to_numbers(), boosting(problem.seed))


def boosting(seed):
    """Make LightGBM if it is installed."""
    if find_spec("lightgbm") is None:
        return HistGradientBoostingClassifier(random_state=seed)
    from lightgbm import LGBMClassifier

    return LGBMClassifier(random_state=seed, n_jobs=1, verbose=-1)


def staged_model(problem):
    """Choose a base model that has stages: for text, the default of the detector."""
    return None if problem.task.is_text else base_model(problem)


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
        detector.label_quality_, detector.suspect_mask_, detector.noise_rate_
    )


def cleanlab_scores(method):
    """Let cleanlab judge by the shared probabilities."""

    def judge(problem):
        pred_proba, _ = problem.out_of_fold
        return cleanlab_verdict(problem.codes, pred_proba, method)

    return judge


def cleanlab_verdict(codes, pred_proba, method):
    """Ask cleanlab for qualities, flags and the noise rate of its joint."""
    quality = get_label_quality_scores(codes, pred_proba, method=method)
    flagged = find_label_issues(codes, pred_proba, n_jobs=1)
    return Verdict(quality, flagged, 1 - np.trace(estimate_joint(codes, pred_proba)))


def cleanlab_filter(problem):
    """Rank the rows that cleanlab flags as it does, and all others as equals."""
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


def imblearn_filter(make_filter):
    """Rank by how many of a filter's settings remove a row; flag by the default."""

    def judge(problem):
        X, kept = problem.make_features(), {}
        for kind in ("all", "mode"):
            sampler = make_filter(sampling_strategy="all", kind_sel=kind)
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


@dataclass(frozen=True)
class Contender:
    """A way to judge labels. Peers are of other libraries, or count as theirs."""

    judge: object
    is_peer: bool = False
    shares_folds: bool = False


CONTENDERS = {
    "ConfidentLearning": Contender(confident("self_confidence"), False, True),
    "ConfidentLearning, margin": Contender(confident("normalized_margin"), False, True),
    "OutOfBag": Contender(
        fitted(lambda problem: LabelDetector(OutOfBag(random_state=problem.seed)))
    ),
    "Neighbors": Contender(fitted(lambda problem: LabelDetector(Neighbors()))),
    "KDisagreeingNeighbors": Contender(fitted(lambda problem: KDisagreeingNeighbors())),
    "AreaUnderMargin*": Contender(
        fitted(
            lambda problem: AreaUnderMargin(
                staged_model(problem), random_state=problem.seed
            )
        ),
        True,
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
    "cleanlab self-confidence*": Contender(
        cleanlab_scores("self_confidence"), True, True
    ),
    "cleanlab margin*": Contender(cleanlab_scores("normalized_margin"), True, True),
    "cleanlab, smooth model": Contender(cleanlab_on_smooth_model),
    "cleanlab filter*": Contender(cleanlab_filter, True, True),
    "imblearn ENN*": Contender(imblearn_filter(EditedNearestNeighbours), True),
    "imblearn AllKNN*": Contender(imblearn_filter(AllKNN), True),
    "imblearn hardness*": Contender(instance_hardness, True),
}


def problems(data, seeds, max_rows, only):
    """Yield what there is to judge, data set by data set."""
    for folder in sorted(Path(data).iterdir()):
        name = folder.name
        if only and name not in only or not (folder / "train.csv.gz").exists():
            continue
        if any(fnmatch(name, pattern) for pattern in REAL):
            task = load_task(folder, max_rows=max_rows)
            yield Problem(task, "real", task.y_given, 0)
        elif any(fnmatch(name, pattern) for pattern in CLEAN):
            if fnmatch(name, REGRESSION):
                continue
            for seed in range(seeds):
                task = load_task(folder, max_rows=max_rows, seed=seed)
                for noise, inject in NOISES.items():
                    y = inject(task.X_train, task.y_true, seed).y
                    yield Problem(task, noise, y, seed)


def measure(contender, problem):
    """Score a contender on a problem; say so if it fails."""
    is_error = problem.is_error
    try:
        seconds = problem.out_of_fold[1] if contender.shares_folds else 0.0
        start = time.perf_counter()
        verdict = contender.judge(problem)
        seconds += time.perf_counter() - start
        report = detection_report(is_error, verdict.quality, verdict.flagged)
    except Exception as error:
        return {"failure": f"{type(error).__name__}: {error}".splitlines()[0]}
    scores = {name: report[name] for name in MEASURES if name in report}
    rate_error = abs(verdict.noise_rate - is_error.mean())
    return scores | {"rate_error": rate_error, "seconds": seconds, "failure": ""}


def run(found):
    """Let all contenders judge all problems, and return a row for each pair."""
    rows = []
    for problem in found:
        where = {
            "task": problem.task.name,
            "noise": problem.noise,
            "seed": problem.seed,
            "rows": len(problem.y),
            "noise_rate": float(problem.is_error.mean()),
        }
        if not 0 < where["noise_rate"] < 1:
            sys.stderr.write(f"{where}: all labels are right or wrong, passed over\n")
            continue
        for name, contender in CONTENDERS.items():
            rows.append(where | {"contender": name} | measure(contender, problem))
        taken = sum(row.get("seconds", 0) for row in rows[-len(CONTENDERS) :])
        sys.stderr.write(f"{where} {taken:.1f} s\n")
    return pd.DataFrame(rows)


def like_chance(results):
    """Give failures the scores of a random order, so that failing is no way to win."""
    rate = results["noise_rate"]
    failed = results["failure"] != ""
    chance = {
        "average_precision": rate,
        "roc_auc": 0.5,
        "miss_rate_at_budget": 1 - rate,
    }
    columns = {
        name: results[name].mask(failed, value) for name, value in chance.items()
    }
    return results.assign(**columns)


def by_task(results):
    """Average precision of each contender (column) on each task, over the seeds."""
    keys = ["task", "noise", "contender"]
    mean = results.groupby(keys, sort=False)["average_precision"].mean()
    return mean.unstack("contender")[list(CONTENDERS)]


def holm(p_values):
    """Adjust p-values for their number by Holm's steps."""
    order = np.argsort(p_values)
    steps = np.asarray(p_values)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def signed_rank(difference):
    """Two-sided p-value of Wilcoxon's test; 1 where nothing differs."""
    difference = difference[np.abs(difference) > 1e-12]
    return 1.0 if len(difference) == 0 else float(wilcoxon(difference).pvalue)


def mean_table(results):
    """Average precision by kind of noise, and the other measures over all tasks."""
    noise = results["noise"]
    kinds = {"all": noise == noise, "real": noise == "real"}
    kinds["injected"] = ~kinds["real"]
    kinds |= {name: noise == name for name in noise.unique() if name != "real"}
    columns = {}
    for kind, rows in kinds.items():
        if rows.any():
            columns[f"AP {kind}"] = by_task(results[rows]).mean()
    table = pd.DataFrame(columns)
    return table.sort_values("AP all", ascending=False).round(3)


def measure_table(results, order):
    """Means of all measures over real and injected noise."""
    kind = np.where(results["noise"] == "real", "real", "injected")
    names = list(MEASURES)
    means = results.groupby([kind, "noise", "task", "contender"])[names].mean()
    means = means.groupby(level=[0, "contender"]).mean().rename(columns=MEASURES)
    return {name: means.loc[name].loc[order].round(3) for name in np.unique(kind)[::-1]}


def contest_table(results, order):
    """Ranks, losses to the peers, and tests over data sets."""
    tasks = by_task(results)
    peers = [name for name, contender in CONTENDERS.items() if contender.is_peer]
    best = tasks[peers].mean().idxmax()
    of_set = tasks.groupby(level="task").mean()
    table = pd.DataFrame(
        {
            "mean rank": tasks.round(9).rank(axis=1, ascending=False).mean().round(2),
            "below best of task": share_below(tasks, tasks[peers].max(axis=1)),
            "below best on mean": share_below(tasks, tasks[best]),
            "sets won": of_set.gt(of_set[best] + 1e-12, axis=0).sum(),
            "sets lost": of_set.lt(of_set[best] - 1e-12, axis=0).sum(),
        }
    )
    others = [name for name in CONTENDERS if name != best]
    p_values = [
        signed_rank((of_set[name] - of_set[best]).to_numpy()) for name in others
    ]
    table["p"] = pd.Series(p_values, others)
    table["p, Holm"] = pd.Series(holm(p_values), others)
    for name in ("p", "p, Holm"):
        table[name] = table[name].map("{:.2g}".format, na_action="ignore")
    return best, table.loc[order]


def share_below(tasks, line):
    """Percentage of tasks on which a contender is clearly below a line."""
    return (100 * tasks.lt(line - TOLERANCE, axis=0).mean()).round(0)


def loss_table(results, order):
    """Where each contender is furthest below the best peer of the task."""
    tasks = by_task(results)
    peers = [name for name, contender in CONTENDERS.items() if contender.is_peer]
    gap = tasks.sub(tasks[peers].max(axis=1), axis=0)
    worst = gap.idxmin()
    return pd.DataFrame(
        {
            "worst task": [", ".join(worst[name]) for name in order],
            "AP there": [tasks.loc[worst[name], name] for name in order],
            "below the peer by": [-gap[name].min() for name in order],
        },
        index=order,
    ).round(3)


def set_table(results, order):
    """Average precision by data set; contenders by number, to fit on a page."""
    table = by_task(results).groupby(level="task").mean()[order].round(3)
    return table.set_axis(range(1, len(order) + 1), axis=1)


def failure_lines(results):
    """List the failures."""
    failed = results[results["failure"] != ""]
    if failed.empty:
        return "No contender failed on any task."
    lines = [
        f"- {row.contender} on {row.task}, {row.noise}, seed {row.seed}: {row.failure}"
        for row in failed.itertuples()
    ]
    return "Failures, which count as a random order:\n\n" + "\n".join(lines)


NOTES = """\
- Contenders with a star are peers. AreaUnderMargin is ours, but counts as a peer, for
  other libraries offer it on boosting rounds too.
- ConfidentLearning and cleanlab judge by the same out-of-fold probabilities of the
  same base model, so equal scores give equal rankings; ranks of ties are averaged.
  SmallLoss by its default, out of fold, ranks as ConfidentLearning does; here it
  judges in sample, as published.
- On text the logistic regression has no stages: AreaUnderMargin and
  DatasetCartography take their default there, a logistic regression trained by
  stochastic gradient descent. OutOfBag and Neighbors take their defaults everywhere.
- cleanlab's filter ranks what it flags by self-confidence; other rows tie.
- "cleanlab, smooth model" has the kind of model that OutOfBag takes: extra trees with 3
  rows a leaf, or complement naive Bayes on text. What OutOfBag gains over it is due to
  the bags; what it gains over the others is due to the model too. It is no peer,
  for no library picks that model by itself.
- That kind of model was known to do well on earlier samples of these data sets before
  it became the default of OutOfBag, so some of its lead here is hindsight.
- ENN and AllKNN have no ranking: rows that both `kind_sel="all"` and `"mode"` remove
  come before rows that one removes, and other rows tie. Their AP is that of a score
  of three values; flags are those of the default, `"all"`.
- The hardness of InstanceHardnessThreshold is its forest's out-of-fold probability of
  the given label; its own cut balances classes and is not judged.
- Exact copies of a row share a fold wherever there are folds.
- Miss rate: share of wrong labels missed when exactly as many labels are flagged as
  are wrong. Rate error: absolute error of `noise_rate_`. Flag precision and recall
  are those of the contender's own flags, precision over the tasks on which it flags
  any. A dash: it has none.
- Seconds are of one core, and include the shared out-of-fold fits for all who use
  them."""


def report(results, command, max_rows):
    """Write the tables as text."""
    judged = like_chance(results)
    means = mean_table(judged)
    order = list(means.index)
    best, contest = contest_table(judged, order)
    n_tasks = results[["task", "noise"]].drop_duplicates().shape[0]
    model = "LightGBM" if find_spec("lightgbm") else "HistGradientBoosting"
    names = ["scikit-learn", "cleanlab", "imbalanced-learn", "numpy", "sknoisy"]
    if find_spec("lightgbm"):
        names.append("lightgbm")
    versions = ", ".join(f"{name} {version_of(name)}" for name in names)
    parts = [
        "# Detectors of wrong labels, side by side",
        f"Made by `{command}` with {versions}.\n{n_tasks} tasks from "
        f"{results['task'].nunique()} data sets, {results['seed'].nunique()} seed(s) "
        f"of injected noise, at most {max_rows} training rows. Base models: {model} "
        "for tables, TF-IDF + logistic regression (C=10) for text.",
        NOTES,
        "## Mean average precision",
        block(means),
    ]
    for kind, table in measure_table(judged, order).items():
        parts += [f"## All measures, {kind} noise", block(table)]
    parts += [
        "## Ranks, and losses to the best peer",
        f"Best peer on the mean over all tasks: {best}. *Below*: share of tasks (%) "
        f"with an AP more than {TOLERANCE} below the best peer of that very task, and "
        f"below {best}. *Sets won*, *lost* and p (Wilcoxon signed-rank, two-sided, "
        f"and with Holm's correction): mean AP of a data set against {best}.",
        block(contest),
        "## Where each loses most",
        block(loss_table(judged, order)),
        "## Average precision by data set, mean over its noises",
        "Columns: " + "; ".join(f"{i} {name}" for i, name in enumerate(order, 1)),
        block(set_table(judged, order)),
        failure_lines(results),
    ]
    return "\n\n".join(parts) + "\n"


def version_of(name):
    """Version of a package, also where it runs from its source."""
    if name == "sknoisy":
        import sknoisy

        return sknoisy.__version__
    return version(name)


def block(table):
    """Show a table as preformatted text."""
    return f"```\n{table.to_string(na_rep='-')}\n```"


def main(argv=None):
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="folder to write tables into")
    parser.add_argument("--seeds", type=int, default=3, help="runs with injected noise")
    parser.add_argument("--max-rows", type=int, default=4000, help="training rows")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="data sets to take")
    options = parser.parse_args(argv)
    # Rare classes and early stops are part of the tasks, and alike for all.
    warnings.simplefilter("ignore")
    results = run(problems(options.data, options.seeds, options.max_rows, options.only))
    if results.empty:
        parser.error(f"no data set with wrong labels in {options.data}")
    command = "python benchmarks/detection.py --data DIR --out benchmarks/results"
    command += f" --seeds {options.seeds} --max-rows {options.max_rows}"
    if options.only:
        command += " --only " + shlex.join(options.only)
    text = report(results, command, options.max_rows)
    print(text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "detection.md").write_text(text)
        results.round(4).to_csv(options.out / "detection.csv", index=False)


if __name__ == "__main__":
    main()
