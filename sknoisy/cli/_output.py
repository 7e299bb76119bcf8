# SPDX-License-Identifier: BSD-3-Clause
"""Write several files so that either all of them appear or none."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from sknoisy.cli._errors import CommandError


@contextmanager
def output_folder(out, names, source=None):
    """Give a temporary folder whose files move to their place at the end.

    That it can be written to is known before anything is computed. If the body
    of the ``with`` statement fails, nothing of it stays.

    Parameters
    ----------
    out : str or Path
        Where the files are to be. An existing folder keeps its other files.
    names : iterable of str
        The files that the body will write.
    source : Path, default=None
        A file that must not be written over.

    Yields
    ------
    folder : Path
        To write the files into.

    Raises
    ------
    CommandError
        If the files cannot be written, or would replace `source`.
    """
    out = Path(out)
    with write_errors(out):
        _check_places(out, names, source)
        folder = Path(tempfile.mkdtemp(prefix=".sknoisy-", dir=_nearest_place(out)))
    try:
        yield folder
        with write_errors(out):
            out.mkdir(parents=True, exist_ok=True)
            for name in names:
                os.replace(folder / name, out / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def write_errors(out):
    """Turn errors of the operating system into one line for the person.

    Parameters
    ----------
    out : Path
        Where the files are to be.

    Raises
    ------
    CommandError
        If the body cannot write.
    """
    try:
        yield
    except OSError as error:
        raise CommandError(
            f"cannot write to '{out}': {error.strerror or error}"
        ) from error


def _check_places(out, names, source):
    nearest = _nearest_place(out)
    if not nearest.is_dir():
        raise CommandError(f"cannot write to '{out}': '{nearest}' is not a folder")
    for name in names:
        place = out / name
        if place.is_dir():
            raise CommandError(
                f"cannot write '{place}': there is a folder in its place"
            )
        if source is not None and place.exists() and place.samefile(source):
            raise CommandError(
                f"'{place}' would replace the file that is read; choose another --out"
            )


def _nearest_place(out):
    # Moving is safe within one file system only, so the temporary folder is made
    # where the files are to be, or as close as there is a folder.
    places = (out, *out.absolute().parents)
    return next(place for place in places if place.exists())
