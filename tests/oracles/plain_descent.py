"""Backpropagation in float64, example by example as the textbook writes it: slow and plain."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

Blocks = list[np.ndarray]


@dataclass
class PlainDescent:
    """ReLU, softmax and cross-entropy; W and b are lists with a block for each layer."""

    W: Blocks
    b: Blocks
    eta: float
    l2: float = 0.0
    momentum: float = 0.0
    nesterov: bool = False
    adam: bool = False
    t: int = 0
    memory: dict[str, Blocks] = field(default_factory=dict)

    def gradient(self, x: np.ndarray, y: np.ndarray) -> tuple[float, Blocks, Blocks]:
        """The mean cost of the rows before the step, and its derivatives, without the penalty."""
        cost, dW, db = 0.0, [np.zeros_like(W) for W in self.W], [np.zeros_like(b) for b in self.b]
        for x_i, y_i in zip(x, y):
            a, z = [x_i], []
            for W, b in zip(self.W, self.b):
                z.append(W @ a[-1] + b)
                a.append(np.maximum(z[-1], 0))
            outputs = np.exp(z[-1] - z[-1].max())
            outputs /= outputs.sum()
            cost -= float(np.log(outputs[y_i.argmax()]))
            delta = outputs - y_i
            for l in reversed(range(len(self.W))):
                dW[l] += np.outer(delta, a[l]) / len(x)
                db[l] += delta / len(x)
                if l:
                    delta = (self.W[l].T @ delta) * (z[l - 1] > 0)
        return cost / len(x), dW, db

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """One step; gives the mean cost before it, penalty included."""
        cost, dW, db = self.gradient(x, y)
        cost += 0.5 * self.l2 * sum(float((W**2).sum()) for W in self.W)
        dW = [g + self.l2 * W for g, W in zip(dW, self.W)]
        blocks, gradients = self.W + self.b, dW + db
        zeros = [np.zeros_like(block) for block in blocks]
        first, second = self.memory.get("first", zeros), self.memory.get("second", zeros)
        self.t += 1
        if self.adam:
            first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients)]
            second = [0.999 * v + 0.001 * g**2 for v, g in zip(second, gradients)]
            hats = [(m / (1 - 0.9**self.t), v / (1 - 0.999**self.t)) for m, v in zip(first, second)]
            moves = [-self.eta * m / (np.sqrt(v) + 1e-8) for m, v in hats]
        else:
            first = [self.momentum * v - self.eta * g for v, g in zip(first, gradients)]
            nesterov = [self.momentum * v - self.eta * g for v, g in zip(first, gradients)]
            moves = nesterov if self.nesterov else first
        self.memory = {"first": first, "second": second}
        moved = [block + move for block, move in zip(blocks, moves)]
        self.W, self.b = moved[: len(self.W)], moved[len(self.W) :]
        return cost
