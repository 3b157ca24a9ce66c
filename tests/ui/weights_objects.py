"""Objects as `inspect`, `diff` and `reproduce --json` print them, made up and the same on every machine."""

from __future__ import annotations

from typing import Any

SHA = "f2e041e0f4faf081becf8e9df86f0a1496e3596b05ef4455c421c9514b1f05a8"
OTHER = "cb60cdc29bef2ad81591103014e6e65fffc5f1b233319af89e37ef02e738d151"


def block(name: str, shape: list[int], scale: float, **more: Any) -> dict[str, Any]:
    figures = {
        "norm": 3.4704 * scale,
        "largest": 1.1572 * scale,
        "mean": -0.093049 * scale,
        "deviation": 0.5408 * scale,
    }
    return {"name": name, "shape": shape, **figures, "zeros": 0.0, **more}


INSPECTED: dict[str, Any] = {
    "weights": "runs/digits it/3/weights.npz",
    "bytes": 41_520,
    "sha256": SHA,
    "format": 1,
    "layers": [64, 128, 10],
    "parameters": 9610,
    "blocks": [
        block("W1", [128, 64], 1.0, idle=3),
        block("b1", [128], 0.1) | {"zeros": 0.0234375},
        block("W2", [10, 128], 2000.0, idle=0),
        block("b2", [10], 1e-7) | {"norm": None, "zeros": 1.0},
    ],
    "parameters_sha256": OTHER,
    "dtype": "float32",
    "activations": ["leaky_relu", "softmax"],
    "cost": "cross_entropy",
    "threads": 2,
    "inputs": [f"pixel_{number}" for number in range(64)],
    "target": "class, 10 classes",
    "config": {
        "epochs": 60,
        "optimizer": {"momentum": 0.9, "name": "sgd", "nesterov": True},
        "learning_rate": 0.01,
        "schedule": {"name": "cosine", "warmup": 5, "final": 0.0},
        "batch_size": 32,
        "seed": 1,
        "l1": 0.0,
        "l2": 1e-4,
        "dropout": [0.2],
        "init": {"biases": "zeros", "weights": None},
        "early_stopping": {"monitor": "validation.cost", "patience": 10, "min_delta": 0.0},
        "class_weight": None,
        "data": {"scale": {"divide": 16.0}},
    },
    "preparation": {"classes": [str(number) for number in range(10)], "missing": "drop"},
    "metrics": {
        "best_epoch": 39,
        "epochs": 49,
        "running": {"cost": 0.0080412345},
        "test": {"accuracy": 0.98328691, "cost": 0.19705},
        "validation": {"accuracy": 0.9667, "cost": 0.10411},
    },
    "numerics": {
        "blas": [
            {"kernel": "SkylakeX", "library": "openblas", "version": "0.3.30"},
            {"kernel": "Haswell", "library": "openblas", "version": "0.3.31.188.0"},
        ],
        "bpcli": "0.1.0",
        "cpu": {"architecture": "x86_64", "vectors": ["X86_V3", "X86_V4"]},
        "libc": "glibc 2.36",
        "numpy": "2.4.6",
        "scipy": "1.17.1",
    },
    "files": {"../datasets/digits.csv.gz": SHA, "inputs/start.npz": OTHER},
}

PLAIN: dict[str, Any] = {
    **{key: INSPECTED[key] for key in ("bytes", "sha256", "layers", "parameters", "blocks")},
    "weights": "numbers.npz",
    "format": None,
}


def apart(name: str, shape: list[int], entries: int, different: int, off: float) -> dict[str, Any]:
    return {
        "name": name,
        "a": shape,
        "b": shape,
        "entries": entries,
        "different": different,
        "absolute": off,
        "relative": off / 2,
        "units": int(off * 2**24),
        "cosine": 1 - off,
    }


NOTHING: dict[str, list[Any]] = {
    name: [] for name in ("config", "data", "preparation", "metrics", "numerics", "format")
} | {"weights": [apart("W1", [3, 2], 6, 0, 0.0), apart("b1", [3], 3, 0, 0.0)]}

COMPARED: dict[str, Any] = NOTHING | {
    "config": [
        {"key": "learning_rate", "a": 0.1, "b": 0.2},
        {"key": "optimizer.momentum", "a": 0.9},
        {"key": "early_stopping", "a": None, "b": {"monitor": "validation.cost", "patience": 10}},
    ],
    "data": [{"key": "../datasets/iris.csv", "a": SHA, "b": OTHER}],
    "preparation": [{"key": f"shift[{number}]", "a": 5.836666666666666, "b": number / 7} for number in range(30)],
    "metrics": [
        {"key": "best_epoch", "a": 60, "b": 45, "change": -15},
        {"key": "test.accuracy", "a": 0.95, "b": 0.96667, "change": 0.01667},
        {"key": "test.cost", "a": 0.0595134941, "b": 0.0595134942, "change": 1e-10},
        {"key": "train.cost", "b": 0.5},
    ],
    "numerics": [
        {"key": "blas[0].kernel", "a": "Haswell", "b": "SkylakeX"},
        {"key": "numpy", "a": "1.26.4", "b": "2.4.6"},
    ],
    "weights": [
        apart("W1", [10, 4], 40, 40, 0.23),
        apart("b1", [10], 10, 0, 0.0),
        apart("W2", [3, 10], 30, 1, 2**-24) | {"units": None, "cosine": None},
        {"name": "b2", "a": [3], "b": [4]},
        {"name": "W3", "b": [2, 4]},
    ],
}

DIFFERENT: dict[str, Any] = {
    "a": "runs/iris/1/weights.npz",
    "b": "runs/iris/2/weights.npz",
    "same": False,
    "sha256": {"a": SHA, "b": OTHER},
    "history": {"a": 60, "b": 45, "parted": 3},
    **COMPARED,
}
SAME: dict[str, Any] = {**DIFFERENT, "same": True, "sha256": {"a": SHA, "b": SHA}, **NOTHING}

REPRODUCED: dict[str, Any] = {
    "weights": "runs/iris/1/weights.npz",
    "reproduced": True,
    "reason": "epochs",
    "epochs": 60,
    "seconds": 0.5123,
    "threads": 1,
    "sha256": {"a": SHA, "b": SHA},
    "differences": NOTHING,
}
ELSEWHERE: dict[str, Any] = REPRODUCED | {"differences": NOTHING | {"numerics": COMPARED["numerics"]}}
FAILED: dict[str, Any] = REPRODUCED | {
    "reproduced": False,
    "reason": "interrupted",
    "epochs": 1,
    "threads": 2,
    "differences": COMPARED | {"metrics": [{"key": "epochs", "a": 0, "b": 1, "change": 1}], "preparation": []},
}
UNEXPLAINED: dict[str, Any] = REPRODUCED | {
    "reproduced": False,
    "differences": NOTHING | {"weights": [apart("W1", [3, 2], 6, 1, 2**-24), NOTHING["weights"][1]]},
}
NOTHING_CAME: dict[str, Any] = REPRODUCED | {
    "reproduced": False,
    "reason": "diverged",
    "epochs": 0,
    "differences": None,
}

RESUMED = {
    "subject": "configs/digits.yaml",
    "resumed_alike": True,
    "steps": 1600,
    "stopped_after": 801,
    "sha256": {"a": "0f" * 32, "b": "0f" * 32},
    "differences": None,
}
RESUMED_WRONG = RESUMED | {
    "resumed_alike": False,
    "sha256": {"a": "0f" * 32, "b": "f0" * 32},
    "differences": FAILED["differences"],
}
