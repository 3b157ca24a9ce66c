"""What `bpcli help` can explain, besides the commands."""

TOPICS = {
    "config": "the keys of a config: meaning, values, default",
    "names": "all names that a config may give: activations, costs, optimizers, …",
    "pairs": "which costs go with which output",
    "metrics": "the figures that are measured",
    "errors": "the exit codes",
}
