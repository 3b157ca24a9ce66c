"""`bpcli init`: a data file in, a config to start from out."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from bpcli.cli.output import print_bytes
from bpcli.data.pairs import labels_beside
from bpcli.data.readers import PAIRS, format_of
from bpcli.data.source import Source
from bpcli.data.survey import Survey, survey
from bpcli.errors import CannotWriteError, ExitStatus
from bpcli.runs.atomic import write_atomically
from bpcli.spec.starter import hard_to_reach, starter
from bpcli.ui.console import note, open_console


def init(data: str, targets: list[str], labels: str | None, output: str, quiet: bool) -> ExitStatus:
    """Writes the config; raises CannotWriteError where a file is already, DataError where nothing can be learnt."""
    if output != "-" and os.path.lexists(output):
        raise CannotWriteError(f"{output}: is there already (take another --output, or move it away)")
    source = Source(Path(data), data)
    found_labels = labels_beside(source.path) if labels is None and format_of(source) in PAIRS else None
    if labels or found_labels:
        beside = Path(labels) if labels else found_labels
        source = Source(Path(data), data, beside, str(beside))
    found = survey(source, targets)
    folder = Path() if output == "-" else Path(output).parent
    name = f"{Path(data).name.split('.')[0]}.yaml" if output == "-" else output
    train: str | dict[str, str] = _from(folder, source.path)
    if source.labels is not None:
        train = {"images": _from(folder, source.path), "labels": _from(folder, source.labels)}
    text = starter(found, _brief(data), train, _brief(name))
    if output == "-":
        print_bytes(text.encode())
    else:
        write_atomically(Path(output), text.encode())
    if not quiet:
        for label, words in _notes(found, found_labels, output):
            note(open_console(sys.stderr), label, words)
    return ExitStatus.OK


def _from(folder: Path, file: Path) -> str:
    """The path to a file as a config in that folder has to write it."""
    place = os.path.join(os.path.realpath(file.parent), file.name)
    return os.path.relpath(place, os.path.realpath(folder))


def _brief(path: str) -> str:
    """A path as it was called, but nothing of this machine alone."""
    return Path(path).name if os.path.isabs(path) else path


def _notes(found: Survey, found_labels: Path | None, output: str) -> list[tuple[str, str]]:
    """What was not asked for but concluded, and what comes next."""
    notes = [] if output == "-" else [("config", output)]
    if found_labels is not None:
        notes.append(("labels", f"{found_labels}, by its name (--labels names another file)"))
    if found.why_target:
        notes.append(("target", f"{found.target[0]}, guessed: {found.why_target} (--target names another column)"))
    if hard := hard_to_reach(found):
        notes.append(("target", f"its values lie far from 0, or close together: {hard}"))
    if output != "-":
        notes.append(("next", f"bpcli train {shlex.quote(output)}"))
    return notes
