"""Coverage-guided fuzzing of what reads strangers' files: only the documented exceptions may come out.

    python tests/faults/fuzz.py weights 1000000
    python tests/faults/fuzz.py contents 1000000
    python tests/faults/fuzz.py config 1000000

`weights` feeds the readers of weights files, checkpoints and first weights: each input as it is, and signed, so that
the digest does not stop it at the door. `contents` takes each input for changes to a sound weights file or checkpoint,
laid out and signed as ours, so that it comes as far as what is done with its arrays and its meta: the network is put
together and shown, the training taken up for some steps. `config` feeds the reader of configs. Needs atheris; ends with
an input that broke something, or says how many runs there were.
"""

from __future__ import annotations

import copy
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import atheris
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "runs" / "formats"))
with atheris.instrument_imports(include=["bpcli", "yaml"]):
    from hostile_files import good_file, header, laid_out, npy, of
    from make import HERE, kept_checkpoint, kept_weights

    from bpcli.data.source import Source
    from bpcli.errors import BpcliError, ConfigError, DataError, WeightsError
    from bpcli.runs.checkpoints import read_checkpoint
    from bpcli.runs.comparison import diff
    from bpcli.runs.evaluation import evaluate, examples_in
    from bpcli.runs.inspection import inspect
    from bpcli.runs.npz import digest, read_npz
    from bpcli.runs.provenance import changed_numerics
    from bpcli.runs.resuming import resume
    from bpcli.runs.trained import load_trained
    from bpcli.runs.weights import read_arrays, read_weights
    from bpcli.spec.reading import read_config
    from bpcli.ui.comparison import difference
    from bpcli.ui.inspection import inspection
    from bpcli.ui.tables import evaluation

CONFIGS = Path(__file__).parents[2] / "configs"


def weights(data: bytes) -> None:
    """Every reader of archives."""
    for content in (data, data + digest(data)):
        FILE.write_bytes(content)
        for read in (read_weights, read_checkpoint, lambda path: read_arrays(path, "w.npz", 1000)):
            with suppress(WeightsError):
                read(FILE)


def contents(data: bytes) -> None:
    """What is done with a weights file or a checkpoint once it is read."""
    choice = atheris.FuzzedDataProvider(data)
    use = choice.ConsumeIntInRange(0, len(USES))
    if use < len(USES):
        FILE.write_bytes(changed(SOUND["weights"], choice))
        with suppress(WeightsError, DataError):  # what it was trained on may be anything
            USES[use](FILE)
    else:
        CHECKPOINT.write_bytes(changed(SOUND["checkpoint"], choice))
        with suppress(BpcliError):  # its config may be another that is sound, and the data not that of it
            resumption = resume(CHECKPOINT, None, [])
            with resumption.directory:
                list(islice(resumption.run.trainer.run(), 9))


def measure(path: Path) -> None:
    trained = load_trained(path)
    changed_numerics(trained.meta["numerics"])
    evaluation(evaluate(trained, examples_in(trained, Source(HERE / "d.csv", "d.csv")), "data"), 80)


USES: list[Callable[[Path], object]] = [  # of a weights file
    measure,
    lambda path: inspection(inspect(path), 80),
    lambda path: difference(diff(kept_weights(), path), 80),
]


