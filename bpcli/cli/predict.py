"""`bpcli predict`: weights and a file of rows in, a file of predictions out."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bpcli.cli.output import print_bytes
from bpcli.data.cells import counted
from bpcli.data.source import Source
from bpcli.errors import CannotWriteError, DataError, ExitStatus, UsageError
from bpcli.runs.atomic import destination, write_atomically
from bpcli.runs.directory import weights_in
from bpcli.runs.predictions import WRITERS
from bpcli.runs.predictions import predict as run
from bpcli.runs.trained import load_trained
from bpcli.ui.console import open_console, warn


def predict(weights: Path, data: str, output: str, quiet: bool) -> ExitStatus:
    """Writes a prediction for each row of `data`, in its order; "-" is stdin (as CSV), or stdout."""
    form = ".csv" if output == "-" else Path(output).suffix.lower()
    if form not in WRITERS:
        raise UsageError(f"--output {output}: cannot write '{form}' files (known: {', '.join(WRITERS)})")
    weights = weights_in(weights)
    for what, path in (("weights", weights), ("data", data)):
        if _same_file(output, path):
            raise CannotWriteError(f"{output}: holds the {what} that are read; choose another --output")
    file = Path(output) if output == "-" else destination(Path(output))
    trained = load_trained(weights)
    if data == "-":
        with tempfile.NamedTemporaryFile(suffix=".csv") as copy:
            if sys.stdin is None:
                raise DataError("<stdin>: is closed")
            copy.write(sys.stdin.buffer.read())
            copy.flush()
            predictions = run(trained, Source(Path(copy.name), "<stdin>"))
    else:
        predictions = run(trained, Source(Path(data), data))
    if predictions.missing and not quiet:
        warn(
            open_console(sys.stderr),
            f"{data}: {counted(predictions.missing, 'row')} without a prediction, for want of a value",
        )
    content = WRITERS.get(form)(predictions)
    if output == "-":
        print_bytes(content)
    else:
        write_atomically(file, content)
    return ExitStatus.OK


def _same_file(output: str, path: str | Path) -> bool:
    try:
        return os.path.samefile(output, path)
    except OSError:  # one of them is not there
        return False
