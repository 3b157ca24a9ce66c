"""scikit-learn's ten epochs on MNIST, to the digits printed."""

from pathlib import Path

import pytest
from printed import printed

MNIST = Path(__file__).parents[2] / "datasets" / "mnist"

pytestmark = pytest.mark.slow


def _idx(part):
    """The files of one part of MNIST, as a config writes them."""
    return f"{{images: {MNIST}/{part}-images-idx3-ubyte.gz, labels: {MNIST}/{part}-labels-idx1-ubyte.gz}}"


@pytest.fixture
def settings():
    """What a config needs on top to find MNIST here: nothing for the CSV files that it names, paths for IDX files."""
    if (MNIST / "mnist_train.csv").exists() and (MNIST / "mnist_test.csv").exists():
        return []
    if (MNIST / "train-images-idx3-ubyte.gz").exists():
        return [f"data.train={_idx('train')}", f"data.test={_idx('t10k')}"]
    pytest.skip("no MNIST in datasets/mnist (datasets/README.md says how to get it)")


def test_scikit_learns_ten_costs(replay, settings):
    run = replay("sklearn_mnist.yaml", *settings)
    published = ".32009978 .15347534 .11544755 .09279764 .07889367 .07170497 .06282111 .05530788 .04960484 .04645355"
    assert run.costs == [printed(figure) for figure in published.split()]
    assert run.epochs[-1]["train"]["accuracy"] == printed(".986800")
    assert run.end["test"]["accuracy"] == printed(".970000")
