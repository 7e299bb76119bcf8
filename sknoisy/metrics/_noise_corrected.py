# SPDX-License-Identifier: BSD-3-Clause
"""Metrics on true labels, estimated from given labels and a noise model."""

import numpy as np

from sknoisy.metrics._corrected_scores import Losses, RankedScores
from sknoisy.metrics._corrected_tables import LabelTable, PerClass, accuracy
from sknoisy.metrics._noise_inverse import checked_inverse
from sknoisy.noise._matrices import check_transition_matrix
from sknoisy.utils._options import check_option

_AVERAGES = ("macro",)


def noise_corrected_confusion_matrix(
    y_given,
    y_pred,
    transition_matrix,
    *,
    classes=None,
    sample_weight=None,
    clip=True,
):
    """Estimate how true and predicted labels go together, from given labels.

    Under noise that depends on the true class alone, the table of given and
    predicted labels is ``transition_matrix.T @ joint``, which is solved for the
    joint.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_pred : array-like of shape (n_samples,)
        Predicted labels of the same rows.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of `transition_matrix`; by default the
        sorted labels of `y_given` and `y_pred`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.
    clip : bool, default=True
        Whether to set negative shares, which chance brings about, to zero and to
        scale each column back to the share of its predicted label, which is
        known. False keeps the unbiased estimate.

    Returns
    -------
    joint : ndarray of shape (n_classes, n_classes)
        Share of the rows of each pair; row = true label, column = predicted label.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or `transition_matrix` is nearly
        singular; the message says what can be done.

    See Also
    --------
    noise_corrected_accuracy : Its trace.

    Notes
    -----
    The noise must not depend on the row beyond its true class, and the model that
    predicts must not have been fitted on the labels it is judged by. Whether
    the matrix is right cannot be seen from these labels.

    Examples
    --------
    >>> from sknoisy.metrics import noise_corrected_confusion_matrix
    >>> y_given = ["ham"] * 6 + ["spam"] * 4
    >>> y_pred = ["ham"] * 5 + ["spam"] * 5
    >>> T = [[0.9, 0.1], [0.2, 0.8]]
    >>> noise_corrected_confusion_matrix(y_given, y_pred, T).round(3)
    array([[0.5, 0. ],
           [0. , 0.5]])
    """
    table = LabelTable(y_given, y_pred, classes, sample_weight)
    inverse = checked_inverse(transition_matrix, len(table.classes))
    joint = table.joint(inverse)
    if not clip:
        return joint
    pred_shares = joint.sum(axis=0)
    joint = np.maximum(joint, 0.0)
    totals = joint.sum(axis=0)
    return joint * np.divide(
        pred_shares, totals, out=np.zeros_like(totals), where=totals > 0
    )


def noise_corrected_accuracy(
    y_given, y_pred, transition_matrix, *, classes=None, sample_weight=None
):
    """Estimate the accuracy on true labels from given labels.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_pred : array-like of shape (n_samples,)
        Predicted labels of the same rows.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of `transition_matrix`; by default the
        sorted labels of `y_given` and `y_pred`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    accuracy : float
        In [0, 1]; unbiased but for that limit.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or `transition_matrix` is nearly
        singular; the message says what can be done.

    See Also
    --------
    noise_corrected_interval : How far off this may be.
    ranking_is_preserved : Whether plain accuracy would choose the same model.

    Notes
    -----
    The noise must not depend on the row beyond its true class. A correction
    makes the figure unbiased and its error larger: with symmetric noise by the
    factor 1 / (1 - rate * n_classes / (n_classes - 1)).

    Examples
    --------
    >>> from sknoisy.metrics import noise_corrected_accuracy
    >>> y_given = [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]
    >>> y_pred = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> round(noise_corrected_accuracy(y_given, y_pred, [[0.9, 0.1], [0.1, 0.9]]), 3)
    0.875
    """
    table = LabelTable(y_given, y_pred, classes, sample_weight)
    inverse = checked_inverse(transition_matrix, len(table.classes))
    return _limited(table.estimate(accuracy, inverse)[0])


