# SPDX-License-Identifier: BSD-3-Clause
import pickle
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from sknoisy.detection import ConfidentLearning, OffTopic
from sknoisy.inspection import inspect_data
from tests.inspection.test_inspect import SOUND, planted

EVIL = "<script>alert('x')</script> & \"quoted\""


@pytest.fixture(scope="module")
def report():
    return inspect_data(*planted(), SOUND)


class Tags(HTMLParser):
    """Collect tags and text, and check that what is opened is closed."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text = set(), [], ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_frame_has_a_line_for_each_finding(report):
    frame = report.to_frame()
    assert list(frame) == ["kind", "rows", "score", "given", "suggested"]
    assert frame["kind"].value_counts().to_dict() == report.counts
    worst = frame.iloc[0]
    assert worst["kind"] == "label_issue"
    assert worst["rows"] == (report.label_issues[0],)
    assert worst["score"] == report.label_quality.min()
    assert worst["given"] == report.y[report.label_issues[0]]
    assert worst["suggested"] == report.suggested_labels[report.label_issues[0]]
    near = frame[frame["kind"] == "near_duplicate"]
    assert (near["score"] > 0).all()
    assert near["suggested"].isna().all()
    assert (frame.loc[frame["kind"] == "exact_duplicate", "score"] == 0).all()
    conflicts = frame[frame["kind"] == "conflict"]
    assert (conflicts["score"] == 0.5).all()
    # One against one: nobody knows.
    assert conflicts["suggested"].isna().all()
    stray = frame[frame["kind"] == "off_topic"].iloc[0]
    assert (stray["rows"], stray["score"]) == ((5,), report.typicality[5])


def test_the_majority_is_suggested_for_a_conflict():
    X, y = planted()
    X[27] = X[7]
    y[27] = y[17]
    finding = inspect_data(X, y, SOUND).findings("conflict")[-1]
    assert finding.rows == (7, 17, 27)
    assert finding.suggested == y[17]
    assert finding.score == pytest.approx(2 / 3)


def test_findings_are_listed_worst_first(report):
    quality = [finding.score for finding in report.findings("label_issue")]
    assert quality == sorted(quality)
    X, y = planted()
    many = inspect_data(X, off_topic=OffTopic(contamination=0.2))
    scores = [finding.score for finding in many.findings("off_topic")]
    assert len(scores) == 30
    assert scores == sorted(scores)


def test_summary_and_repr(report):
    lines = report.summary().splitlines()
    assert lines[0].startswith("Inspected 150 rows; estimated noise rate")
    assert len(lines) == 6
    assert lines[2].split() == [
        *"Duplicates with different labels".split(),
        *"4 rows in 2 groups".split(),
    ]
    assert lines[5].endswith("  1 row")
    n_issues = len(report.label_issues)
    assert repr(report) == (
        f"DataReport(n_samples=150, label_issue={n_issues}, conflict=2, "
        "exact_duplicate=2, near_duplicate=2, off_topic=1)"
    )
    bare = inspect_data(np.eye(3))
    assert bare.summary().splitlines()[0] == "Inspected 3 rows."
    assert bare.summary().count("none") == 3
    assert inspect_data([[1.0]]).summary().startswith("Inspected 1 row.")


def test_html_stands_alone(report):
    html = report._repr_html_()
    page = Tags(html)
    assert not page.tags & {"script", "link", "img", "iframe", "html", "body"}
    assert "http" not in html
    assert "Duplicates with different labels: 4 rows in 2 groups" in page.text
    assert "Exact duplicates" in page.text


def test_html_escapes_all_that_comes_from_the_data():
    rng = np.random.default_rng(0)
    words = {k: [f"{k}{i}" for i in range(30)] for k in "ab"}
    y = np.array(["a", "b"] * 40, dtype=object)
    texts = [" ".join(rng.choice(words[k], size=9)) for k in y]
    y[y == "a"] = EVIL
    texts += [EVIL, f"{EVIL}!", EVIL]
    y = np.append(y, ["b", EVIL, EVIL])
    frame = pd.DataFrame({"text": texts, EVIL: EVIL, "number": 1.0})
    for X in (texts, frame):
        report = inspect_data(X, y, ConfidentLearning())
        assert report.conflicts
        html = report._repr_html_()
        assert "<script" not in html
        assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;" in html
        assert EVIL in Tags(html).text


def test_html_stays_short_whatever_is_found():
    rng = np.random.default_rng(0)
    X = np.vstack([np.zeros((500, 30)), np.repeat(rng.normal(size=(200, 30)), 2, 0)])
    y = rng.integers(2, size=900)
    html = inspect_data(X, y, ConfidentLearning(LogisticRegression()))._repr_html_()
    page = Tags(html)
    assert "and 494 more" in page.text
    assert "and 191 more" in page.text
    assert len(html) < 40_000


def test_html_counts_labels_and_shows_equal_rows_once():
    X = np.repeat(np.eye(12), [8] + 11 * [1], axis=0)
    y = np.array(["u", "v", "u", "u", "w", "u", "u", "u", *"uvwuvwuvwuv"])
    page = Tags(inspect_data(X, y, ConfidentLearning())._repr_html_())
    assert "u (6), v (1), w (1)" in page.text
    assert page.text.count("1, 0, 0, 0, 0, 0, 0, 0, ...") == 2


def test_long_texts_are_cut():
    texts = ["word " * 1000, "word " * 1000, "another text", "and one more"]
    html = inspect_data(texts)._repr_html_()
    assert len(html) < 4000
    assert "word wo..." in html


def test_without_labels_the_html_has_no_columns_for_them():
    html = inspect_data(planted()[0])._repr_html_()
    assert "given" not in html
    assert "Labels that look wrong" not in html


def test_report_pickles(report):
    twin = pickle.loads(pickle.dumps(report))
    assert repr(twin) == repr(report)
    pd.testing.assert_frame_equal(twin.to_frame(), report.to_frame())


def test_unknown_kinds_are_refused(report):
    with pytest.raises(ValueError, match="Did you mean 'conflict'"):
        report.findings("conflicts")
