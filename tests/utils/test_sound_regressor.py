# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import Ridge

from sknoisy.utils._sound_regressor import sound_regressor

RNG = np.random.default_rng(0)
LEVEL = RNG.normal(size=60)
NUMBERS = np.column_stack([LEVEL, RNG.normal(size=60)])
MISSING = np.where(RNG.random((60, 2)) < 0.1, np.nan, NUMBERS)
TEXTS = [f"{'good' if level > 0 else 'bad'} day" for level in LEVEL]
FRAME = pd.DataFrame({"size": MISSING[:, 0], "kind": np.where(LEVEL > 0, "a", "b")})


@pytest.mark.parametrize(
    "X",
    [NUMBERS, MISSING, sparse.csr_array(NUMBERS), TEXTS, FRAME],
    ids=["numbers", "missing", "sparse", "texts", "frame"],
)
def test_any_container_is_learned_from(X):
    model = sound_regressor(X)
    assert isinstance(model[-1], Ridge)
    assert model.fit(X, LEVEL).score(X, LEVEL) > 0.5
