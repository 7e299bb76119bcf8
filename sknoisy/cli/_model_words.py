# SPDX-License-Identifier: BSD-3-Clause
"""Say in words what a sound classifier sees."""

from sknoisy.utils._column_roles import column_roles

_ADJECTIVES = {
    "number": "numeric",
    "date": "date",
    "category": "category",
    "text": "text",
    "unknown": "other",
}


def describe_model(X, names):
    """Describe the model that `sound_classifier` picks.

    Parameters
    ----------
    X : data frame or list of str
        What the model sees.
    names : list of str
        Its columns.

    Returns
    -------
    sentence : str
        For a person.
    columns : dict of str to list of str
        Columns by what they hold.
    """
    if not hasattr(X, "columns"):
        columns = {"text": names}
    else:
        roles = column_roles(X)
        columns = {role: [names[j] for j in where] for role, where in roles.items()}
    columns = {role: held for role, held in columns.items() if held}
    counted = [_count(role, len(held)) for role, held in columns.items()]
    return f"logistic regression on {_listed(counted)}", columns


def _count(role, n_columns):
    noun = "column" if n_columns == 1 else "columns"
    return f"{n_columns} {_ADJECTIVES[role]} {noun}"


def _listed(words):
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} and {words[-1]}"
