# SPDX-License-Identifier: BSD-3-Clause
"""Which files there is nothing to test in without an optional package."""

from importlib.util import find_spec

collect_ignore_glob = []
if find_spec("torch") is None or find_spec("skorch") is None:
    collect_ignore_glob += [
        "sknoisy/neural/*",
        "tests/neural/*",
        "docs/user_guide/neural.rst",
    ]
