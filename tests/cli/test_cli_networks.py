"""Every kind of network and of training that a config can ask for, trained and measured from a shell."""

import json

import numpy as np
import pytest
from shell import arrays, bpcli, meta, together

pytest_plugins = ["cli_fixtures"]

ROWS = [(i % 7 - 3, i % 5 - 2) for i in range(35)]
COLUMNS = {
    "a": [a for a, _ in ROWS],
    "b": [b for _, b in ROWS],
    "weight": [1 + (i % 2) for i in range(35)],
    "rising": [int(a > 0) for a, _ in ROWS],
    "large": [int(a * a + b * b > 4) for a, b in ROWS],
    "kind": ["yes" if a + b > 0 else "no" for a, b in ROWS],
    "sum": [a + 0.5 * b for a, b in ROWS],
    "difference": [a - 0.25 * b for a, b in ROWS],
}
DATA = "data: {{train: d.csv, features: [a, b], target: {}}}\nepochs: 30\nlearning_rate: 0.3\nevaluate_train: true\n"
NETWORKS = {
    "several labels": "layers: [2, 8, 2]\noutput: sigmoid\ncost: cross_entropy\n" + DATA.format("[rising, large]"),
    "two classes, one output": "layers: [2, 6, 1]\n" + DATA.format("kind"),
    "two classes, two outputs": "layers: [2, 6, 2]\n" + DATA.format("kind"),
    "0 and 1, quadratic": "layers: [2, 1]\noutput: sigmoid\ncost: quadratic\n" + DATA.format("rising"),
    "several numbers": "layers: [2, 2]\nlearning_rate: 0.1\n"
    + DATA.format("[sum, difference]").replace("learning_rate: 0.3\n", ""),
    "no hidden layer": "layers: [2, 2]\n" + DATA.format("kind"),
    "all rows at once": "layers: [2, 6, 2]\nbatch_size: all\n" + DATA.format("kind"),
    "a last batch dropped": "layers: [2, 6, 2]\nbatch_size: 16\ndrop_last: true\n" + DATA.format("kind"),
    "double precision": "layers: [2, 6, 2]\ndtype: float64\n" + DATA.format("kind"),
    "two threads": "layers: [2, 6, 2]\nthreads: 2\n" + DATA.format("kind"),
    "several activations": "layers: [2, 6, 5, 4, 2]\nactivation: [tanh, softplus, identity]\n" + DATA.format("kind"),
    "momentum of Nesterov": "layers: [2, 6, 2]\noptimizer: {name: sgd, momentum: 0.9, nesterov: true}\nl2: 1e-4\n"
    + DATA.format("kind"),
    "a falling rate": "layers: [2, 6, 2]\nschedule: inverse_scaling\n" + DATA.format("kind"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("networks")
    lines = [",".join(COLUMNS), *(",".join(map(str, row)) for row in zip(*COLUMNS.values()))]
    (place / "d.csv").write_text("\n".join(lines))
    return place


def trained(place, name, config):
    """The events of a training, and the object that eval gives of it."""
    (place / f"{name}.yaml").write_text(config)
    done = bpcli("train", f"{name}.yaml", "--out", name, "--json", cwd=place)
    assert (done.code, done.err) == (0, "")
    return done.objects


@pytest.fixture(scope="module")
def results(place):
    """The events of training, for every network."""
    for name, config in NETWORKS.items():
        (place / f"{name}.yaml").write_text(config)
    commands = [("train", f"{name}.yaml", "--out", name, "--json") for name in NETWORKS]
    done = dict(zip(NETWORKS, together(commands, place)))
    assert {(name, one.err) for name, one in done.items() if one.code} == set()
    return {name: one.objects for name, one in done.items()}


def measured(place, name):
    done = bpcli("eval", f"{name}/weights.npz", "--json", cwd=place)
    assert (done.code, done.err) == (0, "")
    return done.objects[0]


@pytest.mark.parametrize("name", NETWORKS)
def test_it_learns(results, name):
    start, first, *_, last, _ = results[name]
    assert start["examples"] == {"train": 35}
    assert last["running"]["cost"] < 0.8 * first["running"]["cost"]
    assert last["train"].get("accuracy", last["train"].get("r2")) > 0.75


def test_several_labels_are_judged_one_by_one(results, place):
    figures = measured(place, "several labels")
    assert figures["classes"] == ["rising", "large"]
    assert "confusion" not in figures
    said = bpcli("predict", "several labels/weights.npz", "d.csv", cwd=place).out.splitlines()
    assert said[0] == "rising,large,p_rising,p_large"
    right = [
        line.split(",")[:2] == [str(one), str(other)]
        for line, one, other in zip(said[1:], COLUMNS["rising"], COLUMNS["large"])
    ]
    assert figures["accuracy"] == pytest.approx(np.mean(right))


def test_one_output_tells_two_classes_apart(results, place):
    figures = measured(place, "two classes, one output")
    assert figures["classes"] == ["no", "yes"]
    assert np.array(figures["confusion"]).sum() == 35
    weights = place / "two classes, one output" / "weights.npz"
    assert meta(weights)["config"]["output"] == "sigmoid"
    lines = bpcli("predict", weights, "d.csv", cwd=place).out.splitlines()
    assert lines[0] == "class,p_no,p_yes"
    for line in lines[1:]:
        name, no, yes = line.split(",")
        assert name == ("yes" if float(yes) > 0.5 else "no")
        assert float(no) + float(yes) == pytest.approx(1)


def test_steps_of_an_epoch_and_precision_are_as_asked(results, place):
    assert results["all rows at once"][0]["steps_per_epoch"] == 1
    assert results["a last batch dropped"][0]["steps_per_epoch"] == 2
    assert results["no hidden layer"][0]["layers"] == [2, 2]
    assert arrays(place / "double precision" / "weights.npz")["W1"].dtype == np.float64
    assert arrays(place / "two threads" / "weights.npz")["W1"].dtype == np.float32
    rates = [epoch["learning_rate"] for epoch in results["a falling rate"][1:-1]]
    assert rates == sorted(rates, reverse=True)
    assert rates[1] == pytest.approx(0.3 / 36**0.5)


def test_weights_orders_and_example_weights_come_from_files(place):
    """One step by hand: the first batch of a given order, its rows weighted, from given weights."""
    rng = np.random.default_rng(0)
    w, b = rng.standard_normal((1, 2)), rng.standard_normal(1)
    np.savez(place / "w.npz", W1=w, b1=b)
    order = np.array([rng.permutation(35)[::-1]])
    np.save(place / "order.npy", order)
    config = (
        "layers: [2, 1]\ndtype: float64\nbatch_size: 30\ndrop_last: true\nepochs: 1\nlearning_rate: 0.5\n"
        "init: {from: w.npz}\nshuffle: {order: order.npy}\n"
        "data: {train: d.csv, features: [a, b], target: sum, weight: weight, scale: none}\n"
    )
    trained(place, "by hand", config)
    rows = order[0, :30]
    x = np.array(ROWS, float)[rows]
    y, weight = np.array(COLUMNS["sum"])[rows], np.array(COLUMNS["weight"])[rows]
    delta = weight * (x @ w[0] + b[0] - y)
    found = arrays(place / "by hand" / "weights.npz")
    assert found["W1"][0] == pytest.approx(w[0] - 0.5 * (delta @ x) / 30, rel=1e-12)
    assert found["b1"][0] == pytest.approx(b[0] - 0.5 * delta.mean(), rel=1e-12)
    assert meta(place / "by hand" / "weights.npz")["files"].keys() == {"d.csv", "w.npz", "order.npy"}


def test_without_shuffling_the_rows_come_as_they_stand(place):
    np.save(place / "plain.npy", np.tile(np.arange(35), (2, 1)))
    config = "layers: [2, 3, 2]\nepochs: 2\n" + DATA.format("kind").partition("epochs")[0]
    found = []
    for name, shuffle in (("plain", "false"), ("given", "{order: plain.npy}"), ("shuffled", "true")):
        trained(place, name, config + f"shuffle: {shuffle}\n")
        found.append(arrays(place / name / "weights.npz")["W1"])
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()


def test_early_stopping_on_the_running_cost_ends_the_run(place):
    stop = "early_stopping: {monitor: running.cost, patience: 3, min_delta: 10}\n"
    *_, last, end = trained(place, "stopped", "layers: [2, 3, 2]\n" + stop + DATA.format("kind"))
    assert (end["reason"], end["epochs"], last["epoch"]) == ("early_stopping", 4, 4)
    assert json.loads((place / "stopped" / "run.json").read_text())["reason"] == "early_stopping"


def test_the_best_epoch_is_what_is_kept(folder):
    rate = ["--set", "learning_rate=1.5", "--set", "epochs=40", "--set", "evaluate_train=true"]
    done = bpcli("train", "iris.yaml", "--out", "run", "--json", *rate, cwd=folder)
    _, *epochs, end = done.objects
    costs = [epoch["validation"]["cost"] for epoch in epochs]
    assert end["best_epoch"] == 1 + int(np.argmin(costs)) != len(epochs)
    figures = bpcli("eval", "run/weights.npz", "--split", "train", "--json", cwd=folder).objects[0]
    assert figures["cost"] == epochs[end["best_epoch"] - 1]["train"]["cost"]
