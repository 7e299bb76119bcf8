# SPDX-License-Identifier: BSD-3-Clause
"""Sort out the further parameters of fit of a meta-estimator."""

from sklearn import get_config
from sklearn.utils.metadata_routing import process_routing


def estimator_fit_params(meta_estimator, fit_params):
    """Choose the parameters that go on to the fit of the estimator inside.

    Parameters
    ----------
    meta_estimator : estimator
        Has the routing.
    fit_params : dict
        What fit was given beyond what it uses itself.

    Returns
    -------
    fit_params : dict
        All of them, or with metadata routing those that the estimator requests.
    """
    if fit_params and get_config()["enable_metadata_routing"]:
        return dict(process_routing(meta_estimator, "fit", **fit_params).estimator.fit)
    return fit_params
