"""What a trained network says of new rows, as columns of a table, and that table as a file."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.core.metrics import choose
from bpcli.data.loading import load_inputs
from bpcli.data.source import Source
from bpcli.errors import UsageError
from bpcli.registry import Registry
from bpcli.runs.trained import Trained, carry_forward

PROBABILITIES = frozenset({"softmax", "sigmoid"})  # the outputs that are


@dataclass(frozen=True)
class Predictions:
    """Columns of equal length by name, and the row of the input (from 0) that each of their entries is for.

    Classes: `class`, then an output for each. Labels: each as 0 or 1, then their outputs. Numbers: the target columns.
    """

    columns: dict[str, NDArray[Any]]
    rows: NDArray[np.intp]
    count: int  # rows of the input; those that miss a value have no prediction

    @property
    def missing(self) -> int:
        """Rows of the input without a prediction."""
        return self.count - len(self.rows)


def predict(trained: Trained, source: Source) -> Predictions:
    """Carries the rows of a file forward; the target column may be there or not. Raises DataError."""
    inputs = load_inputs(source, trained.preparation, np.dtype(trained.config.spec.dtype))
    outputs, _ = carry_forward(trained, inputs.x, inputs.rows)
    return Predictions(_columns(trained, outputs), inputs.rows, inputs.count)


def _columns(trained: Trained, outputs: NDArray[Any]) -> dict[str, NDArray[Any]]:
    preparation, threshold = trained.preparation, trained.network.cost.threshold
    if preparation.task == "numbers":
        return dict(zip(preparation.output_names, outputs.T))
    output = trained.config.spec.output
    prefix = "p" if output is not None and output.name in PROBABILITIES else "output"
    if preparation.task == "labels":
        names = preparation.output_names
        chosen = {name: (outputs[:, k] > threshold).astype(np.int64) for k, name in enumerate(names)}
    else:
        names = preparation.classes
        chosen = {"class": np.array(names)[choose(outputs, threshold)]}
        if preparation.one_output:
            outputs = np.column_stack([2 * threshold - outputs[:, 0], outputs[:, 0]])
    return chosen | {f"{prefix}_{name}": outputs[:, k] for k, name in enumerate(names)}


WRITERS: Registry[Callable[[Predictions], bytes]] = Registry("file of predictions")


@WRITERS.register(".csv")
def _to_csv(predictions: Predictions) -> bytes:
    """A line for each row of the input, in its order; empty where there is no prediction."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(predictions.columns)
    lines: list[list[str]] = [[""] * len(predictions.columns)] * predictions.count
    cells = zip(*(column.astype(str) for column in predictions.columns.values()))
    for row, line in zip(predictions.rows, cells):
        lines[row] = list(line)
    writer.writerows(lines)
    return text.getvalue().encode()


@WRITERS.register(".npz")
def _to_npz(predictions: Predictions) -> bytes:
    """The columns as arrays, and `row`, the rows of the input that they are for."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:  # numpy.savez has parameters, which a column may be called like
        for name, array in {"row": predictions.rows, **predictions.columns}.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return data.getvalue()


@WRITERS.register(".parquet")
def _to_parquet(predictions: Predictions) -> bytes:
    """The columns, and `row`, the rows of the input that they are for."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'bpcli[parquet]'") from None
    data = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table({"row": predictions.rows, **predictions.columns}), data)
    return bytes(data.getvalue())
