"""How long bpcli takes to say `--help` and `--version`, beside a bare Typer application with the same commands.

python benchmarks/startup.py [ROUNDS] [--peers PYTHON | --install-peers]

The bare application is written into a temporary folder out of bpcli's own declarations: the same commands, arguments
and options, and nothing in their bodies. Each run is a process of its own; all are run in turn, round by round, after
one that warms the caches. `--peers` names a Python that has other trainers' command lines installed; `--install-peers`
makes a temporary environment and installs spaCy into it. Ratios are medians of the ratios within a round.
"""

from __future__ import annotations

import argparse
import ast
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bpcli.cli.app import PANELS

CLI = Path(__file__).parents[1] / "bpcli" / "cli"
MAIN = """
import typer
from typing import Annotated

app = typer.Typer(name="bare", no_args_is_help=True{settings})


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo("bare 0.1.0")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    "Train feed-forward networks by backpropagation, out of a config file."


{commands}
app()
"""
PEERS = {
    "spaCy": ("spacy", ["-m", "spacy", "--help"]),
    "Lightning": ("lightning", ["-c", "from lightning.pytorch.cli import LightningCLI; LightningCLI()", "--help"]),
    "Ludwig": ("ludwig", ["-m", "ludwig.cli", "--help"]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rounds", nargs="?", type=int, default=15)
    parser.add_argument("--peers", metavar="PYTHON", help="a Python with other trainers installed")
    parser.add_argument("--install-peers", action="store_true", help="install spaCy into a temporary environment")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_bare(Path(folder) / "bare", "")
        write_bare(Path(folder) / "plain", ", rich_markup_mode=None")
        peers = installed(Path(folder) / "peers") if asked.install_peers else asked.peers
        for option in ("--help", "--version"):
            commands = {
                "bpcli": [sys.executable, "-m", "bpcli", option],
                "bare Typer": [sys.executable, "-m", "bare", option],
                "bare Typer without rich": [sys.executable, "-m", "plain", option],
                "python -c 'import typer'": [sys.executable, "-c", "import typer"],
            }
            if peers and option == "--help":
                commands |= {name: [peers, *words] for name, (module, words) in PEERS.items() if has(peers, module)}
            show(option, measure(commands, asked.rounds, folder))


def write_bare(package: Path, settings: str) -> None:
    """An application with bpcli's declarations and empty bodies."""
    package.mkdir()
    for source in [*(CLI / "commands").glob("*.py"), CLI / "options.py"]:
        (package / source.name).write_text(emptied(source.read_text(encoding="utf-8"), package.name), encoding="utf-8")
    lines = []
    for panel, commands in PANELS.items():
        for name, function in commands.items():
            module = function.__module__.rpartition(".")[2]
            lines += [f"from {package.name}.{module} import {function.__name__}"]
            lines += [f"app.command({name!r}, rich_help_panel={panel!r})({function.__name__})"]
    text = MAIN.format(settings=settings, commands="\n".join(lines))
    (package / "__main__.py").write_text(text, encoding="utf-8")


def emptied(text: str, package: str) -> str:
    """A module of declarations: its functions do nothing, and it imports nothing of bpcli."""
    tree = ast.parse(text)
    kept = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bpcli"):
            if node.module != "bpcli.cli.options":
                continue
            node.module = f"{package}.options"
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            documented = ast.get_docstring(node) is not None
            node.body = [*(node.body[:1] if documented else []), ast.Pass()]
        kept.append(node)
    tree.body = kept
    return ast.unparse(tree)


def installed(folder: Path) -> str:
    """The Python of a fresh environment with a peer in it."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "spacy"], check=True)
    return python


def has(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def measure(commands: dict[str, list[str]], rounds: int, folder: str) -> dict[str, list[float]]:
    """Seconds of each command in each round; every one has to succeed."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(
                command,
                check=True,
                capture_output=True,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(CLI.parents[1])},
            )
            if number > 0:  # the first one warms the caches
                seconds[name].append(time.perf_counter() - start)
    return seconds


def show(option: str, seconds: dict[str, list[float]]) -> None:
    rounds = len(next(iter(seconds.values())))
    print(f"{option}, {rounds} rounds        median ms   bpcli takes ... times as long")
    for name, times in seconds.items():
        ratio = statistics.median(ours / other for ours, other in zip(seconds["bpcli"], times))
        print(f"  {name:26} {1000 * statistics.median(times):8.1f}   {ratio:.2f}")
    print()


if __name__ == "__main__":
    main()
