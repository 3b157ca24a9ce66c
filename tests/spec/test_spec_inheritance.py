"""`extends`: what a config takes over from another one, what it replaces, where all is said to stand."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from bpcli.errors import ConfigError
from bpcli.spec.conditions import Condition
from bpcli.spec.data_schema import DataSpec, FoldSpec, SourceSpec
from bpcli.spec.inheritance import MOST_CONFIGS
from bpcli.spec.named import Named
from bpcli.spec.reading import read_config
from bpcli.spec.resolved import to_mapping
from bpcli.spec.schema import Spec

BASE = """\
layers: [4, 3, 2]
data: {train: a.csv, validation: 0.1, target: y}
optimizer: {name: sgd, momentum: 0.9, nesterov: true}
learning_rate: 0.2
early_stopping: {patience: 3}
class_weight: {a: 2, b: 3}
expect: {validation.accuracy: ">= 0.9", epochs: "<= 20"}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a base to extend in it."""
    monkeypatch.chdir(tmp_path)
    write("base.yaml", BASE)
    return tmp_path


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def spec_of(text: str, *overrides: str) -> Spec:
    write("c.yaml", "extends: base.yaml\n" + text)
    return read_config("c.yaml", overrides).spec


def lines_of(path: str, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_config(path, overrides)
    return list(caught.value.lines)


def test_nothing_else_is_the_same_config(home: Path) -> None:
    assert spec_of("") == read_config("base.yaml").spec
    assert "extends" not in to_mapping(spec_of(""))


def test_keys_override() -> None:
    spec = spec_of("learning_rate: 0.5\nlayers: [4, 2]\nepochs: 3\n")
    assert (spec.learning_rate, spec.layers, spec.epochs) == (0.5, (4, 2), 3)
    assert spec.optimizer == Named("sgd", {"momentum": 0.9, "nesterov": True})


def test_an_override_comes_last() -> None:
    spec = spec_of("learning_rate: 0.5\n", "learning_rate=0.7", "optimizer.momentum=0.1")
    assert spec.learning_rate == 0.7
    assert spec.optimizer == Named("sgd", {"momentum": 0.1, "nesterov": True})


@pytest.mark.parametrize(
    ("text", "optimizer"),
    [
        ("{momentum: 0.5}", Named("sgd", {"momentum": 0.5, "nesterov": True})),
        ("{name: sgd, momentum: 0.5}", Named("sgd", {"momentum": 0.5, "nesterov": True})),
        ("sgd", Named("sgd", {"momentum": 0.0, "nesterov": False})),
        ("{name: rmsprop, momentum: 0.5}", Named("rmsprop", {"rho": 0.9, "epsilon": 1e-8, "momentum": 0.5})),
    ],
)
def test_a_mapping_goes_into_the_one_of_its_name(text: str, optimizer: Named) -> None:
    assert spec_of(f"optimizer: {text}\n").optimizer == optimizer


def test_a_mapping_goes_into_a_short_form() -> None:
    write("base.yaml", "layers: [4, 2]\ndata: a.csv\noptimizer: adam\ninit: zeros\nearly_stopping: ~\n")
    spec = spec_of("data: {validation: 0.2}\noptimizer: {beta1: 0.5}\ninit: {biases: normal}\nearly_stopping: {}\n")
    assert (spec.data.train.inputs, spec.data.validation) == ("a.csv", 0.2)
    assert spec.optimizer == Named("adam", {"beta1": 0.5, "beta2": 0.999, "epsilon": 1e-8})
    assert (spec.init.weights, spec.init.biases) == (Named("zeros"), Named("normal"))
    assert spec.early_stopping is not None


def test_without_one_to_go_into_a_mapping_is_whole() -> None:
    write("c.yaml", "extends: base.yaml\nschedule: {gamma: 0.5}\n")
    (line,) = lines_of("c.yaml")
    assert line.startswith("c.yaml:2:11: schedule.name: missing (known: ")


def test_null_and_an_empty_mapping_take_out() -> None:
    spec = spec_of("early_stopping: ~\nexpect: {}\nclass_weight:\n")
    assert (spec.early_stopping, spec.expect, spec.class_weight) == (None, {}, None)


def test_conditions_and_weights_are_added() -> None:
    spec = spec_of('expect: {epochs: "<= 5", running.cost: "< 1"}\nclass_weight: {b: 4, name: 5}\n')
    assert spec.expect["validation.accuracy"] == Condition(">=", 0.9)
    assert (spec.expect["epochs"], spec.expect["running.cost"]) == (Condition("<=", 5.0), Condition("<", 1.0))
    assert spec.class_weight == {"a": 2.0, "b": 4.0, "name": 5.0}


@pytest.mark.parametrize(
    ("base", "text", "source"),
    [
        ("a.csv", "{rows: 0:5}", SourceSpec.model_construct(path="a.csv", rows=(0, 5))),
        ("{path: a.csv, rows: 0:9}", "b.csv", SourceSpec.model_construct(path="b.csv")),
        ("a.csv", "{images: x, labels: y}", SourceSpec.model_construct(images="x", labels="y")),
        ("{images: x, labels: y}", "{path: a.csv}", SourceSpec.model_construct(path="a.csv")),
        ("{images: x, labels: y}", "{labels: z}", SourceSpec.model_construct(images="x", labels="z")),
        ("{fold: 1/5}", "{path: a.csv}", SourceSpec.model_construct(path="a.csv")),
        ("{fold: 1/5}", "{fold: 2/5}", "2/5"),
        ("{path: a.csv, rows: 0:9}", "{fold: 2/5}", "2/5"),
        ("0.5", "{path: a.csv}", SourceSpec.model_construct(path="a.csv")),
        ("a.csv", "0.5", 0.5),
    ],
)
def test_one_source_takes_the_place_of_another(base: str, text: str, source: object) -> None:
    write("base.yaml", f"layers: [4, 2]\ndata: {{train: t.csv, test: {base}}}\n")
    found = spec_of(f"data: {{test: {text}}}\n").data.test
    if isinstance(found, FoldSpec):
        assert f"{found.fold.number}/{found.fold.count}" == source
    elif isinstance(found, SourceSpec) and isinstance(source, SourceSpec):
        assert [getattr(found, key) for key in SourceSpec.model_fields] == [
            getattr(source, key) for key in SourceSpec.model_fields
        ]
    else:
        assert found == source


def test_a_file_of_weights_takes_the_place_of_rules_and_rules_of_it() -> None:
    write("base.yaml", "layers: [4, 2]\ndata: a.csv\ninit: {weights: zeros, biases: normal}\n")
    init = spec_of("init: {from: w.npz}\n").init
    assert (init.file, init.weights, init.biases) == ("w.npz", None, None)
    write("base.yaml", "layers: [4, 2]\ndata: a.csv\ninit: {from: w.npz}\n")
    init = spec_of("init: {biases: normal}\n").init
    assert (init.file, init.weights, init.biases) == (None, None, Named("normal"))


def test_paths_start_from_the_file_that_wrote_them(home: Path) -> None:
    write("common/base.yaml", "layers: [4, 2]\ndata: {train: a.csv, validation: /tables/v.csv, test: ../b.csv}\n")
    write("runs/old.yaml", "extends: ../common/base.yaml\nrelative_to: ../elsewhere\ninit: {from: w.npz}\n")
    write("new/c.yaml", "extends: ../runs/old.yaml\nshuffle: {order: order.npy}\n")
    config = read_config("new/c.yaml", ["data.test=t.csv"])
    assert config.spec.folder == home / "new"
    data = config.spec.data
    assert isinstance(data, DataSpec)
    assert isinstance(data.validation, SourceSpec)
    assert isinstance(data.test, SourceSpec)
    assert (home / "new" / data.train.inputs).resolve() == home / "common" / "a.csv"
    assert data.validation.inputs == "/tables/v.csv"
    assert (home / "new" / data.test.inputs).resolve() == home / "t.csv"
    assert (home / "new" / str(config.spec.init.file)).resolve() == home / "elsewhere" / "w.npz"
    assert config.spec.shuffle.order == "order.npy"  # type: ignore[union-attr]


def test_within_one_folder_paths_stay_as_they_are_written() -> None:
    write("configs/base.yaml", "layers: [4, 2]\ndata: ./a.csv\n")
    write("configs/c.yaml", "extends: base.yaml\n")
    assert read_config("configs/c.yaml").spec.data.train.inputs == "./a.csv"


def test_from_stdin_it_starts_from_the_current_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    write("configs/base.yaml", BASE)
    stdin = SimpleNamespace(buffer=io.BytesIO(b"extends: configs/base.yaml\nepochs: 3\n"))
    monkeypatch.setattr("sys.stdin", stdin)
    spec = read_config("-").spec
    assert (spec.epochs, spec.data.train.inputs) == (3, "configs/a.csv")


def test_each_problem_stands_where_it_was_written() -> None:
    write("base.yaml", BASE.replace("0.2", "fast") + "sed: 1\n")
    write("c.yaml", "extends: base.yaml\noptimizer: {momentum: 2}\nepochs: 0\nepochs: 1\n")
    lines = lines_of("c.yaml", "cost=mse", "batch_size=0")
    assert [line.partition(": ")[0] for line in lines] == [
        "c.yaml:2:23",
        "c.yaml:3:9",
        "c.yaml:4:1",
        "base.yaml:4:16",
        "base.yaml:8:1",
        "--set cost",
        "--set batch_size",
    ]


def test_a_rule_across_files_points_at_the_key_to_change() -> None:
    assert lines_of_text("layers: [4, 2]\nactivation: [relu]\n") == [
        "c.yaml:3:13: activation: 1 for 0 hidden layers (one name, or one for each)"
    ]
    write("base.yaml", BASE + "activation: [relu]\n")
    assert lines_of_text("layers: [4, 3, 3, 2]\n") == [
        "base.yaml:8:13: activation: 1 for 2 hidden layers (one name, or one for each)"
    ]


def lines_of_text(text: str) -> list[str]:
    write("c.yaml", "extends: base.yaml\n" + text)
    return lines_of("c.yaml")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("extends: bas.yaml", "c.yaml:1:10: extends: bas.yaml: no such file (did you mean 'base.yaml'?)"),
        ("extends: no/base.yaml", "c.yaml:1:10: extends: no/base.yaml: no such file (nor a folder 'no')"),
        ("extends: .", "c.yaml:1:10: extends: .: is a folder, not a config file"),
        ("extends: [base.yaml]", "c.yaml:1:10: extends: expected a path, not a list"),
        ("extends: {path: base.yaml}", "c.yaml:1:10: extends: expected a path, not a mapping"),
        ("extends: ''", "c.yaml:1:10: extends: expected the path of a config file, not ''"),
        ("extends: '-'", "c.yaml:1:10: extends: expected the path of a config file, not '-'"),
        ("extends: c.yaml", "c.yaml:1:10: extends: goes round in a circle: c.yaml → c.yaml"),
        ("extends: ring.yaml", "o.yaml:1:10: extends: goes round in a circle: c.yaml → ring.yaml → o.yaml → c.yaml"),
        ("extends: tab.yaml", "tab.yaml:2:1: not valid YAML: a tab (use spaces)"),
        ("extends: list.yaml", "list.yaml:1:1: expected keys and values, not a list"),
        ("extends: moved.yaml", "moved.yaml:1:14: relative_to: expected a path, not a list"),
        ("extends: twice.yaml", "twice.yaml:4:1: epochs: stands here a second time (first in line 3)"),
    ],
)
def test_what_cannot_be_extended(text: str, line: str) -> None:
    write("c.yaml", f"{text}\n")
    write("ring.yaml", "extends: o.yaml\n")
    write("o.yaml", "extends: ./c.yaml\n")
    write("tab.yaml", "data:\n\ttrain: a.csv\n")
    write("list.yaml", "- 1\n")
    write("moved.yaml", "relative_to: []\n")
    write("twice.yaml", "layers: [4, 2]\ndata: a.csv\nepochs: 1\nepochs: 2\n")
    assert lines_of("c.yaml") == [line]


def test_a_circle_through_a_link_is_one(home: Path) -> None:
    (home / "link.yaml").symlink_to("c.yaml")
    write("c.yaml", "extends: link.yaml\n")
    assert lines_of("c.yaml") == ["c.yaml:1:10: extends: goes round in a circle: c.yaml → link.yaml"]


def test_the_longest_row_of_configs() -> None:
    write("0.yaml", BASE)
    for number in range(1, MOST_CONFIGS + 1):
        write(f"{number}.yaml", f"extends: {number - 1}.yaml\nseed: {number}\n")
    assert read_config(f"{MOST_CONFIGS - 1}.yaml").spec.seed == MOST_CONFIGS - 1
    assert lines_of(f"{MOST_CONFIGS}.yaml") == ["1.yaml:1:10: extends: is one config too many: 8 in a row are the most"]


def test_null_extends_nothing() -> None:
    write("c.yaml", "extends: ~\n" + BASE)
    assert read_config("c.yaml").spec == read_config("base.yaml").spec


@pytest.mark.parametrize("text", ["extends=base.yaml", "extends.path=base.yaml"])
def test_it_cannot_be_set_on_the_command_line(text: str) -> None:
    write("c.yaml", BASE)
    (line,) = lines_of("c.yaml", text)
    assert line == f"--set {text.partition('=')[0]}: can only stand in a config file"
