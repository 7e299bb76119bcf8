# SPDX-License-Identifier: BSD-3-Clause
"""Test accuracy of a network under methods of robust training, beside what is stated.

`load_digits`, 70/30 stratified, with noise in the training labels alone: 40 %
symmetric, and 30 % of each class called the next one. A multilayer perceptron of two
layers of 256, trained for 60 epochs by Adam at a rate of 0.001 on batches of 64, on
pixels between 0 and 1; accuracy on true labels after the last epoch, in percent. The
stated figures are those that plain implementations of the formulas of the papers
reached on the same task, other draws of the noise: the mean of three seeds.

    python benchmarks/acceptance_neural.py --out benchmarks/results
"""

import argparse
import platform
import shlex
import sys
from pathlib import Path

import numpy as np
import skorch
import torch
from _markdown import table
from acceptance import KINDS, SEEDS, Task

from sknoisy import __version__
from sknoisy.neural import RobustNetClassifier, ready_net
from sknoisy.neural.losses import (
    ActivePassiveLoss,
    GeneralizedCrossEntropy,
    LabelSmoothing,
    RobustLoss,
)
from sknoisy.neural.methods import CoTeaching, ForwardCorrection

# In points, beside the stated figure.
TOLERANCE = 3.0

# Makes the method, told the noise, and what is stated for each kind of noise, if it is.
ROWS = {
    "ce": (lambda task: "ce", (79.7, 75.5)),
    "elr": (lambda task: "elr", (96.9, 92.0)),
    "sop": (lambda task: "sop", (95.3, 90.1)),
    "forward": (lambda task: ForwardCorrection(task.matrix), (89.6, 95.7)),
    "co_teaching": (lambda task: CoTeaching(task.rate, ramp=10), (93.0, 92.1)),
    "label smoothing": (lambda task: LabelSmoothing(0.4), (82.8, 79.1)),
    "generalized cross-entropy": (lambda task: GeneralizedCrossEntropy(), (92.0, 86.7)),
    "active-passive": (lambda task: ActivePassiveLoss(), (93.5, 91.3)),
    "dynamic_bootstrapping": (lambda task: "dynamic_bootstrapping", None),
    "divide_mix": (lambda task: "divide_mix", None),
    "cross_split": (lambda task: "cross_split", None),
    "adele": (lambda task: "adele", None),
    "late_stopping": (lambda task: "late_stopping", None),
}


def accuracy(name, kind, seed):
    """Train on one draw of the noise, and return the accuracy in percent."""
    task = Task(kind, seed)
    net, method = ready_net(module__standardize=False), ROWS[name][0](task)
    if isinstance(method, RobustLoss):
        net.set_params(criterion=type(method), **_of_criterion(method))
        method = "ce"
    return task.score(RobustNetClassifier(net, method=method, random_state=seed))


def _of_criterion(loss):
    return {f"criterion__{name}": value for name, value in loss.get_params().items()}


def measure(name, seeds=SEEDS):
    """Return for each kind of noise the accuracies over the seeds."""
    return {kind: [accuracy(name, kind, seed) for seed in seeds] for kind in KINDS}


def report(options, command):
    rows = []
    for name in options.methods:
        measured = measure(name, range(options.seeds))
        stated = ROWS[name][1] or [None] * len(KINDS)
        for (kind, values), expected in zip(measured.items(), stated, strict=True):
            mean, spread = np.mean(values), np.std(values)
            rows.append(
                [name, kind, f"{mean:.1f} ± {spread:.1f}", *_compared(mean, expected)]
            )
    header = ["method", "noise", "measured", "stated", "reached within 3 points"]
    _, protocol, _ = __doc__.split("\n\n", 2)
    return "\n\n".join(
        [
            "# Robust training of a network",
            f"Made by `{command}`.\\\nsknoisy {__version__}, torch "
            f"{torch.__version__}, skorch {skorch.__version__}, Python "
            f"{platform.python_version()}.",
            " ".join(protocol.split()),
            f"Measured over {options.seeds} seeds.",
            table(header, rows),
        ]
    )


def _compared(mean, expected):
    if expected is None:
        return ["", ""]
    return [str(expected), "yes" if mean >= expected - TOLERANCE else "no"]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="folder for the table")
    parser.add_argument("--page", default="acceptance_neural.md", help="its name")
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    parser.add_argument("--methods", nargs="+", choices=ROWS, default=list(ROWS))
    options = parser.parse_args(arguments)
    given = sys.argv[1:] if arguments is None else arguments
    text = report(
        options, shlex.join(["python", "benchmarks/acceptance_neural.py", *given])
    )
    print(text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / options.page).write_text(text + "\n")


if __name__ == "__main__":
    main()
