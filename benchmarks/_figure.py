# SPDX-License-Identifier: BSD-3-Clause
"""Draw mean average precision by contender, with a dot for each task."""

import numpy as np
from _contenders import is_peer
from _tables import by_task

_REAL, _INJECTED, _PEER = "#d55e00", "#0072b2", "#555555"


def draw(results, path):
    """Save the figure; True if matplotlib is there to draw it."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return False
    tasks = by_task(results)
    tasks = tasks[tasks.mean().sort_values().index]
    figure = Figure(figsize=(8, 1.5 + 0.27 * tasks.shape[1]), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw_dots(axes, tasks)
    name_rows(axes, tasks)
    figure.legend(loc="outside lower center", ncols=3)
    figure.savefig(path, dpi=130)
    return True


def draw_dots(axes, tasks):
    """Put each task's dot on the line of its contender, and the mean above them."""
    real = tasks.index.get_level_values("noise").str.startswith("real")
    for rows, colour, label, shift in (
        (real, _REAL, "real noise", 0.16),
        (~real, _INJECTED, "injected noise", -0.16),
    ):
        found = tasks[rows].to_numpy()
        height = np.tile(np.arange(tasks.shape[1]) + shift, len(found))
        axes.plot(
            found.ravel(), height, ".", color=colour, alpha=0.35, ms=5, label=label
        )
    axes.plot(
        tasks.mean(),
        np.arange(tasks.shape[1]),
        "|",
        color="black",
        ms=13,
        mew=2.5,
        label="mean over tasks",
    )


def name_rows(axes, tasks):
    """Write contenders and their means at the side."""
    lines = np.arange(tasks.shape[1])
    axes.set_yticks(
        lines, [f"{name}  {mean:.3f}" for name, mean in tasks.mean().items()]
    )
    for tick, name in zip(axes.get_yticklabels(), tasks.columns, strict=True):
        if is_peer(name):
            tick.set_color(_PEER)
            tick.set_style("italic")
    axes.set(xlim=(0, 1), ylim=(-0.7, len(lines) - 0.3), xlabel="average precision")
    axes.set_title("Wrong labels found (peers in italics, with a star)")
    axes.grid(axis="x", alpha=0.4)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
