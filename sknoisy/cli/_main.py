# SPDX-License-Identifier: BSD-3-Clause
"""From the words of a command line to an exit code."""

import os
import sys

from sknoisy.cli._arguments import make_parser
from sknoisy.cli._errors import CommandError

USER_ERROR = 2
INTERRUPTED = 130


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Words after ``sknoisy``; None takes those of the process.

    Returns
    -------
    exit_code : int
        0 if all went well, 2 if something asked for cannot be done, 130 if
        interrupted.
    """
    arguments = make_parser().parse_args(argv)
    _survive_narrow_encodings(sys.stdout, sys.stderr)
    try:
        arguments.run(arguments)
        sys.stdout.flush()
    except CommandError as error:
        print(f"sknoisy: error: {error}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        print("sknoisy: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout, such as `head`, has left. The interpreter would
        # flush once more at exit and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _survive_narrow_encodings(*streams):
    # The texts of a file may hold letters that the terminal cannot show.
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
