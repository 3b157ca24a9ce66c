"""Writes the files that the published runs in this folder start from: initial weights and row orders.

    python configs/published/make_inputs.py

They go into `inputs/` beside this script and are the same bytes on every machine. Only numpy is needed: its
`RandomState` is frozen, so the seeds of the sources still give the numbers that they gave to their authors.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np

INPUTS = Path(__file__).parent / "inputs"

# scikit-learn's runs: seed, layers, training rows and the largest number of epochs
SCIKIT_LEARN_RUNS = {
    "iris": (0, [4, 100, 3], 150, 400),
    "digits": (0, [64, 100, 10], 1797, 15),
    "mnist": (1, [784, 50, 10], 60_000, 10),
}


def mazur_weights() -> dict[str, np.ndarray]:
    """The weights and biases of Mazur's worked example; row j holds the weights into unit j of its layer."""
    return {
        "W1": np.array([[0.15, 0.20], [0.25, 0.30]]),
        "b1": np.array([0.35, 0.35]),
        "W2": np.array([[0.40, 0.45], [0.50, 0.55]]),
        "b2": np.array([0.60, 0.60]),
    }


def scikit_learn_weights(random: np.random.RandomState, layers: list[int]) -> dict[str, np.ndarray]:
    """What `MLPClassifier` with ReLU draws: layer by layer W and then b, uniform in ±√(6 / (fan_in + fan_out)).

    It draws W as (fan_in, fan_out); the files here hold (fan_out, fan_in), hence the transpose.
    """
    arrays = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(layers), start=1):
        bound = np.sqrt(6.0 / (fan_in + fan_out))
        arrays[f"W{layer}"] = random.uniform(-bound, bound, (fan_in, fan_out)).T
        arrays[f"b{layer}"] = random.uniform(-bound, bound, fan_out)
    return arrays


def scikit_learn_order(random: np.random.RandomState, rows: int, epochs: int) -> np.ndarray:
    """The order in which `MLPClassifier` visits the rows: (epochs, rows), each epoch a shuffle of the one before."""
    order = np.empty((epochs, rows), dtype=np.int32)
    current = np.arange(rows)
    for epoch in range(epochs):
        shuffled = np.arange(rows)
        random.shuffle(shuffled)
        current = current[shuffled]
        order[epoch] = current
    return order


def save_weights(name: str, arrays: dict[str, np.ndarray]) -> None:
    """Write W1, b1, … as a plain .npz, every array in C order."""
    np.savez(INPUTS / name, **{key: np.ascontiguousarray(array) for key, array in arrays.items()})


def main() -> None:
    """Write every input file and say where they are."""
    INPUTS.mkdir(exist_ok=True)
    save_weights("mazur_weights.npz", mazur_weights())
    for name, (seed, layers, rows, epochs) in SCIKIT_LEARN_RUNS.items():
        # one stream for both, as in the source: the orders go on where the weights stopped
        random = np.random.RandomState(seed)
        save_weights(f"{name}_weights.npz", scikit_learn_weights(random, layers))
        np.save(INPUTS / f"{name}_order.npy", scikit_learn_order(random, rows, epochs))
    print(f"wrote {len(list(INPUTS.iterdir()))} files into {INPUTS}")


if __name__ == "__main__":
    main()
