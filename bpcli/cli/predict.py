"""`bpcli predict`: weights and a file of rows in, a file of predictions out."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bpcli.data.source import Source
from bpcli.errors import ExitStatus, UsageError
from bpcli.runs.atomic import write_atomically
from bpcli.runs.predictions import WRITERS
from bpcli.runs.predictions import predict as run
from bpcli.runs.trained import load_trained
from bpcli.ui.console import open_console, warn


def predict(weights: Path, data: str, output: str) -> ExitStatus:
    """Writes a prediction for each row of `data`, in its order; "-" is stdin (as CSV), or stdout."""
    form = ".csv" if output == "-" else Path(output).suffix.lower()
    if form not in WRITERS:
        raise UsageError(f"--output {output}: cannot write '{form}' files (known: {', '.join(WRITERS)})")
    trained = load_trained(weights)
    if data == "-":
        with tempfile.NamedTemporaryFile(suffix=".csv") as copy:
            copy.write(sys.stdin.buffer.read())
            copy.flush()
            predictions = run(trained, Source(Path(copy.name), "<stdin>"))
    else:
        predictions = run(trained, Source(Path(data), data))
    if predictions.missing:
        warn(open_console(sys.stderr), f"{data}: {predictions.missing} rows miss a value and have no prediction")
    content = WRITERS.get(form)(predictions)
    if output == "-":
        sys.stdout.write(content.decode())
    else:
        write_atomically(Path(output), content)
    return ExitStatus.OK
