# SPDX-License-Identifier: BSD-3-Clause
"""Features that are made without a look at the labels."""

from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer

from sknoisy.utils._rows import take_rows
from sknoisy.utils._sound_model import sound_classifier
from sknoisy.utils._weights import fit_weighted, supports_sample_weight


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


def fit_features(rows):
    """Turn rows into numbers, without a look at their labels.

    Parameters
    ----------
    rows : LabelledRows
        Rows of weight zero are transformed, but learned nothing from.

    Returns
    -------
    preprocessor : Pipeline
        Fitted.
    features : ndarray or sparse matrix of shape (n_samples, n_features)
        Sparse for texts and sparse matrices.
    classifier : classifier
        A linear model that suits the features, unfitted.
    """
    preprocessor, classifier, _ = split_sound_classifier(rows.X)
    return *transform_rows(preprocessor, rows), classifier


def transform_rows(preprocessor, rows):
    """Fit a clone of a preprocessor on rows, and transform them.

    Parameters
    ----------
    preprocessor : transformer
        Left as it is.
    rows : LabelledRows
        Rows of weight zero are transformed, but learned nothing from.

    Returns
    -------
    preprocessor : transformer
        The fitted clone.
    features : ndarray or sparse matrix of shape (n_samples, n_features)
        What it makes of all rows.
    """
    seen, weight = rows.X, rows.sample_weight
    if weight is not None and (weight == 0).any():
        seen, weight = take_rows(rows.X, weight > 0), weight[weight > 0]
    preprocessor = fit_transformer(preprocessor, seen, weight)
    return preprocessor, preprocessor.transform(rows.X)


def fit_transformer(transformer, X, weight=None):
    """Fit a clone of a transformer on rows without their labels.

    Parameters
    ----------
    transformer : transformer
        Left as it is.
    X : any container of n_rows rows
        The rows.
    weight : ndarray of shape (n_rows,), default=None
        Positive weights, which are left out where the transformer takes none.

    Returns
    -------
    fitted : transformer
        The fitted clone.
    """
    if weight is None or not supports_sample_weight(transformer):
        return clone(transformer).fit(X)
    return fit_weighted(transformer, X, None, weight)
