# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.exceptions import NotFittedError

from sknoisy.neural import MaxLogitPNorm


def smoothed_network(n_samples=400, n_classes=5):
    """Make logits whose largest probability says nothing, and their directions all."""
    rng = np.random.default_rng(0)
    y = rng.integers(n_classes, size=n_samples)
    logits = rng.normal(scale=0.6, size=(n_samples, n_classes))
    logits[np.arange(n_samples), y] += 1.0
    # Rows that are less sure come out with larger logits.
    top = np.sort(logits, axis=1)
    lead = top[:, -1] - top[:, -2]
    return logits * (1 / (0.05 + lead))[:, None], y


def share_of_errors_kept(confidence, is_wrong, kept=0.5):
    best = np.argsort(-confidence)[: int(kept * len(confidence))]
    return is_wrong[best].mean()


def test_errors_are_ranked_better_than_by_probability():
    logits, y = smoothed_network()
    scorer = MaxLogitPNorm().fit(logits[:200], y[:200])
    assert scorer.p_ is not None
    logits, y = logits[200:], y[200:]
    is_wrong = logits.argmax(axis=1) != y
    ours = share_of_errors_kept(scorer.confidence(logits), is_wrong)
    theirs = share_of_errors_kept(softmax(logits, axis=1).max(axis=1), is_wrong)
    assert ours < 0.7 * theirs


def test_probability_is_kept_where_it_is_as_good():
    logits = np.array([[5.0, 0.0], [3.0, 0.0], [0.0, 1.0]])
    scorer = MaxLogitPNorm().fit(logits, [0, 0, 0])
    assert scorer.p_ is None
    assert scorer.risk_ == pytest.approx(1 / 9)
    np.testing.assert_allclose(
        scorer.confidence(logits), softmax(logits, axis=1).max(axis=1)
    )


@pytest.mark.parametrize("p", [1, 2, 10, 3.5])
def test_scale_and_shift_do_not_matter(p):
    logits, y = smoothed_network()
    scorer = MaxLogitPNorm(p=p).fit(logits, y)
    expected = scorer.confidence(logits)
    for same in (1e-200 * logits, 1e200 * logits, 7 * logits + 3):
        np.testing.assert_allclose(scorer.confidence(same), expected, rtol=1e-9)
    centred = logits - logits.mean(axis=1, keepdims=True)
    norm = (np.abs(centred) ** p).sum(axis=1) ** (1 / p)
    np.testing.assert_allclose(expected, centred.max(axis=1) / norm, rtol=1e-9)


def test_ties_have_no_order():
    logits = np.zeros((4, 3))
    for y in ([0, 0, 1, 1], [1, 1, 0, 0]):
        scorer = MaxLogitPNorm(p=2).fit(logits, y)
        assert scorer.risk_ == pytest.approx(0.5)
    assert (scorer.confidence(logits) == 0).all()


def test_tensors():
    logits, y = smoothed_network()
    scorer = MaxLogitPNorm().fit(torch.from_numpy(logits), torch.from_numpy(y))
    np.testing.assert_array_equal(
        scorer.confidence(torch.from_numpy(logits).requires_grad_()),
        MaxLogitPNorm().fit(logits, y).confidence(logits),
    )


def test_wrong_input():
    with pytest.raises(ValueError, match="p=0 must be a number, at least 1"):
        MaxLogitPNorm(p=0).fit(np.zeros((3, 2)), [0, 1, 0])
    with pytest.raises(ValueError, match="two or more classes"):
        MaxLogitPNorm().fit(np.zeros(3), [0, 1, 0])
    with pytest.raises(ValueError, match="class for each of 3 rows"):
        MaxLogitPNorm().fit(np.zeros((3, 2)), [0, 1])
    with pytest.raises(NotFittedError):
        MaxLogitPNorm().confidence(np.zeros((3, 2)))
