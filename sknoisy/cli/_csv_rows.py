# SPDX-License-Identifier: BSD-3-Clause
"""Read the rows of a CSV file as they stand, or say what is wrong with it."""

import csv
import gzip
import sys
import zlib

from sknoisy.cli._errors import CommandError


def read_csv_rows(path):
    """Read a header and rows of strings.

    Cells stay as they are written, so that they can be written again unchanged.

    Parameters
    ----------
    path : Path
        A .csv or .tsv file, gzipped if it ends in .gz.

    Returns
    -------
    header : list of str
        Names of the columns.
    rows : list of list of str
        As long as the header each; blank lines are left out.

    Raises
    ------
    CommandError
        If the file is no text in UTF-8, or its rows differ in length.
    """
    _allow_long_cells()
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as lines:
            return _parse(path, lines)
    except UnicodeDecodeError as error:
        raise CommandError(
            f"cannot read '{path}': it is not UTF-8 text; if it is text, save it "
            "again as UTF-8"
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CommandError(
            f"cannot read '{path}': it is not a whole gzip file ({error})"
        ) from error


def _parse(path, lines):
    first = lines.readline()
    lines.seek(0)
    reader = csv.reader(lines, delimiter=_delimiter(path, first), strict=True)
    try:
        rows = _equally_long(path, reader)
    except csv.Error as error:
        raise CommandError(
            f"cannot read '{path}': line {reader.line_num}: {error}"
        ) from error
    if not rows:
        raise CommandError(f"'{path}' is empty")
    return rows[0], rows[1:]


def _equally_long(path, reader):
    rows = []
    for row in reader:
        if not row:
            continue
        rows.append(row)
        if len(row) != len(rows[0]):
            raise CommandError(
                f"cannot read '{path}': the header has {len(rows[0])} cells but line "
                f"{reader.line_num} has {len(row)}; quote cells that hold the "
                "delimiter or a line break"
            )
    return rows


def _delimiter(path, first_line):
    if ".tsv" in path.suffixes:
        return "\t"
    found = [mark for mark in ",;\t|" if mark in first_line]
    return found[0] if found else ","


def _allow_long_cells():
    # The limit is a C long, which is smaller than sys.maxsize on Windows.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
