"""Matt Mazur's "A Step by Step Backpropagation Example", to the digits it prints.

Where the article rounded on its way (the error after one step) the figure is the one of double precision.
"""

import pytest
from printed import printed


@pytest.fixture(scope="module")
def one_update(replay):
    return replay("mazur.yaml", "epochs=1")


@pytest.fixture(scope="module")
def all_updates(replay):
    return replay("mazur.yaml")


def test_error_before_the_first_update(one_update):
    assert one_update.costs == [printed(".298371109")]


@pytest.mark.parametrize(
    ("name", "row", "column", "figure"),
    [
        ("W1", 0, 0, ".149780716"),
        ("W1", 0, 1, ".19956143"),
        ("W1", 1, 0, ".24975114"),
        ("W1", 1, 1, ".29950229"),
        ("W2", 0, 0, ".35891648"),
        ("W2", 0, 1, ".408666186"),
        ("W2", 1, 0, ".511301270"),
        ("W2", 1, 1, ".561370121"),
    ],
)
def test_weights_after_one_update(one_update, name, row, column, figure):
    assert one_update.array(name)[row, column] == printed(figure)


def test_biases_stay_where_the_article_leaves_them(all_updates):
    assert all_updates.array("b1").tolist() == [0.35, 0.35]
    assert all_updates.array("b2").tolist() == [0.60, 0.60]


def test_error_after_one_update(one_update, all_updates, evaluate):
    assert all_updates.costs[1] == printed(".29102777369")
    assert evaluate(one_update.weights)["cost"] == printed(".29102777369")


def test_error_after_one_update_of_the_biases_too(replay, evaluate):
    run = replay("mazur.yaml", "epochs=1", "train_biases=true")
    assert evaluate(run.weights)["cost"] == printed(".28047144679")


def test_outputs_after_9999_and_10000_updates(replay, all_updates, predict):
    after_9999 = replay("mazur.yaml", "epochs=9999").weights
    assert predict(after_9999, "mazur.csv") == [[printed(".01591419"), printed(".98406371")]]
    assert predict(all_updates.weights, "mazur.csv") == [[printed(".01591362"), printed(".98406427")]]


def test_error_after_9999_and_10000_updates(all_updates, evaluate):
    assert all_updates.costs[9_999] == printed("3.510854812e-05")
    assert evaluate(all_updates.weights)["cost"] == printed("3.510187783e-05")
