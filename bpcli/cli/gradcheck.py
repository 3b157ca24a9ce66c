"""`bpcli gradcheck`: is backpropagation right, here and for this network?"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bpcli.cli.output import show
from bpcli.core.batch import Batch
from bpcli.core.gradcheck import Criteria
from bpcli.core.network import Network
from bpcli.core.parameters import Parameters
from bpcli.data.loading import Examples
from bpcli.errors import ExitStatus, NegativeVerdict, UsageError
from bpcli.explain.checks import check_case, check_steps, matrix, report
from bpcli.explain.selftest import self_test
from bpcli.runs.directory import weights_in
from bpcli.runs.evaluation import examples_of
from bpcli.runs.junit import JunitFile, gradient_cases, mistake_cases
from bpcli.runs.trained import load_trained
from bpcli.runs.training_run import TrainingRun
from bpcli.spec import build
from bpcli.spec.agreement import training_rows
from bpcli.spec.reading import read_config
from bpcli.spec.schema import Spec
from bpcli.training.threads import blas_threads
from bpcli.ui import gradients, selftest

MOST_ROWS = 32
MOST_SAMPLES = 1000


def gradcheck(
    subject: str | None,
    method: str,
    samples: int | None,
    rtol: float | None,
    atol: float | None,
    mistakes: bool,
    junit: Path | None,
    overrides: list[str],
    json: bool,
    quiet: bool,
) -> ExitStatus:
    """Checks all legal cases, or the network of a config or weights file on its own rows, or, for mistakes, itself."""
    criteria = Criteria(method, rtol, atol, samples)
    junit_file, began = JunitFile(junit, "bpcli gradcheck", subject or "bpcli"), time.monotonic()
    with blas_threads(1):
        if mistakes:
            if subject is not None or overrides:
                raise UsageError("--self-test plants mistakes into networks of its own: leave out CONFIG and --set")
            result, screen = self_test(criteria), selftest.self_test
        elif subject is None:
            if overrides:
                raise UsageError("--set needs a CONFIG to change")
            result, screen = matrix(criteria), gradients.gradcheck
        else:
            result, screen = _one(subject, overrides, criteria), gradients.gradcheck
    show(result, screen, json, quiet)
    cases = (mistake_cases if mistakes else gradient_cases)(result)
    junit_file.write(cases, time.monotonic() - began, method=method)
    return ExitStatus.OK if result["passed"] else ExitStatus.NEGATIVE


def _one(subject: str, overrides: list[str], criteria: Criteria) -> dict[str, Any]:
    """The network that a config or a weights file stands for, with its optimizer, in float64."""
    if subject.lower().endswith(".npz") or Path(subject).is_dir():
        if overrides:
            raise UsageError("--set changes a config, and the weights file has its own")
        trained = load_trained(weights_in(Path(subject)))
        rows = training_rows(trained.config, examples_of(trained, "train"), trained.preparation)
        return _check(trained.config.spec, trained.network, trained.theta, rows, criteria)
    run = TrainingRun(read_config(subject, overrides))
    return _check(run.config.spec, run.trainer.descent.network, run.trainer.theta, run.trainer.train, criteria)


def _check(spec: Spec, network: Network, theta: Parameters, examples: Examples, criteria: Criteria) -> dict[str, Any]:
    assert spec.output is not None
    assert spec.cost is not None
    theta = theta.copy("float64")
    weight = None if examples.weight is None else examples.weight[:MOST_ROWS]
    batch = Batch(examples.x[:MOST_ROWS], examples.y[:MOST_ROWS], weight, spec.dropouts, spec.seed)
    names = {
        "activation": ", ".join(dict.fromkeys(named.name for named in spec.activations)) or "no hidden",
        "output": spec.output.name,
        "cost": spec.cost.name,
    }
    try:
        case = check_case(names, network, theta, batch, replace(criteria, samples=criteria.samples or MOST_SAMPLES))
    except ValueError as error:
        raise NegativeVerdict(f"nothing could be checked: {error} (try another init, or a weights file)") from error
    name = spec.optimizer.in_words + (f", {spec.engine}" if spec.engine != "numpy" else "")
    steps = check_steps(name, build.descent(spec, network), theta, batch, spec.learning_rate)
    return report(criteria.method, [case], steps)
