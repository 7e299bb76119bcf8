# SPDX-License-Identifier: BSD-3-Clause
"""What an epoch of a network costs, by the loop of sknoisy and by others.

    python benchmarks/neural_throughput.py --out benchmarks/results
    python benchmarks/neural_throughput.py --device cuda --rows 1000000 --batch-size 512

A multilayer perceptron of two layers of 256 is trained by Adam on a table of numbers,
and one with a bag of embeddings on sparse rows. "By hand" is the shortest loop that
torch allows, over tensors on the device.

An epoch is timed from within its fit, without what comes before the first and after
the last one. Contenders take turns, and the fastest of all epochs of each counts, so
that what else the machine does decides little. On a CPU its own seconds are counted,
which asks for one thread; on another device those that pass until it is done.
"""

import argparse
import os
import platform
import time
from pathlib import Path

import numpy as np
import skorch
import torch
from _markdown import table
from scipy import sparse
from skorch.callbacks import Callback
from torch.autograd import DeviceType
from torch.nn.functional import cross_entropy
from torch.profiler import ProfilerActivity, profile

from sknoisy import __version__
from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import CoTeaching

N_CLASSES = 10
PLAIN = "sknoisy, plain"
ELR = "sknoisy, ELR"
TWO = "sknoisy, co-teaching"
BY_HAND = "by hand, plain"
TWO_BY_HAND = "by hand, co-teaching"
BY_SKORCH = "skorch, plain"

# What costs how many times what at most.
TARGETS = [
    (TWO, BY_SKORCH, 2.2),
    (TWO, TWO_BY_HAND, 1.15),
    (ELR, PLAIN, 1.15),
]


class Watch(Callback):
    """Note when each epoch begins and ends."""

    def __init__(self, clock):
        self.clock = clock

    def on_epoch_begin(self, net, **kwargs):
        net.history.record("begun", self.clock())

    def on_epoch_end(self, net, **kwargs):
        net.history.record("ended", self.clock())


def make_clock(options):
    """Return what tells the time, once the device is done with what it was given."""
    if options.device == "cpu":
        return time.process_time

    def clock():
        torch.accelerator.synchronize()
        return time.perf_counter()

    return clock


def make_table(n_rows, n_columns=64):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, n_columns), dtype=np.float32)
    return X, rng.integers(N_CLASSES, size=n_rows)


def make_texts(n_rows, n_words=40, n_vocabulary=20_000):
    """Draw rows of as many values as a text has words."""
    rng = np.random.default_rng(0)
    columns = (n_vocabulary * rng.random((n_rows, n_words)) ** 3).astype(int)
    values = np.full(n_rows * n_words, n_words**-0.5, dtype=np.float32)
    shape = (n_rows, n_vocabulary)
    indptr = np.arange(0, n_rows * n_words + 1, n_words)
    X = sparse.csr_matrix((values, columns.ravel(), indptr), shape=shape)
    X.sum_duplicates()
    return X, rng.integers(N_CLASSES, size=n_rows)


def make_net(X, options, n_epochs, **params):
    network = "embedding_bag" if sparse.issparse(X) else "tabular"
    return ready_net(
        network,
        module__n_features=X.shape[1],
        module__n_classes=N_CLASSES,
        batch_size=options.batch_size,
        device=options.device,
        max_epochs=n_epochs,
        **params,
    )


def batches(y, options, n_epochs, clock, times):
    """Yield the positions of each batch, and note when epochs begin and end."""
    times.append(clock())
    for _ in range(n_epochs):
        order = torch.randperm(len(y), device=options.device)
        yield from order.split(options.batch_size)
        times.append(clock())


def by_hand(X, y, options, n_epochs):
    net = make_net(X, options, n_epochs).initialize()
    module, optimizer = net.module_, net.optimizer_
    X = torch.as_tensor(X, device=options.device)
    y = torch.as_tensor(y, device=options.device)
    module.train()
    times = []
    for index in batches(y, options, n_epochs, make_clock(options), times):
        optimizer.zero_grad()
        cross_entropy(module(X[index]), y[index]).backward()
        optimizer.step()
    return np.diff(times)


