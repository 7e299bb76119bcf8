# SPDX-License-Identifier: BSD-3-Clause
"""Turn results into tables: means, ranks, tests over data sets, losses, rates."""

import numpy as np
import pandas as pd
from _contenders import is_peer
from _measures import TOO_SLOW
from _problems import AUDITED
from scipy.stats import friedmanchisquare, studentized_range, wilcoxon

MEASURES = {
    "average_precision": "AP",
    "roc_auc": "AUROC",
    "miss_rate_at_budget": "miss rate",
    "calibration_error": "ECE",
    "suspect_precision": "flag precision",
    "suspect_recall": "flag recall",
    "seconds": "seconds",
    "costs": "Costs",
}
TOLERANCE = 0.02
# Whose noise rate is that of the confident joint.
JOINT = "cleanlab self-confidence*"


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


def is_real(results):
    """Which results are of real noise."""
    return results["noise"].str.startswith("real")


def complete(results):
    """Keep the contenders that have judged every problem; name the others."""
    problem = results.groupby(["task", "noise", "seed"]).ngroup()
    counts = problem.groupby(results["contender"]).nunique()
    unfinished = list(counts.index[counts < problem.nunique()])
    return results[~results["contender"].isin(unfinished)], unfinished


def split_audited(results):
    """Part the audited sets, which favour rankings like the audit's, from the rest."""
    audited = results["noise"] == AUDITED
    return results[~audited], results[audited]


def by_task(results):
    """Average precision of each contender (column) on each task, over the seeds."""
    keys = ["task", "noise", "contender"]
    mean = results.groupby(keys, sort=False)["average_precision"].mean()
    return mean.unstack("contender")


def by_set(results):
    """Average precision of each contender (column) on each data set."""
    return by_task(results).groupby(level="task").mean()


def peers_of(tasks):
    """List the peers, or everyone where no peer takes part."""
    return [name for name in tasks.columns if is_peer(name)] or list(tasks.columns)


def mean_table(results):
    """Average precision by kind of noise."""
    noise, real = results["noise"], is_real(results)
    kinds = {"all": real | ~real, "real": real, "injected": ~real}
    kinds |= {name: noise == name for name in noise[~real].unique()}
    columns = {
        f"AP {kind}": by_task(results[rows]).mean()
        for kind, rows in kinds.items()
        if rows.any()
    }
    table = pd.DataFrame(columns)
    table["Costs"] = results.groupby("contender")["costs"].median()
    table = table.sort_values("AP all", ascending=False).round(3)
    return table.assign(Costs=table["Costs"].round(2))


def measure_table(results, order):
    """Means of all measures over real and injected noise."""
    kind = np.where(is_real(results), "real", "injected")
    names = list(MEASURES)
    means = results.groupby([kind, "noise", "task", "contender"])[names].mean()
    means = means.groupby(level=[0, "contender"]).mean().rename(columns=MEASURES)
    return {name: means.loc[name].loc[order].round(3) for name in np.unique(kind)[::-1]}


def audit_table(results):
    """Rankings inside the audited rows."""
    names = ["average_precision", "roc_auc", "miss_rate_at_budget"]
    table = results.groupby("contender")[names].mean().rename(columns=MEASURES)
    return table.sort_values("AP", ascending=False).round(3)


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


def mean_ranks(scores):
    """Mean rank of each column; ranks of ties are averaged."""
    return scores.round(9).rank(axis=1, ascending=False).mean()


