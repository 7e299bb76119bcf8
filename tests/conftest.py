# SPDX-License-Identifier: BSD-3-Clause
"""What every test shares."""

import matplotlib
import pytest
import sklearn
from hypothesis import settings

matplotlib.use("Agg")

# A slow machine is not a wrong answer, and a failure must come back on the next run.
settings.register_profile("sknoisy", deadline=None, derandomize=True)
settings.load_profile("sknoisy")


@pytest.fixture
def metadata_routing():
    """Switch scikit-learn's metadata routing on for one test."""
    with sklearn.config_context(enable_metadata_routing=True):
        yield
