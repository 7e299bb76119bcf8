# SPDX-License-Identifier: BSD-3-Clause
"""Pick a regressor that copes with X as it is."""

from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sknoisy.utils._sound_model import sound_classifier


def sound_regressor(X):
    """Pick an unfitted regressor that copes with X as it is.

    Parameters
    ----------
    X : array-like, sparse matrix, data frame or sequence of str, of n_samples rows
        As `sound_classifier` takes it, whose features it uses.

    Returns
    -------
    regressor : Pipeline
        Ends in a `Ridge`.

    Examples
    --------
    >>> from sknoisy.utils._sound_regressor import sound_regressor
    >>> texts = ["a fine day", "a fine dinner", "a dull day", "a dull dinner"]
    >>> model = sound_regressor(texts).fit(texts, [5, 4, 1, 2])
    >>> bool(model.predict(["a fine walk"])[0] > model.predict(["a dull walk"])[0])
    True
    """
    steps = [step for _, step in sound_classifier(X)[:-1].steps]
    return make_pipeline(*steps, Ridge())
