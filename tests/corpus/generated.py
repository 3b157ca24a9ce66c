"""Every key of the config with every kind of value, and both sides of each bound: the config, and what must be said."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import Case, filled_in
from every_key import FLAG, LEFT_OUT, NAME, OTHER, PATH, REAL, WHOLE, WORD

EPOCHS = 30  # of all generated configs


@dataclass(frozen=True)
class Said:
    """A value written under a key, and what is said of it; nothing when it is right."""

    where: str
    value: str
    message: str = ""
    path: str | None = None  # where the message is given, if that is not the key
    at_key: str = ""  # the key whose value's place is given, if not this one's


def key_of(where: str) -> str:
    """The dotted key: `optimizer.beta1` of `optimizer adam.beta1`."""
    key, _, parameter = where.partition(".")
    return ".".join(part for part in (key.split(" ")[0], parameter) if part)


def written(where: str, value: str) -> str:
    """The line that has the value there."""
    key, _, parameter = where.partition(".")
    key, _, name = key.partition(" ")
    if name:
        return f"{key}: {{name: {name}, {parameter}: {value}}}"
    match where.split("."):
        case ["data", "train"]:
            return f"data: {{validation: 0.1, train: {value}}}"
        case ["data", "validation", part]:
            return f"data: {{train: nothing.csv, validation: {{{part}: {value}}}}}"
        case ["data", "train", "path"]:
            return f"data: {{validation: 0.1, train: {{path: {value}}}}}"
        case ["data", "train", "labels"]:
            return f"data: {{validation: 0.1, train: {{images: nothing.csv, labels: {value}}}}}"
        case ["data", "train", part]:
            return f"data: {{validation: 0.1, train: {{path: nothing.csv, {part}: {value}}}}}"
        case ["data", "scale", part]:
            return f"data: {{train: nothing.csv, validation: 0.1, scale: {{{part}: {value}}}}}"
        case ["data", "validation" | "test" as split]:
            return f"data: {{train: nothing.csv, {split}: {value}}}"
        case ["data", part]:
            return f"data: {{train: nothing.csv, validation: 0.1, {part}: {value}}}"
        case [key]:
            return f"{key}: {value}"
        case [key, part]:
            return f"{key}: {{{part}: {value}}}"
    raise ValueError(where)


def case_of(said: Said) -> Case:
    """The config of least size that has the value in its last line; accepted, it is the data that is missing."""
    key = key_of(said.where).split(".")[0]
    lines = [
        *([] if key == "layers" else ["layers: [4, 3, 2]"]),
        *([] if key == "epochs" else ["epochs: 30"]),
        *([] if key == "data" else ["data: {train: nothing.csv, validation: 0.1}"]),
        *(["batch_size: all"] if " rprop" in said.where else []),
        written(said.where, said.value),
    ]
    text = "\n".join(lines) + "\n"
    before = f"{said.at_key}: " if said.at_key else lines[-1][: lines[-1].rindex(said.value)]
    place = f"c.yaml:{len(lines)}:{len(before) + 1}"
    line = filled_in(f"{place}: {said.path or key_of(said.where)}: {said.message}")
    name = f"{said.where}: {said.value}"
    told, code = (line, 3) if said.message else ("nothing.csv: no such file", 4)
    return Case(name, {"c.yaml": text.encode()}, (told,), code)


def beyond(value: float, towards: float, whole: bool) -> str:
    """The nearest value on that side."""
    if whole:
        return str(int(value) + (1 if towards > value else -1))
    return repr(math.nextafter(value, towards))


def numbers() -> Iterator[Said]:
    """What is no number, for each key that wants one."""
    for where in (*REAL, *WHOLE):
        whole = where in WHOLE
        wanted = "a whole number" if whole else "a number"
        wanted += " or 'all'" if where == "batch_size" else ""
        looks_like = {"'3'": "3", "1_000": "1000", "010": "10", "0x10": "16"}
        looks_like |= {"1e3": "1000", "3.0": "3"} if whole else {}
        for value in ("zzz", "true", "on", "''", "1:30.5"):
            yield Said(where, value, f"expected {wanted}, not {found(value)}")
        for value, hint in looks_like.items():
            yield Said(where, value, f"expected {wanted}, not {found(value)} (write {hint})")
        for value in ("{a: 1}",) if where == "dropout" else ("[1]", "{a: 1}"):
            yield Said(where, value, f"expected {wanted}, not {found(value)}")
        yield from nothing(where, wanted)
        if whole:
            yield Said(where, "2.5", f"expected {wanted}, not '2.5'")
            yield Said(where, ".inf", f"expected {wanted}, not '.inf'")
        else:
            yield Said(where, "1e400", "'1e400' is too large")
            yield Said(where, ".nan", "must be a finite number, not nan")


def words() -> Iterator[Said]:
    """What is no flag, no name, no word, no path, for each key that wants one."""
    for where in FLAG:
        for value in ("zzz", "2", "2.5", "''", "[1]", "{a: 1}"):
            yield Said(where, value, f"expected true or false, not {found(value)}")
        for value, hint in {"1": "true", "0": "false", "on": "true", "No": "false", "'true'": "true"}.items():
            yield Said(where, value, f"expected true or false, not {found(value)} (write {hint})")
        yield from nothing(where, "true or false")
    for where, known in NAME.items():
        for value in ("zzz", "3", "true"):
            yield Said(where, value, f"unknown '{value}' ({{known {known}}})")
        yield Said(where, "''", f"unknown '' ({{known {known}}})")
        yield Said(where, "[a]", "expected a name, not a list")
        yield Said(where, "{a: 1}", f"missing ({{known {known}}})", path=f"{where}.name")
        yield from nothing(where, "a name")
    for where, known in WORD.items():
        for value in ("zzz", "3"):
            yield Said(where, value, f"unknown '{value}' ({known})")
        yield Said(where, "''", f"unknown '' ({known})")
        yield Said(where, "[a]", "expected text, not a list")
        yield Said(where, "{a: 1}", "expected text, not a mapping")
        yield from nothing(where, "text")
    for where in PATH:
        yield Said(where, "[a]", "expected a path, not a list")
        yield Said(where, "{a: 1}", "expected a path, not a mapping")
        yield Said(where, "''", "expected a path, not an empty text")
        yield Said(where, '"a\\0b"', "'a\\x00b' is no path")
        yield from nothing(where, "a path")


def others() -> Iterator[Said]:
    """The keys of a kind of their own, as the table has them."""
    for where, values in OTHER.items():
        for value, message in values.items():
            yield Said(where, value, message)


def bounds() -> Iterator[Said]:
    """On each bound and just past it, on both sides."""
    for where, interval in (*WHOLE.items(), *REAL.items()):
        whole = where in WHOLE
        low, high = interval[1:-1].split(", ")
        if interval[0] == "[":
            below = beyond(float(low), -math.inf, whole)
            yield Said(where, low)
            yield by_rule(where, below) or Said(where, below, f"must be at least {low}, not {below}")
        else:
            yield Said(where, low, f"must be above {low}, not {low}")
            yield Said(where, beyond(float(low), math.inf, whole))
        if high == "∞":
            yield Said(where, "1000000")
            continue
        past = beyond(float(high), math.inf, whole) if not whole else str(int(high) + 1)
        if interval[-1] == "]":
            yield Said(where, high)
            yield by_rule(where, past) or Said(where, past, f"must be at most {high}, not {past}")
        else:
            yield by_rule(where, high) or Said(where, high, f"must be below {high}, not {high}")
            yield Said(where, str(int(high) - 1) if whole else beyond(float(high), -math.inf, whole))


def by_rule(where: str, value: str) -> Said | None:
    """A bound that another key draws."""
    if where.endswith(".warmup") and value == str(EPOCHS):
        return Said(
            where, value, f"must be below epochs ({EPOCHS}), so that some are left to the schedule, not {value}"
        )
    if where in ("optimizer rprop.smallest", "optimizer rprop.largest") and float(value) > 0:
        smallest, largest = (value, "50") if where.endswith("smallest") else ("1e-06", value)
        message = (
            "'rprop' starts with steps of learning_rate (0.1), which must lie between "
            f"smallest ({smallest}) and largest ({largest})"
        )
        return Said(where, value, message, path="optimizer", at_key="optimizer")
    return None


def nothing(where: str, wanted: str) -> Iterator[Said]:
    """A key with no value."""
    yield Said(where, "~", "" if where in LEFT_OUT else f"expected {wanted}, not nothing")


def found(value: str) -> str:
    """What a message calls a value."""
    if value[0] in "[{":
        return "a list" if value[0] == "[" else "a mapping"
    return f"the text {value} in quotes" if value[0] == "'" else f"'{value}'"


CASES = [case_of(said) for said in (*numbers(), *words(), *others(), *bounds())]
