# SPDX-License-Identifier: BSD-3-Clause
"""Reweight by a transition matrix, and revise the matrix with the network."""

import math
from numbers import Real

import torch

from sknoisy.neural.methods._transition import (
    TransitionMethod,
    average_by_label,
    find_matrix,
    given_log_proba,
)

# In the paper 200 epochs of 391 batches at a rate of 5e-7.
_REACH = 0.04


class TRevision(TransitionMethod):
    """Reweight rows by a transition matrix, and revise the matrix on the way.

    The loss of a row counts by how much likelier its given label is to be true than
    to be given, by the network and the matrix. In the second part of the training a
    correction, which begins at zero, is added to the matrix and learned along with
    the network, in small steps.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        ``[i, j] = P(given = j | true = i)``, classes sorted. None estimates it.
    transition_estimator : noise model, default=None
        How it is estimated, from out-of-sample predictions of a classifier of
        scikit-learn that suits X: `sknoisy.noise.AnchorPoints` is that of the paper.
        None is `sknoisy.noise.ConfidentJoint`, mixed with a tenth of the identity.
    revision_share : float, default=0.5
        Share of the epochs in which the matrix is revised, in [0, 1].
    revision_lr : float, default=None
        Learning rate of Adam in these epochs, for the network and the correction.
        None lets an entry of the matrix move by 0.04 at most over all steps, as in the
        paper, where that is 5e-7.

    See Also
    --------
    ForwardCorrection : Leaves the matrix as it is.
    sknoisy.noise.RevisedMatrix : The idea for any classifier, without gradients.

    Notes
    -----
    The optimizer of the net does the reweighting; its schedules and the rate of the
    net do not count in the revision. Trusted rows are trained on their label alone.
    The classifier gets `transition_matrix_`, the revised one.

    The paper reads the first matrix off the network, after 20 epochs of plain training
    and at the one that is best on held-out rows, and begins each part with the weights
    that are best on them. Here no rows are held out: the first matrix comes from
    out-of-sample predictions, and each part begins where the one before it ends. The
    rate as a function of the steps and what becomes of trusted rows are inferred.

    References
    ----------
    Xiaobo Xia, Tongliang Liu, Nannan Wang, Bo Han, Chen Gong, Gang Niu and Masashi
    Sugiyama, "Are anchor points really indispensable in label-noise learning?",
    NeurIPS 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.3, random_state=0)
    >>> net = ready_net(max_epochs=10, lr=0.01)
    >>> clf = RobustNetClassifier(net, method="t_revision").fit(X, noisy.y)
    >>> clf.transition_matrix_.shape
    (3, 3)
    """

    alias = "t_revision"

    def __init__(
        self,
        transition_matrix=None,
        *,
        transition_estimator=None,
        revision_share=0.5,
        revision_lr=None,
    ):
        self.transition_matrix = transition_matrix
        self.transition_estimator = transition_estimator
        self.revision_share = revision_share
        self.revision_lr = revision_lr

    def start(self, run):
        share = self.revision_share
        if not isinstance(share, Real) or not 0 <= share <= 1:
            raise ValueError(
                f"revision_share={share!r} must be in [0, 1], such as 0.5."
            )
        matrix = find_matrix(run, self.transition_matrix, self.transition_estimator)
        run.state.first = torch.as_tensor(
            matrix, dtype=torch.float32, device=run.device
        )
        run.state.correction = torch.zeros_like(run.state.first)
        run.state.first_revised = run.n_epochs - round(share * run.n_epochs)

    def begin_epoch(self, run):
        if run.epoch == run.state.first_revised:
            correction = run.state.correction.requires_grad_()
            learned = [*run.network.parameters(), correction]
            # In place of the net's own, so that its callbacks see the gradients.
            run.network.optimizer = torch.optim.Adam(learned, lr=self._rate(run))

    def _rate(self, run):
        if self.revision_lr is not None:
            return self.revision_lr
        n_batches = math.ceil(run.n_rows / run.batch_size)
        return _REACH / (n_batches * (run.n_epochs - run.state.first_revised))

    def matrix(self, run):
        return run.state.first + run.state.correction

    def losses_of_given(self, run, logits, batch):
        log_p = torch.log_softmax(logits, dim=1)
        ratio = (log_p - given_log_proba(logits, self.matrix(run))).exp()
        if run.epoch < run.state.first_revised:
            ratio = ratio.detach()
        return -average_by_label(ratio * log_p, batch)

    def fitted_attributes(self, run):
        attributes = super().fitted_attributes(run)
        matrix = attributes["transition_matrix_"].clip(min=0)
        matrix /= matrix.sum(axis=1, keepdims=True)
        return {"transition_matrix_": matrix}
