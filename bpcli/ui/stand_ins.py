"""Plain characters in place of drawn ones, for streams whose encoding has no others."""

from __future__ import annotations

import codecs

from rich.cells import cell_len

ERRORS = "bpcli.stand_ins"  # the name to give to a stream as its `errors`
STAND_INS = (
    dict(zip("▁▂▃▄▅▆▇█", "_.-:=+*#"))
    | dict.fromkeys("▏▎▍▌▋▊▉", "|")
    | dict.fromkeys("╭╮╰╯", "+")
    | {"─": "-", "━": "=", "│": "|", "·": ".", "●": "o", "→": ">", "×": "x", "±": "+", "…": "~", "²": "2"}
)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """What to write for the characters that could not be encoded: as many cells as they take."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(STAND_INS.get(c, "?" * max(1, cell_len(c))) for c in missing), error.end


codecs.register_error(ERRORS, _stand_in)
