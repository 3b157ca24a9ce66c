"""PyTorch's loop as its tutorials write it: with_torch.py JOB DATA WEIGHTS."""

from __future__ import annotations

import copy
import sys

import torch
from data import SETTINGS, read

job, place, out = sys.argv[1:]
(n_in, n_hidden, n_out), batch, epochs = SETTINGS[job]
x, y, x_held, y_held = map(torch.from_numpy, read(job, place))
model = torch.nn.Sequential(torch.nn.Linear(n_in, n_hidden), torch.nn.ReLU(), torch.nn.Linear(n_hidden, n_out))
descent, cost, best, kept = torch.optim.SGD(model.parameters(), lr=0.1), torch.nn.CrossEntropyLoss(), 1e9, {}
for _ in range(epochs):
    for rows in torch.randperm(len(x)).split(batch):
        descent.zero_grad()
        cost(model(x[rows]), y[rows]).backward()
        descent.step()
    with torch.no_grad():
        outputs = model(x_held)
    if (value := float(cost(outputs, y_held))) < best:
        best, kept = value, copy.deepcopy(model.state_dict())
torch.save(kept, out)
print(f"{float((outputs.argmax(1) == y_held).float().mean()):.4f} after the last epoch")
