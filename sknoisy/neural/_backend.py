# SPDX-License-Identifier: BSD-3-Clause
"""Say what to install where torch or skorch is missing."""

try:
    import skorch  # noqa: F401
    import torch  # noqa: F401
except ImportError as error:
    raise ImportError(
        f"sknoisy.neural needs {error.name}, which is not installed: "
        'pip install "sknoisy[torch]"'
    ) from error
