"""Published runs on MNIST: scikit-learn's to the digits printed, Nielsen's within its band."""

from pathlib import Path

import pytest
from printed import printed

MNIST = Path(__file__).parents[2] / "datasets" / "mnist"

pytestmark = pytest.mark.slow


def _idx(part, rows=""):
    """The files of one part of MNIST, as a config writes them."""
    images, labels = MNIST / f"{part}-images-idx3-ubyte.gz", MNIST / f"{part}-labels-idx1-ubyte.gz"
    return f"{{images: {images}, labels: {labels}{rows}}}"


@pytest.fixture
def settings():
    """What a config needs on top to find MNIST here: nothing for the CSV files that it names, paths for IDX files."""
    if (MNIST / "mnist_train.csv").exists() and (MNIST / "mnist_test.csv").exists():
        return lambda held_out, rows="": []
    if (MNIST / "train-images-idx3-ubyte.gz").exists():
        return lambda held_out, rows="": [f"data.train={_idx('train', rows)}", f"data.{held_out}={_idx('t10k')}"]
    pytest.skip("no MNIST in datasets/mnist (datasets/README.md says how to get it)")


def test_scikit_learns_ten_costs(replay, settings):
    run = replay("sklearn_mnist.yaml", *settings("test"))
    published = ".32009978 .15347534 .11544755 .09279764 .07889367 .07170497 .06282111 .05530788 .04960484 .04645355"
    assert run.costs == [printed(figure) for figure in published.split()]
    assert run.epochs[-1]["train"]["accuracy"] == printed(".986800")
    assert run.end["test"]["accuracy"] == printed(".970000")


def test_nielsens_first_network(replay, settings):
    run = replay("nielsen_784_30_10.yaml", *settings("validation", ', rows: "0:50000"'))
    accuracies = [epoch["validation"]["accuracy"] for epoch in run.epochs]
    assert max(accuracies) == pytest.approx(0.9542, rel=0, abs=0.005)
    # the weights kept are those of that epoch
    assert accuracies[run.end["best_epoch"] - 1] == max(accuracies)
