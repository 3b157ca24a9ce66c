"""A training that diverges stops, saves nothing that is not finite, and names the first cause as a slow search does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stopped_trainings import last, lay_out, train

from bpcli.runs.checkpoints import read_checkpoint
from bpcli.runs.directory import checkpoints_in
from bpcli.runs.divergence import explanation
from bpcli.runs.objects import event_object
from bpcli.runs.training_run import TrainingRun
from bpcli.runs.weights import read_weights
from bpcli.spec.reading import Config, read_config
from bpcli.training.events import Ended

pytest_plugins = ["plain_engine"]

COMMON = "layers: [3, 5, 4, 2]\nepochs: 6\nbatch_size: 8\ncheckpoint: {epochs: 1}\n"
CASES = {  # what to train, and the kind of cause
    "rate": ("learning_rate: 1e6\ndata: d.csv", "z"),
    "rate, momentum": ("learning_rate: 1e12\ndata: d.csv\noptimizer: {name: sgd, momentum: 0.9}", "z"),
    "rate, in float64": ("learning_rate: 1e80\nactivation: identity\ndtype: float64\ndata: d.csv", "z"),
    "deep, weights too large": ("layers: [3, 9, 9, 9, 9, 9, 9, 2]\ninit: {from: large.npz}\ndata: d.csv", "z"),
    "an extreme row": ("data: {train: extreme.csv, scale: none}", "z"),
    "squares overflow": (
        "layers: [4, 5, 1]\noutput: identity\ncost: quadratic\ndata: {train: targets.csv, target: a, scale: none}",
        "cost",
    ),
    "the step overflows": ("activation: tanh\nlearning_rate: 1e20\nl2: 1e30\ndata: d.csv", "parameters"),
    "a memory overflows": (
        "layers: [4, 1]\noptimizer: adam\ndata: {train: steep.csv, target: a, scale: none}\nlearning_rate: 1e-3",
        "optimizer's v",
    ),
    "an error overflows": (
        "layers: [3, 4, 4, 2]\nactivation: identity\ninit: {from: steep.npz}\ndata: d.csv",
        "error",
    ),
    "a gradient overflows": (
        "layers: [3, 4, 2]\nactivation: identity\ninit: {from: low.npz}\ndata: {train: high.csv, scale: none}",
        "gradient",
    ),
    "the penalty overflows": (
        "layers: [3, 500, 2]\nactivation: tanh\nl1: 1e307\nlearning_rate: 1e-307\ndtype: float64\ndata: d.csv",
        "penalty",
    ),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    lay_out(home)
    lines = (home / "d.csv").read_text().splitlines()
    cells = [line.split(",") for line in lines]
    cells[20][1] = "1e30"  # row 19
    (home / "extreme.csv").write_text("".join(",".join(row) + "\n" for row in cells))
    cells[20][1] = "0"
    for row in cells[30:32]:
        row[0] = "3e19"
    (home / "targets.csv").write_text("".join(",".join(row) + "\n" for row in cells))
    cells[30][:2], cells[31][0] = (
        ["1.5e19", "1000"],
        "0",
    )  # a cost of 1e38; a thousandth of the squared gradient is above 3.4e38
    (home / "steep.csv").write_text("".join(",".join(row) + "\n" for row in cells))
    (home / "held.csv").write_text("\n".join([*lines[:30], "1,1e25,1,p"]) + "\n")
    rng, n = np.random.default_rng(0), [3, 9, 9, 9, 9, 9, 9, 2]
    save_weights(home / "large.npz", *(1e6 * rng.standard_normal((n[l], n[l - 1])) for l in range(1, 8)))
    save_weights(home / "steep.npz", np.full((4, 3), 1e-38), 1e30 * rng.random((4, 4)), 1e30 * rng.random((2, 4)))
    save_weights(home / "low.npz", np.full((4, 3), 1e-25), 1e6 * rng.standard_normal((2, 4)))
    (home / "high.csv").write_text(
        "".join(",".join(["1e36", *row[1:]]) + "\n" for row in cells).replace("1e36", "a", 1)
    )
    return home


def save_weights(path: Path, *W: np.ndarray) -> None:
    """First weights, with biases of 0."""
    blocks = {f"W{l}": block for l, block in enumerate(W, 1)}
    np.savez(path, **blocks, **{f"b{l}": np.zeros(len(block)) for l, block in enumerate(W, 1)})


def config(home: Path, text: str) -> str:
    keys = {line.partition(":")[0] for line in text.splitlines()}
    kept = [line for line in COMMON.splitlines() if line.partition(":")[0] not in keys]
    (home / "c.yaml").write_text("\n".join([*kept, text]) + "\n")
    return str(home / "c.yaml")


@dataclass(frozen=True)
class Found:
    """What the slow search comes to."""

    step: int
    what: str
    layer: int | None
    rows: tuple[int, ...]


def search(home: Path, text: str) -> Found:
    """Looks at everything after every step, with a forward pass of its own: plain NumPy, one row at a time."""
    run = TrainingRun(read_config(config(home, text), ["checkpoint.steps=1"]))
    trainer = run.trainer
    events = trainer.run()
    next(events)
    while True:
        at, theta = trainer.at, trainer.theta.copy()
        epoch = at.epoch + (at.batch == trainer.batches.count)
        rows = list(trainer.batches.of(epoch))[at.batch % trainer.batches.count]
        if (found := look(trainer, theta, rows)) is not None:
            return Found(at.step + 1, found[0], found[1], tuple(trainer.train.rows[rows][found[2]]))
        before = at.step
        while trainer.at.step == before:
            next(events)
        for what, parameters in [("parameters", trainer.theta), *trainer.descent.optimizer.state.items()]:
            wrong = [l for l in range(len(theta.n) - 1, 0, -1) if not np.isfinite(parameters.W[l]).all()]
            if wrong:
                name = what if what == "parameters" else f"optimizer's {what}"
                return Found(before + 1, name, wrong[0], tuple(trainer.train.rows[rows]))


def look(trainer: Any, theta: Any, rows: Any) -> tuple[str, int | None, list[bool]] | None:
    """The first layer of a batch with a z that is not finite, or a cost, or an error on its way back, and which rows.

    Errors are those of cross-entropy, and are carried back through identities alone.
    """
    network, x, y = trainer.descent.network, trainer.train.x[rows], trainer.train.y[rows]
    f = [type(one).__name__ for one in network.hidden]
    a, L = [[row.copy() for row in x]], len(theta.n) - 1
    with np.errstate(all="ignore"):
        for l in range(1, L + 1):
            z = [theta.W[l] @ row + theta.b[l] for row in a[l - 1]]
            bad = [not np.isfinite(row).all() for row in z]
            if any(bad):
                return "z", l, bad
            if l < L:
                a.append([{"Relu": np.maximum(row, 0), "Tanh": np.tanh(row), "Identity": row}[f[l - 1]] for row in z])
        if type(network.cost).__name__ == "Quadratic":
            bad = [not np.isfinite(((row - target) ** 2).sum()) for row, target in zip(z, y)]
            if any(bad):
                return "cost", L, bad
        penalty = network.penalty.l1 * sum(np.abs(W).sum() for W in theta.W[1:])
        if network.penalty.l1 and not np.isfinite(penalty):
            return "penalty", None, [True] * len(rows)
        if set(f) == {"Identity"}:
            raised = [np.exp(row - row.max()) for row in z]
            delta = [row / row.sum() - target for row, target in zip(raised, y)]
            for l in range(L, 0, -1):
                bad = [not np.isfinite(row).all() for row in delta]
                if any(bad):
                    return "error", l, bad
                if not np.isfinite(sum(np.outer(error, row / len(x)) for error, row in zip(delta, a[l - 1]))).all():
                    return "gradient", l, [True] * len(rows)
                delta = [theta.W[l].T @ row for row in delta]
    return None


@pytest.mark.parametrize("way", ["threads: 1", "threads: 2", "engine: jit"])
@pytest.mark.parametrize("name", CASES)
def test_the_first_cause_is_the_one_that_a_slow_search_finds(
    home: Path, tmp_path: Path, name: str, way: str, request: pytest.FixtureRequest
) -> None:
    if way == "engine: jit":  # its loops in plain Python, which go wrong where the compiled ones do
        request.getfixturevalue("plain_jit")
    text, what = CASES[name]
    text = f"{text}\n{way}"
    ended = last(train(config(home, text), tmp_path / "out"))
    cause = ended.cause
    assert ended.reason == "diverged"
    assert cause is not None
    found = search(home, text)
    assert (cause.step, cause.what, cause.layer) == (found.step, what, found.layer)
    assert found.what == what
    assert sorted(cause.rows) == sorted(found.rows)
    assert cause.epoch == (cause.step - 1) // 7 + 1
    for path in checkpoints_in(tmp_path / "out").values():  # and it reads none that is not finite
        assert read_checkpoint(path).state.values["step"] < cause.step
    if (tmp_path / "out" / "weights.npz").exists():
        read_weights(tmp_path / "out" / "weights.npz")


@pytest.mark.usefixtures("plain_jit")
def test_a_step_that_the_compiled_loops_do_not_take_ends_the_replay(home: Path, monkeypatch: Any) -> None:
    run = TrainingRun(read_config(config(home, "engine: jit\ndata: d.csv")))
    monkeypatch.setattr(run.trainer.descent, "steps", lambda *_: [math.inf])
    before = run.trainer.theta.flat.tobytes()
    cause = run.trainer.replay(run.trainer.state())
    assert cause is not None
    assert (cause.what, cause.step, len(cause.rows)) == ("sum of the costs", 1, 8)
    assert run.trainer.theta.flat.tobytes() == before


def test_a_plain_loop_goes_on_and_saves_what_is_no_number(home: Path, tmp_path: Path) -> None:
    """What is stopped and told here, at the same learning rate."""
    x = np.loadtxt(home / "d.csv", np.float32, delimiter=",", skiprows=1, usecols=(0, 1, 2))
    w = np.ones(3, np.float32)
    with np.errstate(all="ignore"):
        for _ in range(6 * 7):
            w -= np.float32(1e6) / len(x) * (x @ w - 1) @ x
    np.save(tmp_path / "w.npy", w)
    assert not np.isfinite(np.load(tmp_path / "w.npy")).any()


def lines(home: Path, out: Path, text: str) -> tuple[Ended, list[str]]:
    spec: Config = read_config(config(home, text))
    ended = last(train(config(home, text), out))
    directory: Any = type("Directory", (), {"path": out})
    return ended, explanation("c.yaml", ended, directory, spec.spec)


def test_an_extreme_row_is_named_though_the_cost_fails_later(home: Path, tmp_path: Path) -> None:
    ended, told = lines(home, tmp_path / "out", CASES["an extreme row"][0])
    assert ended.cause is not None
    assert ended.cause.growth is not None
    assert (ended.cause.growth.row, f"{ended.cause.growth.input:.3g}") == (19, "1e+30")
    assert any("largest growth: " in line and "in row 19 of extreme.csv" in line for line in told)
    assert told[-1] == (
        "try data.scale: standard, for inputs as large as 1e+30; or a lower learning_rate than 0.1; or clip_norm: 1"
    )


def test_rows_that_are_only_measured_are_named_too(home: Path, tmp_path: Path) -> None:
    text = "layers: [4, 1]\ndata: {train: d.csv, target: a, validation: held.csv, scale: none}"
    ended, told = lines(home, tmp_path / "out", text)
    assert ended.cause is not None
    assert (ended.cause.split, ended.cause.rows) == ("validation", (29,))
    assert "with row 29 of held.csv" in told[1]


def test_the_sizes_of_each_layer_are_told_and_where_to_go_on(home: Path, tmp_path: Path) -> None:
    _, told = lines(home, tmp_path / "out", CASES["deep, weights too large"][0])
    assert told[0] == "c.yaml: diverged: the cost is nan in step 1 (epoch 1, learning rate 0.1)"
    assert told[1].startswith("first cause: the weighted input z of layer 7 in step 1 (epoch 1, learning rate 0.1)")
    assert [line.split(":")[0] for line in told[2:9]] == [f"layer {l}" for l in range(1, 8)]
    assert told[9] == f"last finite checkpoint: {tmp_path}/out/checkpoint-0.npz"
    assert told[10] == "try another init, for not one step had been made"


def test_the_cause_is_plain_json(home: Path, tmp_path: Path) -> None:
    ended, _ = lines(home, tmp_path / "out", CASES["rate"][0])
    described = event_object(ended)
    assert described is not None
    assert described["cause"].keys() == {
        "what", "layer", "epoch", "step", "learning_rate", "split", "rows", "inputs", "layers", "growth",
    }  # fmt: skip
    assert [layer["layer"] for layer in described["cause"]["layers"]] == [1, 2, 3]
    assert described["cause"]["layers"][1]["z"] is None  # JSON has no infinity
    assert described["cause"]["layers"][0].keys() == {"layer", "z", "gradient", "parameters"}


def test_first_weights_that_the_type_cannot_hold_are_an_error_of_the_config(home: Path) -> None:
    np.savez(home / "huge.npz", W1=np.full((2, 3), 1e300), b1=np.zeros(2))
    path = config(home, "layers: [3, 2]\ninit: {from: huge.npz}\ndata: d.csv")
    with pytest.raises(Exception, match=r"init\.from: 'huge\.npz' has numbers in W1 that float32 cannot hold"):
        TrainingRun(read_config(path))
