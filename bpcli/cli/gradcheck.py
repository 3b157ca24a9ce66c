"""`bpcli gradcheck`: is backpropagation right, here and for this network?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bpcli.core.gradcheck import Batch
from bpcli.core.network import Network
from bpcli.core.parameters import Parameters
from bpcli.data.loading import Examples
from bpcli.errors import ExitStatus, NegativeVerdict, UsageError
from bpcli.explain.checks import Settings, check_case, check_steps, matrix, report
from bpcli.runs.evaluation import examples_of
from bpcli.runs.trained import load_trained
from bpcli.runs.training_run import TrainingRun
from bpcli.spec import build
from bpcli.spec.reading import read_config
from bpcli.spec.schema import Spec
from bpcli.training.threads import blas_threads
from bpcli.ui.console import open_console, room, write
from bpcli.ui.gradients import gradcheck as screen
from bpcli.ui.json_lines import json_line

MOST_ROWS = 32
MOST_SAMPLES = 1000


def gradcheck(
    subject: str | None,
    method: str,
    samples: int | None,
    rtol: float | None,
    atol: float | None,
    overrides: list[str],
    json: bool,
    quiet: bool,
) -> ExitStatus:
    """Checks all legal cases, or the network of a config or weights file on its own rows."""
    settings = Settings(method, rtol, atol, samples)
    with blas_threads(1):
        if subject is None:
            if overrides:
                raise UsageError("--set needs a CONFIG to change")
            result = matrix(settings)
        else:
            result = _one(subject, overrides, settings)
    if json:
        sys.stdout.write(json_line(result))
    elif not quiet:
        console = open_console(sys.stdout)
        write(console, screen(result, room(console)))
    return ExitStatus.OK if result["passed"] else ExitStatus.NEGATIVE


def _one(subject: str, overrides: list[str], settings: Settings) -> dict[str, Any]:
    """The network that a config or a weights file stands for, with its optimizer, in float64."""
    if subject.endswith(".npz"):
        if overrides:
            raise UsageError("--set changes a config, and the weights file has its own")
        trained = load_trained(Path(subject))
        return _check(trained.config.spec, trained.network, trained.theta, examples_of(trained, "train"), settings)
    run = TrainingRun(read_config(subject, overrides))
    return _check(run.config.spec, run.trainer.network, run.trainer.theta, run.prepared.train, settings)


def _check(spec: Spec, network: Network, theta: Parameters, examples: Examples, settings: Settings) -> dict[str, Any]:
    assert spec.output is not None
    assert spec.cost is not None
    theta = theta.copy("float64")
    weight = None if examples.weight is None else examples.weight[:MOST_ROWS]
    batch = Batch(examples.x[:MOST_ROWS], examples.y[:MOST_ROWS], weight)
    names = {
        "activation": ", ".join(dict.fromkeys(named.name for named in spec.activations)),
        "output": spec.output.name,
        "cost": spec.cost.name,
    }
    limited = Settings(settings.method, settings.rtol, settings.atol, settings.samples or MOST_SAMPLES)
    try:
        case = check_case(names, network, theta, batch, limited)
    except ValueError as error:
        raise NegativeVerdict(f"nothing could be checked: {error} (try another init, or a weights file)") from error
    form = " ".join(f"{key}={value:g}" for key, value in spec.optimizer.parameters.items() if value)
    steps = check_steps(
        f"{spec.optimizer.name} {form}".strip(),
        network,
        theta,
        batch,
        build.optimizer(spec),
        spec.learning_rate,
        spec.train_biases,
    )
    return report(settings.method, [case], steps)
