"""How long a training step takes in bpcli and in other programs, side by side.

    python benchmarks/steps [--workloads T,S,M,L,XL,N] [--optimizers sgd,momentum,nesterov,adam]
                            [--threads 1] [--rounds 9]

Each program runs in a process of its own, all take turns, an epoch each, so that whatever else the machine does hits
all alike. Printed are the median microseconds of a step, and the median over the rounds of the other's time over
bpcli's. The first run makes an environment with everything beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from environment import about, python_with  # noqa: E402
from workloads import OPTIMIZERS, WORKLOADS  # noqa: E402

PAUSE = 0.5  # seconds in which idle threads of the program that had its turn stop spinning
US = "bpcli"
ALL = (
    US,
    "bpcli, jit",
    "PyTorch",
    "PyTorch, fused",
    "torch.compile",
    "scikit-learn",
    "JAX, step",
    "JAX, epoch",
    "Keras",
    "one example at a time",
    "products alone",
    "products, PyTorch",
)


def on_processors(count: int) -> None:
    """For a child: not every program heeds the number of threads that it is told."""
    if hasattr(os, "sched_setaffinity"):  # not on macOS
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


@dataclass
class Runner:
    """One program in its process, and the seconds of its epochs so far."""

    name: str
    process: subprocess.Popen[str]
    why_not: str = ""
    seconds: list[float] = field(default_factory=list)

    @classmethod
    def start(cls, python: Path, name: str, workload: str, optimizer: str, threads: int) -> Runner:
        limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        flags = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"} if threads == 1 else {}
        process = subprocess.Popen(
            [str(python), str(HERE / "worker.py"), name, workload, optimizer],
            env={**os.environ, **dict.fromkeys(limits, str(threads)), **flags},
            preexec_fn=lambda: on_processors(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        runner = cls(name, process)
        answer = json.loads(process.stdout.readline() or '{"ready": false, "why": "does not run here"}')
        runner.why_not = "" if answer["ready"] else answer["why"]
        return runner

    def turn(self) -> None:
        """One epoch."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        self.seconds.append(json.loads(self.process.stdout.readline())["seconds"])

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def compare(python: Path, names: list[str], workload: str, optimizer: str, threads: int, rounds: int) -> None:
    """Runs all programs on one workload and prints their table."""
    work = WORKLOADS[workload]
    runners = [Runner.start(python, name, workload, optimizer, threads) for name in names]
    here = [runner for runner in runners if not runner.why_not]
    for _ in range(rounds):
        for runner in here:
            if threads > 1:
                time.sleep(PAUSE)
            runner.turn()
    layers = "-".join(map(str, work.layers))
    print(f"\n{workload}: {layers}, batch {work.batch}, {optimizer}, threads: {threads}, rounds: {rounds}")
    print(f"{'':24}{'µs a step':>12}{'least':>10}{'most':>10}{'ratio':>9}{'least':>8}{'most':>8}")
    ours = here[0].seconds
    for runner in runners:
        if runner.why_not:
            print(f"{runner.name:24}  {runner.why_not.splitlines()[0][:70]}")
            continue
        micro = [1e6 * seconds / work.steps for seconds in runner.seconds]
        ratios = [theirs / own for theirs, own in zip(runner.seconds, ours)]
        steps = f"{statistics.median(micro):12.1f}{min(micro):10.1f}{max(micro):10.1f}"
        print(f"{runner.name:24}{steps}{statistics.median(ratios):9.2f}{min(ratios):8.2f}{max(ratios):8.2f}")
    sys.stdout.flush()
    for runner in here:
        runner.stop()


def main() -> None:
    """Reads the options and runs what they ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", default="T,S,M,L,XL", help=f"of {','.join(WORKLOADS)}")
    parser.add_argument("--optimizers", default="sgd", help=f"of {','.join(OPTIMIZERS)}")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--programs", default=";".join(ALL), help="names, separated by ;")
    parser.add_argument("--python", type=Path, help="one that has everything, instead of an environment of its own")
    asked = parser.parse_args()
    python = asked.python or python_with(HERE / "requirements.txt")
    names = [US, *(name for name in asked.programs.split(";") if name != US)]
    print(about(python))
    for optimizer in asked.optimizers.split(","):
        for workload in asked.workloads.split(","):
            compare(python, names, workload, optimizer, asked.threads, asked.rounds)


if __name__ == "__main__":
    main()
