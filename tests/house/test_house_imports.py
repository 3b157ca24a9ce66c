"""Who may import whom: every import of the package is read and held to one table, and every rule is seen to bite."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# A part is a package of bpcli, or a module directly under it; "bpcli" itself is its __init__.
BASE = {"bpcli", "errors", "registry", "streams"}
MATHS = BASE | {"core"}
DATA = BASE | {"data"}
DECISIONS = MATHS | DATA | {"jit", "training"}
EVERYTHING = DECISIONS | {"spec", "explain", "runs", "ui"}

MAY_SEE = {  # besides itself
    "bpcli": set(),
    "errors": set(),
    "registry": set(),
    "streams": set(),
    "core": BASE,
    "jit": MATHS,
    "data": BASE,
    "training": MATHS | DATA | {"jit"},
    "explain": MATHS | DATA | {"training"},
    "spec": DECISIONS,
    "runs": DECISIONS | {"spec", "explain"},
    "ui": DECISIONS | {"spec", "explain"},
    "cli": EVERYTHING,
    "__main__": {"bpcli", "errors", "ui", "cli"},
}

MAY_USE = {  # besides the standard library
    "bpcli": set(),
    "errors": set(),
    "registry": set(),
    "streams": {"numpy"},
    "core": {"numpy", "scipy"},
    "jit": {"numpy", "numba"},
    "data": {"numpy", "pyarrow"},
    "training": {"numpy", "threadpoolctl"},
    "explain": {"numpy"},
    "spec": {"numpy", "pydantic", "pydantic_core", "yaml"},
    "runs": {"numpy", "scipy", "threadpoolctl", "pyarrow"},
    "ui": {"rich"},
    "cli": {"typer"},
    "__main__": set(),
}

INSIDE_FUNCTIONS = {"cli", "__main__"}  # so that help answers before anything heavy is imported
EXTRAS = {"pyarrow", "numba"}  # an optional extra is imported where it is asked for, and has to be

Sources = Mapping[str, str]
"""Module name to source text; a package goes by its own name, as `bpcli.core`."""


@dataclass(frozen=True)
class Import:
    """One module that another one imports."""

    importer: str
    target: str
    line: int
    in_function: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line}: {self.target}"


def sources_of(package: Path) -> dict[str, str]:
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file.read_text(encoding="utf-8")
    return found


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def imports_of(sources: Sources) -> Iterator[Import]:
    for importer, text in sources.items():
        yield from _imports_below(ast.parse(text), importer, sources, in_function=False)


def _imports_below(node: ast.AST, importer: str, sources: Sources, in_function: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(importer, alias.name, child.lineno, in_function)
        elif isinstance(child, ast.ImportFrom):
            base = "." * child.level + (child.module or "")
            for alias in child.names:
                whole = f"{base}.{alias.name}"
                yield Import(importer, whole if whole in sources else base, child.lineno, in_function)
        elif isinstance(child, ast.Name | ast.Attribute):
            name = child.id if isinstance(child, ast.Name) else child.attr
            if name in {"__import__", "import_module"}:
                yield Import(importer, name, child.lineno, in_function)
        yield from _imports_below(
            child, importer, sources, in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        )


def faults(sources: Sources) -> list[str]:
    """Every import that breaks a rule of the house, with the rule."""
    found = []
    inside: dict[str, set[str]] = {module: set() for module in sources}
    for one in imports_of(sources):
        part, top = part_of(one.importer), one.target.split(".")[0]
        if part not in MAY_SEE:
            found.append(f"{one}: '{part}' has no place in the table of the house")
            continue
        if top in {"", "__import__", "import_module"}:
            found.append(f"{one}: imports are written out in full")
        elif top == "bpcli":
            inside[one.importer].add(one.target)
            if part_of(one.target) not in MAY_SEE[part] | {part}:
                found.append(f"{one}: {part} may not see {part_of(one.target)}")
        elif top not in sys.stdlib_module_names | MAY_USE[part]:
            found.append(f"{one}: {part} may not use {top}")
        if top in EXTRAS and not one.in_function:
            found.append(f"{one}: an optional extra is imported where it is asked for")
        if one.in_function and top not in EXTRAS and part not in INSIDE_FUNCTIONS:
            found.append(f"{one}: import inside a function")
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        found.append(f"modules import each other: {' → '.join(error.args[1])}")
    return found


PACKAGE = sources_of(ROOT / "bpcli")


def test_the_package_keeps_the_rules():
    assert faults(PACKAGE) == []


def test_all_of_the_package_is_read():
    assert {part_of(module) for module in PACKAGE} == set(MAY_SEE) == set(MAY_USE)
    seen = {(part_of(one.importer), one.target) for one in imports_of(PACKAGE)}
    assert {
        ("cli", "bpcli.training.events"),
        ("core", "numpy"),
        ("runs", "pyarrow.parquet"),
        ("__main__", "bpcli.cli.app"),
        ("runs", "bpcli.spec.build"),  # from bpcli.spec import build
    } <= seen


def told_in_the_readme() -> dict[str, set[str]]:
    """The table of the README's last section: what each package imports of the others."""
    rows = re.findall(r"^\| (`[^|]*`) \| [^|]* \| ([^|]*) \|$", README.partition("\n## Inside\n")[2], re.MULTILINE)
    told: dict[str, set[str]] = {}
    for names, seen in rows:
        words = {"nothing of the rest": set(), "the three above": set(list(told)[:3]), "everything": set(told)}
        words |= {"all of the above": set(told), "all of the above but runs": set(told) - {"runs"}}
        known = words[seen] if seen in words else {"errors", "registry", "streams", *seen.split(", ")}
        told |= dict.fromkeys(re.findall(r"`(\w+)/?`", names), known)
    return told


