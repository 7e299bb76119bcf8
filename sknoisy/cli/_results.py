# SPDX-License-Identifier: BSD-3-Clause
"""Write suspects.csv, cleaned.csv and summary.json."""

import json

import numpy as np

from sknoisy.cli._pandas import import_pandas

RESULT_FILES = ("suspects.csv", "cleaned.csv", "summary.json")


def write_results(folder, table, target, findings, summary):
    """Write the results of an audit.

    Parameters
    ----------
    folder : Path
        An existing folder.
    table : Table
        The file.
    target : Target
        Its labels.
    findings : Findings
        Judgement of each label.
    summary : dict
        Of `summarize`.
    """
    _write_table(folder / "suspects.csv", suspects_table(table, target, findings))
    rest = np.ones(len(table.written), dtype=bool)
    rest[target.rows[findings.listed]] = False
    _write_table(folder / "cleaned.csv", table.written[rest])
    with open(folder / "summary.json", "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2, ensure_ascii=False)
        file.write("\n")


def suspects_table(table, target, findings):
    """Put the judgement of each listed suspect before its columns of the file.

    Parameters
    ----------
    table : Table
        The file.
    target : Target
        Its labels.
    findings : Findings
        Judgement of each label.

    Returns
    -------
    suspects : DataFrame of shape (n_listed, 4 + n_columns)
        Worst first.
    """
    pandas = import_pandas()
    rows = target.rows[findings.listed]
    judgement = pandas.DataFrame(
        {
            "row": rows,
            "given_label": findings.labels[findings.listed],
            "suggested_label": findings.suggested[findings.listed],
            "quality": findings.quality[findings.listed].round(6),
        }
    )
    content = table.written.iloc[rows].reset_index(drop=True)
    content.columns = [
        f"{name} (file)" if name in judgement.columns else name
        for name in content.columns
    ]
    return pandas.concat([judgement, content], axis="columns")


def _write_table(path, frame):
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
