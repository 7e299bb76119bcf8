# SPDX-License-Identifier: BSD-3-Clause
"""Read the predictions of several models on the same rows."""

import numpy as np


def read_models(predictions, n_samples):
    """Check the predicted labels of each model.

    Parameters
    ----------
    predictions : dict of str to array-like of shape (n_samples,)
        Predicted labels by model.
    n_samples : int
        Number of rows.

    Returns
    -------
    names : list of str
        The models.
    predicted : list of ndarray of shape (n_samples,)
        Their predictions.
    """
    if not isinstance(predictions, dict) or len(predictions) < 2:
        raise ValueError(
            "predictions must be a dict with the predicted labels of at least two "
            'models, as in {"forest": forest.predict(X), "linear": linear.predict(X)}.'
        )
    predicted = [np.asarray(labels) for labels in predictions.values()]
    for name, labels in zip(predictions, predicted, strict=True):
        if labels.shape != (n_samples,):
            raise ValueError(
                f"the predictions of {name!r} have shape {labels.shape}, but there are "
                f"{n_samples} labels; pass what predict gives, one label per row."
            )
    return list(predictions), predicted
