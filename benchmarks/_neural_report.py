# SPDX-License-Identifier: BSD-3-Clause
"""Write how networks fare that are trained on wrong labels, as one page."""

from importlib.metadata import version

import numpy as np
import pandas as pd
from _markdown import table
from _neural_contenders import (
    CORRECTED,
    PLAIN,
    PUT_RIGHT,
    REFERENCES,
    STOPPED,
    TRUTH,
    baseline_of,
)
from _robust_report import GAP, HARM, failure_lines
from scipy.stats import t

import sknoisy

PROBLEM = ["task", "noise"]
_HALF = 50
_NAMES = ("torch", "skorch", "scikit-learn")
# Rare classes are what these are about.
_BY_BALANCED = "defects_"


def compare(results):
    """One line for each problem and contender: means over seeds, beside its baseline.

    A seed counts where the contender, its baseline and the training on true labels
    all have an answer.
    """
    lines = results[results["failure"] == ""].copy()
    lines["baseline"] = lines["contender"].map(baseline_of)
    by_balanced = lines["task"].str.startswith(_BY_BALANCED)
    lines["score"] = lines["balanced"].where(by_balanced, lines["accuracy"])
    keys = [*PROBLEM, "seed"]
    score = lines.set_index([*keys, "contender"])["score"]
    of_baseline = score.rename("of_baseline").rename_axis([*keys, "baseline"])
    of_truth = score.xs(TRUTH, level="contender").rename("of_truth")
    lines = lines.merge(of_baseline.reset_index(), on=[*keys, "baseline"])
    lines = lines.merge(of_truth.reset_index(), on=keys)
    lines["change"] = lines["score"] - lines["of_baseline"]
    lines["gap"] = lines["of_truth"] - lines["of_baseline"]
    groups = lines.groupby([*PROBLEM, "contender", "baseline"], sort=False)
    scores = ["accuracy", "balanced", "score"]
    means = groups[[*scores, "change", "gap", "seconds", "noise_rate"]].mean()
    means["seeds"] = groups.size()
    means["least"] = groups["change"].min()
    means["margin"] = groups["change"].agg(margin)
    share = 100 * means["change"] / means["gap"]
    means["recovered"] = share.where(means["gap"] > GAP)
    means["helps"] = (means["change"] > HARM) & (means["least"] > 0)
    means["harms"] = means["change"] < -HARM
    return means.reset_index()


def margin(values):
    """Half the width of a 95 % interval of the mean, by Student's distribution."""
    n = len(values)
    return t.ppf(0.975, n - 1) * values.std() / n**0.5 if n > 1 else np.nan


def problem_table(lines):
    """Lay out one problem: the references, then the rivals from best to worst."""
    is_reference = lines["contender"].isin(REFERENCES)
    rivals = lines[~is_reference].sort_values("score", ascending=False)
    references = lines[is_reference].set_index("contender")
    order = [name for name in REFERENCES if name in references.index]
    lines = pd.concat([references.loc[order].reset_index(), rivals])
    plain = references["seconds"].get(PLAIN, np.nan)
    rows = []
    for line in lines.itertuples():
        change = f"{line.change:+.1f}"
        if line.contender == line.baseline:
            change = "-"
        elif np.isfinite(line.margin):
            change += f" ± {line.margin:.1f}"
        shown = line.contender + ("\\*" if line.baseline == PUT_RIGHT else "")
        recovered = "-" if np.isnan(line.recovered) else f"{line.recovered:.0f}"
        row = [shown, str(line.seeds), f"{line.accuracy:.1f}", f"{line.balanced:.1f}"]
        times = line.seconds / max(plain, 1e-3)
        costs = [f"{line.seconds:.1f}", f"{times:.1f}"]
        rows.append([*row, change, recovered, *costs, verdict(line)])
    header = ["training", "seeds", "accuracy", "balanced", "change", "gap recovered, %"]
    return table([*header, "seconds", "times plain", "verdict"], rows)


def verdict(line):
    """Put in a word what became of a contender."""
    if line.contender in REFERENCES:
        return ""
    return _word_for(line)


def _word_for(line):
    if line.harms:
        return "harms"
    return "helps" if line.helps else "does not help"


def listed(names):
    """Name contenders in one line."""
    return ", ".join(f"`{name}`" for name in sorted(names)) or "none"


def without_help(lines):
    """Say over all problems, and for each, who does not help and who harms."""
    rivals = lines[~lines["contender"].isin(REFERENCES)]
    noisy = rivals[rivals["noise_rate"] > 0]
    said = []
    for names, of_problem in rivals.groupby(PROBLEM, sort=False):
        said.append(f"- {', '.join(names)}:")
        verdicts = of_problem.apply(verdict, axis=1)
        for word in ("does not help", "harms"):
            who = of_problem["contender"][verdicts == word]
            said.append(f"  - {word}: {listed(who)}")
    ever = noisy.groupby("contender")["helps"].any()
    nowhere = f"No help on any problem with noise: {listed(ever.index[~ever])}."
    return "\n".join([nowhere, "", *said])


