# SPDX-License-Identifier: BSD-3-Clause
"""
Wrong labels in a mixed table
=============================

A table with strings, numbers and missing values says which customers left. Some of
those who left were never struck off, so the column says that they stayed. We rank the
labels by how trustworthy they are, and fit a classifier that learns around the wrong
ones.
"""

# %%
# A table with a known truth
# --------------------------
# The rows are made up, so that we know what the truth is. What matters is their shape:
# strings, numbers, missing values, and a label that depends on all of them.

import numpy as np
import pandas as pd


def make_customers(n_samples, rng):
    plan = rng.choice(["basic", "plus", "pro"], size=n_samples, p=[0.5, 0.3, 0.2])
    contract = rng.choice(["monthly", "yearly"], size=n_samples, p=[0.6, 0.4])
    months = rng.gamma(2.0, 12.0, size=n_samples).round()
    logins = rng.gamma(2.0, 4.0, size=n_samples).round(1)
    tickets = rng.poisson(1.5, size=n_samples).astype(float)
    risk = (
        4.0 * (contract == "monthly")
        + 2.0 * (plan == "basic")
        + 1.5 * tickets
        - 0.6 * logins
        - 0.08 * months
        + rng.logistic(scale=0.5, size=n_samples)
    )
    customers = pd.DataFrame(
        {
            "plan": plan,
            "contract": contract,
            "months": months,
            "logins": logins,
            "tickets": tickets,
        }
    )
    for column in ["contract", "logins", "tickets"]:
        customers[column] = customers[column].mask(rng.random(n_samples) < 0.05)
    return customers, np.where(risk > 0, "left", "stayed")


rng = np.random.default_rng(0)
X, y_true = make_customers(2000, rng)
X_test, y_test = make_customers(2000, rng)
X.head()

# %%
# A third of those who left are down as "stayed"; the other class is clean.

from sknoisy.noise import inject_asymmetric_noise

noisy = inject_asymmetric_noise(
    y_true, {"left": "stayed"}, noise_rate=1 / 3, random_state=0
)
y = noisy.y
print(f"{noisy.flipped.sum()} of {len(y)} labels are wrong")

# %%
# Three fits
# ----------
# The classifier is the one we would use anyway: a pipeline with a ColumnTransformer.
# ``NoiseRobustClassifier`` wraps it as it is, and passes the table on as it is. With
# ``method="reweight"`` it keeps every given label and lets it count for as much as it
# is likely to be right.

from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknoisy import NoiseRobustClassifier

strings = make_column_selector(dtype_exclude="number")
numbers = make_column_selector(dtype_include="number")
classifier = make_pipeline(
    make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), strings),
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
    ),
    LogisticRegression(),
)

plain = clone(classifier).fit(X, y)
robust = NoiseRobustClassifier(classifier, method="reweight").fit(X, y)
truth = clone(classifier).fit(X, y_true)

# %%
# Before it acts it checks that the given labels become more likely by it, and says what
# it did. The noise model that it found has one row per true class; ours was ``[[2/3,
# 1/3], [0, 1]]``.

print(robust.method_, robust.classes_)
print(robust.transition_matrix_.round(2))

# %%
# The rows to look at first
# -------------------------
# ``label_quality_`` has one number per row. The lowest are the labels that the other
# rows speak against most.

suspects = X.assign(
    label=y, truth=y_true, quality=robust.label_quality_.round(3)
).sort_values("quality")
suspects.head(10)

# %%
# What was found, and what it brought
# -----------------------------------
# On the left: how fast a reviewer finds the wrong labels in this order. On the right:
# scores on new customers, whose labels are right. There are two, since a method can
# trade one for the other.

import matplotlib.pyplot as plt

found = np.cumsum(noisy.flipped[suspects.index]) / noisy.flipped.sum()
reviewed = np.arange(1, len(found) + 1) / len(found)
scores = {"accuracy": accuracy_score, "balanced accuracy": balanced_accuracy_score}

fig, (left, right) = plt.subplots(
    ncols=2, figsize=(9, 3.8), layout="constrained", width_ratios=[1, 1.2]
)
left.plot(reviewed, found, label="worst first")
left.plot([0, 1], [0, 1], color="0.6", linestyle="--", label="random order")
left.set(xlabel="labels reviewed", ylabel="wrong labels found", title="Finding")
left.legend()

for offset, (name, model) in zip(
    [-0.25, 0, 0.25],
    {"plain fit": plain, "sknoisy": robust, "fit on the truth": truth}.items(),
    strict=True,
):
    values = [score(y_test, model.predict(X_test)) for score in scores.values()]
    bars = right.bar(np.arange(2) + offset, values, width=0.23, label=name)
    right.bar_label(bars, fmt="%.3f", fontsize=8)
right.set_xticks([0, 1], list(scores))
right.set(ylim=(0.5, 1), title="Learning")
right.legend(loc="upper left", ncols=3, fontsize=8)
plt.show()
