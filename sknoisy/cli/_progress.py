# SPDX-License-Identifier: BSD-3-Clause
"""Say on stderr what is going on."""

import sys
import time
from contextlib import contextmanager


@contextmanager
def stage(message):
    """Show a message while the body runs, and the time that it took.

    Parameters
    ----------
    message : str
        What the body does.
    """
    start = time.perf_counter()
    with spinner(message):
        yield
    seconds = time.perf_counter() - start
    print(f"{message}: {seconds:.1f} s", file=sys.stderr, flush=True)


def note(message):
    """Tell of something that the person should know.

    Parameters
    ----------
    message : str
        One line.
    """
    print(f"note: {message}", file=sys.stderr, flush=True)


@contextmanager
def spinner(message):
    """Show a message on a terminal while the body runs.

    Parameters
    ----------
    message : str
        What the body does. Nothing is shown off a terminal or without rich.
    """
    progress = _rich_progress()
    if progress is None:
        yield
        return
    with progress:
        progress.add_task(message, total=None)
        yield


def _rich_progress():
    if not sys.stderr.isatty():
        return None
    try:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    except ImportError:
        return None
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
