"""What the reference says of weights files: of reproducing them, and of the objects that their commands print."""

from __future__ import annotations

REPRODUCE = """\
`reproduce` trains once more with the config of a weights file, on the data it was trained on, in memory, and compares
the bytes. The data is looked for where `eval` looks, and has to have the SHA-256 that the file names; so have the files
of `init` and `shuffle`. The config of the file decides all else, the number of threads too. In `numerics` alone, where
the file tells of the versions, BLAS kernel and CPU that it came from, the two may differ.

A run that ended early is followed to where it ended. With validation rows that is the last epoch that it finished,
since the best of these was kept. Without them the state after its very last step was kept, and the file does not say
which step that was: each step of the epoch that was broken off is tried.

`reproduce --resume` takes a config, or the config of a weights file, and trains twice in a temporary folder: once in
one go, and once stopped half way, within an epoch where an epoch has several steps, and resumed from the checkpoint.
It compares these two, and shows that resuming changes nothing for this network."""

WEIGHTS_OBJECTS = """\
`inspect --json` prints one object: `weights` (path), `bytes`, `sha256` (of the file), `format`, `layers`, `parameters`
(their number), `blocks`, `parameters_sha256` (of the bytes of W1, b1, … one after the other, by rows), `dtype`,
`activations` (of each layer after the input), `cost`, `threads`, `inputs` (their names), `target` (what it was taken
for), and, as they stand in the file: `config`, `preparation` (of the data), `metrics`, `numerics` (what else can change
a bit: versions, BLAS with its kernel, CPU, C library), `files` (SHA-256 of each file that was read). Of an `.npz` of
W1, b1, … without meta `format` is null, and what stands behind `blocks` here is left out. A block has `name`, `shape`,
`norm` (√Σx²), `largest` (of |x|), `mean`, `deviation` (over n), `zeros` (a share) and, of weights, `idle`: the units of
its layer that have no weight but 0 leading to them, or away from them. A figure that is no finite number is null.

`diff --json` prints one object: `a` and `b` (paths), `same` (bytes), `sha256` (of `a` and `b`), of the runs in two
folders also `history` (epochs of `a` and of `b`, and `parted`, the first in which a figure differs), and a list for
each of `config`, `data` (files that were read), `preparation`, `metrics`, `numerics`, `format`: of each difference
`key`, `a`, `b` (left out where there is no such key) and, of numbers in `metrics`, `change` (from `a` to `b`).
`weights` has each block: `name`, `a` and `b` (shapes) and, where these are equal, `entries`, `different` (not the same
bits), the largest `absolute`, `relative` (|a − b| over the larger of |a| and |b|) and `units` (steps from one number of
the type to the next; null where the types differ), and `cosine`.

`reproduce --json` prints one object: `weights` (path), `reproduced`, `reason`, `epochs`, `seconds` (of the training
here), `threads`, `sha256` (`a`: of the file, `b`: of what came out here), and `differences`, the lists of `diff` with
the file as `a`. Where the same weights came out of other versions or another CPU it is `reproduced`, though the
digests differ, and `differences` names these `numerics` alone. `differences` is null when nothing finite came out.

`reproduce --resume --json` prints one object: `subject` (path), `resumed_alike`, `steps`, `stopped_after` (a step),
`sha256` (`a`: of the weights in one go, `b`: of those resumed), and `differences`, null where there are none."""
