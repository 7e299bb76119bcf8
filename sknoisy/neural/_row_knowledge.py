# SPDX-License-Identifier: BSD-3-Clause
"""What the caller knows of the training rows beside their labels."""

import numpy as np
from sklearn.utils import check_array, check_consistent_length


def check_knowledge(method, rows, *, label_evidence=None, privileged=None):
    """Check what was passed to fit, and refuse what the method cannot use.

    Parameters
    ----------
    method : BaseMethod
        Its `takes` names what it can use.
    rows : LabelledRows
        The training rows.
    label_evidence, privileged : array-like, default=None
        What the caller passed to fit.

    Returns
    -------
    knowledge : dict of str to ndarray
        In single precision, by the names of the parameters that were passed.
    """
    knowledge = {}
    if label_evidence is not None:
        _refuse_if_unused(method, "label_evidence", "ImpreciseLabelLearning()")
        knowledge["label_evidence"] = _check_evidence(label_evidence, rows)
    if privileged is not None:
        _refuse_if_unused(method, "privileged", "TRAM()")
        privileged = check_array(
            privileged, dtype=np.float32, input_name="privileged", order="C"
        )
        check_consistent_length(rows.codes, privileged)
        knowledge["privileged"] = privileged
    return knowledge


def _refuse_if_unused(method, name, example):
    if name not in method.takes:
        raise TypeError(
            f"{type(method).__name__} cannot use {name}; leave it out, or write a "
            f"method that can, such as method={example}."
        )


def _check_evidence(evidence, rows):
    evidence = np.asarray(evidence, dtype=np.float32)
    shape = len(rows), len(rows.classes)
    if evidence.shape != shape:
        raise ValueError(
            f"label_evidence has shape {evidence.shape}, but X has {shape[0]} rows and "
            f"y {shape[1]} classes; give one log-likelihood for each."
        )
    missing = np.isnan(evidence)
    if (missing.any(axis=1) != missing.all(axis=1)).any():
        raise ValueError(
            "label_evidence is NaN for some classes of a row; write NaN for all of "
            "them where nothing but the label is known, zeros where not even that is."
        )
    best = np.where(missing, 0, evidence).max(axis=1)
    if not np.isfinite(best).all():
        row = np.flatnonzero(~np.isfinite(best))[0]
        raise ValueError(
            f"label_evidence allows no class, or infinitely much, in row {row}; "
            "log-likelihoods must be below infinity, and one of a row finite."
        )
    return evidence