def friedman_line(results):
    """Test whether the contenders differ at all, and how far ranks must be apart."""
    scores = by_set(results)
    n_sets, n_contenders = scores.shape
    if n_sets < 2 or n_contenders < 3:
        return "Too few contenders or data sets for Friedman's test."
    scores = scores.round(9)
    # Ties in every row leave the test nothing to divide by.
    if (scores.nunique(axis=1) == 1).all():
        return "No two contenders differ on any data set."
    test = friedmanchisquare(*scores.to_numpy().T)
    quantile = studentized_range.ppf(0.95, n_contenders, np.inf) / np.sqrt(2)
    apart = quantile * np.sqrt(n_contenders * (n_contenders + 1) / (6 * n_sets))
    return (
        f"Friedman's test over {n_contenders} contenders and {n_sets} data sets: "
        f"chi-squared {test.statistic:.1f}, p = {test.pvalue:.2g}. Two contenders "
        "differ at the 5 % level of Nemenyi's test where their set ranks are more "
        f"than {apart:.2f} apart."
    )


def contest_table(results, order):
    """Ranks, losses to the peers, and tests over data sets."""
    tasks, of_set = by_task(results), by_set(results)
    peers = peers_of(tasks)
    best = tasks[peers].mean().idxmax()
    answered = results["failure"] == ""
    table = pd.DataFrame(
        {
            "task rank": mean_ranks(tasks).round(2),
            "set rank": mean_ranks(of_set).round(2),
            "below best of task": share_below(tasks, tasks[peers].max(axis=1)),
            "below best on mean": share_below(tasks, tasks[best]),
            "sets won": of_set.gt(of_set[best] + 1e-12, axis=0).sum(),
            "sets lost": of_set.lt(of_set[best] - 1e-12, axis=0).sum(),
            "no answer": 100 - (100 * answered.groupby(results["contender"]).mean()),
        }
    ).round(2)
    others = [name for name in order if name != best]
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
    gap = tasks.sub(tasks[peers_of(tasks)].max(axis=1), axis=0)
    worst = gap.idxmin()
    return pd.DataFrame(
        {
            "worst task": [", ".join(worst[name]) for name in order],
            "AP there": [tasks.loc[worst[name], name] for name in order],
            "below the peer by": [-gap[name].min() for name in order],
        },
        index=order,
    ).round(3)


def rate_table(results, order):
    """Errors of the noise rates, against the confident joint's, and the intervals."""
    real = is_real(results)
    errors = results.set_index(["task", "noise", "seed", "contender"])["rate_error"]
    errors = errors.unstack("contender")
    of_contender = results["contender"]
    table = pd.DataFrame(
        {
            "error": errors.mean(),
            "error, real": results[real].groupby(of_contender)["rate_error"].mean(),
            "error, injected": results[~real]
            .groupby(of_contender)["rate_error"]
            .mean(),
            "coverage": results.groupby(of_contender)["covered"].mean(),
            "width": results.groupby(of_contender)["interval_width"].mean(),
        }
    )
    if JOINT in errors:
        joint = errors[JOINT]
        both = errors.notna().mul(joint.notna(), axis=0)
        of_joint = both.mul(joint.fillna(0), axis=0).sum() / both.sum()
        table.insert(1, "times the joint's", table["error"] / of_joint)
        closer = errors.lt(joint, axis=0).sum() / both.sum()
        table.insert(2, "closer than the joint", 100 * closer)
    table = table.loc[order].dropna(subset="error").sort_values("error")
    return table.round(3).round({"closer than the joint": 0})


def set_table(results, order):
    """Average precision by data set; contenders by number, to fit on a page."""
    table = by_set(results)[order].round(3)
    return table.set_axis(range(1, len(order) + 1), axis=1)


def failure_lines(results):
    """List who failed or was too slow, and how often."""
    failed = results[results["failure"] != ""]
    if failed.empty:
        return "No contender failed or was too slow on any task."
    slow = failed["failure"].str.startswith(TOO_SLOW)
    cause = failed["failure"].mask(slow, TOO_SLOW)
    lines = [
        f"- {name}: {why} ({len(rows)} of its problems, first {rows.iloc[0]})"
        for (name, why), rows in failed["task"].groupby([failed["contender"], cause])
    ]
    return "No answer, which counts as a random order:\n\n" + "\n".join(lines)
