"""A virtual environment for a benchmark: bpcli as it stands in this checkout, and the programs beside it."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


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
