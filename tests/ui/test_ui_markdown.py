"""The Markdown of a step's summary, rendered by a library that follows GitHub's tables, and read out of its HTML."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from bpcli.training.events import Ended, Event
from bpcli.ui import markdown

ODD = "a|b`c*d_e_<script>&amp;[x](y) ~~z~~ $q$ #1 @me :tada: \\ \x1b\n### h"
SAID = ODD.replace("\x1b\n", "\\x1b\\n")
MET = {"metric": "test.accuracy", "condition": ">= 0.9", "value": 0.95, "met": True}
OPEN = {"metric": "train.cost", "condition": "<= 0.1", "value": None, "met": None}  # of an interrupted training
MISSED = {"metric": "test.cost", "condition": "<= 0.1", "value": 0.35, "met": False}


class Page(HTMLParser):
    """What a reader sees: the text of each heading, paragraph, code block, and the cells of each table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.paragraphs: list[str] = []
        self.code: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.tags: set[str] = set()
        self._into: Callable[[str], None] | None = None
        self.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self._begin(self.tables[-1][-1])
        elif tag in ("h3", "p", "code"):
            self._begin({"h3": self.headings, "p": self.paragraphs, "code": self.code}[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td", "h3", "p", "code"):
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into(data)

    def _begin(self, texts: list[str]) -> None:
        texts.append("")

        def add(data: str) -> None:
            texts[-1] += data

        self._into = add


KNOWN = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "pre", "code"}


def evaluated(names: list[str], gates: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    each = {"precision": 0.5, "recall": 0.25, "roc_auc": None, "average_precision": 0.75, "examples": 4}
    return {
        "weights": "run/weights.npz",
        "split": "test",
        "examples": 1234,
        "cost": 0.25,
        "accuracy": 0.9,
        "per_class": [{"class": name, **each, "f1": 1 - i / 100} for i, name in enumerate(names)],
        "classes": names,
        "confusion": [[7 if i == j else i for j in range(len(names))] for i in range(len(names))],
        **({"gates": gates} if gates else {}),
    }


def test_an_evaluation_has_figures_classes_confusion_gates_and_the_command() -> None:
    page = Page(markdown.evaluation(evaluated(["p", "q"], [MET, MISSED]), "bpcli eval run/weights.npz"))
    figures, classes, confusion, gates = page.tables
    assert page.headings == ["bpcli eval run/weights.npz"]
    assert page.paragraphs == ["1,234 test examples"]
    assert figures[1:] == [["cost", "0.25000"], ["accuracy", "0.9000"]]
    assert classes[0] == ["class", "precision", "recall", "f1", "roc_auc", "average_precision", "examples"]
    assert classes[2] == ["q", "0.5000", "0.2500", "0.9900", "-", "0.7500", "4"]
    assert confusion == [["true ↓ predicted →", "p", "q"], ["p", "7", ""], ["q", "1", "7"]]
    assert gates == [
        ["gate", "verdict", "found"],
        ["test.accuracy >= 0.9", "ok", "0.9500"],
        ["test.cost <= 0.1", "missed: wanted <= 0.1, found 0.35 (off by 0.25)", "0.35000"],
    ]
    assert page.code == ["bpcli eval run/weights.npz\n"]
    assert page.tags <= KNOWN


def test_names_from_data_and_paths_stay_text() -> None:
    page = Page(markdown.evaluation({**evaluated([ODD, "q"]), "weights": ODD}, f"bpcli eval '{ODD}' ````"))
    assert page.tags <= KNOWN
    assert page.headings == [f"bpcli eval {SAID}"]
    assert page.tables[1][1][0] == page.tables[2][0][1] == page.tables[2][1][0] == SAID
    assert page.code == [f"bpcli eval '{SAID}' ````\n"]
    raw = markdown.escaped(ODD)
    assert not set(raw.replace("&#", "")) & set("|`*_<>[]~$@:\\\x1b\n")


def test_many_classes_are_cut_to_the_worst_and_a_matrix_that_is_too_wide_goes() -> None:
    names = [f"class {i}" for i in range(60)]
    page = Page(markdown.evaluation(evaluated(names), "again"))
    assert len(page.tables) == 2
    assert len(page.tables[1]) == 1 + markdown.MOST_CLASSES
    assert page.tables[1][1][0] == "class 59"
    assert "the 50 of 60 classes with the lowest F1" in page.paragraphs


def test_a_training_tells_the_network_the_end_and_the_figures_that_were_kept(run: Callable[..., list[Event]]) -> None:
    *_, ended = run(8)
    assert isinstance(ended, Ended)
    about = {"layers": [64, 32, 10], "cost": "cross_entropy", "examples": {"train": 1437, "test": 360}}
    kept = {"epochs": 8, "running": {"cost": 0.5}, "test": {"cost": 0.25, "accuracy": 0.9}}
    page = Page(markdown.training("c.yaml", about, ended, kept, [MET, OPEN], "bpcli eval w.npz"))
    assert page.headings == ["bpcli train c.yaml"]
    assert page.paragraphs[0] == (
        "64-32-10 network, 2,410 parameters, cross_entropy cost; examples: 1,437 train, 360 test"
    )
    assert page.paragraphs[1].startswith("done after 8 epochs, 0.585 s, best epoch ")
    assert page.tables[0] == [["", "cost", "accuracy"], ["running", "0.50000", ""], ["test", "0.25000", "0.9000"]]
    assert page.tables[1][1:] == [
        ["test.accuracy >= 0.9", "ok", "0.9500"],
        ["train.cost <= 0.1", "not judged", "-"],
    ]
    assert page.code == ["bpcli eval w.npz\n"]


def test_a_training_that_diverged_in_its_first_epoch_has_no_figures() -> None:
    about = {"layers": [2, 1], "cost": "quadratic", "examples": {"train": 9}}
    ended = Ended("diverged", 1, 0.5, None, detail="the cost is inf in step 3")
    page = Page(markdown.training("c.yaml", about, ended, {}, [], None))
    assert page.paragraphs[1] == "diverged after 1 epoch, 0.5 s: the cost is inf in step 3"
    assert page.tables == page.code == []


@pytest.mark.parametrize("r2", [0.5, None])
def test_folds_have_a_row_each_then_mean_and_deviation(r2: float | None) -> None:
    results = [{"fold": i, "epochs": 9, "test": {"cost": i / 4, "r2": r2}} for i in (1, 2)]
    summary = {"folds": 2, "mean": {"cost": 0.375, "r2": r2}, "deviation": {"cost": 0.25, "r2": r2}, "expect": [MISSED]}
    page = Page(markdown.folds("c.yaml", summary, results, "bpcli eval w"))
    last = "-" if r2 is None else "0.5000"
    assert page.headings == ["bpcli train c.yaml --folds 2"]
    assert page.tables[0] == [
        ["fold", "epochs", "cost", "r2"],
        ["1", "9", "0.25000", last],
        ["2", "9", "0.50000", last],
        ["mean", "", "0.37500", last],
        ["deviation", "", "0.25000", last],
    ]
    assert page.tables[1][1][1].startswith("missed")
