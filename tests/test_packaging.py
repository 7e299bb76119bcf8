# SPDX-License-Identifier: BSD-3-Clause
"""What the package promises to installers is what is tested."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def project():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]


def minimum_versions():
    text = (ROOT / "tests" / "constraints-min.txt").read_text(encoding="utf-8")
    pinned = [line for line in text.splitlines() if "==" in line]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pinned += re.search("^TORCH = (.*)", makefile, re.MULTILINE).group(1).split()
    return dict(line.split("==") for line in pinned)


def release(version):
    numbers = [int(part) for part in version.split(".")]
    return (numbers + [0, 0])[:3]


def test_lower_bounds_are_the_versions_tested(project):
    pinned = minimum_versions()
    extras = project["optional-dependencies"].values()
    for requirement in [*project["dependencies"], *sum(extras, [])]:
        name, *bound = requirement.split(">=")
        if bound:
            assert release(pinned[name]) == release(bound[0]), name


def test_default_install_is_light(project):
    required = {re.match(r"[\w-]+", line).group() for line in project["dependencies"]}
    assert required == {"joblib", "numpy", "scikit-learn", "scipy"}
