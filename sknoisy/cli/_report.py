# SPDX-License-Identifier: BSD-3-Clause
"""Sum up an audit for a person."""

import numpy as np

from sknoisy.cli._text_table import display_width, lay_out, printable, shorten

_WORST_SHOWN = 10
_CLASSES_SHOWN = 10
_LABEL_WIDTH = 16
_CELL_WIDTH = 12

# Long enough to fill a line; a text of a megabyte is not worth looking through.
_SNIPPET = 300


def print_report(table, target, features, findings):
    """Print the worst suspects, the suspects of each class, and what repeats.

    Parameters
    ----------
    table : Table
        The file.
    target : Target
        Its labels.
    features : Features
        What the model saw.
    findings : Findings
        Judgement of each label.
    """
    n_rows, n_suspects = len(findings.labels), len(findings.suspects)
    print(f"\n{n_suspects:,} of {n_rows:,} labels look wrong", end=" ")
    print(f"(estimated noise rate: {findings.noise_rate:.1%}).")
    if n_suspects:
        print(f"\n{_worst(table, target, features, findings)}")
        print(f"\n{_by_class(findings)}")
    if findings.repeats.groups:
        print(f"\n{_repeated(findings.repeats)}")


def _worst(table, target, features, findings):
    shown = findings.listed[:_WORST_SHOWN]
    if len(findings.suspects) > len(shown):
        title = f"The worst {len(shown)}:"
    else:
        title = "They are, worst first:"
    rows = [
        [
            str(target.rows[i]),
            _label(findings.labels[i]),
            _label(findings.suggested[i]),
            f"{findings.quality[i]:.3f}",
            _snippet(table, features, target.rows[i]),
        ]
        for i in shown
    ]
    header = ["row", "given", "suggested", "quality", "content"]
    return f"{title}\n\n{lay_out(header, rows, numeric={0, 3})}"


def _label(label):
    return shorten(printable(str(label)), _LABEL_WIDTH)


def _snippet(table, features, row):
    names = list(table.typed.columns)
    cells = [table.written.iat[row, names.index(name)] for name in features.names[:30]]
    texts = ["" if cell is None else str(cell)[:_SNIPPET] for cell in cells]
    longest = max(texts, key=display_width)
    if len(texts) == 1 or len(longest.split()) > 3:
        return longest
    values = [shorten(printable(text), _CELL_WIDTH) for text in texts]
    pairs = zip(features.names, values, strict=False)
    return ", ".join(f"{name}={value}" for name, value in pairs)


def _by_class(findings):
    given = findings.labels[findings.suspects]
    counts = [
        (np.sum(given == label), label, np.sum(findings.labels == label))
        for label in findings.classes
    ]
    counts.sort(key=lambda count: -count[0])
    rows = [
        [_label(label), f"{n_rows:,}", f"{n_suspects:,}", f"{n_suspects / n_rows:.1%}"]
        for n_suspects, label, n_rows in counts[:_CLASSES_SHOWN]
    ]
    more = len(counts) - len(rows)
    tail = f"\n... and {more} more classes, in summary.json" if more > 0 else ""
    header = ["class", "rows", "suspects", "share"]
    return lay_out(header, rows, numeric={1, 2, 3}) + tail


def _repeated(repeats):
    groups = "1 group" if repeats.groups == 1 else f"{repeats.groups:,} groups"
    return (
        f"{repeats.rows:,} rows repeat others in all that the model sees ({groups}); "
        f"in {repeats.groups_with_different_labels:,} of them the labels differ."
    )
