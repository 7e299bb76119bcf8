# SPDX-License-Identifier: BSD-3-Clause
"""pandas, if it is installed."""

from sknoisy.cli._errors import CommandError


def import_pandas():
    """Import pandas.

    Returns
    -------
    pandas : module
        For reading and writing tables.

    Raises
    ------
    CommandError
        If it is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise CommandError(
            'tables need pandas, which is not installed: pip install "sknoisy[cli]"'
        ) from error
    return pandas
