# SPDX-License-Identifier: BSD-3-Clause
"""A report as HTML that stands alone: no scripts, nothing fetched."""

from collections import Counter
from html import escape

from sknoisy.inspection._findings import KINDS
from sknoisy.inspection._snippets import snippet

_SHOWN = 10
_ROWS_SHOWN = 6

_STYLE = """
.sknoisy-report { font-family: sans-serif; font-size: 0.9em; max-width: 60em; }
.sknoisy-report summary { cursor: pointer; padding: 0.3em 0; font-weight: bold; }
.sknoisy-report table { border-collapse: collapse; margin: 0.2em 0 0.8em 1em; }
.sknoisy-report th, .sknoisy-report td {
  text-align: left; vertical-align: top; padding: 0.2em 0.8em 0.2em 0;
  border-bottom: 1px solid rgba(128, 128, 128, 0.3);
}
.sknoisy-report .content { font-family: monospace; word-break: break-word; }
.sknoisy-report .more { margin-left: 1em; opacity: 0.7; }
"""


def report_html(report):
    """Write a report as HTML, in which everything from the data is escaped.

    Parameters
    ----------
    report : DataReport
        The report.

    Returns
    -------
    html : str
        One element with a style of its own.
    """
    sections = [_section(report, kind) for kind in KINDS if report.looked_for(kind)]
    return (
        f'<div class="sknoisy-report"><style>{_STYLE}</style>'
        f"<p>{escape(report.headline())}</p>{''.join(sections)}</div>"
    )


def _section(report, kind):
    findings = report.findings(kind)
    title = f"{escape(KINDS[kind])}: {escape(report.extent(kind))}"
    if not findings:
        return f"<p>{title}</p>"
    lines = "".join(_line(report, finding) for finding in findings[:_SHOWN])
    labels = "<th>given</th><th>suggested</th>" if report.has_labels else ""
    table = (
        f"<table><thead><tr><th>rows</th><th>score</th>{labels}<th>content</th></tr>"
        f"</thead><tbody>{lines}</tbody></table>"
    )
    more = len(findings) - _SHOWN
    tail = f'<p class="more">and {more:,} more</p>' if more > 0 else ""
    return f"<details open><summary>{title}</summary>{table}{tail}</details>"


def _line(report, finding):
    cells = [_several(finding.rows), f"{finding.score:.3g}"]
    if report.has_labels:
        given = finding.given
        cells.append(_tally(given) if isinstance(given, tuple) else str(given))
        cells.append("" if finding.suggested is None else str(finding.suggested))
    contents = [snippet(report.X, row) for row in finding.rows[:_ROWS_SHOWN]]
    # Copies look alike; once is enough.
    content = "<br>".join(escape(each) for each in dict.fromkeys(contents))
    plain = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr>{plain}<td class="content">{content}</td></tr>'


def _several(rows):
    text = ", ".join(str(row) for row in rows[:_ROWS_SHOWN])
    more = len(rows) - _ROWS_SHOWN
    return f"{text} and {more:,} more" if more > 0 else text


def _tally(labels):
    counts = Counter(str(label) for label in labels)
    if len(counts) == 1:
        return str(labels[0])
    parts = [f"{label} ({n:,})" for label, n in counts.most_common(_ROWS_SHOWN)]
    return ", ".join(parts)