def changed(file: bytes, choice: Any) -> bytes:
    """An archive like a sound one, but for some changes to its members and its meta."""
    arrays = read_npz(file)
    meta = json.loads(arrays.pop("meta").tobytes())
    members = [(f"{name}.npy", of(array)) for name, array in arrays.items()]
    for _ in range(choice.ConsumeIntInRange(0, 3)):
        if choice.ConsumeIntInRange(0, 3):
            change_value(meta, choice)
        else:
            change_member(members, list(arrays.values()), choice)
    text = json.dumps(meta, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")
    return laid_out([*members, ("meta.npy", of(np.frombuffer(text, np.uint8)))])


VALUES: list[Any] = [None, True, False, 0, 1, -1, 2**63, 10**400, 0.5, 1e308, 1e-320, float("nan"), float("inf")]
VALUES += ["", "x", "../x", "\0", "\udcff", "nan", "1", [], {}, [[]], [1], ["x"], {"x": 1}, {"name": "x"}]


def change_value(meta: dict[str, Any], choice: Any) -> None:
    """Another value somewhere in the meta, or one less, or one more."""
    place, key = choice.PickValueInList(list(places(meta)) or [(meta, "x")])
    kind = choice.ConsumeIntInRange(0, 4)
    if kind == 0:
        place.pop(key, None) if isinstance(place, dict) else place.pop(key)
    elif kind == 1:
        place[key] = choice.ConsumeInt(8) if choice.ConsumeBool() else choice.ConsumeFloat()
    elif kind == 2:
        place[key] = choice.ConsumeUnicode(9)
    elif kind == 3:
        other, at = choice.PickValueInList(list(places(meta)) or [(meta, "x")])
        place[key] = copy.deepcopy(other.get(at) if isinstance(other, dict) else other[at])
    else:
        value = choice.PickValueInList([*VALUES, nested(choice.ConsumeIntInRange(1, 300))])
        place[key] = copy.deepcopy(value)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in JSON values where one stands: what holds it, and its key there."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def change_member(members: list[tuple[str, bytes]], arrays: list[np.ndarray], choice: Any) -> None:
    """Another array for one, or another name, or one less, or one more."""
    if not members:
        return
    at = choice.ConsumeIntInRange(0, len(members) - 1)
    name, payload = members[at]
    array, kind = arrays[at % len(arrays)], choice.ConsumeIntInRange(0, 5)
    if kind == 0:
        del members[at]
    elif kind == 1:
        members.insert(at, (f"{choice.ConsumeUnicodeNoSurrogates(6)}.npy", payload))
    elif kind == 2:
        shape = tuple(choice.ConsumeIntInRange(-1, 9) for _ in range(choice.ConsumeIntInRange(0, 3)))
        members[at] = name, npy(header(array.dtype.str, shape), array.tobytes())
    elif kind == 3:
        members[at] = name, of(array.astype(choice.PickValueInList(["<f4", "<f8", "|u1", "<i4", "<f2", "|S1"])))
    elif kind == 4:
        values = np.array(array)
        values.flat[choice.ConsumeIntInRange(0, array.size - 1)] = choice.ConsumeFloat()
        members[at] = name, of(values)
    else:
        members[at] = name, choice.ConsumeBytes(200)


def config(data: bytes) -> None:
    """The reader of configs, through stdin."""
    sys.stdin = SimpleNamespace(buffer=io.BytesIO(data))  # type: ignore[assignment]
    with suppress(ConfigError):
        read_config("-")


def seeds(target: str, folder: Path) -> None:
    """What the fuzzer starts from: sound files, small ones first."""
    if target == "weights":
        (folder / "good").write_bytes(good_file())
        (folder / "unsigned").write_bytes(good_file()[:-64])
    elif target == "contents":
        for number, seed in enumerate([b"\1", b"\0", b"\1\1\1" * 9, b"\0\1\1" * 9, bytes(range(64)), b"\xff" * 64]):
            (folder / str(number)).write_bytes(seed)
    else:
        for number, file in enumerate(sorted(CONFIGS.glob("*.yaml"))):
            lines = [line.partition("  #")[0] for line in file.read_text("utf-8").splitlines() if line[:1] != "#"]
            (folder / str(number)).write_text("\n".join(filter(None, lines)), "utf-8")


TARGETS: dict[str, Callable[[bytes], None]] = {"weights": weights, "contents": contents, "config": config}

if __name__ == "__main__":
    target, runs = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        FILE, corpus = Path(place) / "w.npz", Path(place) / "corpus"
        run = shutil.copytree(kept_checkpoint(), Path(place) / "run")
        shutil.copy(HERE / "d.csv", run)
        (CHECKPOINT,) = run.glob("checkpoint-*.npz")
        SOUND = {"weights": kept_weights().read_bytes(), "checkpoint": CHECKPOINT.read_bytes()}
        corpus.mkdir()
        seeds(target, corpus)
        options = [
            f"-runs={runs}",
            "-seed=1",
            "-max_len=4096",
            "-timeout=10",
            f"-artifact_prefix={place}/",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[target])
        atheris.Fuzz()
