# SPDX-License-Identifier: BSD-3-Clause
import csv
import gzip
import json

import numpy as np
import pandas as pd
import pytest

from tests.cli.conftest import (
    HEADER,
    N_ROWS,
    WRONG,
    WRONG_TEXTS,
    mixed_rows,
    write_csv,
)


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def results(folder):
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    suspects = pd.read_csv(folder / "suspects.csv")
    return suspects, read_rows(folder / "cleaned.csv"), summary


def assert_found(suspects, planted):
    # Confident learning may leave one out: it counts how many are wrong, too.
    assert set(suspects["row"]) <= set(planted)
    assert len(suspects) >= len(planted) - 1


def test_planted_errors_are_the_suspects(run, table, tmp_path):
    exit_code, out, err = run("audit", table, "--target", "state")
    assert exit_code == 0
    suspects, cleaned, summary = results(tmp_path / "sknoisy-audit")
    assert_found(suspects, WRONG)
    assert suspects["quality"].is_monotonic_increasing
    flipped = {"sick": "well", "well": "sick"}
    assert (suspects["suggested_label"] == suspects["given_label"].map(flipped)).all()
    assert (suspects["state"] == suspects["given_label"]).all()
    assert summary["suspects"] == summary["suspects_listed"] == len(suspects)
    assert summary["rows"] == summary["rows_judged"] == N_ROWS
    assert summary["columns"] == {
        "number": ["age", "dose"],
        "category": ["ward"],
        "text": ["note"],
    }
    assert [entry["label"] for entry in summary["classes"]] == ["sick", "well"]
    assert sum(entry["suspects"] for entry in summary["classes"]) == len(suspects)
    rows_of_matrix = np.sum(summary["transition_matrix"]["values"], axis=1)
    np.testing.assert_allclose(rows_of_matrix, 1.0)
    assert "column 'patientId' is left out: it identifies rows" in err
    assert f"{len(suspects)} of {N_ROWS} labels look wrong" in out


def test_the_rest_is_written_as_it_was_read(run, table, tmp_path):
    run("audit", table, "--target", "state", "--out", "found")
    suspects, cleaned, _ = results(tmp_path / "found")
    listed = set(suspects["row"])
    rest = [row for i, row in enumerate(mixed_rows()) if i not in listed]
    assert cleaned == [HEADER, *rest]


def test_the_terminal_gets_short_plain_lines(run, table):
    _, out, err = run("audit", table, "--target", "state")
    assert "\x1b" not in out + err
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("kind", ["csv.gz", "tsv", "semicolons", "bom", "parquet"])
def test_every_kind_of_file(kind, run, table, tmp_path):
    other = tmp_path / "other.csv"
    if kind == "csv.gz":
        other = tmp_path / "other.csv.gz"
        other.write_bytes(gzip.compress(table.read_bytes()))
    elif kind == "tsv":
        other = tmp_path / "other.tsv"
        pd.read_csv(table, dtype=str, keep_default_na=False).to_csv(
            other, sep="\t", index=False
        )
    elif kind == "semicolons":
        frame = pd.read_csv(table, dtype=str, keep_default_na=False)
        frame.drop(columns="note").to_csv(other, sep=";", index=False)
    elif kind == "bom":
        other.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())
    else:
        other = tmp_path / "other.parquet"
        pd.read_csv(table).to_parquet(other)
    assert run("audit", other, "--target", "state", "--out", "found")[0] == 0
    suspects, cleaned, _ = results(tmp_path / "found")
    assert_found(suspects, WRONG)
    assert len(cleaned) == 1 + N_ROWS - len(suspects)


def test_parquet_keeps_whole_numbers_beside_gaps_and_labels_of_any_type(run, tmp_path):
    frame = pd.DataFrame(
        {
            "size": pd.array([None, *range(1, N_ROWS)], dtype="Int64"),
            "when": pd.date_range("2024-01-01", periods=N_ROWS, tz="UTC"),
            "large": np.arange(N_ROWS) >= N_ROWS // 2,
        }
    )
    frame.to_parquet(tmp_path / "sizes.parquet")
    assert run("audit", "sizes.parquet", "--target", "large")[0] == 0
    _, cleaned, summary = results(tmp_path / "sknoisy-audit")
    assert cleaned[2][0] == "1"
    assert [entry["label"] for entry in summary["classes"]] == [False, True]


def test_text_is_found_without_being_named(run, texts, tmp_path):
    run("audit", texts, "--target", "sky", "--drop", "hint")
    _, _, summary = results(tmp_path / "sknoisy-audit")
    assert_found(results(tmp_path / "sknoisy-audit")[0], WRONG_TEXTS)
    assert summary["columns"] == {"text": ["said"]}


def test_text_judges_alone(run, texts, tmp_path):
    _, out, _ = run("audit", texts, "--target", "sky", "--text", "said")
    suspects, _, summary = results(tmp_path / "sknoisy-audit")
    assert_found(suspects, WRONG_TEXTS)
    assert summary["columns"] == {"text": ["said"]}
    assert suspects.loc[0, "said"] in out


def test_a_column_that_repeats_the_target_is_left_out(run, texts, tmp_path):
    _, out, err = run("audit", texts, "--target", "sky")
    assert "column 'hint' is left out: it says the same as the target" in err
    suspects, _, _ = results(tmp_path / "sknoisy-audit")
    assert_found(suspects, WRONG_TEXTS)
    assert f"{len(suspects)} of 120 labels look wrong" in out


