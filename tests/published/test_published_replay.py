"""configs/published/replay.py: its table against the configs and the docs, its verdicts, and every band of it."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bpcli.spec.reading import read_config

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs" / "published").glob("*.yaml"))


def _module():
    """replay.py, which lies in no package."""
    spec = importlib.util.spec_from_file_location("published_replay", ROOT / "configs" / "published" / "replay.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass looks for its module
    spec.loader.exec_module(module)
    return module


TABLE = _module().TABLE
SMALL = [name for name in TABLE if name.startswith(("mazur", "sklearn_iris", "sklearn_digits"))]


@pytest.fixture
def run(published):
    """What replay.py does in a folder, the copy of configs/published/ if none is named."""

    def in_folder(*arguments, folder=published):
        command = [sys.executable, str(folder / "replay.py"), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    return in_folder


def _altered(published, place, *, old, new):
    """A copy of the folder, beside the data, in which sklearn_iris_constant differs in one place."""
    folder = place / "configs" / "published"
    shutil.copytree(published, folder)
    (place / "datasets").symlink_to(ROOT / "datasets")
    config = folder / "sklearn_iris_constant.yaml"
    text = config.read_text()
    assert text.count(old) == 1
    config.write_text(text.replace(old, new))
    return folder


def test_the_table_has_a_row_for_every_config():
    assert sorted(TABLE) == [config.stem for config in CONFIGS]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.stem)
def test_the_config_is_right_and_gives_the_published_figures_in_its_header_and_in_the_docs(config):
    read_config(str(config))
    header = config.read_text().partition("\nlayers:")[0]
    documented = [
        line for line in (ROOT / "docs" / "published.md").read_text().splitlines() if f"`{config.stem}`" in line
    ]
    for figure in TABLE[config.stem]:
        assert figure.published in header.partition("# Published: ")[2]
        assert any(figure.published in line for line in documented), figure


def test_the_small_ones_are_met_to_the_digit(run):
    done = run(*SMALL)
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert (done.returncode, done.stderr) == (0, "")
    assert len(rows) == sum(len(TABLE[name]) for name in SMALL)
    for _, _, published, reached, verdict, _ in rows:
        assert (reached, verdict) == (published, "ok")


def test_a_figure_out_of_its_band_is_exit_code_1(run, published, tmp_path):
    folder = _altered(published, tmp_path, old="learning_rate: 0.2", new="learning_rate: 0.19")
    done = run("sklearn_iris_constant", "sklearn_iris_momentum", folder=folder)
    assert done.returncode == 1
    verdicts = [tuple(line.split()[i] for i in (0, 1, 4)) for line in done.stdout.splitlines()[1:]]
    assert ("sklearn_iris_constant", "running.cost", "missed") in verdicts
    assert ("sklearn_iris_momentum", "running.cost", "ok") in verdicts


def test_a_training_that_fails_is_exit_code_1_with_its_error(run, published, tmp_path):
    folder = _altered(published, tmp_path, old="activation: relu", new="activation: relou")
    done = run("sklearn_iris_constant", folder=folder)
    assert done.returncode == 1
    assert "failed, exit code 3: " in done.stdout
    assert "unknown 'relou'" in done.stdout


def test_missing_data_is_skipped_and_named(run, published, tmp_path):
    folder = tmp_path / "configs" / "published"
    shutil.copytree(published, folder)
    for arguments in ([], ["--list"]):
        done = run("mazur", "lecun_300", *arguments, folder=folder)
        assert done.returncode == 0
        assert "skipped: no ../../datasets/mnist/mnist_train.csv (datasets/README.md" in done.stdout
        assert "skipped" not in next(line for line in done.stdout.splitlines() if line.startswith("mazur"))


def test_the_inputs_are_made_when_they_are_not_there(run, published, tmp_path):
    folder = tmp_path / "published"
    shutil.copytree(published, folder, ignore=shutil.ignore_patterns("inputs"))
    assert run("mazur", folder=folder).returncode == 0
    assert (folder / "inputs" / "mazur_weights.npz").exists()


def test_patterns_choose_and_a_name_that_is_none_is_exit_code_2(run):
    listed = run("--list", "nielsen_deep_*").stdout.splitlines()[1:]
    assert [line.split()[0] for line in listed] == [f"nielsen_deep_{layers}" for layers in (1, 2, 3, 4)]
    done = run("nilsen")
    assert done.returncode == 2
    assert "no config is called nilsen" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in TABLE if name not in SMALL])
def test_band(run, name):
    done = run(name)
    if "skipped: " in done.stdout:
        pytest.skip(done.stdout.splitlines()[1])
    assert done.returncode == 0, done.stdout
