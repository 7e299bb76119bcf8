# SPDX-License-Identifier: BSD-3-Clause
"""
How far to trust a label quality
================================

``AutoDetector`` has several judges rank the labels and turns the ranks into the
probability that each label is right. We plant errors in handwritten digits, so that
both can be checked: whether the wrong labels come first, and whether the probabilities
hold.
"""

# %%
# Digits with planted errors
# --------------------------
# Three in twenty labels become wrong, more of them where a digit looks like another, as
# people get them wrong.

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from sknoisy.noise import inject_instance_noise

X, y_true = load_digits(return_X_y=True)
X = X / 16
noisy = inject_instance_noise(
    X,
    y_true,
    noise_rate=0.15,
    estimator=LogisticRegression(max_iter=1000),
    random_state=0,
)
y = noisy.y
print(f"{noisy.flipped.sum()} of {len(y)} labels are wrong")

# %%
# A committee
# -----------
# The rows are numbers, so the judges are those for tables. The trees look again, once
# the labels that the judges doubt count less. ``judge_weights_`` says what each counts
# in the ranking.

from sknoisy.detection import AutoDetector

auto = AutoDetector(random_state=0).fit(X, y)
for name, weight in auto.judge_weights_.items():
    print(f"{weight:.2f}  {name}")

# %%
# How many labels are wrong, the labels alone do not tell: rows that are hard look the
# same as rows that are mislabelled. The interval spans what the judges disagree on. It
# is no confidence interval.

low, high = auto.noise_rate_interval_
print(f"estimated: {auto.noise_rate_:.3f}, between {low:.3f} and {high:.3f}")
print(f"in truth:  {noisy.noise_rate:.3f}")

# %%
# Beside single detectors
# -----------------------
# Each with its defaults. The score is the average precision of the wrong labels in the
# order of ``label_quality_``.

from sknoisy.detection import (
    ConfidentLearning,
    HighAgreementForestFilter,
    LabelDetector,
)
from sknoisy.metrics import detection_average_precision

detectors = {
    "AutoDetector": auto,
    "out of bag": LabelDetector("out_of_bag").fit(X, y),
    "neighbours": LabelDetector("neighbors").fit(X, y),
    "ConfidentLearning": ConfidentLearning(random_state=0).fit(X, y),
    "HighAgreementForestFilter": HighAgreementForestFilter(random_state=0).fit(X, y),
}
precision = {
    name: detection_average_precision(noisy.flipped, detector.label_quality_)
    for name, detector in detectors.items()
}
for name, value in precision.items():
    print(f"{value:.3f}  {name}")

# %%
# On these digits the committee ranks best. That is one data set and one kind of noise:
# elsewhere a single detector may rank better, and which one cannot be told without the
# truth.
#
# What was found, and what the quality means
# ------------------------------------------
# On the left: wrong labels found against labels checked, worst first. On the right: the
# share of right labels among those of about the same quality; the larger a marker, the
# more labels. For a probability it is on the diagonal.

import matplotlib.pyplot as plt

fig, (left, right) = plt.subplots(ncols=2, figsize=(9, 3.8), layout="constrained")
n_checked = 2 * noisy.flipped.sum()
for name, detector in detectors.items():
    order = np.argsort(detector.label_quality_)[:n_checked]
    left.plot(np.arange(1, n_checked + 1), np.cumsum(noisy.flipped[order]), label=name)
left.axhline(noisy.flipped.sum(), color="0.6", linestyle="--", label="all errors")
left.set(xlabel="labels checked", ylabel="errors found", title="Finding")
left.legend(fontsize=8)

is_right = ~noisy.flipped
for name in ["AutoDetector", "out of bag", "ConfidentLearning"]:
    quality = detectors[name].label_quality_
    tenth = np.minimum((10 * quality).astype(int), 9)
    size = np.bincount(tenth, minlength=10)
    seen = size > 0
    size = size[seen]
    mean_quality = np.bincount(tenth, quality, minlength=10)[seen] / size
    share_right = np.bincount(tenth, is_right, minlength=10)[seen] / size
    (line,) = right.plot(mean_quality, share_right, label=name)
    right.scatter(mean_quality, share_right, s=size / 8 + 10, color=line.get_color())
right.plot([0, 1], [0, 1], color="0.6", linestyle="--", label="as it says")
right.set(xlabel="label quality", ylabel="share of right labels", title="Meaning")
right.legend(fontsize=8)
plt.show()

# %%
# The quality of ``AutoDetector`` is near the diagonal at both ends, where most labels
# are. Between them it is too high: fewer labels are estimated to be wrong than are, and
# the probabilities inherit that. The quality of the other two ranks labels and is not
# meant as more. A forest judged out of bag spreads its votes, so that most labels that
# it gives one half are right.
#
# The default line of ``AutoDetector`` is at one half: labels that are more likely wrong
# than right.

suspect = auto.suspect_mask_
print(f"{suspect.sum()} suspects, {noisy.flipped[suspect].sum()} of them wrong")
print(f"{noisy.flipped[~suspect].sum()} wrong labels were missed")