def test_the_readme_has_the_same_table():
    rest = {"bpcli", "__main__"}
    assert told_in_the_readme() == {part: seen - rest for part, seen in MAY_SEE.items() if part not in rest}


def planted_in(part: str) -> str:
    """A module of this part to plant a source in."""
    return part if part == "bpcli" else f"bpcli.{part}" if part in BASE | {"__main__"} else f"bpcli.{part}.planted"


@pytest.mark.parametrize("part", MAY_SEE)
def test_every_forbidden_look_is_found(part):
    for target in MAY_SEE:
        name, complaint = planted_in(target), f"{part} may not see {target}"
        for text in (f"import {name}", f"from {name} import x", f"if True:\n    from {name} import x as y"):
            found = faults({planted_in(part): text})
            assert any(complaint in fault for fault in found) == (target not in MAY_SEE[part] | {part})


@pytest.mark.parametrize("part", MAY_USE)
def test_every_foreign_library_is_found(part):
    for library in ("rich", "typer", "yaml", "pydantic", "numpy", "scipy", "pyarrow", "numba", "pandas"):
        found = faults({planted_in(part): f"def f():\n    from {library}.sub import x"})
        assert any(f"{part} may not use {library}" in fault for fault in found) == (library not in MAY_USE[part])


def test_what_the_layers_must_never_do():
    """The table itself, where a slip of it would be worst."""
    assert "data" not in MAY_SEE["core"]
    assert "core" not in MAY_SEE["data"]
    assert "spec" not in MAY_SEE["training"]
    assert [part for part, seen in MAY_SEE.items() if "cli" in seen] == ["__main__"]
    for part in ("core", "data", "training"):
        assert not MAY_USE[part] & {"rich", "typer", "yaml", "pydantic"}


@pytest.mark.parametrize(
    ("module", "text", "fault"),
    [
        ("bpcli.data.planted", "def read():\n    import gzip", "import inside a function"),
        (
            "bpcli.ui.planted",
            "class A:\n    def b(self):\n        from rich.text import Text",
            "import inside a function",
        ),
        ("bpcli.data.planted", "import pyarrow.parquet", "imported where it is asked for"),
        (
            "bpcli.runs.planted",
            "try:\n    import pyarrow\nexcept ImportError:\n    pass",
            "imported where it is asked for",
        ),
        ("bpcli.core.planted", "from . import linalg", "written out in full"),
        ("bpcli.core.planted", "from ..data import table", "written out in full"),
        ("bpcli.core.planted", "__import__('rich')", "written out in full"),
        ("bpcli.core.planted", "import importlib\nimportlib.import_module('rich')", "written out in full"),
        ("bpcli.utils", "import json", "no place in the table"),
        ("bpcli.core.linalg", "from bpcli.core.network import Network", "import each other: "),
        ("bpcli.core.planted", "from bpcli.core import planted", "import each other: "),
    ],
)
def test_other_faults_are_found(module, text, fault):
    assert fault in "\n".join(faults({**PACKAGE, module: text}))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("bpcli.cli.planted", "def command():\n    from bpcli.runs.weights import read_weights"),
        ("bpcli.data.planted", "def read():\n    import pyarrow"),
        ("bpcli.ui.planted", "from rich.text import Text"),
        ("bpcli.spec.planted", "import yaml\nimport pydantic\nfrom bpcli.training.trainer import Trainer"),
    ],
)
def test_what_is_allowed_is_left_alone(module, text):
    assert faults({**PACKAGE, module: text}) == []
