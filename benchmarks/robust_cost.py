# SPDX-License-Identifier: BSD-3-Clause
"""What NoiseRobustClassifier costs beside its detector and a plain fit.

Measured as in `cost.py`: each fit in a process of its own, on one thread.

    python benchmarks/robust_cost.py --out benchmarks/results
"""

import argparse
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from _markdown import table
from cost import best_of, shape_of

from sknoisy import __version__

COLUMNS = [
    "of",
    "rows x columns",
    "classes",
    "fit (CPU s)",
    "detector (CPU s)",
    "robust (CPU s)",
    "of the bound",
    "times a fit",
]


def robust_row(name, shape, repeats):
    """Compare the robust classifier with three times its detector and two fits."""
    print(f"{name}, {shape_of(shape)}, {shape[2]} classes", file=sys.stderr)
    best = best_of(["fit", "detector", "robust"], name, shape, repeats)
    fit, judged, whole = (best[call]["cpu"] for call in ("fit", "detector", "robust"))
    return [
        name,
        shape_of(shape),
        f"{shape[2]}",
        f"{fit:.2f}",
        f"{judged:.2f}",
        f"{whole:.2f}",
        f"{whole / (3 * judged + 2 * fit):.2f}",
        f"{whole / fit:.0f}",
    ]


def report(options, command):
    packages = ["scikit-learn", "lightgbm", "numpy"]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    rows = [
        robust_row(name, (n_rows, 20, n_classes), options.repeats)
        for name in options.models
        for n_rows in options.rows
        for n_classes in options.classes
    ]
    return "\n\n".join(
        [
            "# What the robust classifier costs",
            f"Made by `{command}`.\\\nsknoisy {__version__}, {versions}, "
            f"Python {platform.python_version()}, {platform.machine()} "
            f"{platform.system()}.",
            "`NoiseRobustClassifier` by its defaults judges the labels, of all rows "
            "and of either half, tries up to four ways to fit on the halves, and fits "
            "the one that gains six times: without each of five folds, and on all "
            "rows. A tenth of the labels is wrong. The bound is three times the "
            "detector and two fits. "
            f"CPU time on one thread, the best of {options.repeats}; the machine had "
            "other work, and ratios wander by a tenth from run to run. Histogram "
            "boosting is dear because scikit-learn 1.9 looks for the edges of its bins "
            "one by one where rows have weights, as soft targets have.",
            table(COLUMNS, rows),
        ]
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000, 10_000])
    parser.add_argument("--classes", type=int, nargs="+", default=[2, 4])
    parser.add_argument(
        "--models", nargs="+", default=["logistic", "forest", "lightgbm", "histogram"]
    )
    parser.add_argument("--out", type=Path, help="folder for the table")
    options = parser.parse_args(arguments)
    given = sys.argv[1:] if arguments is None else arguments
    text = report(options, " ".join(["python benchmarks/robust_cost.py", *given]))
    print(text)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "robust_cost.md").write_text(text + "\n")


if __name__ == "__main__":
    main()
