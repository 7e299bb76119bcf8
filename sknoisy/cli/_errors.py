# SPDX-License-Identifier: BSD-3-Clause
"""What the person at the keyboard can mend."""


class CommandError(Exception):
    """Ends the command with one line on stderr and exit code 2."""
