"""A weights file taken apart: the plain function behind `bpcli inspect`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpcli.data.source import digest
from bpcli.explain.blocks import describe
from bpcli.runs.npz import Array
from bpcli.runs.trained import trained_of
from bpcli.runs.weights import is_plain, read_arrays, read_weights
from bpcli.spec.resolved import to_mapping


def inspect(path: Path) -> dict[str, Any]:
    """All that a weights file says: the object that `inspect --json` prints.

    Of an .npz without meta there are layers and figures alone. Raises WeightsError.
    """
    if is_plain(path):
        arrays = read_arrays(path, str(path))
        return {**_file(path, digest(path, str(path))), "format": None, **_network(arrays)}
    file = read_weights(path)
    trained = trained_of(file)
    spec = trained.config.spec
    assert spec.output is not None  # trained_of saw to it
    assert spec.cost is not None
    return {
        **_file(path, file.sha256),
        "format": file.meta["format"],
        **_network(file.arrays),
        "parameters_sha256": hashlib.sha256(b"".join(a.tobytes() for a in file.arrays.values())).hexdigest(),
        "dtype": file.dtype,
        "activations": [*(named.name for named in spec.activations), spec.output.name],
        "cost": spec.cost.name,
        "threads": spec.threads,
        "inputs": list(trained.preparation.input_names),
        "target": trained.preparation.target_in_words,
        "config": to_mapping(spec),  # as the file has it, and with every default should it lack a key
        **{part: file.meta[part] for part in ("preparation", "metrics", "numerics", "files")},
    }


def _file(path: Path, sha256: str) -> dict[str, Any]:
    return {"weights": str(path), "bytes": path.stat().st_size, "sha256": sha256}


def _network(arrays: Mapping[str, Array]) -> dict[str, Any]:
    sizes = [len(block) for name, block in arrays.items() if name.startswith("b")]
    return {
        "layers": [arrays["W1"].shape[1], *sizes],
        "parameters": sum(block.size for block in arrays.values()),
        "blocks": describe(arrays),
    }
