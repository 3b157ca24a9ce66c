"""bpcli in somebody's CI: reports, the summary of a step, annotations, and the examples of docs/ci as they stand."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import JUnitXml
from shell import ROOT, bpcli, environment, shell

pytest_plugins = ["cli_fixtures"]

GATES = '--set \'expect={test.accuracy: ">= 0", test.cost: "<= 1e-9"}\''
SCRIPT = ROOT / "docs" / "ci" / "train_and_gate.sh"
WORKFLOW = ROOT / "docs" / "ci" / "github.yml"


def cases(report: Path) -> dict[str, str]:
    """The kind of each test case's result by its name."""
    (suite,) = JUnitXml.fromfile(str(report))
    return {case.name: case.result[0]._tag if case.result else "passed" for case in suite}


def both_gates_of(done: Any, report: Path) -> None:
    """One gate of two is missed: code 1, the report, and how far off on stderr."""
    assert done.code == 1, done.err
    assert sorted(cases(report).values()) == ["failure", "passed"]
    assert done.err.count("\n") == 1
    assert "(off by " in done.err


def test_train_writes_report_and_summary_though_a_gate_is_missed(folder):
    done = shell(f"bpcli train iris.yaml --out run --junit run/r.xml -q {GATES}", folder, GITHUB_STEP_SUMMARY="s.md")
    both_gates_of(done, folder / "run" / "r.xml")
    assert done.out == ""
    summary = (folder / "s.md").read_text()
    assert summary.startswith("### bpcli train iris.yaml\n")
    assert "**missed**" in summary
    assert "\nbpcli eval run/weights.npz\n" in summary


def test_folds_write_both_too(folder):
    line = f"bpcli train iris.yaml --folds 2 --out run --junit r.xml --json {GATES}"
    done = shell(line, folder, GITHUB_STEP_SUMMARY="s.md")
    both_gates_of(done, folder / "r.xml")
    assert [one["event"] for one in done.objects] == ["fold", "fold", "end"]
    assert "\n| **mean** |" in (folder / "s.md").read_text()


def test_eval_adds_to_the_summary_and_its_gates_are_cases(trained, tmp_path):
    summary, report = tmp_path / "s.md", tmp_path / "r.xml"
    summary.write_text("before\n")
    line = f"bpcli eval run/weights.npz --fail-under accuracy=0 --fail-over cost=1e-9 --junit {report} -q"
    both_gates_of(shell(line, trained.folder, GITHUB_STEP_SUMMARY=str(summary)), report)
    assert cases(report) == {"accuracy >= 0": "passed", "cost <= 1e-09": "failure"}
    text = summary.read_text()
    assert text.startswith("before\n### bpcli eval run/weights.npz\n")
    assert "true ↓" in text


def test_gradcheck_has_a_case_for_each_check(trained, tmp_path):
    report = tmp_path / "r.xml"
    done = shell(f"bpcli gradcheck iris.yaml --junit {report} --json", trained.folder)
    assert done.code == 0
    steps = {step["block"] for step in done.objects[0]["step"]}
    assert cases(report) == dict.fromkeys({"relu, softmax, cross_entropy"} | steps, "passed")


def test_a_report_that_cannot_be_written_is_found_before_the_training(folder):
    for path, code in (("iris.yaml", 6), (".", 6), ("iris.csv/r.xml", 6), ("-", 2), ("''", 2)):
        done = shell(f"bpcli train iris.yaml --out run --junit {path} {GATES}", folder)
        assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done.err
        assert not (folder / "run" / "metrics.jsonl").exists()
    assert shell("bpcli train iris.yaml -q --out run", folder).code == 0  # and left nothing in the way


def test_a_training_that_diverges_passes_no_gate(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,y\n" + "".join(f"{i},{i % 7},{i * 0.37}\n" for i in range(40)))
    (tmp_path / "d.yaml").write_text(
        "layers: [2, 1]\nepochs: 300\nbatch_size: all\nlearning_rate: 10\ndata: d.csv\nexpect: {epochs: '<= 300'}\n"
    )
    done = shell("bpcli train d.yaml -q --junit r.xml", tmp_path, GITHUB_STEP_SUMMARY="s.md")
    assert done.code == 5
    assert cases(tmp_path / "r.xml") == {"epochs <= 300": "error"}
    assert "diverged after" in (tmp_path / "s.md").read_text()


def test_without_gates_the_report_is_empty_and_there_is_a_warning(folder):
    done = shell("bpcli train iris.yaml --junit r.xml", folder)
    assert done.code == 0
    assert done.err.startswith("warning: --junit: there is no gate")
    assert cases(folder / "r.xml") == {}


def test_a_summary_that_cannot_be_written_is_a_warning(trained):
    done = shell("bpcli eval run/weights.npz --json", trained.folder, GITHUB_STEP_SUMMARY="no/such/folder")
    assert (done.code, len(done.objects)) == (0, 1)
    assert done.err == "warning: GITHUB_STEP_SUMMARY: no/such/folder: cannot write: No such file or directory\n"


def test_what_is_wrong_is_annotated_beside_its_line(folder):
    github = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder)}
    (folder / "sub").mkdir()
    config = bpcli("train", "../iris.yaml", "--set", "los=1", "--set", "layers=[]", cwd=folder / "sub", **github)
    (folder / "bad.yaml").write_text("layers: [4, 5, 3]\nactivation: relou\nepochs: 0\ndata: iris.csv\n")
    wrong = bpcli("train", "bad.yaml", cwd=folder, **github)
    (folder / "iris.csv").write_text("a,b,class\n1,2,p\n3,x,q\n5,6,p\n")
    data = bpcli("train", "iris.yaml", "--set", "layers=[2, 3, 2]", cwd=folder, **github)
    assert (config.code, wrong.code, data.code) == (3, 3, 4)
    for done, places in (
        (config, ["", ""]),
        (wrong, ["file=bad.yaml,line=2,col=13,", "file=bad.yaml,line=3,col=9,"]),
        (data, ["file=iris.csv,line=3,"]),
    ):
        lines = done.err.splitlines()
        told, commands = lines[: len(places)], lines[len(places) :]
        assert not any(line.startswith("::") for line in told)
        assert [line[: line.index("title=")] for line in commands] == [f"::error {place}" for place in places]
        said = [line.split(": ", 1)[1] if place else line for line, place in zip(told, places)]
        assert [line.split("::", 2)[2] for line in commands] == said


