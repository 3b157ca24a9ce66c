"""What goes wrong for users: one clear line on stderr with its place, the documented exit code, never a traceback."""

import os
import subprocess

import pytest
from shell import BIN, bpcli, environment, shell, together

pytest_plugins = ["cli_fixtures"]

CSV = "a,b,y\n1,2,p\n3,4,q\n5,6,p\n"
AUTO = "layers: [auto, 3, auto]\nepochs: 1\ndata: d.csv\n"
KNOWN = (
    "activation, batch_size, checkpoint, class_weight, clip_norm, clip_value, cost, data, drop_last, dropout, dtype, "
    "early_stopping, engine, epochs, evaluate_train, expect, extends, init, input_dropout, l1, l2, layers, "
    "learning_rate, max_norm, optimizer, output, relative_to, schedule, seed, shuffle, threads, train_biases"
)

# name: (config, data, exit code, all of stderr)
TRAINING = {
    "unknown key": (
        AUTO + "lerning_rate: 1\n",
        CSV,
        3,
        f"c.yaml:4:1: lerning_rate: unknown key (did you mean 'learning_rate'? known: {KNOWN})",
    ),
    "a name from elsewhere": (
        AUTO + "lr: 1\n",
        CSV,
        3,
        f"c.yaml:4:1: lr: unknown key (here it is 'learning_rate'; known: {KNOWN})",
    ),
    "wrong type": (
        "layers: [2, 3.0, 2]\nepochs: '5'\ndata: d.csv\n",
        CSV,
        3,
        "c.yaml:1:13: layers: expected a whole number or 'auto', not '3.0' (write 3)\n"
        "c.yaml:2:9: epochs: expected a whole number, not the text '5' in quotes (write 5)",
    ),
    "out of range": (
        AUTO + "learning_rate: 0\n",
        CSV,
        3,
        "c.yaml:4:16: learning_rate: must be above 0, not 0",
    ),
    "too few inputs": (
        "layers: [5, 3, 2]\ndata: d.csv\n",
        CSV,
        3,
        "c.yaml:1:9: layers: the first is 5, and the data has 2 inputs ('auto' takes it from the data)",
    ),
    "too many outputs": (
        "layers: [2, 3, 3]\ndata: d.csv\n",
        CSV,
        3,
        "c.yaml:1:9: layers: the last is 3, and the data has 2 classes ('auto' takes it from the data)",
    ),
    "a pair that does not go together": (
        AUTO + "output: identity\ncost: cross_entropy\n",
        CSV,
        3,
        "c.yaml:5:7: cost: 'cross_entropy' does not go with output 'identity' (costs that do: absolute, hinge, huber, "
        "quadratic)",
    ),
    "data that is not there": (
        AUTO.replace("d.csv", "dd.csv"),
        CSV,
        4,
        "dd.csv: no such file (did you mean 'd.csv'?)",
    ),
    "a cell that is no number": (
        AUTO,
        "a,b,y\n1,2,p\n3,4,q\n5,six,p\n",
        4,
        "d.csv:4: column 'b': 'six' is not a number (a missing one is written as an empty cell, NA, NaN, null or ?)",
    ),
    "an empty cell": (
        AUTO,
        "a,b,y\n1,2,p\n3,,q\n",
        4,
        "d.csv:3: column 'b': the cell is missing (missing: drop leaves such rows out, missing: mean fills them)",
    ),
    "an infinite cell": (AUTO, "a,b,y\n1,2,p\n3,inf,q\n", 4, "d.csv:3: column 'b': inf is not a finite number"),
    "a row too short": (AUTO, "a,b,y\n1,2,p\n3,4\n", 4, "d.csv:3: 2 cells where the header has 3"),
    "no header": (
        AUTO,
        "1,2,3\n4,5,6\n",
        4,
        "d.csv:1: the first line must name the columns, and this one holds numbers",
    ),
    "an empty file": (AUTO, "", 4, "d.csv: is empty"),
    "a header alone": (AUTO, "a,b,y\n", 4, "d.csv: has a header but no rows"),
    "too few classes": (
        AUTO,
        "a,b,y\n1,2,p\n3,4,p\n",
        4,
        "d.csv: column 'y' holds one class only ('p'), and at least two are needed",
    ),
    "a column that is not there": (
        AUTO.replace("d.csv", "{train: d.csv, target: z}"),
        CSV,
        4,
        "d.csv: no column 'z' (columns: a, b, y)",
    ),
    "rows that are not there": (
        AUTO.replace("d.csv", "{train: {path: d.csv, rows: '0:9'}}"),
        CSV,
        4,
        "d.csv: rows 0:9 are not in the file, which has rows 0:3",
    ),
    "broken YAML": ("layers: [2, 3\n", CSV, 3, None),
    "an empty config": ("", CSV, 3, None),
}