def test_trusted_labels_are_never_suspect(run, tmp_path):
    rows = [
        [*row, "yes" if i in WRONG[:2] else ["no", ""][i % 2]]
        for i, row in enumerate(mixed_rows())
    ]
    write_csv(tmp_path / "checked.csv", [*HEADER, "checked"], rows)
    run("audit", "checked.csv", "--target", "state", "--trusted", "checked")
    suspects, _, summary = results(tmp_path / "sknoisy-audit")
    assert_found(suspects, WRONG[2:])
    assert "checked" in summary["columns_left_out"]


def test_a_budget_lists_the_worst(run, table, tmp_path):
    run("audit", table, "--target", "state", "--out", "all")
    run("audit", table, "--target", "state", "--out", "two", "--budget", 2)
    all_suspects, _, _ = results(tmp_path / "all")
    two, cleaned, summary = results(tmp_path / "two")
    assert two["row"].tolist() == all_suspects["row"].tolist()[:2]
    assert len(cleaned) == 1 + N_ROWS - 2
    assert summary["suspects"] == len(all_suspects)
    assert summary["suspects_listed"] == 2


def test_rows_without_a_label_are_skipped_and_kept(run, tmp_path):
    rows = mixed_rows()
    for i, gap in enumerate(["", "NA", " nan "]):
        rows[i][-1] = gap
    write_csv(tmp_path / "gaps.csv", HEADER, rows)
    _, _, err = run("audit", "gaps.csv", "--target", "state")
    suspects, cleaned, summary = results(tmp_path / "sknoisy-audit")
    assert "3 rows have no value in the target" in err
    assert summary["rows_judged"] == N_ROWS - 3
    assert summary["rows_skipped_without_target"] == 3
    assert_found(suspects, WRONG)
    assert cleaned[1:4] == rows[:3]


def test_a_class_of_one_row_is_kept_and_noted(run, tmp_path):
    rows = mixed_rows()
    rows[0][-1] = "unclear"
    write_csv(tmp_path / "rare.csv", HEADER, rows)
    exit_code, _, err = run("audit", "rare.csv", "--target", "state")
    suspects, _, _ = results(tmp_path / "sknoisy-audit")
    assert exit_code == 0
    assert 0 not in set(suspects["row"])
    assert "note: " in err


def test_without_suspects_the_files_are_written_all_the_same(run, tmp_path):
    rows = [[str(i % 9), "low" if i % 9 < 4 else "high"] for i in range(N_ROWS)]
    write_csv(tmp_path / "clear.csv", ["height", "level"], rows)
    _, out, _ = run("audit", "clear.csv", "--target", "level")
    suspects, cleaned, summary = results(tmp_path / "sknoisy-audit")
    assert "0 of 120 labels look wrong" in out
    assert len(suspects) == summary["suspects"] == 0
    assert suspects.columns[:4].tolist() == [
        "row",
        "given_label",
        "suggested_label",
        "quality",
    ]
    assert cleaned == [["height", "level"], *rows]


def test_the_same_seed_gives_the_same_files(run, table, tmp_path):
    for out in ("first", "second"):
        run("audit", table, "--target", "state", "--random-state", 7, "--out", out)
    for name in ("suspects.csv", "cleaned.csv"):
        first = (tmp_path / "first" / name).read_bytes()
        assert first == (tmp_path / "second" / name).read_bytes()


def test_columns_named_like_ours_are_told_apart(run, tmp_path):
    header = ["row", *HEADER[1:]]
    write_csv(tmp_path / "rows.csv", header, mixed_rows())
    run("audit", "rows.csv", "--target", "state")
    suspects, cleaned, _ = results(tmp_path / "sknoisy-audit")
    assert {"row", "row (file)"} <= set(suspects.columns)
    assert cleaned[0] == header


def test_columns_of_one_name_are_told_apart(run, tmp_path):
    header = ["x", "x", "x", "ward", "note", "state"]
    write_csv(tmp_path / "twice.csv", header, mixed_rows())
    assert run("audit", "twice.csv", "--target", "state")[0] == 0
    _, cleaned, summary = results(tmp_path / "sknoisy-audit")
    assert cleaned[0] == header
    assert summary["columns"]["number"] == ["x.2", "x.3"]


def test_repeated_rows_are_counted(run, tmp_path):
    rows = mixed_rows()
    rows += [["Q1", *rows[8][1:]], ["Q2", *rows[9][1:5], "well"], ["Q3", *rows[9][1:]]]
    table = write_csv(tmp_path / "twice.csv", HEADER, rows)
    exit_code, out, _ = run("audit", table, "--target", "state")
    assert exit_code == 0
    assert "5 rows repeat others in all that the model sees (2 groups)" in out
    assert "in 1 of them the labels differ" in out
    _, _, summary = results(tmp_path / "sknoisy-audit")
    assert summary["repeats"] == {
        "rows": 5,
        "groups": 2,
        "groups_with_different_labels": 1,
    }


def test_nothing_is_said_of_repeats_where_there_are_none(run, table):
    _, out, _ = run("audit", table, "--target", "state")
    assert "repeat" not in out
