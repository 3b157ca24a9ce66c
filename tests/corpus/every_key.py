"""What every key of the config takes, written down by hand: nothing here comes from the schema, which is held to it."""

from __future__ import annotations

# A key with a parameter of something named is `optimizer adam.beta1`. In an interval, a round bracket leaves the bound
# out, a square one has it in.
WHOLE = {
    "batch_size": "[1, ∞)",
    "epochs": "[1, ∞)",
    "seed": f"[0, {2**63 - 1}]",
    "threads": "[1, 1024]",
    "early_stopping.patience": "[1, ∞)",
    "checkpoint.epochs": "[1, ∞)",
    "checkpoint.steps": "[1, ∞)",
    "schedule constant.warmup": "[0, 30)",
    "schedule step.every": "[1, ∞)",
    "schedule step.warmup": "[0, 30)",
    "schedule exponential.warmup": "[0, 30)",
    "schedule inverse_scaling.warmup": "[0, 30)",
    "schedule cosine.warmup": "[0, 30)",
    "schedule linear.warmup": "[0, 30)",
    "schedule plateau.patience": "[0, ∞)",
    "schedule plateau.warmup": "[0, 30)",
    "schedule one_cycle.warmup": "[0, 30)",
}
REAL = {
    "learning_rate": "(0, ∞)",
    "l1": "[0, ∞)",
    "l2": "[0, ∞)",
    "dropout": "[0, 1)",
    "input_dropout": "[0, 1)",
    "clip_norm": "(0, ∞)",
    "clip_value": "(0, ∞)",
    "max_norm": "(0, ∞)",
    "class_weight.3": "(0, ∞)",
    "data.scale.divide": "(0, ∞)",
    "early_stopping.min_delta": "[0, ∞)",
    "checkpoint.seconds": "(0, ∞)",
    "activation leaky_relu.slope": "(0, 1)",
    "cost cross_entropy.label_smoothing": "[0, 1)",
    "cost huber.delta": "(0, ∞)",
    "optimizer sgd.momentum": "[0, 1)",
    "optimizer adam.beta1": "[0, 1)",
    "optimizer adam.beta2": "[0, 1)",
    "optimizer adam.epsilon": "(0, ∞)",
    "optimizer adamw.beta1": "[0, 1)",
    "optimizer adamw.beta2": "[0, 1)",
    "optimizer adamw.epsilon": "(0, ∞)",
    "optimizer adamw.weight_decay": "[0, ∞)",
    "optimizer rmsprop.rho": "[0, 1)",
    "optimizer rmsprop.epsilon": "(0, ∞)",
    "optimizer rmsprop.momentum": "[0, 1)",
    "optimizer adagrad.epsilon": "(0, ∞)",
    "optimizer rprop.grow": "[1, ∞)",
    "optimizer rprop.shrink": "(0, 1)",
    "optimizer rprop.smallest": "(0, 0.1]",
    "optimizer rprop.largest": "[0.1, ∞)",
    "schedule step.gamma": "(0, 1)",
    "schedule exponential.gamma": "(0, 1)",
    "schedule inverse_scaling.power": "(0, ∞)",
    "schedule cosine.final": "[0, 1]",
    "schedule linear.final": "[0, 1]",
    "schedule plateau.final": "[0, 1]",
    "schedule plateau.gamma": "(0, 1)",
    "schedule plateau.min_delta": "[0, ∞)",
    "schedule one_cycle.rise": "(0, 1)",
    "schedule one_cycle.start": "[1, ∞)",
    "schedule one_cycle.end": "[1, ∞)",
}
FLAG = ["train_biases", "drop_last", "evaluate_train", "data.stratify", "optimizer sgd.nesterov"]
NAME = {  # and the list of known.txt
    "output": "outputs",
    "cost": "costs",
    "optimizer": "optimizers",
    "schedule": "schedules",
    "init.weights": "initializers",
    "init.biases": "initializers",
}
WORD = {
    "dtype": "known: float32, float64",
    "engine": "known: jit, numpy",
    "data.task": "known: classes, numbers",
    "data.missing": "known: drop, error, mean",
    "data.categorical": "known: one_hot",
    "activation gelu.form": "known: exact, tanh",
    "early_stopping.monitor": "{known monitors}",
}
PATH = ["init.from", "relative_to", "shuffle.order"]
LEFT_OUT = {  # keys that may be nothing at all
    *("output", "cost", "clip_norm", "clip_value", "max_norm", "init.weights", "init.biases", "init.from"),
    *("relative_to", "data.task", "data.validation", "data.test", "data.target", "data.features", "data.weight"),
    *("data.scale", "data.format", "data.train.rows", "early_stopping", "class_weight"),
    *("checkpoint.epochs", "checkpoint.steps", "checkpoint.seconds"),
}

