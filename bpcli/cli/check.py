"""`bpcli check`: config in, what training by it would do and what would go wrong, or the config with all defaults."""

from __future__ import annotations

import sys

from bpcli.cli.output import show
from bpcli.errors import ExitStatus
from bpcli.runs.rehearsal import rehearse
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.spec.resolved import to_mapping, to_yaml
from bpcli.ui.check import check as screen
from bpcli.ui.json_lines import json_line


def check(config: str, resolved: bool, overrides: list[str], json: bool, quiet: bool) -> ExitStatus:
    """Raises what reading the config, the data and the file of `init` raise; hazards do not change the exit code."""
    read = read_config(config, overrides)
    if resolved:
        spec = TrainingRun(read).config.spec
        if json:
            sys.stdout.write(json_line(to_mapping(spec) | {"relative_to": str(spec.folder)}))
        elif not quiet:
            sys.stdout.write(to_yaml(spec, relative_to=spec.folder))
        return ExitStatus.OK
    show({"config": config, **rehearse(read)}, screen, json, quiet)
    return ExitStatus.OK
