# SPDX-License-Identifier: BSD-3-Clause
"""Enhanced meta label correction."""

from inspect import signature

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from sknoisy.neural._losses import row_losses
from sknoisy.neural.methods._look_ahead import (
    LookAheadMethod,
    derivative_along,
    gradient_of,
    parameters_of,
)
from sknoisy.utils._options import check_count


class EnhancedMetaLabelCorrection(LookAheadMethod):
    """Let a teacher correct the labels that a student learns from.

    Two networks are trained. The teacher learns from trusted rows, by themselves and
    by what its corrections would do to the student; a small network beside it says how
    far to retain each given label. What is not retained is given to the teacher's
    prediction. The student learns from these soft labels, and predicts in the end.

    Parameters
    ----------
    step_size : float, default=0.02
        Length of the step of the student that the teacher looks ahead, which is the
        weight of this part of its loss. In the paper, the learning rate of the student.
    n_trusted : int, default=32
        Trusted rows that are drawn for each batch: half of them train the student too,
        the other half says what the step has done.
    n_hidden : int, default=128
        Units of the hidden layer of the network that says what to retain.
    n_embedding : int, default=128
        Length of the embedding of a label there.

    See Also
    --------
    MetaWeightNet : Weighs rows, and leaves the labels as they are.
    LearningToReweight : The same without a network.

    Notes
    -----
    Pass the trusted rows as ``fit(X, y, trusted=mask)``; the paper has 1000 of them,
    and they should include all classes. The last layer of the module must be a
    `torch.nn.Linear`; the network beside the teacher is given its inputs.

    Whether to retain a label is learned from trusted rows, half of whose labels are
    replaced by the wrong class that the teacher finds most probable. The corrections
    are judged one step ahead; that of five steps, which the paper takes by default and
    which keeps five copies of the student, is left out, and so is its pretraining
    without labels. Trusted rows keep their label in every batch, which is inferred.

    It is as good as what the teacher makes of the trusted rows, since what is not
    retained is the word of the teacher. The figures of the paper rest on networks that
    have been pretrained, and on 1000 trusted rows. From scratch, with 200 trusted ones
    among 4000 rows of 192 features and ten classes, 40 % of them labelled wrong by
    people, the teacher got 29 % of the test rows right, as did a network trained on the
    trusted rows alone (28 %), and the student 32 %; plain training on all rows, those
    put right, got 43 %, and `LearningToReweight` 46 %. Use a module that begins with
    pretrained weights, or more trusted rows.

    The quality of a label is how far it was retained at the last visit of its row.

    References
    ----------
    Mitchell Keren Taraday and Chaim Baskin, "Enhanced meta label correction for coping
    with label corruption", ICCV 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.noise import inject_pair_noise
    >>> X, y = load_iris(return_X_y=True)
    >>> noisy = inject_pair_noise(y, 0.3, random_state=0)
    >>> trusted = np.arange(150) % 5 == 0
    >>> given = np.where(trusted, y, noisy.y)
    >>> net = ready_net(max_epochs=5, lr=0.01)
    >>> clf = RobustNetClassifier(net, method="emlc")
    >>> clf = clf.fit(X, given, trusted=trusted)
    >>> clf.label_quality_.shape
    (150,)
    """

    alias = "emlc"
    n_networks = 2

    def __init__(self, step_size=0.02, *, n_trusted=32, n_hidden=128, n_embedding=128):
        self.step_size = step_size
        self.n_trusted = n_trusted
        self.n_hidden = n_hidden
        self.n_embedding = n_embedding

    def start(self, run):
        super().start(run)
        check_count("n_trusted", self.n_trusted, least=4)
        check_count("n_hidden", self.n_hidden)
        check_count("n_embedding", self.n_embedding)
        teacher = run.networks[1]
        n_features = teacher.last_layer.in_features
        run.state.retainer = Retainer(
            n_features, run.n_classes, self.n_hidden, self.n_embedding
        ).to(run.device)
        run.state.optimizer = optimizer_like(
            teacher.optimizer, run.state.retainer.parameters()
        )
        run.state.retained = run.per_row(fill=1.0)

    def step(self, run, batch):
        student = run.networks[0]
        n_half = self.n_trusted // 2
        train = self.sample_trusted(run, n_half)
        judge = self.sample_trusted(run, n_half)
        targets, teaching = self._teach(run, batch, train, judge)
        before = parameters_of(student, copy=True)
        loss = self._train_student(run, batch, train, targets.detach())
        direction = gradient_of(student, parameters_of(student), judge)
        _, slopes = derivative_along(student, before, direction, batch.x, _log_softmax)
        ahead = self.step_size * batch.mean((slopes * targets).sum(dim=1))
        teaching = teaching + ahead
        self._update_teacher(run, batch, teaching)
        return torch.stack([loss.detach(), teaching.detach()])

    def _teach(self, run, batch, *trusted):
        """Correct the labels of a batch, and learn from trusted rows to do so."""
        teacher = run.networks[1]
        x = run.concatenate(batch.x, *(each.x for each in trusted))
        sizes = [len(batch), sum(map(len, trusted))]
        features, logits = teacher.features(x)
        features, known = features.split(sizes)
        logits, verified = logits.split(sizes)
        labels = torch.cat([each.codes for each in trusted])
        targets = self._correct(run, batch, features, logits)
        loss = nn.functional.cross_entropy(verified, labels)
        shown = _with_wrong_labels(verified, labels)
        retain = run.state.retainer(known, shown)
        loss = loss + binary_cross_entropy_with_logits(
            retain, (shown == labels).float()
        )
        return targets, loss

    def _correct(self, run, batch, features, logits):
        retained = torch.sigmoid(run.state.retainer(features, batch.codes))
        if batch.trusted is not None:
            retained = torch.where(batch.trusted, torch.ones_like(retained), retained)
        run.state.retained[batch.index] = retained.detach()
        return torch.lerp(
            torch.softmax(logits, dim=1), batch.targets, retained[:, None]
        )

    def _train_student(self, run, batch, trusted, targets):
        student = run.networks[0]
        logits = student(run.concatenate(batch.x, trusted.x))
        own, verified = logits.split([len(batch), len(trusted)])
        losses = nn.functional.cross_entropy(own, targets, reduction="none")
        loss = batch.mean(losses) + trusted.mean(row_losses(verified, trusted))
        student.zero_grad()
        run.backward(loss)
        student.step(batch)
        return loss

    def _update_teacher(self, run, batch, loss):
        run.networks[1].zero_grad()
        run.state.optimizer.zero_grad()
        run.backward(loss)
        run.networks[1].step(batch)
        run.state.optimizer.step()

    def label_quality(self, run):
        return run.state.retained

    def combine(self, logits):
        return torch.softmax(logits[0], dim=1)


