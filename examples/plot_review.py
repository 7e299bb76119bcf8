# SPDX-License-Identifier: BSD-3-Clause
"""
Which labels to check by hand
=============================

Machines report what they measured, and a technician wrote down what was broken. An
expert has time to look at a few hundred of the reports again. We ask for those where
an error is most likely, take the answers back in, and stop when it is no longer worth
going on.
"""

# %%
# Reports with a known fault
# --------------------------
# Made up, so that we know the truth and can answer in place of the expert.

import numpy as np
import pandas as pd

FAULTS = np.array(["bearing", "belt", "pump", "sensor"])


def make_reports(n_samples, rng):
    fault = rng.integers(len(FAULTS), size=n_samples)
    centres = rng.normal(scale=1.1, size=(len(FAULTS), 6))
    values = centres[fault] + rng.normal(size=(n_samples, 6))
    names = ["heat", "hum", "current", "pressure", "speed", "drift"]
    reports = pd.DataFrame(values, columns=names)
    reports["site"] = rng.choice(["north", "south"], size=n_samples)
    return reports.mask(rng.random(reports.shape) < 0.02), FAULTS[fault]


rng = np.random.default_rng(1)
X, y_true = make_reports(2000, rng)

# %%
# One in eight is wrong. Belts are often written down as bearings.

from sknoisy.noise import inject_noise_from_matrix

noise = np.array(
    [
        [0.94, 0.02, 0.02, 0.02],
        [0.30, 0.66, 0.02, 0.02],
        [0.02, 0.02, 0.94, 0.02],
        [0.02, 0.02, 0.02, 0.94],
    ]
)
y = inject_noise_from_matrix(y_true, noise, random_state=0).y
is_wrong = y != y_true
print(f"{is_wrong.sum()} of {len(y)} labels are wrong")

# %%
# The first batch
# ---------------
# ``fit`` judges the labels and makes the first batch. As a table it can go to the
# expert as it is: the row, the given label, what the model suggests, and how likely an
# error is. One row in five is drawn at random, without saying which: only such rows can
# tell what the order misses.

from sknoisy import ReviewQueue

queue = ReviewQueue(batch_size=50, audit_fraction=0.2, stop_precision=0.1)
queue.fit(X, y)
queue.batch_.to_frame().head()

# %%
# Ask, answer, ask again
# ----------------------
# Every answer becomes a trusted label, whether it corrects the given one or confirms
# it. The other labels are judged again with it. Between two batches the queue can be
# pickled, and the review goes on another day.

first_order = np.argsort(queue.label_quality_)
asked = []
while not queue.should_stop_:
    rows = queue.batch_.indices
    asked.append(rows)
    queue.update(rows, y_true[rows])

history = pd.DataFrame(queue.history_)
history[["checked", "found", "precision", "audited", "audit_found"]]

# %%
# Why it stopped, and what is left
# --------------------------------
# Of the last rows that the order picked, so few were wrong that the share is below one
# in ten, at 95 % confidence. That says nothing of errors that the model cannot see. The
# rows drawn at random do: the interval bounds how many are left.

low, high = queue.errors_left_interval_
print(
    f"stopped for {queue.stop_reason_}: at most {queue.precision_bound_:.3f} are wrong"
)
print(f"found {queue.n_found_} errors in {queue.trusted_.sum()} labels")
print(f"left: between {low} and {high}; in truth {(queue.y_ != y_true).sum()}")

# %%
# What it brought
# ---------------
# On the left: errors found against labels checked, beside the order of the first fit
# and a random one. On the right: the share of errors in each batch.

import matplotlib.pyplot as plt

orders = {
    "queue": np.concatenate(asked),
    "order of the first fit": first_order,
    "random order": rng.permutation(len(y)),
}
fig, (left, right) = plt.subplots(ncols=2, figsize=(9, 3.8), layout="constrained")
for name, order in orders.items():
    order = order[: len(orders["queue"])]
    left.plot(np.arange(1, len(order) + 1), np.cumsum(is_wrong[order]), label=name)
left.axhline(is_wrong.sum(), color="0.6", linestyle="--", label="all errors")
left.set(xlabel="labels checked", ylabel="errors found", title="Finding")
left.legend()

right.bar(history["batch"], history["precision"])
right.axhline(queue.stop_precision, color="0.6", linestyle="--", label="stop below")
right.set(xlabel="batch", ylabel="share of errors", title="Stopping")
right.legend()
plt.show()
