"""The written record of a run: its config, its command and machine, and a line of figures for each epoch."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bpcli.errors import CannotWriteError, WeightsError
from bpcli.runs.atomic import write_atomically, writing
from bpcli.runs.directory import RunDirectory
from bpcli.runs.provenance import machine


@dataclass(frozen=True)
class Resumed:
    """The record of a run that goes on: what run.json says, and how much of metrics.jsonl stays."""

    about: dict[str, Any]
    step: int  # updates made by then
    lines: int
    size: int  # bytes that these lines take

    @classmethod
    def read(cls, directory: RunDirectory, step: int, lines: int) -> Resumed:
        """The record up to a checkpoint; raises WeightsError when metrics.jsonl has not the lines that it goes with."""
        try:
            about = json.loads(directory.run.read_bytes())
        except (OSError, ValueError, RecursionError):
            about = None  # not needed to go on
        try:
            found = directory.metrics.read_bytes().splitlines(keepends=True)
        except OSError as error:
            raise WeightsError(f"{directory.metrics}: cannot read: {error.strerror or error}") from error
        whole = [line for line in found[:lines] if line.endswith(b"\n")]
        if len(whole) < lines:
            raise WeightsError(f"{directory.metrics}: has {len(whole)} lines, and at step {step} it had {lines}")
        return cls(about if isinstance(about, dict) else {}, step, lines, sum(map(len, whole)))

    def continued(self, about: dict[str, Any]) -> dict[str, Any]:
        """What run.json says from now on, out of what it would say of a new run: the beginning stays."""
        part = {name: about[name] for name in ("command", "numerics", "machine", "started")}
        parts = self.about.get("resumed")
        began = {name: self.about[name] for name in part if name in self.about}
        return {**about, **began, "resumed": [*(parts if isinstance(parts, list) else []), {"step": self.step, **part}]}


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
        numerics: Mapping[str, Any],
        resumed: Resumed | None = None,
    ) -> None:
        """`config`: the resolved YAML; `relative_to`: where its paths start; `digests`: their SHA-256;
        `numerics`: what the run is computed with.

        A run that is `resumed` keeps its record up to there.
        """
        self._directory = directory
        self.lines = resumed.lines if resumed else 0
        """Of metrics.jsonl."""
        about = {
            "command": list(command),
            "relative_to": str(relative_to.absolute()),
            "folder_from_here": os.path.relpath(relative_to, directory.path),  # for when all of it is moved together
            "digests": dict(digests),
            "numerics": dict(numerics),
            "machine": machine(),
            "started": _now(),
            "finished": None,
            "reason": None,
        }
        self._about: dict[str, Any] = resumed.continued(about) if resumed else about
        if resumed:
            directory.remove_checkpoints_after(resumed.step)  # before the lines that they count on are cut off
        with writing(directory.metrics):
            if resumed:
                os.truncate(directory.metrics, resumed.size)
            self._metrics = open(directory.metrics, "a" if resumed else "w", encoding="utf-8")  # noqa: SIM115  # closed on exit
        write_atomically(directory.config, config.encode())
        self._write_about()

    def record(self, event: Mapping[str, Any]) -> None:
        """Append the object of an epoch to metrics.jsonl, at once on disk for who follows it."""
        with writing(self._directory.metrics):
            self._metrics.write(json.dumps(event, allow_nan=False) + "\n")
            self._metrics.flush()
        self.lines += 1

    def settle(self) -> None:
        """See that what was recorded is on the disk, before a checkpoint says that it is."""
        with writing(self._directory.metrics):
            os.fsync(self._metrics.fileno())

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
