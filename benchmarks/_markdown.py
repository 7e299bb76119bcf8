# SPDX-License-Identifier: BSD-3-Clause
"""Lay out tables for a page of markdown."""


def table(header, rows):
    """Format rows as a markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def block(frame):
    """Show a frame as preformatted text."""
    return f"```\n{frame.to_string(na_rep='-')}\n```"
