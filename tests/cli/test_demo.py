# SPDX-License-Identifier: BSD-3-Clause
import json
import re

import pandas as pd

from sknoisy.cli import _demo
from sknoisy.cli._contest import NOISE_RATE


def test_the_demo_in_one_round(run, tmp_path, monkeypatch):
    monkeypatch.setattr(_demo, "_N_ROUNDS", 1)
    exit_code, out, err = run("demo", "--random-state", 3)
    assert exit_code == 0
    lines = re.findall(r"^([a-zA-Z ]+?)(?:  +0\.\d+)+  +(0\.\d+)$", out, re.MULTILINE)
    mean = {name: float(accuracy) for name, accuracy in lines}
    assert mean["plain fit"] < mean["CleanThenFit"]
    assert mean["plain fit"] < mean["NoiseRobustClassifier"]
    assert mean["CleanThenFit"] < mean["fit on the true labels"]
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out + err
    suspects = pd.read_csv(tmp_path / "sknoisy-demo" / "suspects.csv")
    summary = json.loads((tmp_path / "sknoisy-demo" / "summary.json").read_text())
    assert summary["suspects"] == len(suspects)
    assert abs(summary["estimated_noise_rate"] - NOISE_RATE) < 0.1
    assert summary["settings"] == {"random_state": 3}


def test_five_rounds_fit_on_a_line(capsys):
    names = ["plain fit", "NoiseRobustClassifier"]
    _demo._print_accuracies(range(10, 15), [dict.fromkeys(names, 0.9123)] * 5)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert out.splitlines()[-1].split() == [names[-1], *["0.912"] * 6]
