# SPDX-License-Identifier: BSD-3-Clause
"""Fit on the posterior over the true labels: forward correction for any estimator."""

from sknoisy.estimators.methods._base import BaseMethod


class PosteriorTargets(BaseMethod):
    """Fit on the posterior over the true label of each row, as soft targets.

    Bayes' rule combines the out-of-sample predictions with the given label, seen
    through the noise model: ``P(true = k | x, given) ~ P(true = k | x)
    P(given | true = k)``. Each row is repeated once per class that it may belong
    to, with that probability as its weight. Repeated over rounds this is
    expectation maximisation for the loss that is corrected forward.

    It takes its limits from `NoiseRobustClassifier`: `label_share` stays on the
    given label, and `max_iter` rounds are run.

    See Also
    --------
    ImportanceReweighting : Keeps the given labels and weighs them.

    Notes
    -----
    Forward correction puts the transition matrix behind the last layer of a
    network. For any estimator the same likelihood is maximised by expectation
    maximisation; the first round is that of Dawid and Skene's model with one
    worker. One matrix for all rows is the wrong model where noise depends on X.

    References
    ----------
    Patrini, Rozza, Menon, Nock and Qu. Making deep neural networks robust to label
    noise: a loss correction approach. CVPR, 2017.

    Examples
    --------
    >>> from sknoisy import NoiseRobustClassifier
    >>> from sknoisy.estimators.methods import PosteriorTargets
    >>> clf = NoiseRobustClassifier(method=PosteriorTargets(), max_iter=5)
    """

    alias = "soft"

    def targets(self, problem, pred_proba, posterior):
        return posterior

    def settle(self, targets, problem, rounds):
        # Only now: a model fitted on half of the noise and then passed through
        # all of it would make the given labels look less likely than they are.
        share = rounds.label_share
        return (1 - share) * targets + share * problem.given
