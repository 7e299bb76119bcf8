# SPDX-License-Identifier: BSD-3-Clause
"""Read the benchmark data sets: one folder each, with `train.csv.gz` inside.

Columns: `split` (train, valid, test), `y_true`, `y_noisy` where labels are noisy,
`text` or feature columns, and `lf_*` for labelling functions (-1: no vote).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

_NOT_FEATURES = {"split", "y_true", "y_noisy", "text", "release"}


@dataclass(frozen=True)
class Task:
    """One data set: noisy training labels, clean test labels."""

    name: str
    X_train: object
    y_given: np.ndarray
    y_true: np.ndarray
    X_test: object
    y_test: np.ndarray

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
    frame = pd.read_csv(Path(folder) / "train.csv.gz")
    if "y_noisy" not in frame:
        frame["y_noisy"] = frame["y_true"]
    train = frame[frame["split"] == "train"]
    # Rows on which every labelling function abstains have no given label.
    train = train[train["y_noisy"].notna() & (train["y_noisy"].astype(str) != "-1")]
    test = frame[frame["split"] == "test"]
    if max_rows is not None and len(train) > max_rows:
        rng = np.random.default_rng(seed)
        train = train.iloc[np.sort(rng.choice(len(train), max_rows, replace=False))]
    return Task(
        Path(folder).name,
        _features(train),
        _labels(train["y_noisy"]),
        _labels(train["y_true"]),
        _features(test),
        _labels(test["y_true"]),
    )


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
