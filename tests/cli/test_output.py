# SPDX-License-Identifier: BSD-3-Clause
import os

import pytest

from sknoisy.cli._errors import CommandError
from sknoisy.cli._output import output_folder

NAMES = ("a.txt", "b.txt")


def write(folder, text="new"):
    for name in NAMES:
        (folder / name).write_text(text)


def everything_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_files_appear_at_the_end_only(tmp_path):
    out = tmp_path / "deep" / "out"
    with output_folder(out, NAMES) as folder:
        write(folder)
        assert not out.exists()
    assert everything_in(tmp_path / "deep") == ["out", "out/a.txt", "out/b.txt"]
    assert os.listdir(tmp_path) == ["deep"]


def test_other_files_of_an_existing_folder_stay(tmp_path):
    write(tmp_path, "old")
    (tmp_path / "mine.txt").write_text("mine")
    with output_folder(tmp_path, NAMES) as folder:
        write(folder)
    assert (tmp_path / "a.txt").read_text() == "new"
    assert everything_in(tmp_path) == ["a.txt", "b.txt", "mine.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_stays_of_a_failure(error, tmp_path):
    write(tmp_path, "old")
    with pytest.raises(error):
        with output_folder(tmp_path, NAMES) as folder:
            write(folder)
            raise error
    assert (tmp_path / "a.txt").read_text() == "old"
    assert everything_in(tmp_path) == ["a.txt", "b.txt"]


def test_files_are_readable_by_whom_new_files_are(tmp_path):
    (tmp_path / "plain").write_text("")
    with output_folder(tmp_path / "out", NAMES) as folder:
        write(folder)
    plain, written = (
        os.stat(tmp_path / name).st_mode for name in ("plain", "out/a.txt")
    )
    assert plain == written


def test_a_folder_in_the_place_of_a_file(tmp_path):
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(CommandError, match="a folder in its place"):
        with output_folder(tmp_path, NAMES):
            pass


def test_an_error_of_the_system_is_one_line(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    with pytest.raises(CommandError, match="No space left on device"):
        with output_folder(tmp_path / "out", NAMES):
            pass
    assert everything_in(tmp_path) == []
