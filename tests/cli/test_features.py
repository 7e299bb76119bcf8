# SPDX-License-Identifier: BSD-3-Clause
import pytest

from sknoisy.cli._features import choose_features
from sknoisy.cli._table import read_table
from sknoisy.cli._target import read_target
from tests.cli.conftest import write_csv

N_ROWS = 24


def left_out(tmp_path, name, cells):
    labels = ["a", "b", "b"] * (N_ROWS // 3)
    others = [str(i % 5) for i in range(N_ROWS)]
    rows = list(zip(cells, others, labels, strict=True))
    table = read_table(write_csv(tmp_path / "t.csv", [name, "x", "y"], rows))
    features = choose_features(table, read_target(table, "y"))
    return features.left_out.get(name)


@pytest.mark.parametrize(
    "name", ["id", "ID", "user_id", "userId", "Row Number", "key", ""]
)
def test_unique_words_and_whole_numbers_named_like_ids(name, tmp_path):
    words = [f"k{7 * i % N_ROWS}" for i in range(N_ROWS)]
    numbers = [str(7 * i % N_ROWS) for i in range(N_ROWS)]
    for cells in (words, numbers):
        assert left_out(tmp_path, name, cells) == "it identifies rows"


@pytest.mark.parametrize("name", ["paid", "width", "humid", "valid", "note"])
def test_unique_cells_of_another_name_stay(name, tmp_path):
    cells = [str(7 * i % N_ROWS) for i in range(N_ROWS)]
    assert left_out(tmp_path, name, cells) is None


def test_row_numbers_of_any_name(tmp_path):
    cells = [str(i) for i in range(1, N_ROWS + 1)]
    assert left_out(tmp_path, "nr of patient", cells) == "it identifies rows"


def test_an_id_that_repeats_stays(tmp_path):
    assert left_out(tmp_path, "user_id", ["u1", "u2", "u3", "u4"] * 6) is None


def test_fractions_named_like_an_id_stay(tmp_path):
    assert left_out(tmp_path, "id", [f"{i}.5" for i in range(N_ROWS)]) is None


def test_another_name_of_each_class(tmp_path):
    same = ["0", "1", "1"] * (N_ROWS // 3)
    assert left_out(tmp_path, "code", same) == "it says the same as the target"
    same[0] = "1"
    assert left_out(tmp_path, "code", same) is None


def test_an_empty_column(tmp_path):
    assert left_out(tmp_path, "old", [""] * N_ROWS) == "it is empty"
