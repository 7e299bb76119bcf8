# SPDX-License-Identifier: BSD-3-Clause
"""How far apart two classes are in a hierarchy."""

from collections.abc import Mapping

import numpy as np

_CHILDREN = (list, tuple, set, frozenset)


def hierarchy_distance(hierarchy, classes):
    """Count the steps between classes in a tree of classes.

    Parameters
    ----------
    hierarchy : dict or array-like of shape (n_classes, n_classes)
        One of

        - a nested dict, as ``{"animal": {"cat": None, "dog": None}}``, whose innermost
          level may be a list: ``{"animal": ["cat", "dog"]}``;
        - a dict of parents, as ``{"cat": "animal", "dog": "animal"}``;
        - a matrix of distances, in the order of `classes`, which is checked and
          returned: not negative, 0 on the diagonal and nowhere else. It need not be
          symmetric: rows are given labels, columns what they might have to be.
    classes : array-like of shape (n_classes,)
        Labels, each a node of the tree: most often a leaf, but it need not be one.

    Returns
    -------
    distance : ndarray of shape (n_classes, n_classes)
        Number of edges on the path from one class to the other. Trees without a
        common root hang on one.

    Raises
    ------
    ValueError
        If a class is not in the tree, a node has two parents or is above itself, or
        a matrix is no matrix of distances.

    See Also
    --------
    ReviewQueue : Asks by these distances with ``order="hierarchy"``.

    Examples
    --------
    >>> from sknoisy.review import hierarchy_distance
    >>> tree = {"animal": ["cat", "dog"], "plant": {"tree": ["oak"]}}
    >>> hierarchy_distance(tree, ["cat", "dog", "oak"])
    array([[0., 2., 5.],
           [2., 0., 5.],
           [5., 5., 0.]])
    """
    names = np.asarray(classes).tolist()
    if not isinstance(hierarchy, Mapping):
        return _check_distances(hierarchy, len(names))
    parents = {}
    _read_parents(hierarchy, parents)
    lost = [name for name in names if name not in parents]
    if lost:
        raise ValueError(
            f"hierarchy lacks the classes {lost[:5]}; it has {list(parents)[:10]}. "
            "Give every class a place, in the type that y uses."
        )
    paths = [_path_to_root(name, parents) for name in names]
    number = {node: i for i, node in enumerate(parents)}
    is_above = np.zeros((len(names), len(number)))
    for i, path in enumerate(paths):
        is_above[i, [number[node] for node in path]] = 1.0
    depth = is_above.sum(axis=1)
    return depth[:, np.newaxis] + depth - 2 * is_above @ is_above.T


def _read_parents(hierarchy, parents):
    if any(isinstance(below, (Mapping, *_CHILDREN)) for below in hierarchy.values()):
        _read_nested(hierarchy, None, parents)
        return
    for child, parent in hierarchy.items():
        parents[child] = parent
    for parent in hierarchy.values():
        if parent is not None:
            parents.setdefault(parent, None)


def _read_nested(below, parent, parents):
    for child in below:
        if child in parents:
            raise ValueError(
                f"hierarchy has {child!r} in two places; a tree has one place for "
                "each class. Pass a matrix of distances for anything else."
            )
        parents[child] = parent
        deeper = below[child] if isinstance(below, Mapping) else None
        if deeper is None:
            continue
        if not isinstance(deeper, (Mapping, *_CHILDREN)):
            raise ValueError(
                f"hierarchy has {deeper!r} below {child!r}; write a dict, a list of "
                "classes, or None where nothing is below."
            )
        _read_nested(deeper, child, parents)


def _path_to_root(node, parents):
    path = []
    while node is not None:
        if node in path:
            raise ValueError(
                f"hierarchy is no tree: {node!r} is above itself, by way of {path}."
            )
        path.append(node)
        node = parents[node]
    return path


def _check_distances(distances, n_classes):
    distances = np.asarray(distances, dtype=np.float64)
    if distances.shape != (n_classes, n_classes):
        raise ValueError(
            f"hierarchy has shape {distances.shape}, but there are {n_classes} "
            "classes; pass a square matrix in the order of the sorted labels, or a "
            "dict."
        )
    is_diagonal = np.eye(n_classes, dtype=bool)
    finite = np.isfinite(distances).all()
    if (
        not finite
        or distances[is_diagonal].any()
        or (distances <= 0)[~is_diagonal].any()
    ):
        raise ValueError(
            "hierarchy must be finite distances: 0 on the diagonal, above 0 elsewhere."
        )
    return distances