def two_by_hand(X, y, options, n_epochs, keep=0.7):
    """Co-teaching, without all that goes beyond its lines in the paper."""
    nets = [make_net(X, options, n_epochs).initialize() for _ in range(2)]
    X = torch.as_tensor(X, device=options.device)
    y = torch.as_tensor(y, device=options.device)
    for net in nets:
        net.module_.train()
    times = []
    for index in batches(y, options, n_epochs, make_clock(options), times):
        x, target, n_kept = X[index], y[index], int(keep * len(index))
        losses = [
            cross_entropy(net.module_(x), target, reduction="none") for net in nets
        ]
        easy = [each.detach().argsort()[:n_kept] for each in losses]
        for net, loss, chosen in zip(nets, losses, reversed(easy), strict=True):
            net.optimizer_.zero_grad()
            loss[chosen].mean().backward()
            net.optimizer_.step()
    return np.diff(times)


def by_skorch(X, y, options, n_epochs):
    watch = Watch(make_clock(options))
    net = make_net(
        X, options, n_epochs, iterator_train__shuffle=True, callbacks=[watch]
    )
    return epochs_of(net.fit(X, y))


def by_sknoisy(X, y, options, n_epochs, method="ce", compiled=False, **params):
    watch = Watch(make_clock(options))
    net = make_net(X, options, n_epochs, compile=compiled, callbacks=[watch])
    return epochs_of(RobustNetClassifier(net, method=method, **params).fit(X, y).net_)


def epochs_of(net):
    return [ended - begun for begun, ended in net.history[:, ("begun", "ended")]]


def contenders(X, options):
    """List the ways to train, by name: each returns the seconds of its epochs."""
    found = {
        BY_HAND: by_hand,
        BY_SKORCH: by_skorch,
        PLAIN: by_sknoisy,
        ELR: lambda *args: by_sknoisy(*args, method="elr"),
        TWO_BY_HAND: two_by_hand,
        TWO: lambda *args: by_sknoisy(*args, method=CoTeaching(0.3)),
    }
    if options.amp:
        found[f"{PLAIN}, amp"] = lambda *args: by_sknoisy(*args, amp=True)
    if options.compile:
        found[f"{PLAIN}, compiled"] = lambda *args: by_sknoisy(*args, compiled=True)
    if sparse.issparse(X):
        # It would have to cut sparse rows, which is what is measured of ours.
        del found[BY_HAND], found[TWO_BY_HAND]
    return found


def measure(X, y, options):
    """Return for each contender the seconds of all epochs of all its fits."""
    trains = contenders(X, options)
    for train in trains.values():
        # The first fit of a process loads code.
        train(X[:1000], y[:1000], options, 1)
    seconds = {name: [] for name in trains}
    for _ in range(options.repeats):
        for name, train in trains.items():
            seconds[name].extend(train(X, y, options, options.epochs))
    return seconds


def on_device(X, y, options, seconds):
    """Return for each contender what share of an epoch the GPU is busy, and the peak.

    The work of an epoch is that of two less that of one, as the profiler sees it; it
    is set against an epoch that is not watched, since watching takes time. The peak
    is the largest memory that torch held, in megabytes.
    """
    found = {}
    for name, train in contenders(X, options).items():
        torch.cuda.reset_peak_memory_stats()
        once, twice = (work_seconds(train, X, y, options, n) for n in (1, 2))
        peak = torch.cuda.max_memory_allocated() / (1 << 20)
        found[name] = (twice - once) / min(seconds[name]), peak
    return found


def work_seconds(train, X, y, options, n_epochs):
    """Add up the work of the GPU, which does one thing after the other here."""
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        train(X, y, options, n_epochs)
        torch.accelerator.synchronize()
    work = [each for each in seen.events() if each.device_type == DeviceType.CUDA]
    return sum(each.self_device_time_total for each in work) / 1e6


