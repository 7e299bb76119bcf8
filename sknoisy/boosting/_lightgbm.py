# SPDX-License-Identifier: BSD-3-Clause
"""LightGBM, if it is installed."""


def import_lightgbm():
    """Import LightGBM.

    Returns
    -------
    lightgbm : module
        For growing trees.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        import lightgbm
    except ImportError as error:
        raise ImportError(
            "RobustLGBMClassifier needs LightGBM, which is not installed: "
            'pip install "sknoisy[lightgbm]"'
        ) from error
    return lightgbm
