# SPDX-License-Identifier: BSD-3-Clause
"""What differs between the versions of scikit-learn; the only place that may look."""

try:
    from sklearn.callback import with_callbacks
except ImportError:

    def with_callbacks(method):
        """Leave the method as it is: this scikit-learn has no callbacks.

        Parameters
        ----------
        method : callable
            A fit method.

        Returns
        -------
        method : callable
            The same method.
        """
        return method


try:
    from sklearn._loss.loss import HalfBinomialLoss, HalfMultinomialLoss
except ImportError:
    HalfBinomialLoss = HalfMultinomialLoss = None


def watched_log_loss(n_classes, look):
    """Make a log loss for boosting that shows the raw scores it is computed from.

    Boosting calls its loss before each round with the raw scores of the training
    rows, which nothing public gives away.

    Parameters
    ----------
    n_classes : int
        Number of classes.
    look : callable
        Called with the raw scores, which later rounds change in place.

    Returns
    -------
    loss : BaseLoss or str
        For the parameter `loss` of histogram gradient boosting. Once its attribute
        `gradient_hessian` is deleted, nobody looks any more. "log_loss", which
        nobody looks at, where scikit-learn has no such loss.
    """
    if HalfBinomialLoss is None:
        return "log_loss"
    if n_classes > 2:
        loss = HalfMultinomialLoss(n_classes=n_classes)
    else:
        loss = HalfBinomialLoss()
    compute = loss.gradient_hessian

    def gradient_hessian(*args, raw_prediction, **options):
        look(raw_prediction)
        return compute(*args, raw_prediction=raw_prediction, **options)

    loss.gradient_hessian = gradient_hessian
    return loss


def callback_context(estimator, task_name, max_subtasks):
    """Open the callback context of a fit.

    Parameters
    ----------
    estimator : estimator
        The estimator that is being fitted.
    task_name : str
        What it does.
    max_subtasks : int
        Steps that it will take.

    Returns
    -------
    context : CallbackContext or None
        None where scikit-learn has no callbacks.
    """
    # Underscored, but documented for those who write estimators with callbacks.
    if not hasattr(estimator, "_init_callback_context"):
        return None
    return estimator._init_callback_context(
        task_name=task_name, max_subtasks=max_subtasks
    )
