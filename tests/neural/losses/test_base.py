# SPDX-License-Identifier: BSD-3-Clause
import copy
import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from skorch import NeuralNetClassifier

from sknoisy.neural import losses
from sknoisy.neural.losses import LossSchedule
from tests.neural.losses._cases import (
    all_losses,
    class_symmetric,
    gradient,
    problem,
    ready,
    skewed_matrix,
    soft_labels,
)

CASES = pytest.mark.parametrize("loss", all_losses(4), ids=str)


def test_every_public_loss_is_a_case():
    tested = {type(loss).__name__ for loss in all_losses(4)}
    assert tested == set(losses.__all__) - {"LossSchedule", "RobustLoss"}


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_gradients_agree_with_finite_differences(n_classes):
    logits, target = problem(6, n_classes)
    logits.requires_grad_()
    for loss in all_losses(n_classes):
        if isinstance(loss, losses.ACLS):
            continue  # It holds a logit fixed, which differences do not know.
        for labels in (target, soft_labels(6, n_classes)):
            assert torch.autograd.gradcheck(
                loss, (logits, labels), eps=1e-6, atol=1e-6, rtol=1e-6
            ), loss


@CASES
def test_one_hot_labels_are_classes(loss):
    logits, target = problem(9, 4)
    one_hot = torch.nn.functional.one_hot(target, 4)
    torch.testing.assert_close(loss(logits, one_hot), loss(logits, target))
    torch.testing.assert_close(
        gradient(loss, logits, one_hot), gradient(loss, logits, target)
    )


@CASES
def test_a_soft_label_is_a_mean_of_labels(loss):
    logits, _ = problem(9, 4)
    shares = soft_labels(9, 4)
    each = torch.stack([loss(logits, torch.full((9,), k)) for k in range(4)], dim=1)
    torch.testing.assert_close(loss(logits, shares), (shares * each).sum(dim=1))


@CASES
def test_reductions(loss):
    logits, target = problem(9, 4)
    each = loss(logits, target)
    assert each.shape == (9,)
    for reduction in ("mean", "sum"):
        reduced = ready(clone(loss)).set_params(reduction=reduction)(logits, target)
        torch.testing.assert_close(reduced, getattr(each, reduction)())


@CASES
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("scale", [2.0, 300.0])
def test_low_precision_stays_finite_and_close(loss, dtype, scale):
    logits, target = problem(30, 4, scale)
    logits = logits.to(dtype)
    value, slope = loss(logits, target), gradient(loss, logits, target)
    assert value.dtype == torch.float32
    assert slope.dtype == dtype
    assert torch.isfinite(value).all()
    assert torch.isfinite(slope).all()
    exact = logits.double()
    torch.testing.assert_close(
        value.double(), loss(exact, target), rtol=1e-4, atol=1e-4
    )
    eps = 20 * torch.finfo(dtype).eps
    slope_exact = gradient(loss, exact, target)
    torch.testing.assert_close(slope.double(), slope_exact, rtol=eps, atol=eps)


