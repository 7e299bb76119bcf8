# SPDX-License-Identifier: BSD-3-Clause
"""Pick a classifier that copes with X as it is."""

import numpy as np
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

from sknoisy.utils._column_roles import (
    column_roles,
    count_words,
    holds_only_numbers,
    is_text,
    sample_rows,
)
from sknoisy.utils._column_values import (
    is_missing,
    to_categories,
    to_documents,
    to_numbers,
    to_seconds,
)
from sknoisy.utils._empty_columns import FillEmptyColumns
from sknoisy.utils._rows import num_rows

_KINDS = ("linear", "boosting")

# Categories kept per column; rarer ones share one column. Gradient boosting
# bins up to 255 values, of which one is for the missing.
_MAX_ONE_HOT = 50
_MAX_ORDINAL = 250

# From this many texts on, a word that stands in one text only is left out.
_LARGE_CORPUS = 1000
_MAX_TERMS = 50_000


def sound_classifier(X, *, kind="linear", allow_nan=True, random_state=None):
    """Pick an unfitted classifier that copes with X as it is.

    It is a sensible first model for data that nobody has looked at yet: scaled
    and imputed numbers, one-hot encoded categories, TF-IDF of texts, and a
    logistic regression on them. A sample of rows decides what each column holds.

    Parameters
    ----------
    X : array-like, sparse matrix, data frame or sequence of str, of n_samples rows
        The samples: numbers in any array, a pandas or polars frame of mixed
        types, or a sequence of texts. X is looked at, never changed. What is
        not recognised gets a scaler and a logistic regression, which say what
        they cannot use.
    kind : {"linear", "boosting"}, default="linear"
        ``"boosting"`` fits histogram gradient boosting to dense tables without
        text columns, which finds interactions at more cost. Texts and sparse
        matrices get the linear model all the same.
    allow_nan : bool, default=True
        Whether NaN in an array is imputed, with an indicator of where it was, or
        refused as scikit-learn's linear models do. Frames are always imputed.
    random_state : int, RandomState instance or None, default=None
        Seed of the final classifier.

    Returns
    -------
    classifier : Pipeline
        A pipeline whose last step takes `sample_weight`.

    Raises
    ------
    ValueError
        If `kind` is unknown.

    Examples
    --------
    >>> from sknoisy.utils._sound_model import sound_classifier
    >>> texts = ["cheap pills", "cheap watches", "see you at noon", "lunch at noon?"]
    >>> model = sound_classifier(texts).fit(texts, ["spam", "spam", "ham", "ham"])
    >>> model.predict(["cheap lunch pills"])
    array(['spam'], dtype='<U4')
    """
    if kind not in _KINDS:
        raise ValueError(f'kind must be "linear" or "boosting"; got {kind!r}.')
    if sparse.issparse(X):
        return make_pipeline(MaxAbsScaler(), _linear(random_state))
    if _is_frame(X):
        return _for_table(X, column_roles(X), kind, random_state)
    array = _sample_array(X)
    if array is not None and array.ndim == 1 and is_text(array):
        vectorizer = _text_vectorizer(array, num_rows(X))
        return make_pipeline(*vectorizer, _linear(random_state))
    if array is not None and array.ndim == 2 and not holds_only_numbers(array):
        roles = column_roles(array)
        if not roles["unknown"]:
            return _for_table(array, roles, kind, random_state)
    return _for_numbers(array, kind, allow_nan, random_state)


def is_readable(X):
    """Tell whether `sound_classifier` can turn X into numbers.

    Parameters
    ----------
    X : any container of n_samples rows
        Looked at, never changed.

    Returns
    -------
    is_readable : bool
        True for matrices of numbers, tables and texts.
    """
    if sparse.issparse(X) or _is_frame(X):
        return True
    array = _sample_array(X)
    if array is None:
        return False
    return array.ndim == 2 or (array.ndim == 1 and is_text(array))


def _linear(random_state):
    return LogisticRegression(max_iter=1000, random_state=random_state)


