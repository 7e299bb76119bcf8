# SPDX-License-Identifier: BSD-3-Clause
"""scikit-learn's callbacks are told about every step."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline as sklearn_make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.pipeline import make_pipeline
from tests.pipeline.toys import DropEvery, RecordingScaler

pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")

X = np.arange(60.0).reshape(30, 2)
y = np.arange(30) % 2


class Log:
    """Remember which task of which estimator began and ended."""

    def __init__(self):
        self.events = []

    def setup(self, estimator, context):
        self.events.append("setup")

    def teardown(self, estimator, context):
        self.events.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None):
        self.events.append(("begin", context.task_name, len(X)))

    def on_fit_task_end(self, estimator, context, *, X=None, y=None):
        self.events.append(("end", context.task_name, len(X)))


def events_of(pipe, method="fit"):
    log = Log()
    pipe.set_callbacks(log)
    getattr(pipe, method)(X, y)
    return log.events


def test_every_step_is_reported():
    nested = make_pipeline(None, DropEvery())
    pipe = make_pipeline(StandardScaler(), nested, LogisticRegression())
    events = events_of(pipe)
    assert events[0] == "setup"
    assert events[-1] == "teardown"
    assert ("begin", "fit", 30) in events
    assert ("begin", "fit-pipeline", 30) in events
    assert ("begin", "fit-logisticregression", 20) in events
    begun = [event[1] for event in events if event[0] == "begin"]
    ended = [event[1] for event in events if event[0] == "end"]
    assert sorted(begun) == sorted(ended)


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_events_are_those_of_scikit_learns_pipeline(method):
    def outline(pipe):
        return [
            event if isinstance(event, str) else event[0]
            for event in events_of(pipe, method)
        ]

    steps = [StandardScaler(), "passthrough", StandardScaler()]
    assert outline(make_pipeline(*steps)) == outline(sklearn_make_pipeline(*steps))


def test_callbacks_are_torn_down_after_an_error():
    pipe = make_pipeline(RecordingScaler(), DropEvery(), LogisticRegression())
    log = Log()
    pipe.set_callbacks(log)
    with pytest.raises(ValueError, match="NaN"):
        pipe.fit(X * np.nan, y)
    assert log.events[-1] == "teardown"


def test_cached_steps_are_found_again_under_callbacks(tmp_path):
    pipe = make_pipeline(StandardScaler(), DropEvery(), LogisticRegression())
    pipe.set_params(memory=str(tmp_path))
    events_of(pipe)
    names = [event[1] for event in events_of(pipe) if event[0] == "begin"]
    assert names == ["fit", "fit-logisticregression"]
