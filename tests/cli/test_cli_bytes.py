"""The same config and seed write the same bytes, wherever, whenever and under whatever settings of the machine."""

import hashlib
import shutil

import pytest
from shell import ROOT, arrays, bpcli

pytest_plugins = ["cli_fixtures"]

CONFIG = """\
layers: [64, 200, 10]
epochs: 1
batch_size: 300
data: {train: digits.csv.gz, target: class, validation: 0.1, test: 0.2}
"""


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Digits, because small products come out alike whatever the number of threads."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(ROOT / "datasets" / "digits.csv.gz", home)
    (home / "c.yaml").write_text(CONFIG)
    assert bpcli("train", "c.yaml", "--out", "first", "-q", cwd=home).code == 0
    return home


@pytest.mark.parametrize(
    "changes",
    [
        {"OPENBLAS_NUM_THREADS": "1", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"},
        {"OPENBLAS_NUM_THREADS": "2", "LC_ALL": "C", "PYTHONHASHSEED": "2", "HOME": None},
    ],
)
def test_the_surroundings_do_not_matter(home, tmp_path, changes):
    done = bpcli("train", home / "c.yaml", "--out", "run", "--quiet", cwd=tmp_path, **changes)
    assert (done.code, done.err) == (0, "")
    assert digest(tmp_path / "run" / "weights.npz") == digest(home / "first" / "weights.npz")


def test_another_folder_does_not_matter(home, tmp_path):
    place = tmp_path / "a place"
    shutil.copytree(home, place, ignore=shutil.ignore_patterns("first"))
    assert bpcli("train", "c.yaml", "--json", cwd=place).code == 0
    assert digest(place / "runs" / "c" / "1" / "weights.npz") == digest(home / "first" / "weights.npz")


def test_the_resolved_config_trains_to_the_same_bytes(home, tmp_path):
    shutil.copy(home / "first" / "config.yaml", tmp_path / "copy.yaml")
    assert bpcli("train", "copy.yaml", "--out", "again", "-q", cwd=tmp_path).code == 0
    assert digest(tmp_path / "again" / "weights.npz") == digest(home / "first" / "weights.npz")
    assert (tmp_path / "again" / "config.yaml").read_text() == (home / "first" / "config.yaml").read_text()


def test_another_seed_writes_other_weights(home, tmp_path):
    assert bpcli("train", home / "c.yaml", "--set", "seed=2", "--out", "run", "-q", cwd=tmp_path).code == 0
    assert (arrays(tmp_path / "run" / "weights.npz")["W1"] != arrays(home / "first" / "weights.npz")["W1"]).any()
