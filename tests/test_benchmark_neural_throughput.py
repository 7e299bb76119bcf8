# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark of what an epoch costs, on very few rows."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def throughput(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    import neural_throughput

    return neural_throughput


def test_the_page_holds_every_contender_and_target(throughput, tmp_path):
    few = ["--rows", "60", "90", "--batch-size", "30", "--epochs", "1"]
    throughput.main([*few, "--repeats", "1", "--amp", "--out", str(tmp_path)])
    page = (tmp_path / "neural_throughput.md").read_text("utf-8")
    assert "--rows 60 90 --batch-size 30 --epochs 1 --repeats 1 --amp" in page
    small, large, texts = page.split("## ")[1:]
    assert small.startswith("Table, 60 x 64\n") and large.startswith("Table, 90 x 64\n")
    assert texts.startswith("Sparse rows, 60 x 20,000\n")
    for name in (throughput.BY_HAND, throughput.TWO_BY_HAND):
        assert f"\n| {name} |" in small and name not in texts
    for name in ("skorch, plain", "sknoisy, plain, amp"):
        assert f"\n| {name} |" in small and f"\n| {name} |" in texts
    assert "| sknoisy, co-teaching | by hand, co-teaching | 1.15 |" in large
    assert "| sknoisy, ELR | sknoisy, plain | 1.15 |" in texts


def test_every_epoch_is_timed(throughput):
    X, y = throughput.make_table(50)
    options = SimpleNamespace(device="cpu", batch_size=20, amp=False, compile=False)
    for train in throughput.contenders(X, options).values():
        seconds = train(X, y, options, 3)
        assert len(seconds) == 3
        assert all(0 < each < 60 for each in seconds)


def test_the_fastest_epochs_decide(throughput):
    seconds = {
        throughput.BY_SKORCH: [1.0, 4.0, 1.0],
        throughput.TWO: [9.0, 2.0, 3.0],
        throughput.PLAIN: [1.0, 1.0],
        throughput.ELR: [1.2, 1.1],
        throughput.TWO_BY_HAND: [1.0, 1.0],
    }
    lines = throughput.target_table(seconds).splitlines()[2:]
    assert lines == [
        "| sknoisy, co-teaching | skorch, plain | 2.2 | 2.00 | 3.00 | yes |",
        "| sknoisy, co-teaching | by hand, co-teaching | 1.15 | 2.00 | 3.00 | no |",
        "| sknoisy, ELR | sknoisy, plain | 1.15 | 1.10 | 1.15 | yes |",
    ]


def test_what_precedes_the_epochs_is_no_work_of_an_epoch(throughput, monkeypatch):
    options = SimpleNamespace(device="cuda", batch_size=20, amp=False, compile=False)
    monkeypatch.setattr(
        throughput, "work_seconds", lambda train, X, y, options, n: 5 + 0.3 * n
    )
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: None)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 3 << 20)
    X, y = throughput.make_table(4)
    seconds = dict.fromkeys(throughput.contenders(X, options), [0.6, 0.4])
    found = throughput.on_device(X, y, options, seconds)
    assert found[throughput.ELR] == (pytest.approx(0.75), 3)