def section(title, X, y, options):
    """Write what was measured of some rows, and how it stands beside the targets."""
    seconds = measure(X, y, options)
    return "\n\n".join(
        [
            f"## {title}, {len(y):,} x {X.shape[1]:,}",
            epoch_table(X, y, options, seconds),
            target_table(seconds),
        ]
    )


def epoch_table(X, y, options, seconds):
    n_steps = -(-len(y) // options.batch_size)
    header = ["training", "seconds an epoch", "median", "µs a batch", "rows a second"]
    header += ["beside skorch"]
    rows = []
    for name, values in seconds.items():
        took, median = min(values), np.median(values)
        row = [name, f"{took:.3f}", f"{median:.3f}", f"{1e6 * took / n_steps:.0f}"]
        beside = took / min(seconds[BY_SKORCH])
        rows.append([*row, f"{len(y) / took:,.0f}", f"{beside:.2f}"])
    if options.device.startswith("cuda"):
        header += ["device busy", "peak, MB"]
        found = on_device(X, y, options, seconds)
        for row, (busy, peak) in zip(rows, found.values(), strict=True):
            row += [f"{busy:.0%}", f"{peak:.0f}"]
    return table(header, rows)


def target_table(seconds):
    rows = []
    for name, other, most in TARGETS:
        if name not in seconds or other not in seconds:
            continue
        ratio, of_medians = (
            found(seconds[name]) / found(seconds[other]) for found in (min, np.median)
        )
        measured = [f"{ratio:.2f}", f"{of_medians:.2f}"]
        reached = "yes" if ratio <= most else "no"
        rows.append([name, other, f"{most:g}", *measured, reached])
    header = ["training", "beside", "at most", "measured", "of medians", "reached"]
    return table(header, rows)


def made_by(options):
    """Say what made the page, and on what."""
    rows = " ".join(map(str, options.rows))
    command = f"python benchmarks/neural_throughput.py --device {options.device}"
    command += f" --rows {rows} --batch-size {options.batch_size}"
    command += f" --epochs {options.epochs} --repeats {options.repeats}"
    for name in ("amp", "compile", "no_texts"):
        if getattr(options, name):
            command += f" --{name.replace('_', '-')}"
    machine = f"{os.cpu_count()} cores, {platform.machine()} {platform.system()}"
    if options.device.startswith("cuda"):
        machine += f", {torch.cuda.get_device_name(options.device)}"
    else:
        machine += ", one thread, no GPU"
    return (
        f"Made by `{command} --out benchmarks/results`.\\\nsknoisy {__version__}, "
        f"torch {torch.__version__}, skorch {skorch.__version__}, Python "
        f"{platform.python_version()}, {machine}."
    )


def report(options):
    """Measure, and write the page."""
    _, _, what, how = __doc__.split("\n\n")
    parts = ["# What an epoch of a network costs", made_by(options)]
    parts += [" ".join(each.split()) for each in (what, how)]
    parts[-1] += (
        f" Batches of {options.batch_size}; {options.repeats} fits of {options.epochs} "
        "epochs each. *At most* is what an epoch may cost, in epochs of what it stands "
        "beside."
    )
    parts += [section("Table", *make_table(n), options) for n in options.rows]
    if not options.no_texts:
        # skorch makes each row dense.
        X, y = make_texts(min([*options.rows, 5_000]))
        parts.append(section("Sparse rows", X, y, options))
    return "\n\n".join(parts) + "\n"


def make_parser():
    """Say what the command line takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="folder to write the page into")
    parser.add_argument("--device", default="cpu", help="such as cuda")
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000])
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=2, help="of each fit")
    parser.add_argument("--repeats", type=int, default=3, help="fits of each")
    parser.add_argument("--amp", action="store_true", help="mixed precision too")
    parser.add_argument("--compile", action="store_true", help="compiled modules too")
    parser.add_argument("--no-texts", action="store_true", help="tables alone")
    return parser


def main(argv=None):
    """Run from the command line."""
    options = make_parser().parse_args(argv)
    if options.device == "cpu":
        torch.set_num_threads(1)
    text = report(options)
    print(text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "neural_throughput.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
