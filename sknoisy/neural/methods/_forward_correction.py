# SPDX-License-Identifier: BSD-3-Clause
"""Forward correction by a transition matrix, given or estimated."""

import torch

from sknoisy.neural import losses
from sknoisy.neural.methods._transition import TransitionMethod, find_matrix


class ForwardCorrection(TransitionMethod):
    """Train on the given labels, seen through a model of the noise.

    The probabilities of the true classes are turned into those of the given ones by
    the transition matrix, and these are what the labels judge. So the network learns
    the true classes.

    Parameters
    ----------
    transition_matrix : array-like of shape (n_classes, n_classes), default=None
        ``[i, j] = P(given = j | true = i)``, classes sorted. None estimates it.
    transition_estimator : noise model, default=None
        How it is estimated, from out-of-sample predictions of a classifier of
        scikit-learn that suits X: `sknoisy.noise.AnchorPoints` is that of the paper.
        None is `sknoisy.noise.ConfidentJoint`, mixed with a tenth of the identity.

    See Also
    --------
    VolMinNet : Learns the matrix with the network.
    TRevision : Corrects it as training goes on.
    sknoisy.neural.losses.ForwardCorrection : The loss by itself.

    Notes
    -----
    Noise between few classes, as pair noise, suits it best; under symmetric noise a
    network that is large enough memorizes wrong labels nevertheless. Trusted rows are
    trained on their label alone, and are not asked about the noise. The classifier
    gets `transition_matrix_`.

    The paper reads the matrix off a network trained before. The other sources of
    predictions, the share of the identity and what becomes of trusted rows are
    inferred.

    References
    ----------
    Giorgio Patrini, Alessandro Rozza, Aditya Krishna Menon, Richard Nock and Lizhen Qu,
    "Making deep neural networks robust to label noise: a loss correction approach",
    CVPR 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.3, random_state=0)
    >>> net = ready_net(max_epochs=30, lr=0.01)
    >>> clf = RobustNetClassifier(net, method="forward").fit(X, noisy.y)
    >>> bool(clf.score(X, y) > 0.9)
    True
    """

    alias = "forward"

    def __init__(self, transition_matrix=None, *, transition_estimator=None):
        self.transition_matrix = transition_matrix
        self.transition_estimator = transition_estimator

    def start(self, run):
        matrix = find_matrix(run, self.transition_matrix, self.transition_estimator)
        run.state.loss = losses.ForwardCorrection(matrix, reduction="none")
        run.state.matrix = torch.as_tensor(
            matrix, dtype=torch.float32, device=run.device
        )

    def matrix(self, run):
        return run.state.matrix

    def losses_of_given(self, run, logits, batch):
        return run.state.loss(logits, batch.targets if batch.is_soft else batch.codes)
