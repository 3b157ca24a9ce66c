"""Coverage-guided fuzzing of what reads strangers' files: only the documented exceptions may come out.

    python tests/faults/fuzz.py weights 1000000
    python tests/faults/fuzz.py config 1000000

`weights` feeds the readers of weights files, checkpoints and first weights: each input as it is, and signed, so that
the digest does not stop it at the door. `config` feeds the reader of configs. Needs atheris; ends with an input that
broke something, or says how many runs there were.
"""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import atheris

with atheris.instrument_imports(include=["bpcli", "yaml"]):
    from hostile_files import good_file

    from bpcli.errors import ConfigError, WeightsError
    from bpcli.runs.checkpoints import read_checkpoint
    from bpcli.runs.npz import digest
    from bpcli.runs.weights import read_arrays, read_weights
    from bpcli.spec.reading import read_config

CONFIGS = Path(__file__).parents[2] / "configs"


def weights(data: bytes) -> None:
    """Every reader of archives."""
    for content in (data, data + digest(data)):
        FILE.write_bytes(content)
        for read in (read_weights, read_checkpoint, lambda path: read_arrays(path, "w.npz", 1000)):
            with suppress(WeightsError):
                read(FILE)


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
    else:
        for number, file in enumerate(sorted(CONFIGS.glob("*.yaml"))):
            lines = [line.partition("  #")[0] for line in file.read_text("utf-8").splitlines() if line[:1] != "#"]
            (folder / str(number)).write_text("\n".join(filter(None, lines)), "utf-8")


if __name__ == "__main__":
    target, runs = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        FILE, corpus = Path(place) / "w.npz", Path(place) / "corpus"
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
        atheris.Setup([sys.argv[0], *options, str(corpus)], {"weights": weights, "config": config}[target])
        atheris.Fuzz()
