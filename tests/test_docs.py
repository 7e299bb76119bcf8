# SPDX-License-Identifier: BSD-3-Clause
"""The documentation names what exists, all of it, and what it shows runs."""

import dataclasses
import importlib
import inspect
import pkgutil
import pydoc
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

import sknoisy

ROOT = Path(__file__).parents[1]
NOT_AN_API = {"sknoisy.cli", "sknoisy.__main__"}
IS_MISSING = () if find_spec("torch") and find_spec("skorch") else ("sknoisy.neural",)

# A docstring may do without a longer summary, a See Also and an example; it names what
# it returns, may say "integer", and may begin with the name of a parameter.
NOT_ASKED_FOR = {"ES01", "EX01", "PR06", "PR08", "RT02", "SA01"}


def public_modules():
    infos = pkgutil.walk_packages(sknoisy.__path__, "sknoisy.")
    names = (info.name for info in infos if "._" not in info.name)
    there = (name for name in names if not name.startswith(IS_MISSING))
    return ["sknoisy", *(name for name in there if name not in NOT_AN_API)]


def public_names(module):
    """Names in ``__all__``, or without one, what the module itself defines."""
    if hasattr(module, "__all__"):
        return module.__all__
    return [
        name
        for name, item in vars(module).items()
        if not name.startswith("_")
        and getattr(item, "__module__", None) == module.__name__
    ]


def public_objects():
    """Map each public object to the dotted names it can be imported by."""
    paths = {}
    for module_name in public_modules():
        module = importlib.import_module(module_name)
        for name in public_names(module):
            item = getattr(module, name)
            if not inspect.ismodule(item) and name != "__version__":
                paths.setdefault(id(item), []).append(f"{module_name}.{name}")
    return list(paths.values())


def documented_things():
    """Yield each public function and class, and the methods classes define."""
    for path, *_ in public_objects():
        item = pydoc.locate(path)
        if not callable(item):
            continue
        yield path
        if inspect.isclass(item):
            for name, member in vars(item).items():
                if name.startswith("_") or not inspect.isroutine(member):
                    continue
                # A method that a base has explained need not explain itself.
                if member.__doc__ or not inspect.getdoc(getattr(item, name)):
                    yield f"{path}.{name}"


def names_in_api_reference():
    text = (ROOT / "docs" / "api" / "index.rst").read_text(encoding="utf-8")
    module, inside, names = "", False, []
    for line in text.splitlines():
        if found := re.match(r"\.\. currentmodule:: (\S+)", line):
            module, inside = found.group(1), False
        elif line.startswith(".. autosummary::"):
            inside = True
        elif line and not line.startswith(" "):
            inside = False
        elif inside and re.match(r" +[\w.]+$", line):
            names.append(f"{module}.{line.strip()}")
    return [name for name in names if not name.startswith(IS_MISSING)]


def test_api_reference_has_every_public_name_once():
    listed = Counter(names_in_api_reference())
    assert listed
    missing, repeated = [], []
    for paths in public_objects():
        times = sum(listed.pop(path, 0) for path in paths)
        if times == 0:
            missing.append(paths)
        elif times > 1:
            repeated.append(paths)
    assert not missing
    assert not repeated
    assert not listed, "in the API reference, but not public"


@pytest.mark.parametrize("path", list(documented_things()))
def test_docstring_is_complete(path):
    validate = pytest.importorskip("numpydoc.validate").validate
    ignored = set(NOT_ASKED_FOR)
    if dataclasses.is_dataclass(pydoc.locate(path)):
        # Its fields are documented once, as attributes.
        ignored.add("PR01")
    wrong = [text for code, text in validate(path)["errors"] if code not in ignored]
    assert not wrong


def test_readme_runs():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    assert blocks
    # Later blocks go on from earlier ones, as a reader would.
    namespace = {}
    for block in blocks:
        exec(block, namespace)
