# SPDX-License-Identifier: BSD-3-Clause
import csv

import numpy as np
import pytest

from sknoisy.cli import main

N_ROWS = 120

# Planted wrong labels, far from the boundary.
WRONG = [3, 40, 74, 100]


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def mixed_rows():
    """Rows of an id, numbers with gaps, a category, text and a label."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(N_ROWS):
        sick = i % 2 == 1
        age = "NA" if i % 11 == 0 else f"{rng.normal(70 if sick else 30):.1f}"
        dose = f"{rng.normal(8 if sick else 0):.2f}0"
        ward = rng.choice(["east", "west", ""])
        label = "sick" if sick != (i in WRONG) else "well"
        rows.append([f"P{i:03d}", age, dose, ward, f'said "{i}, ok"', label])
    return rows


HEADER = ["patientId", "age", "dose", "ward", "note", "state"]


@pytest.fixture
def table(tmp_path):
    """A CSV file with a few wrong labels in the column `state`."""
    return write_csv(tmp_path / "wards.csv", HEADER, mixed_rows())


WRONG_TEXTS = (5, 18, 31, 44, 57, 70, 83, 96)


@pytest.fixture
def texts(tmp_path):
    """A CSV file of texts, wrong labels at `WRONG_TEXTS`, and a misleading number."""
    rng = np.random.default_rng(1)
    fillers = ["we", "saw", "it", "today", "again", "once"]
    rows = []
    for i in range(N_ROWS):
        words = [*rng.choice(fillers, 4), "rain" if i % 2 else "sun"]
        wet = (i % 2 == 1) != (i in WRONG_TEXTS)
        rows.append([" ".join(words), str(int(wet)), "wet" if wet else "dry"])
    return write_csv(tmp_path / "texts.csv", ["said", "hint", "sky"], rows)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command line in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        exit_code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return exit_code, out, err

    return run