def noise_corrected_balanced_accuracy(
    y_given, y_pred, transition_matrix, *, classes=None, sample_weight=None
):
    """Estimate the balanced accuracy on true labels from given labels.

    It is the mean recall of the classes; one minus it is the balanced error.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_pred : array-like of shape (n_samples,)
        Predicted labels of the same rows.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of `transition_matrix`; by default the
        sorted labels of `y_given` and `y_pred`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    balanced_accuracy : float
        In [0, 1].

    Raises
    ------
    ValueError
        If the arrays do not fit together, or `transition_matrix` is nearly
        singular; the message says what can be done.

    Warns
    -----
    UndefinedMetricWarning
        If some class has no true rows by the noise model; it is left out.

    See Also
    --------
    noise_corrected_interval : How far off this may be.

    Notes
    -----
    For two classes it is the correction of Menon and others, whose rates follow
    from the matrix and the shares of the given labels.

    References
    ----------
    Aditya Krishna Menon, Brendan van Rooyen, Cheng Soon Ong and Robert C.
    Williamson, "Learning from corrupted binary labels via class-probability
    estimation", ICML 2015.

    Examples
    --------
    >>> from sknoisy.metrics import noise_corrected_balanced_accuracy
    >>> y_given = [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]
    >>> y_pred = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> T = [[0.9, 0.1], [0.1, 0.9]]
    >>> round(noise_corrected_balanced_accuracy(y_given, y_pred, T), 3)
    0.875
    """
    table = LabelTable(y_given, y_pred, classes, sample_weight)
    inverse = checked_inverse(transition_matrix, len(table.classes))
    return _limited(table.estimate(PerClass("recall"), inverse)[0])


def noise_corrected_recall(
    y_given,
    y_pred,
    transition_matrix,
    *,
    pos_label=None,
    average="macro",
    classes=None,
    sample_weight=None,
):
    """Estimate the recall on true labels from given labels.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_pred : array-like of shape (n_samples,)
        Predicted labels of the same rows.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    pos_label : label, default=None
        The class to evaluate alone.
    average : {"macro"} or None, default="macro"
        Mean over the classes, or None for an array of one value per class; not
        used with `pos_label`.
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of `transition_matrix`; by default the
        sorted labels of `y_given` and `y_pred`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    recall : float or ndarray of shape (n_classes,)
        In [0, 1]; NaN where not defined.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or `transition_matrix` is nearly
        singular; the message says what can be done.

    Warns
    -----
    UndefinedMetricWarning
        If some class has no true rows by the noise model.

    See Also
    --------
    noise_corrected_interval : How far off this may be.

    Examples
    --------
    >>> from sknoisy.metrics import noise_corrected_recall
    >>> y_given = [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]
    >>> y_pred = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> T = [[0.9, 0.1], [0.1, 0.9]]
    >>> round(noise_corrected_recall(y_given, y_pred, T, pos_label=1), 3)
    0.875
    """
    table = LabelTable(y_given, y_pred, classes, sample_weight)
    return _per_class("recall", table, transition_matrix, pos_label, average)


def noise_corrected_precision(
    y_given,
    y_pred,
    transition_matrix,
    *,
    pos_label=None,
    average="macro",
    classes=None,
    sample_weight=None,
):
    """Estimate the precision on true labels from given labels.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_pred : array-like of shape (n_samples,)
        Predicted labels of the same rows.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    pos_label : label, default=None
        The class to evaluate alone.
    average : {"macro"} or None, default="macro"
        Mean over the classes, or None for an array of one value per class; not
        used with `pos_label`.
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of `transition_matrix`; by default the
        sorted labels of `y_given` and `y_pred`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    precision : float or ndarray of shape (n_classes,)
        In [0, 1]; 0 for a class that is never predicted.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or `transition_matrix` is nearly
        singular; the message says what can be done.

    Warns
    -----
    UndefinedMetricWarning
        If some class is never predicted.

    See Also
    --------
    noise_corrected_interval : How far off this may be.

    Examples
    --------
    >>> from sknoisy.metrics import noise_corrected_precision
    >>> y_given = [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]
    >>> y_pred = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> T = [[0.9, 0.1], [0.1, 0.9]]
    >>> round(noise_corrected_precision(y_given, y_pred, T, pos_label=1), 3)
    0.875
    """
    table = LabelTable(y_given, y_pred, classes, sample_weight)
    return _per_class("precision", table, transition_matrix, pos_label, average)


