# SPDX-License-Identifier: BSD-3-Clause
"""What importing costs, and which part may import which."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sknoisy

PACKAGE = Path(sknoisy.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))

# Each part may import itself, whatever stands below it, and nothing else.
LAYERS = [
    {"cli", "__main__"},
    {"inspection"},
    {"pipeline", "estimators"},
    {"boosting", "cleaning", "model_selection", "neural", "review"},
    {"threshold", "detection"},
    {"metrics", "noise"},
    {"base", "utils"},
    {"_compat", "exceptions"},
]
# Siblings of one layer that do see each other.
ALLOWED_SIDEWAYS = {
    ("__main__", "cli"),
    ("base", "utils"),
    ("utils", "base"),
    ("detection", "threshold"),
    ("metrics", "noise"),
}
# The published checks run whole pipelines; they are a user of the rooms.
CHECKS = "sknoisy.utils.estimator_checks"

OPTIONAL = {
    "dask": set(),
    "imblearn": set(),
    "lightgbm": {"boosting"},
    "matplotlib": {"inspection"},
    "pandas": {"cli", "inspection", "review"},
    "polars": set(),
    "pyarrow": {"cli"},
    "rich": {"cli"},
    "skorch": {"neural"},
    "torch": {"neural"},
}


def module_name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_package(path):
    return path.name == "__init__.py"


def room_of(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports_of(path):
    """Yield (module, names) of every import in a file, with dots resolved."""
    own = module_name(path).split(".")
    package = own if is_package(path) else own[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, []
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module, [alias.name for alias in node.names]


def rooms_imported(path):
    for module, names in imports_of(path):
        if module == "sknoisy":
            yield from names
        elif module.startswith("sknoisy."):
            yield room_of(module)


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


def test_import_leaves_optional_packages_alone():
    code = "import sys, sknoisy; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = set(run_python(code).split())
    assert "sknoisy" in loaded
    assert not loaded & set(OPTIONAL)


HIDE_OPTIONAL = f"""
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in {sorted(OPTIONAL)}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Hidden())
"""


def test_rooms_do_without_optional_packages():
    # scikit-learn imports some of them if they are there, so they are hidden here.
    show_all = "for name in sknoisy.__all__: print(getattr(sknoisy, name).__name__)"
    code = f"{HIDE_OPTIONAL}\nimport sknoisy\n{show_all}"
    assert run_python(code).split() == sknoisy.__all__


@pytest.mark.slow
def test_import_is_fast():
    def seconds(module):
        code = (
            "import time; start = time.process_time()\n"
            f"import {module}\n"
            "print(time.process_time() - start)"
        )
        return float(run_python(code))

    # In turn, and the fastest of each: whatever else the machine does only adds.
    pairs = [(seconds("sklearn.pipeline"), seconds("sknoisy")) for _ in range(3)]
    theirs, ours = map(min, zip(*pairs, strict=True))
    assert ours < 1.5 * theirs


def test_every_module_belongs_to_a_layer():
    rooms = {room_of(module_name(path)) for path in SOURCES} - {""}
    assert rooms <= set().union(*LAYERS)


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in SOURCES
        if module_name(path) != "sknoisy" and not module_name(path).startswith(CHECKS)
    ],
    ids=module_name,
)
def test_imports_point_one_way(path):
    module = module_name(path)
    room = room_of(module)
    depth = next(i for i, layer in enumerate(LAYERS) if room in layer)
    allowed = {room}.union(*LAYERS[depth + 1 :])
    allowed |= {to for of, to in ALLOWED_SIDEWAYS if of == room}
    wrong = {to for to in rooms_imported(path) if to in set().union(*LAYERS)} - allowed
    assert not wrong, f"{module} imports {sorted(wrong)}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_optional_packages_stay_in_their_rooms(path):
    room = room_of(module_name(path))
    wrong = {
        package
        for module, _ in imports_of(path)
        if (package := module.split(".")[0]) in OPTIONAL
        and room not in OPTIONAL[package]
    }
    assert not wrong


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.name != "_compat.py"],
    ids=module_name,
)
def test_only_compat_touches_private_sklearn(path):
    private = [
        f"{module}.{name}".rstrip(".")
        for module, names in imports_of(path)
        if module.split(".")[0] == "sklearn"
        for name in names or [""]
        if any(
            part.startswith("_") and not part.endswith("__")
            for part in [*module.split("."), name]
        )
    ]
    assert not private


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if room_of(module_name(path)) not in {"cli", "__main__"}],
    ids=module_name,
)
def test_only_the_command_line_prints(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    printing = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert not printing


def test_every_module_has_its_header():
    missing = [
        module_name(path)
        for path in SOURCES
        if not path.read_text(encoding="utf-8").startswith(
            "# SPDX-License-Identifier: BSD-3-Clause\n"
        )
    ]
    assert not missing
