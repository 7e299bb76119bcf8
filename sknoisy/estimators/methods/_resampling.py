# SPDX-License-Identifier: BSD-3-Clause
"""Resample rows in proportion to their importance, again and again (RENT)."""

from numbers import Real

import numpy as np
from scipy.special import gammaincinv
from scipy.stats import poisson

from sknoisy.estimators.methods._average import AveragedClassifier
from sknoisy.estimators.methods._reweighting import ImportanceReweighting
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._distinct_rows import combine_numbers, number_contents
from sknoisy.utils._options import check_count
from sknoisy.utils._row_draws import RowDraws
from sknoisy.utils._rows import take_rows


class DirichletResampling(ImportanceReweighting):
    """Resample rows in proportion to their importance weights (RENT, DWS).

    Every member of an ensemble is fitted on a resample of the rows, drawn with
    replacement in proportion to P(true = given | x) / P(given | x), and their
    probabilities are averaged. Resampling adds a noise that weighting lacks, and
    that keeps a model from memorising the few wrong labels that have a weight.

    Parameters
    ----------
    alpha : float, default=None
        Concentration of the weights, per row. None resamples (RENT). A number draws
        weights from a Dirichlet distribution around the importance weights (DWS):
        the greater, the nearer to `ImportanceReweighting`.
    n_estimators : int, default=15
        Members, each with a resample of its own.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    ImportanceReweighting : The weights themselves.

    Notes
    -----
    The paper resamples at each step of a network, by the predictions it makes then.
    Here a step is a whole fit, as not every estimator learns in steps; weights are
    by out-of-sample predictions, which `max_iter` rounds of `NoiseRobustClassifier`
    renew, because many estimators fit their own rows too well to judge them; and
    the members are averaged. These choices are inferred. Whether a round gains is
    measured with the importance weights, which the resamples have on average.

    How often a row is drawn is a Poisson count that hangs on its content, so that
    the order of the rows does not matter; given their sum, such counts are those of
    the multinomial draw of the paper.

    References
    ----------
    Bae, Shin, Na, Song and Moon. Dirichlet-based per-sample weighting by
    transition matrix for noisy label learning. ICLR, 2024.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import DirichletResampling
    >>> clf = NoiseRobustClassifier(method=DirichletResampling(n_estimators=10))
    """

    alias = "rent"
    folds_predict = False

    def __init__(self, alpha=None, *, n_estimators=15):
        self.alpha = alpha
        self.n_estimators = n_estimators

    def check(self, estimator):
        check_count("n_estimators", self.n_estimators)
        if self.alpha is not None and (
            not isinstance(self.alpha, Real) or not 0 < self.alpha < np.inf
        ):
            raise ValueError(
                f"alpha={self.alpha!r} must be a finite number above 0, or None to "
                "resample."
            )

    def fit_estimator(self, problem, found, fit_params=None):
        rows = problem.rows
        first, unit_of = _units(rows)
        draws = RowDraws(take_rows(rows.X, first), rows.codes[first])
        wanted = problem.of_given(found.targets)
        if rows.sample_weight is not None:
            wanted = wanted * rows.sample_weight
        expected = np.bincount(unit_of, weights=wanted)
        seed = seed_from(problem.random_state)
        members = []
        for i in range(self.n_estimators):
            drawn = self._draw(expected, draws.uniform(seed + i))
            ratio = np.divide(
                drawn, expected, out=np.zeros(len(drawn)), where=expected > 0
            )
            targets = np.round(found.targets * ratio[unit_of, None], 9)
            members.append(problem.fit_targets(targets, fit_params))
        return AveragedClassifier(members, rows.classes)

    def _draw(self, expected, uniform):
        """Draw the weight of each unit, as much as is expected on average."""
        if self.alpha is None:
            return poisson.ppf(uniform, expected)
        drawn = np.zeros(len(expected))
        present = expected > 0
        drawn[present] = gammaincinv(self.alpha * expected[present], uniform[present])
        total = drawn.sum()
        return drawn if total == 0 else drawn * (expected.sum() / total)


def _units(rows):
    """Number rows of equal content and label, which are drawn together."""
    numbers = combine_numbers(number_contents(rows.X), rows.codes)
    _, first, unit_of = np.unique(numbers, return_index=True, return_inverse=True)
    return first, unit_of
