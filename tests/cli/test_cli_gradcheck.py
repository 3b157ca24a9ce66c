"""`bpcli gradcheck` from a shell: all cases, one network, and mistakes planted into the code that trains."""

import subprocess
import sys

import pytest
from shell import Done, bpcli, environment

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS

pytest_plugins = ["cli_fixtures"]

BLOCK = [
    "name", "shape", "checked", "max_relative_error", "max_absolute_error", "worst_index", "analytic", "numeric",
    "kinks", "left_out", "agrees", "repeatable", "passed",
]  # fmt: skip


def test_every_activation_with_every_legal_output_and_cost(tmp_path):
    done = bpcli("gradcheck", "--json", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    (report,) = done.objects
    assert list(report) == ["passed", "method", "cases", "step"]
    assert (report["passed"], report["method"]) == (True, "complex")
    assert {(case["activation"], case["output"], case["cost"]) for case in report["cases"]} == {
        (activation, output, cost)
        for activation in (*ACTIVATIONS, "gelu tanh")
        for cost in COSTS
        for output in COSTS.get(cost)
    }
    for case in report["cases"]:
        assert list(case) == ["activation", "output", "cost", "blocks", "passed"]
        assert [block["name"] for block in case["blocks"]] == ["W1", "b1", "W2", "b2", "W3", "b3"]
        for block in case["blocks"]:
            assert list(block) == BLOCK
            assert block["max_relative_error"] < 1e-9
    assert all(step["passed"] for step in report["step"])


def test_one_line_a_case_with_the_worst_entry(tmp_path):
    done = bpcli("gradcheck", "--method", "central", "--samples", "2", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    lines = [line for line in done.out.splitlines() if line.startswith("softplus ")]
    assert len(lines) == sum(len(COSTS.get(cost)) for cost in COSTS)
    assert all(line.split()[-1] == "ok" and "[" in line for line in lines)
    assert "central" in done.out.splitlines()[-1]


def test_the_network_of_a_config_or_of_a_weights_file(trained):
    for subject in ("iris.yaml", "run/weights.npz"):
        done = bpcli("gradcheck", subject, "--json", "--samples", "3", cwd=trained.folder)
        assert (done.code, done.err) == (0, "")
        (case,) = done.objects[0]["cases"]
        assert (case["activation"], case["output"], case["cost"]) == ("relu", "softmax", "cross_entropy")
        assert [(block["name"], block["shape"], block["checked"]) for block in case["blocks"]] == [
            ("W1", [5, 4], 3),
            ("b1", [5], 3),
            ("W2", [3, 5], 3),
            ("b2", [3], 3),
        ]


PLANTED = {
    "an activation's derivative": """
from bpcli.core.activations.saturating import Tanh
right = Tanh.times_prime
def wrong(self, delta, *others):
    right(self, delta, *others)
    delta *= 1.0005
Tanh.times_prime = wrong
""",
    "the error of the output layer": """
from bpcli.core.costs import SoftmaxCrossEntropy as Cost
right = Cost.error
def wrong(self, f, z, a, y, spare, delta):
    right(self, f, z, a, y, spare, delta)
    delta[0, 0] += 1e-6
Cost.error = wrong
""",
    "the step of the optimizer alone": """
from bpcli.core.optimizers.sgd import Sgd
right = Sgd.follow
def wrong(self, theta, factors, ones, eta, l2):
    right(self, theta, factors, ones, eta * (1 + 1e-8), l2)
Sgd.follow = wrong
""",
}


@pytest.mark.parametrize("mistake", PLANTED.values(), ids=PLANTED)
def test_a_planted_mistake_is_found(tmp_path, mistake):
    code = f"{mistake}\nimport sys\nsys.argv = ['bpcli', 'gradcheck', '--samples', '20']\n"
    code += "from bpcli.__main__ import main\nmain()\n"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    done = Done(ended.returncode, ended.stdout, ended.stderr)
    assert done.code == 1, done.err
    assert "FAIL" in done.out
    assert "disagree" in done.out


def test_a_relative_tolerance_of_zero_leaves_the_absolute_one(tmp_path):
    assert bpcli("gradcheck", "--rtol", "0", "--atol", "1", "--samples", "1", "-q", cwd=tmp_path).code == 0


def test_a_network_that_is_certain_of_its_data_passes(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,y\n1,1,u\n2,2,v\n")
    (tmp_path / "d.yaml").write_text("layers: [2, 2]\nepochs: 300\nlearning_rate: 100\ndata: d.csv\n")
    assert bpcli("train", "d.yaml", "--out", "run", "-q", cwd=tmp_path).code == 0
    done = bpcli("gradcheck", "run/weights.npz", cwd=tmp_path)
    assert done.code == 0, done.out


def test_the_self_test_plants_mistakes_and_sees_each_caught(tmp_path):
    done = bpcli("gradcheck", "--self-test", "--json", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    (report,) = done.objects
    assert list(report) == ["passed", "method", "mistakes", "false_alarms"]
    assert len(report["mistakes"]) >= 17
    assert all(mistake["caught"] for mistake in report["mistakes"])
    shown = bpcli("gradcheck", "--self-test", cwd=tmp_path)
    assert shown.code == 0
    assert len(shown.out.splitlines()) == len(report["mistakes"]) + 3
    assert bpcli("gradcheck", "--self-test", "--quiet", cwd=tmp_path).out == ""


def test_the_self_test_fails_when_a_mistake_is_not_caught(tmp_path):
    code = """
from bpcli.core.optimizers.sgd import Sgd
from bpcli.explain.mistakes import MISTAKES, Mistake
MISTAKES.register("harmless")(Mistake("harmless", "Nothing", Sgd, "follow", lambda right, *rest: right(*rest)))
import sys
sys.argv = ["bpcli", "gradcheck", "--self-test"]
from bpcli.__main__ import main
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stderr
    assert [line.split()[0] for line in ended.stdout.splitlines() if line.endswith("MISSED")] == ["harmless"]


@pytest.mark.parametrize("more", [["iris.yaml"], ["--set", "epochs=1"]])
def test_the_self_test_takes_no_config(tmp_path, more):
    done = bpcli("gradcheck", "--self-test", *more, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "--self-test" in done.err
