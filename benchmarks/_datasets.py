# SPDX-License-Identifier: BSD-3-Clause
"""Read the benchmark data sets: one folder each, with `train.csv.gz` inside.

Columns: `split` (train, valid, test), `y_true`, `y_noisy` where labels are noisy,
`text` or feature columns, and `lf_*` for labelling functions (-1: no vote). Tagged
tokens have `sentence` and `token` in place of features, audits have `audited` and
`verdict`, and `data.npz` holds dense features with several columns of given labels.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

# Columns of data.npz with given labels, by the name of the noise.
DENSE_LABELS = {"aggregate": "y_aggre", "random 1": "y_rand1", "worst": "y_worst"}

_NOT_FEATURES = {"split", "y_true", "y_noisy", "text", "release"}
# What reviewers agreed on. Rows without agreement have no known truth.
_WRONG = ("correctable", "both", "neither")
_SETTLED = ("not_error", *_WRONG)


@dataclass(frozen=True)
class Task:
    """One data set: noisy training labels, clean test labels.

    `groups` names rows that belong together, where the data say so. `scored` marks
    the training rows whose truth is known; None: all.
    """

    name: str
    X_train: object
    y_given: np.ndarray
    y_true: np.ndarray
    X_test: object
    y_test: np.ndarray
    groups: np.ndarray | None = None
    scored: np.ndarray | None = None

    @property
    def is_text(self):
        """Whether rows are texts."""
        return isinstance(self.X_train, list)

    @property
    def noise_rate(self):
        """Share of wrong training labels."""
        return float(np.mean(self.y_given != self.y_true))

    @property
    def repeats(self):
        """Name a group for each training row, shared by exact copies; None if none."""
        rows = self.X_train
        if self.is_text:
            rows = pd.DataFrame({"text": rows})
        groups = rows.groupby(list(rows.columns), dropna=False, sort=False).ngroup()
        return None if groups.is_unique else groups.to_numpy()


def load_task(folder, *, max_rows=None, seed=0):
    """Read one folder; a clean set has its true labels as given ones."""
    folder = Path(folder)
    path = folder / "train.csv.gz"
    # Some tokens read "NA" or "null".
    is_tagged = "token" in pd.read_csv(path, nrows=0).columns
    frame = pd.read_csv(path, keep_default_na=not is_tagged)
    if is_tagged:
        return _tagged_task(folder.name, frame, max_rows, seed)
    if "audited" in frame:
        return _audited_task(folder.name, frame, max_rows, seed)
    if "y_noisy" not in frame:
        frame["y_noisy"] = frame["y_true"]
    train = frame[frame["split"] == "train"]
    # Rows on which every labelling function abstains have no given label.
    train = train[train["y_noisy"].notna() & (train["y_noisy"].astype(str) != "-1")]
    train = train.iloc[_drawn(len(train), max_rows, seed)]
    test = frame[frame["split"] == "test"]
    return Task(
        folder.name,
        _features(train),
        _labels(train["y_noisy"]),
        _labels(train["y_true"]),
        _features(test),
        _labels(test["y_true"]),
    )


def load_dense_task(folder, given, *, max_rows=None, seed=0):
    """Read `data.npz` with one of its columns of given labels."""
    folder = Path(folder)
    with np.load(folder / "data.npz") as data:
        drawn = _drawn(len(data["y_true"]), max_rows, seed)
        return Task(
            folder.name,
            _dense_frame(data["X_train"][drawn]),
            data[given][drawn].astype(str),
            data["y_true"][drawn].astype(str),
            _dense_frame(data["X_test"]),
            data["y_test"].astype(str),
        )


def _tagged_task(name, frame, max_rows, seed):
    train = frame[frame["split"] == "train"]
    train = train[_whole_sentences(train["sentence"].to_numpy(), max_rows, seed)]
    test = frame[frame["split"] == "test"]
    return Task(
        name,
        _token_features(train),
        _labels(train["y_noisy"]),
        _labels(train["y_true"]),
        _token_features(test),
        _labels(test["y_true"]),
        groups=train["sentence"].to_numpy(),
    )


def _audited_task(name, frame, max_rows, seed):
    train = frame[frame["split"] == "train"]
    scored = (train["audited"] == 1) & train["verdict"].isin(_SETTLED)
    n_others = None if max_rows is None else max(max_rows - scored.sum(), 0)
    others = np.flatnonzero(~scored)
    others = others[_drawn(len(others), n_others, seed)]
    kept = np.sort(np.concatenate([np.flatnonzero(scored), others]))
    train, scored = train.iloc[kept], scored.to_numpy()[kept]
    given = _labels(train["y_noisy"])
    is_wrong = scored & train["verdict"].isin(_WRONG).to_numpy()
    # A wrong label need not have a right one among the classes.
    truth = np.where(is_wrong, "another", given)
    test = frame[frame["split"] == "test"]
    return Task(
        name,
        _features(train),
        given,
        truth,
        _features(test),
        _labels(test["y_true"]),
        scored=scored,
    )


def _drawn(n_rows, max_rows, seed):
    if max_rows is None or n_rows <= max_rows:
        return np.arange(n_rows)
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(n_rows, max_rows, replace=False))


def _whole_sentences(sentence, max_rows, seed):
    """Mark the rows of random sentences, as many as stay within `max_rows`."""
    if max_rows is None:
        return np.ones(len(sentence), dtype=bool)
    names, sizes = np.unique(sentence, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    fits = np.cumsum(sizes[order]) <= max_rows
    return np.isin(sentence, names[order[fits]])


def _token_features(frame):
    token = frame["token"].astype(str)
    by_sentence = token.groupby(frame["sentence"].to_numpy())
    features = {
        "token": token.str.lower(),
        "previous": by_sentence.shift(1).fillna("<start>").str.lower(),
        "next": by_sentence.shift(-1).fillna("<end>").str.lower(),
        "prefix": token.str.lower().str[:3],
        "suffix": token.str.lower().str[-3:],
        "capitalised": token.str[:1].str.isupper().astype(float),
        "digits": token.str.count(r"\d").astype(float),
    }
    return pd.DataFrame(features).reset_index(drop=True)


def _dense_frame(X):
    names = [f"x{i}" for i in range(X.shape[1])]
    return pd.DataFrame(X.astype(np.float32), columns=names)


def _features(frame):
    if "text" in frame:
        return frame["text"].tolist()
    names = [
        name
        for name in frame.columns
        if name not in _NOT_FEATURES and not name.startswith("lf_")
    ]
    return frame[names].reset_index(drop=True)


def _labels(column):
    if column.dtype.kind in "fb":
        column = column.astype(int)
    return column.astype(str).to_numpy(dtype=object).astype(str)