def _boosting(random_state, categorical_features=None):
    # Early stopping would split off rows by class, which fails where a class has
    # one row only.
    return HistGradientBoostingClassifier(
        categorical_features=categorical_features,
        early_stopping=False,
        random_state=random_state,
    )


def _is_frame(X):
    return hasattr(X, "columns") and hasattr(X, "dtypes") and len(X.columns) > 0


def _sample_array(X):
    rows = sample_rows(X) if hasattr(X, "__getitem__") else X
    try:
        # NumPy would turn a list of mixed cells into strings.
        return np.asarray(rows, dtype=object if isinstance(rows, list) else None)
    except ValueError:
        # Rows of different lengths.
        return None


def _for_numbers(array, kind, allow_nan, random_state):
    if kind == "boosting":
        first = FillEmptyColumns() if allow_nan else FunctionTransformer(validate=True)
        return make_pipeline(_arrays_out(first), _boosting(random_state))
    steps = [StandardScaler(), _linear(random_state)]
    may_have_nan = array is not None and array.dtype.kind in "fO"
    if allow_nan and may_have_nan:
        steps.insert(0, _imputer())
    return make_pipeline(*steps)


def _imputer():
    return SimpleImputer(add_indicator=True, keep_empty_features=True)


def _for_table(X, roles, kind, random_state):
    categories = roles["category"] + roles["unknown"]
    if kind == "boosting" and not roles["text"]:
        return make_pipeline(
            _boosting_columns(roles["number"], roles["date"], categories),
            _boosting(random_state, categorical_features=list(range(len(categories)))),
        )
    columns = [
        ("numbers", _scaled(to_numbers), roles["number"]),
        ("dates", _scaled(to_seconds), roles["date"]),
        ("categories", _one_hot(), categories),
    ]
    sample = sample_rows(X)
    for j in roles["text"]:
        texts = sample.iloc[:, j] if hasattr(sample, "iloc") else sample[:, j]
        vectorizer = make_pipeline(*_text_vectorizer(texts, num_rows(X)))
        columns.append((f"text{j}", vectorizer, j))
    return make_pipeline(_join(columns), _linear(random_state))


def _join(columns):
    used = [column for column in columns if column[2] != []]
    return _arrays_out(ColumnTransformer([])).set_params(transformers=used)


def _arrays_out(transformer):
    # A global set_config(transform_output="pandas") must not reach the inside,
    # where one-hot columns and TF-IDF are sparse.
    return transformer.set_output(transform="default")


def _boosting_columns(numbers, dates, categories):
    # Categories come first so that their positions are known before fit.
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        max_categories=_MAX_ORDINAL,
    )
    encode = make_pipeline(_plain(to_categories), encoder)
    return _join(
        [
            ("categories", _arrays_out(encode), categories),
            ("numbers", _filled(to_numbers), numbers),
            ("dates", _filled(to_seconds), dates),
        ]
    )


def _plain(function):
    return _arrays_out(FunctionTransformer(function))


def _filled(function):
    return _arrays_out(make_pipeline(_plain(function), FillEmptyColumns()))


def _scaled(function):
    steps = _plain(function), _imputer(), StandardScaler()
    return _arrays_out(make_pipeline(*steps))


def _one_hot():
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=2,
        max_categories=_MAX_ONE_HOT,
    )
    return make_pipeline(_plain(to_categories), _arrays_out(encoder))


def _text_vectorizer(texts, n_texts):
    present = [value for value in texts if not is_missing(value) and value.strip()]
    if present and _is_spaceless(present):
        units = {"analyzer": "char", "ngram_range": (1, 3)}
    else:
        # Single letters count, or texts of nothing else have no vocabulary.
        units = {"token_pattern": r"(?u)\b\w+\b", "ngram_range": (1, 2)}
    vectorizer = TfidfVectorizer(
        sublinear_tf=True,
        min_df=2 if n_texts >= _LARGE_CORPUS else 1,
        max_features=_MAX_TERMS,
        **units,
    )
    return _plain(to_documents), vectorizer


def _is_spaceless(texts):
    n_words, n_spaceless = count_words(texts)
    return n_spaceless > n_words / 2
