"""Every config in configs/ trains and can be measured, wherever its data is on the machine."""

import pytest
from shell import ROOT, bpcli

from bpcli.spec.reading import read_config
from bpcli.spec.sources import file_parts

LARGE = ("mnist", "fashion")


def parts():
    for path in sorted((ROOT / "configs").glob("*.yaml")):
        marks = [pytest.mark.slow] if path.name.startswith(LARGE) else []
        yield pytest.param(path, marks=marks, id=path.stem)


@pytest.mark.parametrize("config", list(parts()))
def test_it_trains_and_its_eval_works(config, tmp_path):
    spec = read_config(str(config)).spec
    files = [spec.folder / name for part in file_parts(spec) for name in (part.inputs, part.labels) if name]
    if not all(file.exists() for file in files):
        pytest.skip("its data is not on this machine")
    short = ["--set", "epochs=2", "--set", "expect={}"]
    done = bpcli("train", config, "--out", "run", "-q", *short, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    done = bpcli("eval", "run/weights.npz", "--json", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.objects[0]["split"] == ("test" if spec.data.test else "train")