@pytest.fixture(scope="module")
def endings(tmp_path_factory):
    """How each training of the table ended, by its name."""
    done = {}
    names = list(TRAINING)
    folder = tmp_path_factory.mktemp("errors")
    for at in range(0, len(names), 2):
        processes = []
        for name in names[at : at + 2]:
            config, data, *_ = TRAINING[name]
            place = folder / name
            place.mkdir()
            (place / "c.yaml").write_text(config)
            (place / "d.csv").write_text(data)
            processes.append(
                subprocess.Popen(
                    [BIN / "bpcli", "train", "c.yaml"],
                    cwd=place,
                    env=environment(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        for name, process in zip(names[at:], processes):
            done[name] = (*process.communicate(timeout=60), process.returncode, os.listdir(folder / name))
    return done


@pytest.mark.parametrize("name", TRAINING)
def test_trainings_that_cannot_begin(endings, name):
    *_, code, message = TRAINING[name]
    out, err, ended, left = endings[name]
    assert (ended, out) == (code, "")
    assert "Traceback" not in err
    if message is not None:
        assert err == message + "\n"
    assert err.startswith(("c.yaml:", "d"))
    assert sorted(left) == ["c.yaml", "d.csv"]  # no run was begun


def test_1e_3_is_a_number(folder):
    (folder / "iris.yaml").write_text((folder / "iris.yaml").read_text() + "learning_rate: 1e-3\n")
    assert bpcli("train", "iris.yaml", "-q", cwd=folder).code == 0


def test_the_command_line_itself(tmp_path):
    cases = {
        (): (2, None),
        ("train",): (2, "bpcli train: give a CONFIG, or --resume RUN (see: bpcli train --help)\n"),
        ("train", "none.yaml"): (3, "none.yaml: no such file\n"),
        ("train", "."): (3, ".: is a folder, not a config file\n"),
        ("gradcheck", "--set", "epochs=1"): (2, "--set needs a CONFIG to change\n"),
        ("--version",): (0, ""),
    }
    for case, done in zip(cases, together(list(cases), tmp_path)):
        code, err = cases[case]
        assert done.code == code, case
        assert "Traceback" not in done.err
        if err is not None:
            assert done.err == err


ODD_SETTINGS = {
    "learning_rate": "--set learning_rate: expected KEY=VALUE, such as learning_rate=0.5",
    "l2='0.1'": "--set l2: expected a number, not the text '0.1' in quotes (write 0.1)",
    "epochs=": "--set epochs: expected a whole number, not nothing",
    "seed=1e3": "--set seed: expected a whole number, not '1e3' (write 1000)",
    "shuffle=no": "--set shuffle: expected true or false, not 'no' (write false)",
    "layers.0=3": "--set layers.0: 'layers' is a list, which can only be set as a whole",
    "optimizer.beta=1": "--set optimizer.beta: unknown key (known: momentum, nesterov)",
}


def test_all_that_is_wrong_with_set_is_said_at_once(folder):
    done = bpcli("train", "iris.yaml", *(word for text in ODD_SETTINGS for word in ("--set", text)), cwd=folder)
    assert done.code == 3
    assert sorted(done.err.splitlines()) == sorted(ODD_SETTINGS.values())


def outcome(folder, config=AUTO, data=CSV, line="bpcli train c.yaml", **changes):
    (folder / "c.yaml").write_text(config)
    (folder / "d.csv").write_text(data)
    return shell(line, cwd=folder, **changes)


def test_what_a_file_holds_cannot_speak_to_the_terminal(tmp_path):
    done = outcome(tmp_path, data='a,b,y\n1,"\x1b[31m\nx",p\n3,4,q\n5,6,p\n')
    assert done.code == 4
    assert "\x1b" not in done.err
    assert done.err.count("\n") == 1


def test_a_header_with_an_endless_name_is_4(tmp_path):
    assert outcome(tmp_path, data=f"a,{'x' * 200_000},y\n1,2,p\n").code == 4


def test_a_path_that_no_file_system_can_hold_is_told(tmp_path):
    assert outcome(tmp_path, config=AUTO.replace("d.csv", '"\\ud800.csv"')).code in (3, 4)


@pytest.mark.parametrize("size", ["10000000000", "999999999999999999"])
def test_a_network_larger_than_memory_is_told(tmp_path, size):
    done = outcome(tmp_path, config=AUTO.replace("3", size))
    assert done.code in (3, 4)
    assert "layers" in done.err


@pytest.mark.parametrize("column", ["y", "w"])
def test_targets_and_weights_too_large_for_the_dtype_are_4_as_inputs_are(tmp_path, column):
    data = f"a,w,y\n1,{'1e300' if column == 'w' else 1},{'1e300' if column == 'y' else 1.5}\n3,1,2.5\n"
    done = outcome(tmp_path, config=AUTO.replace("d.csv", "{train: d.csv, weight: w}"), data=data)
    assert done.code == 4
    assert done.err.startswith("d.csv:2: ")


def test_an_out_that_is_too_long_is_6(tmp_path):
    assert outcome(tmp_path, line=f"bpcli train c.yaml --out {'x' * 300}").code == 6


def test_an_empty_out_is_2(tmp_path):
    done = outcome(tmp_path, line="bpcli train c.yaml --out ''")
    assert done.code == 2
    assert done.err == (
        "bpcli train: Invalid value for '--out': an empty text names no file (see: bpcli train --help)\n"
    )
    assert sorted(os.listdir(tmp_path)) == ["c.yaml", "d.csv"]


def test_a_closed_stdin_is_3(tmp_path):
    assert outcome(tmp_path, line="bpcli train - <&-").code == 3


def test_a_missing_init_file_is_told_as_missing_data_is(tmp_path):
    done = outcome(tmp_path, config=AUTO + "init: {from: w.npz}\n")
    assert done.code == 7
    assert done.err.startswith("w.npz: no such file")


def test_a_schedule_that_falls_very_fast_is_no_bug(folder):
    fast = "schedule={name: inverse_scaling, power: 1000}"
    assert bpcli("train", "iris.yaml", "-q", "--set", fast, cwd=folder).code == 0


def test_a_pair_of_files_of_a_format_that_knows_none_is_refused(tmp_path):
    done = outcome(tmp_path, config=AUTO.replace("d.csv", "{train: {images: d.csv, labels: d.csv}}"))
    assert done.code in (3, 4)
