"""Plays all cases in one process and prints how many are exact, the slowest, and what they take of memory.

    python tests/corpus/measure.py

A case's time is that of the command itself, from its arguments to its exit code, in a process that has imported
everything: seconds of the processor, since the wall clock also shows what else the machine does. Memory is measured in
a second round, by tracemalloc: the most that Python and NumPy had allocated at one time during the case. What no
allocator sees, the third figure does: how much the largest resident size of the process grew over all cases.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from conftest import ALL_CASES
from corpus import Case, Outcome, as_told, play
from generated import CASES as GENERATED


@dataclass(frozen=True)
class Measured:
    """What one case took."""

    case: Case
    exact: bool
    seconds: float  # of the processor
    wall: float
    peak: int  # bytes


def played(case: Case) -> tuple[Outcome, float, float]:
    """How a case ends, its seconds of the processor and on the wall."""
    with tempfile.TemporaryDirectory() as folder:
        processor, wall = time.process_time(), time.perf_counter()
        outcome = play(case, Path(folder))
        return outcome, time.process_time() - processor, time.perf_counter() - wall


def measure(cases: Iterable[Case]) -> tuple[list[Measured], int]:
    """The figures of each case, and by how many bytes the process grew over all of them."""
    cases = list(cases)
    played(cases[0])  # imports what is imported late
    before = largest_size()
    timed = [played(case) for case in cases]
    grown = largest_size() - before
    found = []
    tracemalloc.start()
    for case, (outcome, seconds, wall) in zip(cases, timed):
        tracemalloc.reset_peak()
        start, _ = tracemalloc.get_traced_memory()
        again, _, _ = played(case)
        _, peak = tracemalloc.get_traced_memory()
        exact = as_told(case, outcome) and as_told(case, again)
        refused = any("Unable to allocate" in line for line in case.lines)  # tracemalloc counts what was not to be had
        found.append(Measured(case, exact, seconds, wall, 0 if refused else peak - start))
    tracemalloc.stop()
    return found, grown


def largest_size() -> int:
    """The largest resident size that this process has had, in bytes."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


def main() -> None:
    found, grown = measure([*ALL_CASES, *GENERATED])
    exact = sum(one.exact for one in found)
    lines = [f"{len(found)} cases ({len(ALL_CASES)} written, {len(GENERATED)} generated), {exact} exact"]
    lines += [f"not exact: {one.case.name}" for one in found if not one.exact]
    lines += ["slowest:"]
    for one in sorted(found, key=lambda one: -one.seconds)[:5]:
        lines += [f"  {one.seconds:.3f} s of the processor ({one.wall:.3f} s on the wall)  {one.case.name}"]
    lines += ["largest:"]
    for one in sorted(found, key=lambda one: -one.peak)[:5]:
        lines += [f"  {one.peak / 1e6:.1f} MB  {one.case.name}"]
    lines += [f"the process grew by {grown / 1e6:.1f} MB over all cases"]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
