"""The twelve SGD runs of scikit-learn's "Compare Stochastic learning strategies for MLPClassifier", digit by digit."""

import pytest
from printed import printed

# config, training-set score, last cost, epochs until it stopped
TABLE = [
    ("sklearn_iris_constant", ".980000", ".096950", 400),
    ("sklearn_iris_momentum", ".980000", ".049530", 139),
    ("sklearn_iris_nesterov", ".980000", ".049540", 143),
    ("sklearn_iris_inverse_scaling", ".360000", ".978444", 289),
    ("sklearn_iris_inverse_scaling_momentum", ".860000", ".504185", 400),
    ("sklearn_iris_inverse_scaling_nesterov", ".860000", ".503452", 400),
    ("sklearn_digits_constant", ".956038", ".243802", 15),
    ("sklearn_digits_momentum", ".992766", ".041297", 15),
    ("sklearn_digits_nesterov", ".993879", ".042898", 15),
    ("sklearn_digits_inverse_scaling", ".638843", "1.855465", 15),
    ("sklearn_digits_inverse_scaling_momentum", ".909293", ".318387", 15),
    ("sklearn_digits_inverse_scaling_nesterov", ".912632", ".290584", 15),
]


@pytest.mark.parametrize(("config", "score", "cost", "epochs"), TABLE, ids=[row[0] for row in TABLE])
def test_score_cost_and_epochs(replay, config, score, cost, epochs):
    run = replay(f"{config}.yaml")
    assert run.epochs[-1]["train"]["accuracy"] == printed(score)
    assert run.costs[-1] == printed(cost)
    assert run.end["epochs"] == len(run.epochs) == epochs
