# SPDX-License-Identifier: BSD-3-Clause
"""Sum up an audit for machines."""

import platform
from dataclasses import asdict

import joblib
import numpy as np
import scipy
import sklearn

from sknoisy import __version__
from sknoisy.inspection._findings import plain


def summarize(table, target, features, findings, *, model, columns, settings, seconds):
    """Collect what was found, and how.

    Parameters
    ----------
    table : Table
        The file.
    target : Target
        Its labels.
    features : Features
        What the model saw.
    findings : Findings
        Judgement of each label.
    model : str
        The model in words.
    columns : dict of str to list of str
        Columns by what they hold.
    settings : dict
        Options of the command.
    seconds : float
        Time that the judgement took.

    Returns
    -------
    summary : dict
        Of what JSON can hold.
    """
    n_rows = len(table.written)
    return {
        "file": str(table.path),
        "target": table.typed.columns[target.position],
        "rows": n_rows,
        "rows_judged": len(target.rows),
        "rows_skipped_without_target": n_rows - len(target.rows),
        "row_numbering": "0 is the first row below the header",
        "estimated_noise_rate": findings.noise_rate,
        "suspects": len(findings.suspects),
        "suspects_listed": len(findings.listed),
        "repeats": asdict(findings.repeats),
        "classes": _per_class(findings),
        "transition_matrix": {
            "meaning": "row: true class, column: given class; in the order of classes",
            "values": findings.transition_matrix.tolist(),
        },
        "model": model,
        "columns": columns,
        "columns_left_out": features.left_out,
        "notes": findings.notes,
        "settings": settings,
        "seconds": round(seconds, 3),
        "versions": _versions(),
    }


def _per_class(findings):
    return [
        {
            "label": _plain(label),
            "rows": int(np.sum(findings.labels == label)),
            "suspects": int(np.sum(findings.labels[findings.suspects] == label)),
        }
        for label in findings.classes
    ]


def _plain(label):
    value = plain(label)
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def _versions():
    modules = {"joblib": joblib, "numpy": np, "scipy": scipy, "scikit-learn": sklearn}
    numbers = {name: module.__version__ for name, module in modules.items()}
    return {"sknoisy": __version__, "python": platform.python_version(), **numbers}