@CASES
def test_autocast_changes_nothing(loss):
    logits, target = problem(30, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        under = loss(logits.float(), target)
    torch.testing.assert_close(under, loss(logits.float(), target), rtol=0, atol=0)


@CASES
def test_logits_without_doubt(loss):
    logits = torch.eye(4).repeat(4, 1) * 1e4
    target = torch.arange(4).repeat_interleave(4)
    for labels in (target, torch.nn.functional.one_hot(target, 4)):
        assert torch.isfinite(loss(logits, labels)).all()
        assert torch.isfinite(gradient(loss, logits, labels)).all()


@pytest.mark.parametrize("loss", class_symmetric(), ids=str)
def test_classes_may_be_renamed(loss):
    logits, target = problem(9, 4)
    order = torch.tensor([2, 0, 3, 1])
    renamed = torch.empty_like(logits)
    renamed[:, order] = logits
    torch.testing.assert_close(loss(renamed, order[target]), loss(logits, target))


@CASES
def test_copies_are_the_same_loss(loss):
    logits, target = problem(9, 4)
    expected = loss(logits, target)
    cloned = clone(loss)
    assert cloned.epoch is None
    cloned.set_epoch(1, 10)
    for same in (cloned, copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        torch.testing.assert_close(same(logits, target), expected, rtol=0, atol=0)


def test_parameters_can_be_searched_over():
    loss = losses.NormalizedLoss(losses.GeneralizedCrossEntropy(q=0.1))
    loss.set_params(objective__q=0.5, reduction="none")
    same = losses.NormalizedLoss(losses.GeneralizedCrossEntropy(), reduction="none")
    logits, target = problem(9, 4)
    assert not torch.allclose(loss(logits, target), same(logits, target))
    same.set_params(objective__q=0.5)
    torch.testing.assert_close(loss(logits, target), same(logits, target))
    with pytest.raises(ValueError, match="q=2 must be"):
        losses.GeneralizedCrossEntropy().set_params(q=2)
    matrix = losses.ForwardCorrection(np.eye(4), reduction="none")
    matrix.set_params(transition_matrix=skewed_matrix(4))
    expected = losses.ForwardCorrection(skewed_matrix(4), reduction="none")
    torch.testing.assert_close(matrix(logits, target), expected(logits, target))


def blobs():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 4
    corners = 3 * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    return (corners[y] + rng.normal(size=(60, 2))).astype(np.float32), y


@CASES
def test_skorch_trains_with_it(loss):
    X, y = blobs()
    options = {f"criterion__{k}": v for k, v in loss.get_params(deep=False).items()}
    options["criterion__reduction"] = "mean"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = NeuralNetClassifier(
            torch.nn.Linear,
            module__in_features=2,
            module__out_features=4,
            criterion=type(loss),
            **options,
            optimizer=torch.optim.Adam,
            optimizer__lr=0.1,
            max_epochs=15,
            callbacks=[LossSchedule()],
            train_split=None,
            verbose=0,
        )
        net = clone(net).fit(X, y)
    proba = net.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
    assert net.score(X, y) > 0.6
    same = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(same.predict_proba(X), proba)


def test_schedule_counts_on():
    X, y = blobs()
    net = NeuralNetClassifier(
        torch.nn.Linear,
        module__in_features=2,
        module__out_features=4,
        criterion=losses.ActivePassiveLoss,
        criterion__active=losses.MaxSup(last_rate=0.2),
        max_epochs=3,
        callbacks=[LossSchedule()],
        train_split=None,
        verbose=0,
    ).fit(X, y)
    part = net.criterion_.active
    assert (part.epoch, part.n_epochs) == (2, 3)
    net.partial_fit(X, y)
    assert (part.epoch, part.n_epochs) == (5, 6)


def test_schedule_is_for_these_losses():
    net = NeuralNetClassifier(
        torch.nn.Linear,
        module__in_features=2,
        module__out_features=4,
        callbacks=[LossSchedule()],
        verbose=0,
    )
    with pytest.raises(TypeError, match=r"losses of sknoisy\.neural"):
        net.fit(*blobs())


@pytest.mark.parametrize(
    "loss",
    [
        losses.TwoStageLabelSmoothing(),
        losses.MaxSup(last_rate=0.2),
        losses.PeerLoss(n_ramp_epochs=3),
        losses.TruncatedGeneralizedCrossEntropy(),
    ],
    ids=str,
)
def test_losses_that_change_must_know_the_epoch(loss):
    with pytest.raises(RuntimeError, match="LossSchedule"):
        loss(*problem(5, 3))


def test_wrong_shapes():
    loss = losses.GeneralizedCrossEntropy()
    logits, target = problem(5, 3)
    with pytest.raises(ValueError, match="as many outputs as there are classes"):
        loss(logits[:, :1], target)
    with pytest.raises(ValueError, match=r"whole numbers of shape \(5,\)"):
        loss(logits, target[:4])
    with pytest.raises(ValueError, match=r"float64 of shape \(5,\)"):
        loss(logits, target.double())
    with pytest.raises(ValueError, match="reduction='max' must be one of mean"):
        losses.GeneralizedCrossEntropy(reduction="max")
