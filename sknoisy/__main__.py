# SPDX-License-Identifier: BSD-3-Clause
"""Run the command line as ``python -m sknoisy``."""

import sys

from sknoisy.cli import main

if __name__ == "__main__":
    sys.exit(main())
