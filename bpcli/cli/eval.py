"""`bpcli eval`: weights in, figures out, gates judged."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

from bpcli.cli.output import show
from bpcli.cli.reports import add_to_summary, begin_report
from bpcli.data.source import Source
from bpcli.errors import ExitStatus, UsageError
from bpcli.runs.directory import weights_in
from bpcli.runs.evaluation import evaluate as measure
from bpcli.runs.evaluation import examples_in, examples_of, holds_training_rows, split_names
from bpcli.runs.gates import demand, read_gates
from bpcli.runs.provenance import changed_numerics
from bpcli.runs.trained import load_trained
from bpcli.ui import markdown
from bpcli.ui.console import open_console, warn
from bpcli.ui.tables import evaluation


def evaluate(
    weights: Path,
    data: Path | None,
    labels: Path | None,
    split: str | None,
    fail_under: list[str],
    fail_over: list[str],
    junit: Path | None,
    json: bool,
    quiet: bool,
) -> ExitStatus:
    """Measures, shows, and says whether every gate was met."""
    gates = read_gates(fail_under, fail_over)
    if labels is not None and data is None:
        raise UsageError("--labels goes with --data")
    conditions = [f"{gate.metric} {gate.condition}" for gate in gates]
    report, began = begin_report(junit, "bpcli eval", str(weights), conditions, quiet), time.monotonic()
    trained = load_trained(weights_in(weights))
    if not quiet and (changed := changed_numerics(trained.meta.get("numerics"))):
        warn(open_console(sys.stderr), f"{weights}: {changed}")
    source = None if data is None else Source(data, str(data), labels, None if labels is None else str(labels))
    if source is not None and split is None:
        if not quiet and holds_training_rows(trained, source):
            warn(open_console(sys.stderr), f"{data}: has the training rows in it; --split takes one set of them alone")
        result = measure(trained, examples_in(trained, source), "data")
    else:
        name = split or split_names(trained)[0]
        result = measure(trained, examples_of(trained, name, source), name)
    verdicts = [gate.judge(result) for gate in gates]
    if gates:
        result["gates"] = verdicts
    show(result, evaluation, json, quiet)
    report.judge(verdicts, time.monotonic() - began, split=result["split"], examples=result["examples"])
    add_to_summary(markdown.evaluation, result, shlex.join(["bpcli", *sys.argv[1:]]))
    demand(verdicts)
    return ExitStatus.OK