def noise_corrected_f1(
    y_given,
    y_pred,
    transition_matrix,
    *,
    pos_label=None,
    average="macro",
    classes=None,
    sample_weight=None,
):
    """Estimate the F1 score on true labels from given labels.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_pred : array-like of shape (n_samples,)
        Predicted labels of the same rows.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    pos_label : label, default=None
        The class to evaluate alone.
    average : {"macro"} or None, default="macro"
        Mean over the classes, or None for an array of one value per class; not
        used with `pos_label`.
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of `transition_matrix`; by default the
        sorted labels of `y_given` and `y_pred`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    f1 : float or ndarray of shape (n_classes,)
        In [0, 1]; NaN where not defined.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or `transition_matrix` is nearly
        singular; the message says what can be done.

    Warns
    -----
    UndefinedMetricWarning
        If some class is neither true nor predicted anywhere.

    See Also
    --------
    noise_corrected_interval : How far off this may be.

    Examples
    --------
    >>> from sknoisy.metrics import noise_corrected_f1
    >>> y_given = [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]
    >>> y_pred = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> T = [[0.9, 0.1], [0.1, 0.9]]
    >>> round(noise_corrected_f1(y_given, y_pred, T), 3)
    0.875
    """
    table = LabelTable(y_given, y_pred, classes, sample_weight)
    return _per_class("f1", table, transition_matrix, pos_label, average)


def noise_corrected_roc_auc(
    y_given,
    y_score,
    transition_matrix,
    *,
    pos_label=None,
    average="macro",
    classes=None,
    sample_weight=None,
):
    """Estimate the area under the ROC curve on true labels from given labels.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    y_score : array-like of shape (n_samples,) or (n_samples, n_classes)
        Score of each class, higher where it is more likely. For two classes the
        score of the second one, or both columns.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    pos_label : label, default=None
        The class to rank against the rest, of more than two classes.
    average : {"macro"} or None, default="macro"
        Mean over the classes, or None for an array of one value per class; of
        more than two classes.
    classes : array-like of shape (n_classes,), default=None
        The class of each row and column of `transition_matrix` and of each column
        of `y_score`; by default the sorted labels of `y_given`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    area : float or ndarray of shape (n_classes,)
        In [0, 1]; NaN where not defined.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or `transition_matrix` is nearly
        singular; the message says what can be done.

    Warns
    -----
    UndefinedMetricWarning
        If a class or its rest has no true rows by the noise model.

    See Also
    --------
    noise_corrected_interval : How far off this may be.

    Notes
    -----
    For two classes this is the correction of Menon and others. For more, each
    class is ranked against the rest. There the published formula holds only if all
    other classes are mistaken for this one equally often; in its place each pair
    of rows is weighed by the inverse of the matrix, which holds for any noise
    that depends on the true class alone, and equals the formula where that holds.
    This extension is derived here.

    References
    ----------
    Aditya Krishna Menon, Brendan van Rooyen, Cheng Soon Ong and Robert C.
    Williamson, "Learning from corrupted binary labels via class-probability
    estimation", ICML 2015.

    Examples
    --------
    >>> from sknoisy.metrics import noise_corrected_roc_auc
    >>> y_given = [0, 0, 0, 1, 0, 1, 0, 1, 1, 1]
    >>> y_score = [0.1, 0.2, 0.3, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    >>> T = [[0.9, 0.1], [0.1, 0.9]]
    >>> round(noise_corrected_roc_auc(y_given, y_score, T), 3)
    0.95
    """
    ranked = RankedScores(y_given, y_score, classes, sample_weight)
    inverse = checked_inverse(transition_matrix, len(ranked.classes))
    position = position_of(pos_label, ranked.classes)
    if position is None and average is None and len(ranked.classes) > 2:
        return _limited(ranked.per_class(inverse)[0])
    _check_average(average)
    return _limited(ranked.estimate(position, inverse)[0])


