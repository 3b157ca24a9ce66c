"""Trains the configs in this folder and holds what they reach against what was published.

    python configs/published/replay.py                    # all whose data is on the machine
    python configs/published/replay.py mazur 'lecun_*'    # some of them, by name or pattern
    python configs/published/replay.py --list             # what there is, and what data is missing

Exit code: 0 when everything that ran is in its band, 1 when something is not, 2 for a wrong command line.
"""

import argparse
import fnmatch
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
LINE = "{:<40} {:<20} {:>15} {:>15}  {}"


@dataclass(frozen=True)
class Figure:
    """A published figure, and the band in which a replay has to be: low ≤ reached ≤ high.

    `metric` is a path as in `expect`, or `test.error`: the share of wrong answers. `published` is the figure as the
    source prints it.
    """

    metric: str
    published: str
    low: float
    high: float

    def show(self, value: float) -> str:
        """A value as the source would print it, with four digits after the point where the source gives fewer."""
        number, exponent, _ = self.published.partition("e")
        if exponent:
            return f"{value:.{_decimals(number)}e}"
        if number.endswith("%"):
            return f"{100 * value:.{max(_decimals(number), 2)}f} %"
        return f"{value:.{max(_decimals(number), 4)}f}".removeprefix("0") if "." in number else f"{value:.0f}"


def _decimals(text: str) -> int:
    return len(text.removesuffix(" %").partition(".")[2])


def _number(published: str) -> tuple[float, float]:
    """The value of a printed figure, and half a unit of its last digit."""
    percent = published.endswith("%")
    figure = Decimal(published.removesuffix(" %")).scaleb(-2 if percent else 0)
    return float(figure), 0.5 * 10.0 ** int(figure.as_tuple().exponent)


def exactly(metric: str, published: str) -> Figure:
    """Every digit that was printed."""
    number, half = _number(published)
    return Figure(metric, published, number - half, number + half)


def about(metric: str, published: str, by: float) -> Figure:
    """Either way by as much as runs differ from seed to seed: the source drew other random numbers."""
    number, _ = _number(published)
    return Figure(metric, published, number - by, number + by)


def at_least(metric: str, published: str) -> Figure:
    """The figure or a higher one."""
    return Figure(metric, published, _number(published)[0], inf)


def at_most(metric: str, published: str) -> Figure:
    """The figure or a lower one."""
    return Figure(metric, published, -inf, _number(published)[0])


def _scikit_learn(score: str, cost: str, *epochs: str) -> list[Figure]:
    return [exactly("train.accuracy", score), exactly("running.cost", cost), *(exactly("epochs", n) for n in epochs)]


def _nielsen(published: str, by: float = 0.005) -> list[Figure]:
    return [about("validation.accuracy", published, by)]


TABLE: dict[str, list[Figure]] = {
    "mazur": [exactly("running.cost", "3.510854812e-05")],
    "sklearn_iris_constant": _scikit_learn(".980000", ".096950", "400"),
    "sklearn_iris_momentum": _scikit_learn(".980000", ".049530", "139"),
    "sklearn_iris_nesterov": _scikit_learn(".980000", ".049540", "143"),
    "sklearn_iris_inverse_scaling": _scikit_learn(".360000", ".978444", "289"),
    "sklearn_iris_inverse_scaling_momentum": _scikit_learn(".860000", ".504185", "400"),
    "sklearn_iris_inverse_scaling_nesterov": _scikit_learn(".860000", ".503452", "400"),
    "sklearn_digits_constant": _scikit_learn(".956038", ".243802"),
    "sklearn_digits_momentum": _scikit_learn(".992766", ".041297"),
    "sklearn_digits_nesterov": _scikit_learn(".993879", ".042898"),
    "sklearn_digits_inverse_scaling": _scikit_learn(".638843", "1.855465"),
    "sklearn_digits_inverse_scaling_momentum": _scikit_learn(".909293", ".318387"),
    "sklearn_digits_inverse_scaling_nesterov": _scikit_learn(".912632", ".290584"),
    "sklearn_mnist": [
        exactly("running.cost", ".04645355"),
        exactly("train.accuracy", ".986800"),
        exactly("test.accuracy", ".970000"),
    ],
    "nielsen_784_30_10": _nielsen("95.42 %"),
    "nielsen_784_100_10": _nielsen("96.59 %"),
    "nielsen_small_rate": _nielsen("21.42 %", by=0.1),
    "nielsen_large_rate": _nielsen("9.82 %", by=0.02),  # one digit for every image: 8.92 to 11.35 %
    "nielsen_cross_entropy_30": _nielsen("95.49 %"),
    "nielsen_cross_entropy_30_l2": _nielsen("96.49 %"),
    "nielsen_cross_entropy_100_l2": _nielsen("97.92 %"),
    "nielsen_cross_entropy_100_l2_slow": _nielsen("98.04 %"),
    "nielsen_deep_1": _nielsen("96.48 %"),
    "nielsen_deep_2": _nielsen("96.90 %"),
    "nielsen_deep_3": _nielsen("96.57 %"),
    "nielsen_deep_4": _nielsen("96.53 %"),
    "lecun_300": [at_most("test.error", "4.7 %")],
    "lecun_1000": [at_most("test.error", "4.5 %")],
    "lecun_300_100": [at_most("test.error", "3.05 %")],
    "lecun_500_150": [at_most("test.error", "2.95 %")],
    "lecun_800_cross_entropy": [at_most("test.error", "1.6 %")],
    "fashion_100": [at_least("test.accuracy", ".871")],
    "fashion_128_64": [at_least("test.accuracy", ".88")],
}


