"""A trained network out of a weights file, with all that its spec says about it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.core.linalg import Array
from bpcli.core.network import Network
from bpcli.core.parameters import Parameters
from bpcli.data.preparation import Preparation
from bpcli.data.source import Source, digest
from bpcli.data.stored import preparation_from_json
from bpcli.data.table import Rows
from bpcli.errors import ConfigError, DataError, WeightsError
from bpcli.runs.weights import Meta, WeightsFile, read_weights
from bpcli.spec import build
from bpcli.spec.reading import Config, config_from_mapping
from bpcli.training.evaluate import Evaluator
from bpcli.training.threads import blas_threads


@dataclass(frozen=True)
class Trained:
    """A network that can be measured, asked and checked."""

    path: Path
    config: Config
    preparation: Preparation
    network: Network
    theta: Parameters
    meta: Meta


def load_trained(path: Path) -> Trained:
    """Reads a weights file; raises WeightsError when its arrays, its spec and its preparation are not of one piece."""
    return trained_of(read_weights(path))


def trained_of(file: WeightsFile) -> Trained:
    """The network of a file that has been read; raises WeightsError as `load_trained` does."""
    path = file.path
    try:
        for part in ("config", "metrics", "numerics", "files"):
            if not isinstance(file.meta[part], dict):
                raise ValueError(f"its {part} is no mapping")
        config = config_from_mapping(file.meta["config"], path.parent, str(path))
        preparation = preparation_from_json(file.meta["preparation"])
        if not all(isinstance(size, int) for size in config.spec.layers) or not (
            config.spec.output and config.spec.cost
        ):
            raise ValueError("its config leaves something to the data")
        if list(config.spec.layers) != file.meta["layers"]:
            raise ValueError(f"its config says layers {list(config.spec.layers)}, its arrays {file.meta['layers']}")
        ends = (len(preparation.input_names), len(preparation.output_names))
        if ends != (config.spec.layers[0], config.spec.layers[-1]):
            raise ValueError(f"its preparation makes {ends[0]} inputs and {ends[1]} outputs")
    except ConfigError as error:
        raise WeightsError(f"{path}: its config is not one: {error.lines[0]}") from error
    except (KeyError, ValueError) as error:
        raise WeightsError(
            f"{path}: {error if isinstance(error, ValueError) else f'its meta has no {error}'}"
        ) from error
    network = build.network(config.spec)
    theta = Parameters(network.n, np.dtype(config.spec.dtype))
    for name, block in theta.blocks():
        block[:] = file.arrays[name]
    return Trained(path, config, preparation, network, theta, file.meta)


def carry_forward(
    trained: Trained, x: Array, rows: Rows, y: Array | None = None, before_block: Callable[[], None] = lambda: None
) -> tuple[Array, Array]:
    """Outputs (n, n[L]) of rows x (n, n[0]), and the cost of each where there are targets; see `Evaluator.run`.

    `rows` is where each stands in its file. Raises DataError when an output is no finite number.
    """
    dtype = np.dtype(trained.config.spec.dtype)
    evaluator = Evaluator(trained.network, trained.preparation.task, dtype)
    with blas_threads(trained.config.spec.blas_threads), np.errstate(all="ignore"):  # looked for here
        outputs, costs = evaluator.run(trained.theta, x, y, before_block)
    wrong = np.flatnonzero(~np.isfinite(outputs).all(axis=1))
    if len(wrong):
        largest = np.abs(x[wrong[0]]).max()
        raise DataError(
            f"{trained.path}: its outputs are no finite numbers for {len(wrong):,} of {len(x):,} rows, "
            f"the first of them row {rows[wrong[0]]} (counted from 0; largest input {largest:.3g})"
        )
    return outputs, costs


def folder_of_data(trained: Trained, needed: list[str], advice: str = "name the data with --data") -> Path:
    """The folder from which the files (as the config wrote them) are the ones that the network was trained on.

    Looked for where run.json beside the weights says, the folder as it was called and the folder as it lies from there,
    then in the current folder, then beside the weights.
    Raises DataError, with the advice, when they are nowhere, or were changed since.
    """
    recorded: dict[str, str] = trained.meta["files"]
    changed = None
    for folder in candidates(trained.path):
        files = [folder / name for name in needed]
        if not all(map(os.path.isfile, files)):  # false where a folder may not be searched, too
            continue
        wrong = [file for file, name in zip(files, needed) if digest(file, str(file)) != recorded.get(name)]
        if not wrong:
            return folder
        changed = changed or wrong[0]
    if changed:
        raise DataError(f"{changed}: is not the file that {trained.path} was trained with; {advice}")
    raise DataError(f"{trained.path}: its data '{needed[0]}' is not where it was; {advice}")


def demand_recorded(trained: Trained, source: Source, needed: list[str]) -> None:
    """Raises DataError unless a file, and its labels, are those that the config wrote as `needed`."""
    for (path, shown), name in zip(source.files(), needed):
        if digest(path, shown) != trained.meta["files"].get(name):
            raise DataError(f"{shown}: is not the file '{name}' that {trained.path} was trained with")


def candidates(weights: Path) -> Iterator[Path]:
    """The folders that the paths of a run may start from, for a file in its directory."""
    try:
        about: Any = json.loads((weights.parent / "run.json").read_text(encoding="utf-8"))
        yield Path(about["relative_to"])
        yield weights.parent / about["folder_from_here"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        pass  # no run.json beside it, or not ours: the other places remain
    yield Path()
    yield weights.parent
