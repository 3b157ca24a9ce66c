"""What stands below the epochs of a live table: the course of the costs, how far the run is, the time left."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from bpcli.training.events import EpochEnded, Progressed, Started
from bpcli.ui.blocks import progress
from bpcli.ui.columns import GAP
from bpcli.ui.figures import duration, figure, places_for
from bpcli.ui.spark import Spark

DRAWING = (8, 80)  # cells: the narrowest drawing, and the widest
WORDS = 30  # cells kept free behind a drawing, so that it does not jump with the words


class Footer:
    """Lines of one shape: a name, a drawing as wide as the terminal lets it be, figures."""

    def __init__(self, plan: Started) -> None:
        self._plan = plan
        self._running, self._measured = Spark(), Spark()
        self._first: EpochEnded | None = None
        self._latest: EpochEnded | None = None
        self._count = 0
        self._best: tuple[int, int] | None = None  # index and number of the best epoch

    def note(self, epoch: EpochEnded) -> None:
        """Takes the next epoch."""
        self._first = self._first or epoch
        self._latest = epoch
        if epoch.best:
            self._best = self._count, epoch.epoch
        self._count += 1
        self._running.note(epoch.running.get("cost"))
        self._measured.note((epoch.validation or epoch.train or {}).get("cost"))

    def costs(self, width: int, within: Progressed | None = None) -> list[Text]:
        """A line for the running cost and one for the cost measured after each epoch, if one is."""
        if self._first is None or self._latest is None:
            return [self._line("running cost", Text(), [figure(within.cost)], width)] if within else []
        cells = self._cells(width)
        course = Text(self._running.line(cells), style="cyan")
        now = within.cost if within else self._latest.running["cost"]
        lines = [self._line("running cost", course, _way(self._first.running["cost"], now), width)]
        for split in ("validation", "train"):
            first, last = getattr(self._first, split), getattr(self._latest, split)
            if first and last:
                course, words = Text(self._measured.line(cells), style="cyan"), _way(first["cost"], last["cost"])
                if self._best is not None:
                    index, epoch = self._best
                    place = self._measured.place(index, cells)
                    course.stylize("bold green", place, place + 1)
                    words.append(f"best {epoch}")
                return [*lines, self._line(f"{split} cost", course, words, width)]
        return lines

    def progress(self, latest: Progressed | EpochEnded | None, seconds: float, width: int) -> Text:
        """The epoch that the run is in, a bar over all its steps, the time left, the examples a second."""
        plan = self._plan
        within = latest.steps_done if isinstance(latest, Progressed) else plan.steps_per_epoch
        done = (latest.epoch - 1) * plan.steps_per_epoch + within if latest else plan.step
        steps = max(plan.epochs * plan.steps_per_epoch, 1)
        share, now = min(done / steps, 1.0), (done - plan.step) / steps  # of all steps: those done, those of this part
        words = []
        if now > 0 and share < 1 and seconds > 0:
            words.append(f"{duration(round(seconds * (1 - share) / now))} left")
            words.append(f"{_three_digits(plan.examples['train'] * plan.epochs * now / seconds):,} examples/s")
        return self._line(
            _epoch(latest.epoch if latest else 1 + plan.step // plan.steps_per_epoch, plan),
            progress(share, self._cells(width)),
            words,
            width,
        )

    def _names(self) -> int:
        """The cells of the longest name."""
        return max(len("validation cost"), len(_epoch(self._plan.epochs, self._plan)))

    def _cells(self, width: int) -> int:
        """The cells of a drawing."""
        return max(DRAWING[0], min(width - 1 - self._names() - WORDS - 2 * len(GAP), DRAWING[1]))

    def _line(self, name: str, drawing: Text, words: Sequence[str], width: int) -> Text:
        """Of the words as many as fit, from the first; what does not fit is left out as a whole."""
        cells = self._cells(width)
        left = width - 1 - self._names() - cells - 2 * len(GAP)
        fitting: list[str] = []
        for word in words:
            if len(" · ".join([*fitting, word])) <= left:
                fitting.append(word)
        blank = " " * (cells - len(drawing)) + GAP if fitting else ""
        line = Text.assemble((name.ljust(self._names()) + GAP, "dim"), drawing, blank + " · ".join(fitting))
        line.no_wrap = True
        line.truncate(width - 1)
        return line


def _epoch(epoch: int, plan: Started) -> str:
    return f"epoch {epoch:{len(str(plan.epochs))}} of {plan.epochs}"


def _way(first: float, last: float) -> list[str]:
    """From the first cost to the last."""
    places = places_for(first)
    return [f"{figure(first, places)} → {figure(last, places)}"]


def _three_digits(rate: float) -> int:
    """A rate that stands still for the eye."""
    return round(float(f"{rate:.3g}"))
