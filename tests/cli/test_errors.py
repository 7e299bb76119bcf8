# SPDX-License-Identifier: BSD-3-Clause
import os
import sys

import numpy as np
import pytest

from tests.cli.conftest import HEADER, mixed_rows, write_csv


def assert_refused(result, *phrases):
    exit_code, out, err = result
    assert exit_code == 2
    assert out == ""
    assert err.startswith("sknoisy: error: ")
    assert err.count("\n") == 1
    for phrase in phrases:
        assert phrase in err


def binary():
    return np.random.default_rng(0).bytes(3000)


@pytest.mark.parametrize(
    ("name", "content", "phrase"),
    [
        ("a.csv", binary(), "not UTF-8 text"),
        ("a.csv", "café,b\n1,2\n".encode("latin-1"), "not UTF-8 text"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n", "is empty"),
        ("a.csv", b"x,y\n", "no rows"),
        ("a.csv", b"x,y\n1,2\n3\n", "line 3 has 1"),
        ("a.csv", b"x,y\n1,2\n3,4,5\n", "line 3 has 3"),
        ("a.csv", b'x,y\n1,"2\n', "line 2: unexpected end of data"),
        ("a.csv.gz", b"x,y\n1,2\n", "not a whole gzip file"),
        ("a.parquet", binary(), "cannot read 'a.parquet'"),
        ("a.xlsx", binary(), "ends in .csv, .tsv"),
    ],
)
def test_unreadable_files(name, content, phrase, run, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert_refused(run("audit", name, "--target", "y"), name, phrase)


def test_a_cut_gzip_file(run, table, tmp_path):
    import gzip

    cut = gzip.compress(table.read_bytes())[:-20]
    (tmp_path / "cut.csv.gz").write_bytes(cut)
    assert_refused(run("audit", "cut.csv.gz", "--target", "state"), "not a whole gzip")


def test_missing_file(run):
    assert_refused(run("audit", "none.csv", "--target", "y"), "no file 'none.csv'")


def test_a_folder_for_a_file(run, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert_refused(run("audit", "folder.csv", "--target", "y"), "folder.csv")


@pytest.mark.parametrize("option", ["--text", "--trusted", "--drop"])
def test_a_missing_column_in_an_option(option, run, table):
    result = run("audit", table, "--target", "state", option, "wardd")
    assert_refused(result, "no column 'wardd'", "did you mean 'ward'?")


def test_a_missing_target_names_what_is_close(run, table):
    result = run("audit", table, "--target", "Stat")
    assert_refused(result, "no column 'Stat'", "did you mean 'state'?")
    result = run("audit", table, "--target", "zzz")
    assert_refused(result, "its columns are 'patientId', 'age'")


def targets():
    rng = np.random.default_rng(0)
    return [
        ("one class", ["a"] * 40, "has one class only, 'a'"),
        ("one class and gaps", ["a", "", "NA", "null"] * 10, "has one class only"),
        ("only gaps", ["", "NA", "null", "?"] * 10, "lacks a value"),
        ("a price", [f"{v:.3f}" for v in rng.normal(size=40)], "a quantity"),
        ("a count", [str(v) for v in range(40)], "a quantity"),
        ("names", [f"name {v}" for v in range(40)], "these are no classes"),
        ("too few", ["a", "b", "a", "b", "a", "b", *[""] * 34], "has 6 rows"),
        ("lone rows", ["b", "c", *["a"] * 38], "more than one row"),
    ]


@pytest.mark.parametrize(
    ("labels", "phrase"),
    [case[1:] for case in targets()],
    ids=[case[0] for case in targets()],
)
def test_targets_that_cannot_be_judged(labels, phrase, run, tmp_path):
    rows = [[f"{i % 7}", label] for i, label in enumerate(labels)]
    write_csv(tmp_path / "t.csv", ["x", "y"], rows)
    assert_refused(run("audit", "t.csv", "--target", "y"), "t.csv", "'y'", phrase)
    assert not (tmp_path / "sknoisy-audit").exists()


def test_nothing_to_judge_by(run, table):
    drop = ["--drop", *HEADER[1:-1]]
    result = run("audit", table, "--target", "state", *drop)
    assert_refused(result, "no column to judge 'state' by", "it identifies rows")


def test_the_target_as_text(run, table):
    result = run("audit", table, "--target", "state", "--text", "state")
    assert_refused(result, "'state' is the target")


def test_trusted_that_says_neither_yes_nor_no(run, table):
    result = run("audit", table, "--target", "state", "--trusted", "ward")
    assert_refused(result, "must say yes or no", "'ward'")


@pytest.mark.parametrize("out", ["wards.csv", "wards.csv/deeper/still"])
def test_a_file_in_the_place_of_the_folder(out, run, table, tmp_path):
    before = table.read_bytes()
    result = run("audit", table, "--target", "state", "--out", out)
    assert_refused(result, "cannot write", "wards.csv' is not a folder")
    assert table.read_bytes() == before


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_is_read_only(run, table, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    result = run("audit", table, "--target", "state", "--out", "closed")
    assert_refused(result, "cannot write to 'closed'")


def test_the_file_that_is_read_is_not_written_over(run, tmp_path):
    folder = tmp_path / "sknoisy-audit"
    folder.mkdir()
    again = write_csv(folder / "cleaned.csv", HEADER, mixed_rows())
    result = run("audit", again, "--target", "state")
    assert_refused(result, "would replace the file that is read")


def test_parquet_without_pyarrow(run, tmp_path, monkeypatch):
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run("audit", "t.parquet", "--target", "y")
    assert_refused(result, "pyarrow", 'pip install "sknoisy[cli]"')


@pytest.mark.parametrize("command", ["audit", "demo"])
def test_no_pandas(command, run, table, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    words = [table, "--target", "state"] if command == "audit" else []
    assert_refused(run(command, *words), "pandas", 'pip install "sknoisy[cli]"')


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (["audit"], "required"),
        (["audit", "t.csv", "--target", "y", "--budget", "0"], "at least 1"),
        (["audit", "t.csv", "--target", "y", "--budget", "few"], "no whole number"),
        (["audit", "t.csv", "--target", "y", "--n-jobs", "0"], "-1 for all cores"),
        (["audit", "t.csv", "--target", "y", "--random-state", "-1"], "0 ..."),
        ([], "COMMAND"),
    ],
)
def test_wrong_options(words, phrase, run, capsys):
    with pytest.raises(SystemExit) as exit_info:
        run(*words)
    assert exit_info.value.code == 2
    assert phrase in capsys.readouterr().err
