# SPDX-License-Identifier: BSD-3-Clause
"""How sure one can be of a share, and of a count, from the answers so far."""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from scipy.stats import norm

_ROUNDS = 20


def share_upper_bound(n_found, n_checked, confidence):
    """Bound a share from above by Wilson's score interval, one-sided.

    Parameters
    ----------
    n_found : int
        How many of those checked had it.
    n_checked : int
        How many were checked.
    confidence : float
        In (0, 1).

    Returns
    -------
    bound : float
        In [0, 1]; 1 if nothing was checked.
    """
    if n_checked == 0:
        return 1.0
    z = norm.ppf(confidence)
    share = n_found / n_checked
    middle = share + z**2 / (2 * n_checked)
    spread = z * sqrt(share * (1 - share) / n_checked + (z / (2 * n_checked)) ** 2)
    return float(min(1.0, (middle + spread) / (1 + z**2 / n_checked)))


def plan_looks(share, confidence, n_rows):
    """Choose how far to look back, and how sure each look has to be.

    A look back at twice as many rows as would do if nothing were found forgives a
    find or two. It is taken again and again, so that each look has to be surer than
    all of them together: by Bonferroni's correction for as many looks as there are
    such stretches in the queue. Looks that overlap are taken for one.

    Parameters
    ----------
    share : float
        The share that the bound is to go below, in (0, 1).
    confidence : float
        Of all looks together, in (0, 1).
    n_rows : int
        How many rows may be asked in all.

    Returns
    -------
    n_back : int
        Rows to look back on.
    confidence_per_look : float
        Of the bound of a single look.
    """
    n_looks, n_back = 1.0, 0
    # Surer looks are longer and so fewer; the two soon agree.
    for _ in range(_ROUNDS):
        per_look = 1 - (1 - confidence) / n_looks
        n_back = ceil(2 * norm.ppf(per_look) ** 2 * (1 - share) / share)
        n_looks = max(1.0, n_rows / n_back)
    return n_back, per_look


@dataclass(frozen=True)
class Draw:
    """Rows drawn at random from those that were left at the time.

    Attributes
    ----------
    n_left : int
        Rows that were not verified before the draw.
    n_found_before : int
        Wrong labels that were found before it.
    n_drawn : int
        Rows drawn and answered.
    n_found : int
        Those whose label was wrong.
    """

    n_left: int
    n_found_before: int
    n_drawn: int
    n_found: int


def errors_left_interval(draws, n_found, n_left, confidence):
    """Bound the number of wrong labels that are left, by random draws alone.

    Every number of wrong labels in all says how many each draw should have met.
    Those numbers stay that the sum over the draws does not speak against: the score
    interval, for draws without replacement from what was left each time.

    Parameters
    ----------
    draws : list of Draw
        Random draws so far.
    n_found : int
        Wrong labels found so far, by any way.
    n_left : int
        Rows that are not verified yet.
    confidence : float
        Of both sides together, in (0, 1).

    Returns
    -------
    low, high : int
        Between 0 and `n_left`.
    """
    left = np.arange(n_left + 1)
    mean, variance, met = np.zeros(len(left)), np.zeros(len(left)), 0
    for draw in draws:
        share = np.clip((left + n_found - draw.n_found_before) / draw.n_left, 0.0, 1.0)
        mean += draw.n_drawn * share
        unseen = (draw.n_left - draw.n_drawn) / max(draw.n_left - 1, 1)
        variance += draw.n_drawn * share * (1.0 - share) * unseen
        met += draw.n_found
    gap = np.abs(met - mean)
    z = norm.ppf((1 + confidence) / 2)
    kept = np.flatnonzero(gap <= z * np.sqrt(variance) + 1e-9)
    if len(kept) == 0:
        kept = [gap.argmin()]
    return int(kept[0]), int(kept[-1])
