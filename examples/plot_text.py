# SPDX-License-Identifier: BSD-3-Clause
"""
Wrong labels in texts
=====================

Short messages to a help desk have been sorted into topics by hand, in a hurry. We find
the messages in the wrong pile, and train the sorter without them.
"""

# %%
# Messages with a known topic
# ---------------------------
# Made up from templates, so that we know the right topic of each. Some words belong to
# one topic, and many are shared, as in real messages.

import numpy as np

TOPICS = {
    "billing": (
        "invoice charge refund payment card receipt subscription price amount bank "
        "discount twice fee tax"
    ),
    "delivery": (
        "parcel courier address shipment tracking late box arrived damaged door "
        "neighbour depot route pickup"
    ),
    "login": (
        "password reset email code locked username sign verify phone browser session "
        "link expired token"
    ),
    "returns": (
        "return exchange size refund label box wrong colour worn store voucher item "
        "damaged receipt"
    ),
}
SHARED = (
    "hello please help order account yesterday today still waiting problem thanks team "
    "since week customer again because number sent never received message urgent"
).split()


def make_messages(n_samples, rng):
    topics = rng.choice(list(TOPICS), size=n_samples)
    messages = []
    for topic in topics:
        own = rng.choice(TOPICS[topic].split(), size=rng.integers(2, 5))
        other = rng.choice(TOPICS[rng.choice(list(TOPICS))].split(), size=1)
        shared = rng.choice(SHARED, size=rng.integers(4, 9))
        words = rng.permutation(np.concatenate([own, other, shared]))
        messages.append(" ".join(words))
    return messages, topics


rng = np.random.default_rng(0)
X, y_true = make_messages(1500, rng)
X_test, y_test = make_messages(1500, rng)
print(X[0], "->", y_true[0])

# %%
# Hurried people mix up what looks alike. The probability of a wrong topic depends on
# the message: it is high near the boundary between two topics.

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sknoisy.noise import inject_instance_noise

classifier = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10))
noisy = inject_instance_noise(
    X, y_true, noise_rate=0.2, estimator=classifier, random_state=0
)
y = noisy.y
print(f"{noisy.flipped.sum()} of {len(y)} topics are wrong")

# %%
# Find them
# ---------
# Lists of strings go in as they are. Each message is judged by models that have not
# seen it, and the topics that do not fit get a low quality.

from sknoisy import ConfidentLearning

detector = ConfidentLearning(classifier).fit(X, y)
for row in np.argsort(detector.label_quality_)[:5]:
    print(f"given {y[row]}, suggested {detector.suggested_labels_[row]}: {X[row]}")

# %%
# Clean, then fit
# ---------------
# ``CleanThenFit`` has a cleaner act on the suspects, and fits the classifier on the
# rest. A detector that names no estimator judges with the one that is to be fitted.

from sklearn.base import clone

from sknoisy import CleanThenFit, DropSuspects, RelabelSuspects, ReweightSuspects

models = {"plain fit": clone(classifier).fit(X, y)}
for name, cleaner in {
    "drop": DropSuspects(),
    "relabel": RelabelSuspects(),
    "reweight": ReweightSuspects(),
}.items():
    models[name] = CleanThenFit(classifier, cleaner).fit(X, y)
models["fit on the truth"] = clone(classifier).fit(X, y_true)

# %%
# What was found, and what it brought
# -----------------------------------
# On the left: right and wrong topics by their quality. On the right: accuracy on new
# messages, whose topics are right.

import matplotlib.pyplot as plt

quality = detector.label_quality_
fig, (left, right) = plt.subplots(ncols=2, figsize=(9, 3.8), layout="constrained")
left.hist(
    [quality[~noisy.flipped], quality[noisy.flipped]],
    bins=20,
    stacked=True,
    label=["right topic", "wrong topic"],
)
left.set(xlabel="label quality", ylabel="messages", title="Finding")
left.legend()

accuracy = [model.score(X_test, y_test) for model in models.values()]
bars = right.barh(list(models), accuracy)
right.bar_label(bars, fmt="%.3f", padding=3)
right.invert_yaxis()
right.set(xlim=(0.9, 1), xlabel="accuracy", title="Learning")
plt.show()
