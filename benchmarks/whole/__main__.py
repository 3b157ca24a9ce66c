"""How long a whole training takes, from the start of the process to the weights on disk, in bpcli and elsewhere.

    python benchmarks/whole [--jobs digits,mnist] [--peers PyTorch,scikit-learn,JAX] [--rounds 9] [--python PYTHON]

The others are the scripts beside this file, a dozen or two of lines each, that do the same: read, split, scale, train
with shuffled batches, measure after each epoch, write the weights. All take turns, a run each, on one processor.
Printed are the median seconds, and the median over the rounds of the other's time over bpcli's. MNIST is read from
datasets/mnist (datasets/README.md tells how to get the CSV files), turned into .npz once, for all alike.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent)]

from environment import about, python_with  # noqa: E402

SCRIPTS = {"PyTorch": "with_torch.py", "scikit-learn": "with_sklearn.py", "JAX": "with_jax.py"}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}  # what is installed has its bytecode, and so has the checkout after one run
MNIST = """
layers: [784, 30, 10]
data: {train: mnist.npz, validation: mnist_test.npz, scale: {divide: 255}}
batch_size: 10
epochs: 30
"""


def on_one_processor() -> None:
    """For a child: not every program heeds the number of threads that it is told."""
    if hasattr(os, "sched_setaffinity"):  # not on macOS
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])


def digits(python: Path, folder: Path) -> tuple[Path, list[str]]:
    """bpcli's config, and what the scripts are told: the data."""
    return ROOT / "configs" / "digits.yaml", ["digits", str(ROOT / "datasets" / "digits.csv.gz")]


def mnist(python: Path, folder: Path) -> tuple[Path, list[str]]:
    """784-30-10, 30 epochs of batches of 10, measured on the test images after each."""
    pack = [str(python), str(HERE / "pack_mnist.py"), str(ROOT / "datasets" / "mnist"), str(folder)]
    subprocess.run(pack, check=True)
    config = folder / "mnist.yaml"
    config.write_text(MNIST, encoding="utf-8")
    return config, ["mnist", str(folder)]


JOBS: dict[str, Callable[[Path, Path], tuple[Path, list[str]]]] = {"digits": digits, "mnist": mnist}


def compare(python: Path, job: str, peers: list[str], rounds: int, folder: Path) -> None:
    """Runs bpcli and its peers on one job and prints their table."""
    config, about = JOBS[job](python, folder)
    run, weights = folder / "run", str(folder / "weights")
    commands = {"bpcli": [str(python), "-m", "bpcli", "train", str(config), "--quiet", "--out", str(run)]}
    commands |= {name: [str(python), str(HERE / "scripts" / SCRIPTS[name]), *about, weights] for name in peers}
    if "PyTorch" in peers:
        commands["import torch alone"] = [str(python), "-c", "import torch"]
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    environment = {**os.environ, **ONE_THREAD, **COMPILED}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            shutil.rmtree(run, ignore_errors=True)
            began = time.perf_counter()
            done = subprocess.run(
                command, env=environment, preexec_fn=on_one_processor, capture_output=True, text=True, check=False
            )
            took = time.perf_counter() - began
            if done.returncode:
                sys.exit(f"{name}: exit code {done.returncode}\n{done.stderr}")
            if turn == 0:  # fills the caches, and is not counted
                print(f"{job}, {name}: {done.stdout.strip()}", file=sys.stderr)
            else:
                seconds[name].append(took)
    print(f"\n{job}, one processor, rounds: {rounds}")
    print(f"{'':24}{'seconds':>9}{'least':>9}{'most':>9}{'ratio':>9}{'least':>8}{'most':>8}")
    for name, times in seconds.items():
        ratios = [theirs / ours for theirs, ours in zip(times, seconds["bpcli"])]
        took_all = f"{statistics.median(times):9.2f}{min(times):9.2f}{max(times):9.2f}"
        print(f"{name:24}{took_all}{statistics.median(ratios):9.2f}{min(ratios):8.2f}{max(ratios):8.2f}", flush=True)


def main() -> None:
    """Reads the options and runs what they ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", default="digits,mnist", help=f"of {','.join(JOBS)}")
    parser.add_argument("--peers", default=",".join(SCRIPTS), help=f"of {','.join(SCRIPTS)}")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--python", type=Path, help="one that has bpcli and the peers; else one is made")
    asked = parser.parse_args()
    python = asked.python or python_with(HERE / "requirements.txt")
    print(about(python))
    for job in asked.jobs.split(","):
        with tempfile.TemporaryDirectory() as folder:
            compare(python, job, asked.peers.split(","), asked.rounds, Path(folder))


if __name__ == "__main__":
    main()
