# SPDX-License-Identifier: BSD-3-Clause
from types import SimpleNamespace

import pytest
import torch

from sknoisy.neural._losses import row_losses, row_losses_of


@pytest.mark.parametrize("is_soft", [False, True])
def test_log_probabilities_give_the_losses_of_their_logits(is_soft):
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(8, 4, generator=generator)
    targets = torch.rand(8, 4, generator=generator)
    codes = torch.arange(8) % 4
    batch = SimpleNamespace(codes=codes, targets=targets, is_soft=is_soft)
    expected = row_losses(logits, batch)
    found = row_losses_of(torch.log_softmax(logits, dim=1), batch)
    torch.testing.assert_close(found, expected)
    assert found.std() > 0.1