DATA_KEYS = "expected a path or a mapping with {keys data}"
SOURCE_KEYS = "expected a path or a mapping with {keys source}"
STOP_KEYS = "expected a mapping with {keys early_stopping}"
SAVE_KEYS = "expected a mapping with {keys checkpoint}"
ROWS = "expected rows as start:stop with start below stop, such as '0:50000', not"
FOLD = "expected a fold as number/count, such as '2/5', not"
SCALE = "expected standard, minmax, none or a mapping {divide: number}, not"
BALANCED = "expected 'balanced' or a mapping {class: weight}, not"
RULE = "expected a rule or a mapping with {keys init}"
OTHER: dict[str, dict[str, str]] = {  # keys of a kind of their own: what is said of what
    "layers": {
        "3": "expected a list, not '3'",
        "zzz": "expected a list, not 'zzz'",
        "~": "expected a list, not nothing",
        "{a: 1}": "expected a list, not a mapping",
        "'3, 2'": "expected a list, not the text '3, 2' in quotes (write [3, 2])",
        "[]": "needs at least 2 entries, not 0",
        "[4]": "needs at least 2 entries, not 1",
        "[4, 2]": "",
    },
    "activation": {
        "zzz": "unknown 'zzz' ({known activations})",
        "3": "unknown '3' ({known activations})",
        "''": "unknown '' ({known activations})",
        "~": "expected a name, not nothing",
        "[relu]": "",
        "{name: relu}": "",
        "[relu, tanh]": "2 for 1 hidden layer (one name, or one for each)",
    },
    "data": {
        "~": f"{DATA_KEYS}, not nothing",
        "[a]": f"{DATA_KEYS}, not a list",
        "''": "expected a path, not an empty text",
        "nothing.csv": "",
        "{train: nothing.csv}": "",
    },
    "data.train": {
        "~": f"{SOURCE_KEYS}, not nothing",
        "[a]": f"{SOURCE_KEYS}, not a list",
        "''": "expected a path, not an empty text",
        "{}": "expected either path, or images and labels",
        "{path: nothing.csv}": "",
    },
    **{
        f"data.train.{part}": {
            "[a]": "expected a path, not a list",
            "{a: 1}": "expected a path, not a mapping",
            "''": "expected a path, not an empty text",
        }
        for part in ("path", "images", "labels")
    },
    "data.train.rows": {
        "0:5": "",
        "'0:5'": "",
        "5:5": f"{ROWS} '5:5'",
        "5:4": f"{ROWS} '5:4'",
        "4:5": "",
        "3": f"{ROWS} '3'",
        "''": f"{ROWS} ''",
        "~": "",
        "[0, 5]": "expected rows such as '0:50000', not a list",
        "{a: 1}": "expected rows such as '0:50000', not a mapping",
    },
    **{
        f"data.{split}": {
            "0": "must be above 0, not 0",
            "5e-324": "",
            "0.9999999999999999": "",
            "1": "must be below 1, not 1",
            "-0.1": "must be above 0, not -0.1",
            ".inf": "must be a finite number, not inf",
            ".nan": "must be a finite number, not nan",
            "1_0": "expected a number, not '1_0' (write 10)",
            "20%": "expected a number, not '20%' (write 0.2)",
            "~": "",
            "[a]": f"{SOURCE_KEYS}, not a list",
            "''": "expected a path, not an empty text",
            "true.csv": "",
        }
        for split in ("validation", "test")
    },
    "data.validation.fold": {
        "1/2": "",
        "2/2": "",
        "3/2": f"{FOLD} '3/2'",
        "0/2": f"{FOLD} '0/2'",
        "1/1": f"{FOLD} '1/1'",
        "0.5": f"{FOLD} '0.5'",
        "~": "expected a fold such as '2/5', not nothing",
        "[1, 2]": "expected a fold such as '2/5', not a list",
        "{a: 1}": "expected a fold such as '2/5', not a mapping",
    },
    **{
        f"data.{columns}": {
            "zzz": "",
            "2020": "",
            "[a, 1]": "",
            "[a, a]": "column 'a' is named twice",
            "[]": "needs at least 1 entry, not 0",
            "{a: 1}": "expected a list, not a mapping",
            "~": "",
        }
        for columns in ("target", "features")
    },
    "data.weight": {"zzz": "", "3": "", "[a]": "expected text, not a list", "{a: 1}": "expected text, not a mapping"},
    "data.scale": {
        "zzz": "unknown 'zzz' (known: minmax, none, standard)",
        "''": "unknown '' (known: minmax, none, standard)",
        "255": f"{SCALE} '255'",
        "'255'": "unknown '255' (known: minmax, none, standard)",
        "[a]": f"{SCALE} a list",
        "~": "",
        "none": "",
        "{divide: 255}": "",
    },
    "data.format": {
        "zzz": "unknown 'zzz' ({known formats})",
        "''": "unknown '' ({known formats})",
        "[a]": "expected a name, not a list",
        "{name: csv}": "expected a name, not a mapping",
        "~": "",
        "tsv": "",
    },
    "class_weight": {
        "zzz": f"{BALANCED} 'zzz'",
        "3": f"{BALANCED} '3'",
        "''": f"{BALANCED} the text '' in quotes",
        "[1]": f"{BALANCED} a list",
        "{}": "needs at least 1 entry, not 0",
        "~": "",
        "balanced": "",
        "{a: 1}": "",
    },
    "init": {
        "zzz": "unknown 'zzz' ({known initializers})",
        "3": "unknown '3' ({known initializers})",
        "[zeros]": f"{RULE}, not a list",
        "~": f"{RULE}, not nothing",
        "zeros": "",
        "{}": "",
    },
    "shuffle": {
        "zzz": "expected true or false, not 'zzz'",
        "1": "expected true or false, not '1' (write true)",
        "[a]": "expected true or false, not a list",
        "~": "expected true or false, not nothing",
        "''": "expected true or false, not the text '' in quotes",
        "false": "",
        "{order: o.npy}": "",
    },
    "early_stopping": {
        "zzz": f"{STOP_KEYS}, not 'zzz'",
        "3": f"{STOP_KEYS}, not '3'",
        "[1]": f"{STOP_KEYS}, not a list",
        "''": f"{STOP_KEYS}, not the text '' in quotes",
        "~": "",
        "{}": "",
    },
    "checkpoint": {
        "zzz": f"{SAVE_KEYS}, not 'zzz'",
        "3": f"{SAVE_KEYS}, not '3'",
        "[1]": f"{SAVE_KEYS}, not a list",
        "''": f"{SAVE_KEYS}, not the text '' in quotes",
        "~": f"{SAVE_KEYS}, not nothing",
        "{}": "",
    },
    "extends": {
        "[a]": "expected a path, not a list",
        "{a: 1}": "expected a path, not a mapping",
        "''": "expected the path of a config file, not ''",
        "experiments": "experiments: no such file",
        "~": "",
    },
    "expect": {
        "zzz": "expected a mapping, not 'zzz'",
        "3": "expected a mapping, not '3'",
        "[1]": "expected a mapping, not a list",
        "~": "expected a mapping, not nothing",
        "{}": "",
    },
}
