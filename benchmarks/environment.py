"""A virtual environment for a benchmark: bpcli as it stands in this checkout, and the programs beside it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


PACKAGES = ("numpy", "scipy", "torch", "scikit-learn", "jax", "keras", "numba")


def about(python: Path) -> str:
    """The processor, what else it is doing, and the versions of what is compared."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    ask = "import sys, importlib.metadata as m; have = {d.name.lower(): d.version for d in m.distributions()}; "
    ask += f"print(sys.version.split()[0], *(f'{{p}} {{have[p]}}' for p in {PACKAGES} if p in have), sep=', ')"
    versions = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    processor = models[0] if models else platform.processor()
    return f"{processor}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; Python {versions}"


def python_with(requirements: Path) -> Path:
    """The Python of `.venv` beside a requirements file, made and filled when it is not there yet."""
    folder = requirements.parent / ".venv"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"making {folder} (once)", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, "--editable", str(ROOT), "--requirement", str(requirements)], check=True)
        (folder / "complete").touch()
    return python