def noise_corrected_log_loss(
    y_given,
    pred_proba,
    transition_matrix,
    *,
    method="backward",
    classes=None,
    sample_weight=None,
):
    """Judge probabilities of the true labels by given labels.

    Parameters
    ----------
    y_given : array-like of shape (n_samples,)
        Given labels of the evaluation rows.
    pred_proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities of the true classes.
    transition_matrix : array-like of shape (n_classes, n_classes)
        ``transition_matrix[i, j] = P(given = j | true = i)``.
    method : {"backward", "forward"}, default="backward"
        "backward" estimates the log-loss on true labels, without bias. "forward"
        passes the probabilities through the noise model and gives the log-loss
        of the given labels: it is lowest for the right probabilities too and
        varies less, but on a scale of its own, and needs no inverse.
    classes : array-like of shape (n_classes,), default=None
        The class of each column; by default the sorted labels of `y_given`.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row.

    Returns
    -------
    loss : float
        In nats. An unbiased estimate may be negative.

    Raises
    ------
    ValueError
        If the arrays do not fit together, or, for "backward", `transition_matrix`
        is nearly singular.

    See Also
    --------
    noise_corrected_interval : How far off the estimate may be.

    Notes
    -----
    Probabilities are kept above 1e-6, so that one row cannot decide the mean.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and
    Lizhen Qu, "Making deep neural networks robust to label noise: a loss
    correction approach", CVPR 2017.

    Examples
    --------
    >>> from sknoisy.metrics import noise_corrected_log_loss
    >>> y_given = [0, 0, 1, 1]
    >>> pred_proba = [[0.9, 0.1], [0.6, 0.4], [0.4, 0.6], [0.2, 0.8]]
    >>> T = [[0.9, 0.1], [0.1, 0.9]]
    >>> round(noise_corrected_log_loss(y_given, pred_proba, T), 3)
    0.2
    """
    check_option("method", method, ("backward", "forward"))
    losses = Losses(y_given, pred_proba, classes, sample_weight)
    if method == "forward":
        return losses.of_given(
            check_transition_matrix(transition_matrix, len(losses.classes))
        )
    inverse = checked_inverse(transition_matrix, len(losses.classes))
    return losses.estimate(None, inverse)[0]


def position_of(pos_label, classes):
    """Find the class to evaluate alone.

    Parameters
    ----------
    pos_label : label or None
        One of `classes`.
    classes : ndarray of shape (n_classes,)
        The label space.

    Returns
    -------
    position : int or None
        Its place; None for None.
    """
    if pos_label is None:
        return None
    places = [k for k, label in enumerate(classes.tolist()) if label == pos_label]
    if not places:
        raise ValueError(
            f"pos_label={pos_label!r} is not a class; the classes are "
            f"{classes[:10].tolist()}."
        )
    return places[0]


def _per_class(name, table, transition_matrix, pos_label, average):
    inverse = checked_inverse(transition_matrix, len(table.classes))
    position = position_of(pos_label, table.classes)
    metric = PerClass(name, position)
    if position is None and average is None:
        return _limited(metric.values(table.joint(inverse))[0])
    _check_average(average)
    return _limited(metric(table.joint(inverse))[0])


def _check_average(average):
    if average is not None:
        check_option("average", average, _AVERAGES)


def _limited(value):
    limited = np.clip(value, 0.0, 1.0)
    return limited if isinstance(limited, np.ndarray) else float(limited)
