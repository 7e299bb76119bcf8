# SPDX-License-Identifier: BSD-3-Clause
"""The command line: ``sknoisy audit FILE --target COLUMN`` and ``sknoisy demo``."""

from sknoisy.cli._main import main

__all__ = ["main"]
