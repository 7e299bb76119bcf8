# SPDX-License-Identifier: BSD-3-Clause
import os
import subprocess
import sys

import pytest

import sknoisy
from sknoisy.cli import _audit, main

LAZY = ["numpy", "sklearn", "pandas", "pyarrow", "rich"]


def python(*words, **kwargs):
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=600, **kwargs
    )


def test_help_of_the_module():
    result = python("-m", "sknoisy", "--help")
    assert result.returncode == 0
    assert "audit" in result.stdout and "demo" in result.stdout
    assert result.stderr == ""


def test_help_imports_nothing_heavy():
    code = (
        "import sys, sknoisy.cli\n"
        "try: sknoisy.cli.main(['audit', '--help'])\n"
        "except SystemExit: pass\n"
        f"sys.exit(any(name in sys.modules for name in {LAZY}))"
    )
    assert python("-c", code).returncode == 0


def test_version(capsys):
    with pytest.raises(SystemExit) as exit_info:
        main(["--version"])
    assert exit_info.value.code == 0
    assert capsys.readouterr().out.strip() == f"sknoisy {sknoisy.__version__}"


def test_interrupt(run, table, tmp_path, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(_audit, "judge_labels", interrupt)
    exit_code, _, err = run("audit", table, "--target", "state")
    assert exit_code == 130
    assert err.splitlines()[-1] == "sknoisy: interrupted"
    assert os.listdir(tmp_path) == [table.name]


def test_a_write_that_fails_leaves_nothing(run, table, tmp_path, monkeypatch):
    def fail(folder, *args):
        (folder / "suspects.csv").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_audit, "write_results", fail)
    exit_code, out, err = run("audit", table, "--target", "state", "--out", "found")
    assert (exit_code, out) == (2, "")
    last = "sknoisy: error: cannot write to 'found': No space left on device"
    assert err.splitlines()[-1] == last
    assert os.listdir(tmp_path) == [table.name]


def test_a_mistake_of_ours_keeps_its_traceback(run, table, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(_audit, "judge_labels", fail)
    with pytest.raises(ZeroDivisionError):
        run("audit", table, "--target", "state")
    assert os.listdir(tmp_path) == [table.name]


@pytest.mark.skipif(os.name == "nt", reason="pipes of another kind")
def test_a_reader_that_leaves_early(table, tmp_path):
    words = [sys.executable, "-m", "sknoisy", "audit", table, "--target", "state"]
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(
        words,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        timeout=600,
    )
    os.close(write)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr and "BrokenPipe" not in result.stderr
