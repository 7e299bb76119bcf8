# SPDX-License-Identifier: BSD-3-Clause
"""Lay out tables for a terminal."""

import unicodedata

WIDTH = 80
_GAP = "  "
_CUT = "..."


def lay_out(header, rows, *, numeric=(), width=WIDTH):
    """Align columns, and cut the last one so that lines fit.

    Parameters
    ----------
    header : list of str
        Names of the columns.
    rows : list of list of str
        Cells.
    numeric : set of int
        Columns to align at the right.
    width : int, default=80
        Longest line.

    Returns
    -------
    lines : str
        One line per row, below the header.
    """
    rows = [[printable(cell) for cell in row] for row in [header, *rows]]
    last = len(header) - 1
    widths = [max(display_width(row[j]) for row in rows) for j in range(last + 1)]
    room = width - sum(widths[:last]) - len(_GAP) * last
    lines = []
    for row in rows:
        cells = [*row[:last], shorten(row[last], max(room, len(_CUT)))]
        padded = [_pad(cell, widths[j], j in numeric) for j, cell in enumerate(cells)]
        lines.append(_GAP.join(padded).rstrip())
    return "\n".join(lines)


def printable(text):
    """Turn line breaks and control characters, which move the cursor, to spaces.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    line : str
        With single spaces.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def shorten(text, width):
    """Cut a text that is too wide.

    Parameters
    ----------
    text : str
        One line.
    width : int
        Most columns of the terminal that it may take.

    Returns
    -------
    text : str
        Ends in three dots if it was cut.
    """
    if display_width(text) <= width:
        return text
    while display_width(text) > width - len(_CUT):
        text = text[:-1]
    return text.rstrip() + _CUT


def display_width(text):
    """Count the columns of the terminal that a text takes.

    Parameters
    ----------
    text : str
        One line.

    Returns
    -------
    width : int
        Chinese, Japanese and Korean letters take two columns.
    """
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter):
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _pad(cell, width, at_right):
    spaces = " " * (width - display_width(cell))
    return spaces + cell if at_right else cell + spaces
