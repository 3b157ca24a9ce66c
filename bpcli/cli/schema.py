"""`bpcli schema`: the JSON Schema of a config on stdout."""

from __future__ import annotations

from bpcli.cli.output import print_bytes
from bpcli.errors import ExitStatus
from bpcli.spec.json_schema import to_text


def schema() -> ExitStatus:
    """Prints the schema."""
    print_bytes(to_text().encode())
    return ExitStatus.OK
