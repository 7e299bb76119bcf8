# SPDX-License-Identifier: BSD-3-Clause
"""Features that are made without a look at the labels."""

from sklearn.feature_extraction.text import TfidfVectorizer

from sknoisy.utils._sound_model import sound_classifier


def split_sound_classifier(X):
    """Take a classifier that suits X apart, into its features and its last step.

    No step before the last one looks at labels, so that a single fit of these on
    all rows tells nobody the label of a row.

    Parameters
    ----------
    X : any container of n_samples rows
        Looked at, never changed.

    Returns
    -------
    preprocessor : Pipeline
        Unfitted.
    classifier : classifier
        A linear model, unfitted.
    has_text : bool
        Whether X has texts, so that the features are mostly TF-IDF.
    """
    model = sound_classifier(X)
    steps = model.get_params().values()
    has_text = any(isinstance(step, TfidfVectorizer) for step in steps)
    return model[:-1], model[-1], has_text
