# SPDX-License-Identifier: BSD-3-Clause
"""Read the rate of symmetric noise off two accuracies of one classifier."""

from numbers import Integral, Real

_HIGHEST_RATE = 0.999


def noise_rate_from_accuracies(clean_accuracy, noisy_accuracy, n_classes):
    """Estimate symmetric noise by how far it lowers an accuracy.

    A classifier loses accuracy where the labels that it is compared to are noisy.
    Under symmetric noise, how much it loses says how many labels are wrong.

    Parameters
    ----------
    clean_accuracy : float
        Accuracy on rows with verified labels, above ``1 / n_classes``.
    noisy_accuracy : float
        Accuracy of the same classifier on rows with given labels, none of which it
        was trained on.
    n_classes : int
        Number of classes, at least 2.

    Returns
    -------
    noise_rate : float
        Share of wrong labels, as `symmetric_matrix` takes it. 0 where the noisy
        accuracy is the higher one.

    Raises
    ------
    ValueError
        If an accuracy is outside [0, 1], or the clean one no better than chance.

    See Also
    --------
    symmetric_matrix : Makes a transition matrix of the rate.
    GoldLossCorrection : Learns any noise from verified rows.

    Notes
    -----
    It holds whatever the shares of the classes and the mistakes of the classifier, but
    for symmetric noise alone. The authors count labels that have been drawn anew,
    right ones among them, which is ``n_classes / (n_classes - 1)`` times this rate.

    References
    ----------
    Matteo Sesia, Y. X. Rachel Wang and Xin Tong, "Adaptive conformal classification
    with noisy labels", Journal of the Royal Statistical Society B 87, 2025.

    Examples
    --------
    >>> from sknoisy.noise import noise_rate_from_accuracies
    >>> round(noise_rate_from_accuracies(0.9, 0.732, n_classes=10), 3)
    0.189
    """
    if not isinstance(n_classes, Integral) or n_classes < 2:
        raise ValueError(f"n_classes={n_classes!r} must be a whole number above 1.")
    for name, value in (
        ("clean_accuracy", clean_accuracy),
        ("noisy_accuracy", noisy_accuracy),
    ):
        if not isinstance(value, Real) or not 0 <= value <= 1:
            raise ValueError(f"{name}={value!r} must be a share in [0, 1].")
    chance = 1 / n_classes
    if clean_accuracy <= chance:
        raise ValueError(
            f"clean_accuracy={clean_accuracy!r} is no better than chance, "
            f"{chance:.3g}, so that noise cannot lower it; use a better classifier."
        )
    redrawn = (clean_accuracy - noisy_accuracy) / (clean_accuracy - chance)
    return float(min(max(redrawn, 0.0), _HIGHEST_RATE) * (1 - chance))
