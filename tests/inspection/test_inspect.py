# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from sknoisy.detection import (
    AutoDetector,
    ConfidentLearning,
    LabelDetector,
    NearDuplicates,
    OffTopic,
    OutOfFold,
    ResidualDetector,
)
from sknoisy.inspection import inspect_data
from tests._data import Recorder

SOUND = ConfidentLearning(LogisticRegression())


def planted(n_samples=150, seed=0):
    """Three clusters; rows 0-4 mislabelled, 5 a stray, 6-9 copies of 16-19.

    Rows 6 and 7 are exact copies and 8 and 9 near ones; 7 and 9 have another label.
    """
    rng = np.random.default_rng(seed)
    truth = np.arange(n_samples) % 3
    X = rng.normal(size=(n_samples, 5))
    X[np.arange(n_samples), truth] += 8
    truth[6:10] = truth[16:20]
    X[6:10] = X[16:20]
    X[8:10] += 1e-4
    y = truth.copy()
    y[:5] = (y[:5] + 1) % 3
    y[[7, 9]] = (y[[7, 9]] + 1) % 3
    X[5] = 60
    return X, y


def test_everything_planted_is_found():
    X, y = planted()
    report = inspect_data(X, y, SOUND)
    # The stray may be judged by what it is far from all the same.
    assert set(range(5)) <= set(report.label_issues) <= {*range(5), 5, 7, 9}
    pairs = [rows.tolist() for rows in report.exact_duplicates]
    assert pairs == [[6, 16], [7, 17]]
    assert [rows.tolist() for rows in report.near_duplicates] == [[8, 18], [9, 19]]
    assert [rows.tolist() for rows in report.conflicts] == [[7, 17], [9, 19]]
    assert report.off_topic.tolist() == [5]
    assert report.counts == {
        "label_issue": len(report.label_issues),
        "conflict": 2,
        "exact_duplicate": 2,
        "near_duplicate": 2,
        "off_topic": 1,
    }


def test_clean_data_have_few_findings():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 3
    X = rng.uniform(size=(120, 4)) + 5 * np.eye(4)[y]
    counts = inspect_data(X, y).counts
    assert counts.pop("label_issue") <= 2
    assert counts.pop("off_topic") <= 2
    assert set(counts.values()) == {0}


def test_without_labels_the_rows_alone_are_looked_at():
    X, y = planted()
    report = inspect_data(X)
    assert set(report.counts) == {"exact_duplicate", "near_duplicate", "off_topic"}
    assert report.detector is None
    assert report.label_quality is None
    assert len(report.label_issues) == 0
    assert report.conflicts == []


def test_default_detectors():
    X, y = planted()
    assert isinstance(inspect_data(X, y).detector, AutoDetector)
    report = inspect_data(X, X[:, 0] + 0.01 * y)
    assert isinstance(report.detector, ResidualDetector)
    assert report.conflicts == []
    assert report.suggested_labels is None


def test_parts_are_used_and_left_as_they_are():
    X, y = planted()
    parts = {
        "detector": LabelDetector(OutOfFold(LogisticRegression()), threshold=0.01),
        "duplicates": NearDuplicates(threshold=0),
        "off_topic": OffTopic(contamination=0.1),
    }
    report = inspect_data(X, y, **parts)
    assert report.near_duplicates == []
    assert len(report.off_topic) == 15
    assert not any(name.endswith("_") for part in parts.values() for name in vars(part))


def test_near_copies_do_not_judge_each_other():
    X, y = planted()
    groups = inspect_data(X, y, SOUND).groups
    expected = SOUND.fit(X, y, groups=groups).label_quality_
    for word in (None, "duplicates"):
        report = inspect_data(X, y, SOUND, groups=word)
        np.testing.assert_array_equal(report.label_quality, expected)
    own = inspect_data(X, y, SOUND, groups=np.arange(150) // 2)
    assert (own.label_quality != expected).any()


def test_rows_of_a_coarse_table_judge_each_other():
    X = np.repeat(np.eye(4), 30, axis=0)
    y = np.repeat([0, 0, 1, 1], 30)
    y[0] = 1
    report = inspect_data(X, y, SOUND)
    assert report.label_issues.tolist() == [0]


def test_weights_and_trusted_rows():
    X, y = planted()
    trusted = np.zeros(150, dtype=bool)
    trusted[[0, 7]] = True
    weight = np.ones(150)
    report = inspect_data(X, y, SOUND, sample_weight=weight, trusted=trusted)
    assert 0 not in report.label_issues
    conflict = report.findings("conflict")[0]
    assert conflict.rows == (7, 17)
    assert conflict.suggested == y[7]
    with pytest.raises(ValueError, match="trusted has 3 entries"):
        inspect_data(X, y, trusted=trusted[:3])
    recorder = ConfidentLearning(Recorder())
    assert inspect_data(X, y, recorder, sample_weight=weight * 2).counts


def test_labels_of_one_class_are_refused():
    X, _ = planted()
    with pytest.raises(ValueError, match="at least 2 classes"):
        inspect_data(X, np.zeros(150, dtype=int))


@pytest.mark.parametrize(
    "container",
    [
        sparse.csr_matrix,
        sparse.coo_array,
        pd.DataFrame,
        pl.DataFrame,
        np.ndarray.tolist,
    ],
)
@pytest.mark.parametrize("labels", [np.asarray, list, pd.Series, pl.Series])
def test_containers(container, labels):
    X, y = planted()
    names = np.array(["one", "two", "three"])[y]
    report = inspect_data(container(X), labels(names), SOUND)
    assert set(range(5)) <= set(report.label_issues)
    assert [rows.tolist() for rows in report.conflicts] == [[7, 17], [9, 19]]
    given = report.findings("conflict")[0].given
    assert given == (names[7], names[17])
    assert type(given[0]) is str
    assert len(report.to_frame()) == sum(report.counts.values())
    assert "two" in report._repr_html_()


def test_labels_of_object_dtype():
    X, y = planted()
    names = np.array(["one", "two", "three"], dtype=object)[y]
    report = inspect_data(X, names, SOUND)
    frame = report.to_frame()
    assert set(frame.loc[frame["kind"] == "label_issue", "given"]) <= set(names)


def test_texts():
    rng = np.random.default_rng(0)
    words = {k: [f"{k}{i}" for i in range(40)] for k in ("sun", "rain")}
    y = np.array(["sun", "rain"] * 60)
    texts = [" ".join(rng.choice(words[k], size=12)) for k in y]
    y[4] = "rain"
    texts.append(texts[0].upper())
    y = np.append(y, "rain")
    report = inspect_data(texts, y, ConfidentLearning())
    assert 4 in report.label_issues
    assert [rows.tolist() for rows in report.near_duplicates] == [[0, 120]]
    assert [rows.tolist() for rows in report.conflicts] == [[0, 120]]
    assert report.exact_duplicates == []


def test_mixed_frame_with_missing_values_and_a_rare_class():
    X, y = planted()
    frame = pd.DataFrame(X, columns=[*"abcde"])
    frame["kind"] = pd.Categorical(np.array(["u", "v"])[(X[:, 0] > 4).astype(int)])
    frame.loc[30:35, "a"] = np.nan
    labels = np.array(["x", "y", "z"], dtype=object)[y]
    labels[100:102] = "rare"
    report = inspect_data(frame, labels)
    assert {0, 1, 2, 3, 4} <= set(report.label_issues)
    assert 5 in report.off_topic
    assert "kind=" in report._repr_html_()