class Retainer(nn.Module):
    """Say how far a given label is to be retained.

    Parameters
    ----------
    n_features : int
        Length of the representation of a row.
    n_classes : int
        Number of classes.
    n_hidden, n_embedding : int
        Sizes of the hidden layer, and of the embedding of a label.
    """

    def __init__(self, n_features, n_classes, n_hidden, n_embedding):
        super().__init__()
        self.embedding = nn.Embedding(n_classes, n_embedding)
        self.layers = nn.Sequential(
            nn.Linear(n_features + n_embedding, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, 1),
        )

    def forward(self, features, codes):
        """Compute how far each label is retained.

        Parameters
        ----------
        features : tensor of shape (n, n_features)
            Representation of the rows by the teacher.
        codes : tensor of shape (n,), dtype=int64
            Their labels.

        Returns
        -------
        logits : tensor of shape (n,)
            Before the sigmoid.
        """
        # Under autocast the teacher represents rows in half precision.
        features = features.to(self.embedding.weight.dtype)
        return self.layers(torch.cat([features, self.embedding(codes)], dim=1)).ravel()


def optimizer_like(optimizer, parameters):
    """Make an optimizer of the kind and the settings of another.

    Parameters
    ----------
    optimizer : Optimizer
        The other.
    parameters : iterable of Parameter
        What it is for.

    Returns
    -------
    optimizer : Optimizer
        At the rate that the other one began with.
    """
    kind = type(optimizer)
    taken = signature(kind).parameters
    settings = {
        name: optimizer.defaults[name] for name in optimizer.defaults.keys() & taken
    }
    return kind(parameters, **settings)


def _log_softmax(logits):
    return torch.log_softmax(logits, dim=1)


def _with_wrong_labels(logits, labels):
    """Replace every other label by the wrong class that is most probable."""
    wrong = logits.detach().masked_fill(
        one_hot(labels, logits.shape[1]) > 0, -torch.inf
    )
    shown = labels.clone()
    shown[::2] = wrong[::2].argmax(dim=1)
    return shown