def summary_table(lines):
    """Count on how many problems with noise a contender helps.

    Those of most problems come first, the best of them on top: means of other
    problems say little beside each other.
    """
    no_rivals = set(REFERENCES) - {STOPPED, *CORRECTED}
    is_rival = ~lines["contender"].isin(no_rivals)
    rivals = lines[is_rival & (lines["noise_rate"] > 0)]
    words = ["helps", "does not help", "harms"]
    rows = []
    for name, of_one in rivals.groupby("contender"):
        verdicts = of_one.apply(_word_for, axis=1)
        counts = [str((verdicts == word).sum()) for word in words]
        change = of_one["change"]
        row = [name, str(len(of_one)), *counts]
        row += [f"{each:+.1f}" for each in (change.mean(), change.min(), change.max())]
        rows.append(((-len(of_one), -change.mean()), row))
    header = ["training", "problems", *words, "mean change", "worst", "best"]
    return table(header, [row for _, row in sorted(rows)])


def not_trained(results):
    """Name who was not trained on a problem, or not with every seed."""
    everyone, n_seeds = results["contender"].unique(), results["seed"].nunique()
    said = []
    for names, of_problem in results.groupby(PROBLEM, sort=False):
        seeds = of_problem.groupby("contender")["seed"].nunique()
        missing = [name for name in everyone if seeds.get(name, 0) < n_seeds]
        if missing:
            said.append(f"- {', '.join(names)}: {listed(missing)}")
    if not said:
        return "Every contender was trained with every seed."
    return "\n".join(["Not, or not with every seed:", "", *said])


def half_recovered(lines):
    """Name who recovers half of what wrong labels cost."""
    enough = lines[lines["recovered"] >= _HALF]
    enough = enough[~enough["contender"].isin(REFERENCES)]
    if lines["recovered"].isna().all():
        return f"True labels gain no more than {GAP:g} point here."
    return f"At least half of the gap is recovered by: {listed(enough['contender'])}."


def made_by(results, command, options):
    """Say what made the page."""
    versions = [f"{name} {version(name)}" for name in _NAMES]
    on = f"on `{options.device}`"
    if options.device == "cpu":
        on = "on one thread of a CPU, no GPU"
    return (
        f"Made by `{command}` with {', '.join(versions)}, sknoisy "
        f"{sknoisy.__version__}, {on}. At most {options.max_rows} training rows, at "
        f"most {options.limit:g} seconds for a fit; seeds: {results['seed'].nunique()}."
    )


def notes(options):
    """Say how the page is to be read."""
    epochs, trusted = options.epochs, f"{options.trusted:.0%}"
    return f"""\
- Each seed draws other rows, other injected noise, other first weights and other
  batches. Scores are on the true labels of the test split, in percent.
- Tables of numbers go to a perceptron with one hidden layer of 256 units, text as
  TF-IDF to a bag of embeddings of 128. All are trained for {epochs} epochs by Adam
  at a rate of 0.001 on batches of 64. Nothing is tuned: methods and losses have their
  defaults, which for some are made for many more rows and epochs.
- *change*: in points, against *plain*, the last epoch of training by cross-entropy on
  the given labels; with a 95 % interval (Student) over the seeds, which is wide where
  they are few.
- \\* has the true labels of {trusted} of the rows, drawn at random; its change is
  against *{PUT_RIGHT}*, plain training with the same labels.
- Verdicts are by accuracy, on `{_BY_BALANCED}*` by balanced accuracy.
- *gap recovered*: share of what training on the true labels of all rows gains over
  the same baseline, where that is more than {GAP:g} point.
- *early stopping* holds a tenth of the noisy rows out and keeps the epoch of the best
  accuracy on them, or of a metric corrected by a transition matrix that is estimated
  from the other rows. *right rows alone* leaves out the wrong rows.
- *helps*: more than {HARM:g} points better, and better with every seed. *harms*: more
  than {HARM:g} points worse.
- *seconds*: processor time of a fit, on a device the time that passed."""


def report(results, command, options):
    """Write the page."""
    lines = compare(results)
    parts = ["# Networks trained on wrong labels", made_by(results, command, options)]
    parts += [notes(options), "## Over all problems", summary_table(lines)]
    parts += ["## Who does not help", without_help(lines)]
    for (task, noise), of_problem in lines.groupby(PROBLEM, sort=False):
        parts.append(f"## {task}, {noise}")
        wrong = of_problem["noise_rate"].mean()
        parts.append(f"Wrong labels: {wrong:.0%}. {half_recovered(of_problem)}")
        parts.append(problem_table(of_problem))
    parts += ["## Failures", failure_lines(results)]
    parts += ["## Not trained", not_trained(results)]
    return "\n\n".join(parts) + "\n"
