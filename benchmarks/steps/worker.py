"""One program on one workload in a process of its own: trains an epoch for each line on stdin, prints its seconds.

python worker.py CONTENDER WORKLOAD OPTIMIZER
"""

from __future__ import annotations

import json
import sys
import time

import floors  # noqa: F401 - each enters its programs
import ours  # noqa: F401
import plain  # noqa: F401
import with_jax  # noqa: F401
import with_torch  # noqa: F401
from contender import CONTENDERS, NotHere
from workloads import WORKLOADS


def main(name: str, workload: str, optimizer: str) -> None:
    """Answers in lines of JSON: first whether it is ready, then seconds and cost of each epoch."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever a program prints of its own
    try:
        epoch = CONTENDERS[name](WORKLOADS[workload], optimizer)
        epoch()  # compiles, fills the caches, and is not counted
    except (NotHere, ImportError) as reason:
        print(json.dumps({"ready": False, "why": str(reason)}), file=answers, flush=True)
        return
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        cost = epoch()
        print(json.dumps({"seconds": time.perf_counter() - began, "cost": cost}), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
