# SPDX-License-Identifier: BSD-3-Clause
"""A fit whose signature promises weights only where they can be used."""

import functools
import inspect
from types import MethodType

from sknoisy.pipeline._step_kinds import is_passthrough
from sknoisy.utils import supports_sample_weight


class FitWithHonestSignature:
    """Method `fit`, which names sample_weight only if the last step can take it.

    The signature is where meta-estimators, such as bagging, see whether to pass
    weights or to draw rows in their place.

    Parameters
    ----------
    fit : function
        The method as the class defines it.
    """

    def __init__(self, fit):
        functools.update_wrapper(self, fit)

    def __get__(self, pipeline, owner=None):
        if pipeline is None:
            return self.__wrapped__
        bound = MethodType(self.__wrapped__, pipeline)
        if _may_take_weights(pipeline):
            return bound

        @functools.wraps(bound)
        def fit(*args, **kwargs):
            return bound(*args, **kwargs)

        parameters = inspect.signature(bound).parameters.values()
        fit.__signature__ = inspect.Signature(
            [parameter for parameter in parameters if parameter.name != "sample_weight"]
        )
        return fit


def _may_take_weights(pipeline):
    try:
        last = pipeline.steps[-1][1]
        return not is_passthrough(last) and supports_sample_weight(last)
    except (AttributeError, IndexError, TypeError, ValueError):
        # fit is looked for before it has had a chance to refuse the steps.
        return True