def config_path(name: str) -> Path:
    """Where the config of a row lies."""
    return FOLDER / f"{name}.yaml"


def missing_data(config: Path) -> list[str]:
    """The data files that a config names and that are not there, as it writes them."""
    data = yaml.safe_load(config.read_text(encoding="utf-8"))["data"]
    return [path for path in _paths(data) if not (config.parent / path).exists()]


def _paths(data: dict[str, Any]) -> Iterator[str]:
    for source in (data.get(part) for part in ("train", "validation", "test")):
        if isinstance(source, str):
            yield source
        elif isinstance(source, dict):
            yield from (source[key] for key in ("path", "images", "labels") if key in source)


def train(config: Path) -> list[dict[str, Any]]:
    """The JSON objects that `bpcli train` prints; raises CalledProcessError when it fails."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "bpcli", "train", str(config), "--json", "--out", f"{out}/run"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def reached(metric: str, events: list[dict[str, Any]]) -> float:
    """A figure of a run: of the epoch whose weights were kept for validation, else of the last."""
    *epochs, end = (event for event in events if event["event"] in ("epoch", "end"))
    part, _, name = metric.partition(".")
    if part == "epochs":
        return float(end["epochs"])
    if metric == "test.error":
        return 1 - float(end["test"]["accuracy"])
    measured = end if part == "test" else epochs[(end["best_epoch"] if part == "validation" else len(epochs)) - 1]
    return float(measured[part][name])


def replay(name: str) -> bool:
    """Train a config and print a line for each of its figures; whether all are in their bands."""
    begin = time.perf_counter()
    try:
        events = train(config_path(name))
    except subprocess.CalledProcessError as error:
        print(f"{name:<40} failed, exit code {error.returncode}: {error.stderr.strip()}", flush=True)
        return False
    seconds = time.perf_counter() - begin
    verdicts = []
    for figure in TABLE[name]:
        value = reached(figure.metric, events)
        verdicts.append(figure.low <= value <= figure.high)
        verdict = f"{'ok' if verdicts[-1] else 'missed':<8} {seconds:7.1f}"
        print(LINE.format(name, figure.metric, figure.published, figure.show(value), verdict), flush=True)
    return all(verdicts)


def chosen(patterns: list[str]) -> list[str]:
    """The names that the patterns stand for, in the order of the table; all for no pattern."""
    for pattern in patterns:
        if not fnmatch.filter(TABLE, pattern):
            raise LookupError(f"no config is called {pattern} (--list shows them)")
    return [name for name in TABLE if any(fnmatch.fnmatch(name, pattern) for pattern in patterns or ["*"])]


def main() -> int:
    """Do what the command line says; the exit code."""
    parser = argparse.ArgumentParser(description="Train the published configs; print published and reached figures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a config without .yaml, or a pattern; default: all")
    parser.add_argument("--list", action="store_true", help="train nothing, show what there is")
    arguments = parser.parse_args()
    try:
        names = chosen(arguments.names)
    except LookupError as error:
        parser.error(str(error))
    if not (FOLDER / "inputs").exists() and not arguments.list:
        subprocess.run([sys.executable, str(FOLDER / "make_inputs.py")], check=True)
    passed = True
    print(LINE.format("config", "figure", "published", "reached", "" if arguments.list else "verdict  seconds"))
    for name in names:
        if missing := missing_data(config_path(name)):
            print(f"{name:<40} skipped: no {missing[0]} (datasets/README.md says how to get it)", flush=True)
        elif arguments.list:
            for figure in TABLE[name]:
                print(LINE.format(name, figure.metric, figure.published, "", "").rstrip())
        else:
            passed = replay(name) and passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
