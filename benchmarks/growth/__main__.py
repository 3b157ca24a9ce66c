"""How time and memory grow with the examples, the hidden units, the layers and the batch, beside what theory says.

    python benchmarks/growth [--rounds 5] [--plot docs/growth.svg] [--python PYTHON]

Every size runs in a process of its own, all take turns. Printed are the processor seconds of an epoch (median over the
rounds) and the memory that training came to take beyond the program itself. Theory: time goes by the multiply-adds of
the products, memory by the numbers of the examples, the parameters and a batch on its way through the layers. Where a
step is so small that calling costs more than computing, time grows more slowly than that. At the end stands the part of
a whole run that is not training steps. The first run makes an environment beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent)]

from environment import about, python_with  # noqa: E402

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Size:
    """One network and its data."""

    label: str
    rows: int = 2000
    hidden: int = 128
    depth: int = 2  # hidden layers
    batch: int = 32

    @property
    def layers(self) -> tuple[int, ...]:
        return (100, *[self.hidden] * self.depth, 10)

    @property
    def parameters(self) -> int:
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(self.layers))

    @property
    def work(self) -> float:
        """Multiply-adds of an epoch: forward and gradient for each weight, and the error through all but the first."""
        weights = [fan_in * fan_out for fan_in, fan_out in pairwise(self.layers)]
        return float(self.rows * (3 * sum(weights) - weights[0]))

    @property
    def numbers(self) -> float:
        """Bytes of the examples, of the parameters and the copy that is kept, and of a batch: a, z, δ, room to work."""
        batch = self.batch * (2 * sum(self.layers) + 3 * max(self.layers))
        return 4.0 * (self.rows * (self.layers[0] + self.layers[-1]) + 2 * self.parameters + batch) + 8.0 * self.rows


SERIES = {
    "examples": [Size("2,000"), Size("20,000", rows=20_000), Size("200,000", rows=200_000)],
    "hidden units": [Size(str(width), hidden=width) for width in (128, 256, 512, 1024)],
    "hidden layers": [Size(str(depth), depth=depth) for depth in (2, 4, 8)],
    "batch": [Size(f"{batch:,}", rows=4096, batch=batch) for batch in (1, 4, 16, 64, 256, 1024, 4096)],
}


def measure(python: Path, size: Size) -> tuple[float, float]:
    """Seconds of an epoch and bytes that it came to take."""
    command = [str(python), str(HERE / "one_size.py"), json.dumps(asdict(size))]
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    return found["seconds"], found["bytes"]


def show(series: str, sizes: list[Size], found: dict[Size, list[tuple[float, float]]]) -> None:
    """The table of one series, as Markdown, everything beside its growth from the first row."""
    print(f"\n| {series} | epoch, ms | × | theory × | memory, MB | × | theory × |")
    print("|---|---|---|---|---|---|---|")
    first = sizes[0]
    seconds = {size: statistics.median(time for time, _ in found[size]) for size in sizes}
    memory = {size: statistics.median(taken for _, taken in found[size]) for size in sizes}
    for size in sizes:
        print(
            f"| {size.label} | {1e3 * seconds[size]:.1f} | {seconds[size] / seconds[first]:.2f} "
            f"| {size.work / first.work:.2f} | {memory[size] / 1e6:.1f} | {memory[size] / memory[first]:.2f} "
            f"| {size.numbers / first.numbers:.2f} |"
        )


def main() -> None:
    """Reads the options, measures, and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plot", type=Path, help="where to draw it, .svg or .png")
    parser.add_argument("--python", type=Path, help="one that has everything, instead of an environment of its own")
    asked = parser.parse_args()
    python = asked.python or python_with(HERE / "requirements.txt")
    print(f"{about(python)}; one thread")
    sizes = list(dict.fromkeys(size for series in SERIES.values() for size in series))
    found: dict[Size, list[tuple[float, float]]] = {size: [] for size in sizes}
    for _ in range(asked.rounds):
        for size in sizes:
            found[size].append(measure(python, size))
    for name, series in SERIES.items():
        show(name, series, found)
    sys.stdout.flush()
    subprocess.run([str(python), str(HERE / "shares.py")], env={**os.environ, **ONE_THREAD}, check=True)
    if asked.plot:
        points = {
            name: [
                (size.label, statistics.median(time for time, _ in found[size]), size.work / series[0].work)
                for size in series
            ]
            for name, series in SERIES.items()
        }
        subprocess.run(
            [str(python), str(HERE / "plot.py"), str(asked.plot)], input=json.dumps(points), text=True, check=True
        )


if __name__ == "__main__":
    main()