def test_a_missed_gate_is_annotated_and_stdout_stays_json(trained):
    done = bpcli(
        "eval", "run/weights.npz", "--fail-under", "accuracy=2", "--json", cwd=trained.folder, GITHUB_ACTIONS="true"
    )
    assert (done.code, len(done.objects)) == (1, 1)
    message, annotation = done.err.splitlines()
    assert annotation == f"::error title=bpcli%3A the answer is no::{message}"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What a user's checkout holds: a config, its data, and one that expects too much."""
    for name in ("configs/iris.yaml", "datasets/iris.csv"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(ROOT / name, tmp_path / name)
    text = (tmp_path / "configs" / "iris.yaml").read_text()
    (tmp_path / "configs" / "high.yaml").write_text(text.replace(">= 0.9", "> 1"))
    return tmp_path


def test_the_example_workflow_does_what_it_says(repository):
    workflow = yaml.safe_load(WORKFLOW.read_text())
    steps = [step["run"] for step in workflow["jobs"]["train"]["steps"] if "run" in step]
    assert [step.split()[:2] for step in steps] == [
        ["python", "-m"],
        ["bpcli", "gradcheck"],
        ["bpcli", "train"],
        ["bpcli", "eval"],
    ]
    tools = repository / "tools"  # pip, which has nothing to do here
    tools.mkdir()
    (tools / "python").write_text('#!/bin/sh\n[ "$*" = "-m pip install bpcli" ]\n')
    (tools / "python").chmod(0o755)
    github = {
        **workflow["env"],
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(repository),
        "GITHUB_STEP_SUMMARY": str(repository / "summary.md"),
    }
    around = environment(**github)
    around["PATH"] = f"{tools}{os.pathsep}{around['PATH']}"
    codes = []
    for step in steps:
        done = subprocess.run(["bash", "-e", "-c", step], cwd=repository, env=around, capture_output=True, text=True)
        codes.append((done.returncode, done.stderr))
    assert codes == [(0, "")] * 4
    kept = workflow["jobs"]["train"]["steps"][-1]["with"]["path"].split()
    assert all((repository / name).is_dir() for name in kept)
    for name, count in (("gradcheck", 5), ("train", 1), ("eval", 1)):
        found = cases(repository / "reports" / f"{name}.xml")
        assert list(found.values()) == ["passed"] * count
    headings = [line for line in (repository / "summary.md").read_text().splitlines() if line.startswith("#")]
    assert headings == ["### bpcli train configs/iris.yaml", "### bpcli eval run/weights.npz"]
    again = subprocess.run(
        ["bash", "-e", "-c", steps[2].replace("--out run", "--out high")],
        cwd=repository,
        env={**around, "CONFIG": "configs/high.yaml"},
        capture_output=True,
        text=True,
    )
    assert again.returncode == 1
    assert again.stderr.splitlines()[-1].startswith("::error title=")


def test_the_example_script_passes_the_exit_code_on(repository):
    (repository / "configs" / "wrong.yaml").write_text("layers: [2]\n")
    endings = {"iris": 0, "high": 1, "wrong": 3}
    processes = {
        name: subprocess.Popen(
            ["bash", str(SCRIPT), f"configs/{name}.yaml", f"out/{name}"],
            cwd=repository,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in endings
    }
    for name, process in processes.items():
        out, err = process.communicate(timeout=60)
        assert process.returncode == endings[name], err
        assert (repository / "out" / name / "log.txt").read_text() == out
        if endings[name] < 2:
            (verdict,) = cases(repository / "out" / name / "junit.xml").values()
            assert verdict == ("failure" if endings[name] else "passed")
            assert (repository / "out" / name / "run" / "weights.npz").is_file()
