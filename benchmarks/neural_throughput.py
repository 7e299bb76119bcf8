# SPDX-License-Identifier: BSD-3-Clause
"""What an epoch of a network costs, by the loop of sknoisy and by others.

A multilayer perceptron of two layers of 256 is trained by Adam on a table of numbers,
and one with a bag of embeddings on sparse rows. "By hand" is the shortest loop that
torch allows, over tensors on the device. Seconds are those of one epoch: of the best of
several fits, taken in turns, less the time of a fit of one epoch, by the epochs
between. On a CPU they are CPU seconds, so that one thread is best. The peak is the
largest memory that torch held on a GPU.

    python benchmarks/neural_throughput.py --device cuda --batch-size 1024
"""

import argparse
import time

import numpy as np
import torch
from _markdown import table
from scipy import sparse
from torch.nn.functional import cross_entropy

from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.methods import CoTeaching

N_CLASSES = 10


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


def by_hand(X, y, options, n_epochs):
    net = make_net(X, options, n_epochs).initialize()
    module, optimizer = net.module_, net.optimizer_
    X = torch.as_tensor(X, device=options.device)
    y = torch.as_tensor(y, device=options.device)
    module.train()
    for _ in range(n_epochs):
        order = torch.randperm(len(y), device=options.device)
        for index in order.split(options.batch_size):
            optimizer.zero_grad()
            cross_entropy(module(X[index]), y[index]).backward()
            optimizer.step()


def two_by_hand(X, y, options, n_epochs, keep=0.7):
    """Co-teaching, without all that goes beyond its lines in the paper."""
    nets = [make_net(X, options, n_epochs).initialize() for _ in range(2)]
    X = torch.as_tensor(X, device=options.device)
    y = torch.as_tensor(y, device=options.device)
    for net in nets:
        net.module_.train()
    for _ in range(n_epochs):
        order = torch.randperm(len(y), device=options.device)
        for index in order.split(options.batch_size):
            x, target, n_kept = X[index], y[index], int(keep * len(index))
            losses = [
                cross_entropy(net.module_(x), target, reduction="none") for net in nets
            ]
            easy = [each.detach().argsort()[:n_kept] for each in losses]
            for net, loss, chosen in zip(nets, losses, reversed(easy), strict=True):
                net.optimizer_.zero_grad()
                loss[chosen].mean().backward()
                net.optimizer_.step()


def by_skorch(X, y, options, n_epochs):
    net = make_net(X, options, n_epochs, iterator_train__shuffle=True)
    net.fit(X, y)


def by_sknoisy(X, y, options, n_epochs, method="ce", compiled=False, **params):
    net = make_net(X, options, n_epochs, compile=compiled)
    RobustNetClassifier(net, method=method, **params).fit(X, y)


def ways(X, with_compile):
    """List the ways to train, by name."""
    found = {
        "by hand": by_hand,
        "skorch": by_skorch,
        "sknoisy, ce": by_sknoisy,
        "sknoisy, elr": lambda *args: by_sknoisy(*args, method="elr"),
        "two networks by hand, co-teaching": two_by_hand,
        "sknoisy, co-teaching": lambda *args: by_sknoisy(*args, method=CoTeaching(0.3)),
        "sknoisy, ce, amp": lambda *args: by_sknoisy(*args, amp=True),
    }
    if with_compile:
        found["sknoisy, ce, compiled"] = lambda *args: by_sknoisy(*args, compiled=True)
    if sparse.issparse(X):
        # It would have to cut sparse rows, which is what is measured of ours.
        del found["by hand"], found["two networks by hand, co-teaching"]
    return found


def seconds(train, X, y, options, n_epochs):
    on_cpu = options.device == "cpu"
    # What else the machine does is no part of it.
    clock = time.process_time if on_cpu else time.perf_counter
    start = clock()
    train(X, y, options, n_epochs)
    if not on_cpu:
        torch.accelerator.synchronize()
    return clock() - start


def measure(X, y, options):
    """Return for each way the seconds of an epoch, and its peak in megabytes."""
    trains = ways(X, options.compile)
    once, often = ({name: [] for name in trains} for _ in range(2))
    peaks = {}
    for name, train in trains.items():
        seconds(train, X[:1000], y[:1000], options, 1)
        if options.device.startswith("cuda"):
            torch.cuda.reset_peak_memory_stats()
            train(X, y, options, 1)
            peaks[name] = torch.cuda.max_memory_allocated() / (1 << 20)
    for _ in range(options.repeats):
        for name, train in trains.items():
            once[name].append(seconds(train, X, y, options, 1))
            often[name].append(seconds(train, X, y, options, 1 + options.epochs))
    return {
        name: ((min(often[name]) - min(once[name])) / options.epochs, peaks.get(name))
        for name in trains
    }


def report(title, X, y, options):
    measured = measure(X, y, options)
    base = "skorch" if sparse.issparse(X) else "by hand"
    n_steps = -(-len(y) // options.batch_size)
    rows = [
        [
            name,
            f"{took:.3f}",
            f"{1e6 * took / n_steps:.0f}",
            f"{len(y) / took:,.0f}",
            f"{took / measured[base][0]:.2f}",
            "-" if peak is None else f"{peak:.0f}",
        ]
        for name, (took, peak) in measured.items()
    ]
    header = [
        f"{title}, {len(y)} rows",
        "seconds an epoch",
        "µs a batch",
        "rows a second",
        f"beside {base}",
        "peak, MB",
    ]
    return table(header, rows)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--compile", action="store_true", help="compiled modules too")
    parser.add_argument("--no-texts", action="store_true", help="tables alone")
    options = parser.parse_args(arguments)
    print(f"torch {torch.__version__}, {options.device}, batches of", end=" ")
    print(f"{options.batch_size}, {torch.get_num_threads()} thread(s) on the CPU\n")
    print(report("table", *make_table(options.rows), options))
    if not options.no_texts:
        # skorch makes each row dense.
        n_rows = min(options.rows, 5_000)
        print("\n" + report("sparse rows", *make_texts(n_rows), options))


if __name__ == "__main__":
    main()
