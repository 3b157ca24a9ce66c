"""The written record of a run: its config, its command and machine, and a line of figures for each epoch."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bpcli.errors import CannotWriteError
from bpcli.runs.atomic import write_atomically, writing
from bpcli.runs.directory import RunDirectory
from bpcli.runs.provenance import machine, numerics


class Recorder:
    """Writes config.yaml, metrics.jsonl and run.json; use it in a `with`.

    All three are begun on construction, so a disk that takes nothing is found before the first epoch. Until
    the end the reason in run.json is null; a run that left it so, and its directory unlocked, was killed.
    Every method raises CannotWriteError.
    """

    def __init__(
        self,
        directory: RunDirectory,
        config: str,
        command: Sequence[str],
        relative_to: Path,
        digests: Mapping[str, str],
    ) -> None:
        """`config`: the resolved YAML; `relative_to`: where its paths start; `digests`: their SHA-256."""
        self._directory = directory
        self._about: dict[str, Any] = {
            "command": list(command),
            "relative_to": str(relative_to.absolute()),
            "folder_from_here": os.path.relpath(relative_to, directory.path),  # for when all of it is moved together
            "digests": dict(digests),
            "numerics": numerics(),
            "machine": machine(),
            "started": _now(),
            "finished": None,
            "reason": None,
        }
        write_atomically(directory.config, config.encode())
        self._write_about()
        with writing(directory.metrics):
            self._metrics = open(directory.metrics, "w", encoding="utf-8")  # noqa: SIM115  # closed on exit

    def record(self, event: Mapping[str, Any]) -> None:
        """Append the object of an epoch to metrics.jsonl, at once on disk for who follows it."""
        with writing(self._directory.metrics):
            self._metrics.write(json.dumps(event, allow_nan=False) + "\n")
            self._metrics.flush()

    def finish(self, reason: str) -> None:
        """Say in run.json why the run ended, and when."""
        self._about |= {"finished": _now(), "reason": reason}
        self._write_about()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._about["reason"] is None:
            with suppress(CannotWriteError):  # the error on its way is the one to tell
                self.finish(f"{type(error).__name__}: {error}".removesuffix(": "))
        with suppress(OSError) if error is not None else writing(self._directory.metrics):
            self._metrics.close()

    def _write_about(self) -> None:
        text = json.dumps(self._about, indent=2) + "\n"
        write_atomically(self._directory.run, text.encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
