# SPDX-License-Identifier: BSD-3-Clause
"""Views of rows: what stands in for the augmentation of images."""

import torch

from sknoisy.utils._numbers import check_number


def check_augment(augment):
    """Refuse what makes no views.

    Parameters
    ----------
    augment : float or callable
        What the caller wrote.
    """
    if not callable(augment):
        check_number("augment", augment, 0, 1, closed="left")


def make_view(run, x, augment):
    """Make a view of rows, which means the same and reads differently.

    Parameters
    ----------
    run : Run
        The fit.
    x : tensor of shape (n, ...)
        Rows, dense or sparse.
    augment : float or callable
        A callable takes rows and returns a view of them. A number is the share of
        values that are replaced: of dense rows, with the value of another row in the
        same place, which suits numbers of any scale and codes of categories; of sparse
        rows, with zero.

    Returns
    -------
    view : tensor of shape (n, ...)
        Of the same kind.
    """
    if callable(augment):
        return augment(x)
    if x.layout != torch.strided:
        return run.drop_inputs(x, augment)
    others = x[torch.randperm(len(x), device=x.device)]
    is_replaced = torch.rand(x.shape, device=x.device) < augment
    return torch.where(is_replaced, others, x)
