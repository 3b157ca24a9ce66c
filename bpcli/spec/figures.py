"""What the figures of a network mean, in words; how they are computed stands in core/metrics."""

FIGURES = {
    "cost": "average cost of an example, without penalties; `running.cost` is with them",
    "accuracy": "share of examples (of labels, where there are several) that are right",
    "balanced_accuracy": "average of the recall of the classes that have examples",
    "macro_f1": "average of the F1 of the classes that have examples or were chosen",
    "log_loss": "−log of the probability given to the right class, averaged, with p kept within ε … 1 − ε of its type",
    "roc_auc": "area under the ROC curve: of the second of two classes, else averaged over each class against the rest",
    "average_precision": "Σ (R_i − R_(i−1)) P_i over falling thresholds, averaged as `roc_auc` is",
    "top_2": "share of examples whose class is among the two with the largest outputs; so `top_3` and `top_5`",
    "top_3": "the same among the three largest",
    "top_5": "the same among the five largest",
    "mae": "mean absolute error, in the units of the target",
    "rmse": "root of the mean squared error, in the units of the target, averaged over the targets",
    "r2": "R², 1 − Σ(a − y)² / Σ(y − ȳ)², averaged over the targets",
    "explained_variance": "1 − Var(y − a) / Var(y), averaged over the targets",
}
