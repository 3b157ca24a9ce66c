"""The `data` part of the config: which files and rows, which columns, and how they are prepared."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    model_serializer,
    model_validator,
)

from bpcli.data.readers import READERS
from bpcli.data.splits import Fold
from bpcli.spec.named import name_in
from bpcli.spec.parts import IF_PARTS, Part
from bpcli.spec.problems import quoted, refusal
from bpcli.spec.scalars import (
    AS_ITEMS,
    AS_NUMBER,
    AS_TEXT,
    OR_NONE,
    FilePath,
    Flag,
    Number,
    Text,
    as_text,
    described,
    looks_like_number,
)
from bpcli.spec.tree import MappingNode

ROWS = r"([0-9]{1,18}):([0-9]{1,18})"
FOLD = r"([1-9][0-9]{0,8})/([2-9]|[1-9][0-9]{1,8})"


def _read_rows(node: Any) -> tuple[int, int] | None:
    """Rows written as start:stop, from 0, the last one excluded."""
    text = as_text(node, "rows such as '0:50000'")
    found = re.fullmatch(ROWS, text)
    if not found or int(found[1]) >= int(found[2]):
        raise refusal(f"expected rows as start:stop with start below stop, such as '0:50000', not {quoted(text)}")
    return int(found[1]), int(found[2])


Rows = Annotated[tuple[int, int], BeforeValidator(_read_rows), PlainSerializer(lambda rows: f"{rows[0]}:{rows[1]}")]


class SourceSpec(Part):
    """A data file, or a pair of files, and which rows of it."""

    shorthand = "path"
    in_short = "a path"
    across_keys = {  # noqa: RUF012 - annotated in Part
        "anyOf": [{"required": ["path"]}, {"required": ["images"]}],
        "dependencies": {"images": ["labels"], "labels": ["images"], "path": {"not": {"required": ["images"]}}},
    }

    path: Annotated[FilePath | None, OR_NONE] = Field(default=None, description="the file, when it is one")
    images: Annotated[FilePath | None, OR_NONE] = Field(
        default=None, description="of a pair of files (IDX, .npy), the one with the inputs"
    )
    labels: Annotated[FilePath | None, OR_NONE] = Field(
        default=None, description="of a pair of files (IDX, .npy), the one with the targets"
    )
    rows: Annotated[Rows | None, OR_NONE] = Field(
        default=None, description="start:stop, counted from 0, stop excluded; all rows if not given"
    )

    @model_validator(mode="after")
    def _file_or_pair(self) -> SourceSpec:
        if (self.path is None) == (self.images is None):
            raise refusal("expected either path, or images and labels")
        if (self.labels is None) != (self.images is None):
            raise refusal("images and labels go together: " + ("labels" if self.images else "images") + " is missing")
        return self

    @property
    def inputs(self) -> str:
        """The file that holds the inputs, as the config wrote it."""
        return self.path or self.images or ""

    @model_serializer(mode="plain")
    def _shortest(self) -> str | dict[str, str]:
        parts = {"path": self.path, "images": self.images, "labels": self.labels}
        if self.rows:
            parts["rows"] = f"{self.rows[0]}:{self.rows[1]}"
        given = {key: value for key, value in parts.items() if value is not None}
        return self.path if self.path and not self.rows else given


class DivideSpec(Part):
    """Scaling by one number that is known beforehand."""

    divide: Number = Field(gt=0, description="what every input is divided by")


def _read_fold(node: Any) -> Fold:
    """A fold written as number/count, from 1."""
    text = as_text(node, "a fold such as '2/5'")
    found = re.fullmatch(FOLD, text)
    if not found or int(found[1]) > int(found[2]):
        raise refusal(f"expected a fold as number/count, such as '2/5', not {quoted(text)}")
    return Fold(int(found[1]), int(found[2]))


class FoldSpec(Part):
    """One of several equal parts of the training rows, as `train --folds` takes them."""

    fold: Annotated[Fold, BeforeValidator(_read_fold), PlainSerializer(lambda fold: f"{fold.number}/{fold.count}")] = (
        Field(description="number/count: 2/5 is the second of five parts, each class spread evenly over them")
    )


def _form(value: Any) -> str:
    """How rows that are held out are given."""
    if isinstance(value, FoldSpec) or (isinstance(value, MappingNode) and "fold" in value):
        return "<fold>"
    return "<fraction>" if isinstance(value, float) or looks_like_number(value) else "<source>"


Fraction = Annotated[float, Field(gt=0, lt=1), AS_NUMBER]
HeldOut = Annotated[
    Annotated[Fraction, Tag("<fraction>")]
    | Annotated[SourceSpec, Tag("<source>")]
    | Annotated[FoldSpec, Tag("<fold>")],
    Discriminator(_form),
]


def distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as they are; refused when one stands there twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refusal(f"column {quoted(name)} is named twice")
        seen.add(name)
    return names


Columns = Annotated[tuple[Text, ...], Field(min_length=1), AfterValidator(distinct), AS_ITEMS]


def _scale_name(node: Any) -> str:
    wanted = "standard, minmax, none or a mapping {divide: number}"
    if looks_like_number(node):
        raise refusal(f"expected {wanted}, not {described(node)}")
    return as_text(node, wanted)


ScaleName = Annotated[Literal["standard", "minmax", "none"], BeforeValidator(_scale_name)]


class DataSpec(Part):
    """The data of a run."""

    shorthand = "train"
    in_short = "a path"

    train: SourceSpec = Field(description="training rows: a path, {path, rows} or {images, labels}")
    validation: Annotated[HeldOut | None, OR_NONE] = Field(
        default=None,
        description="rows measured after each epoch: a source like train, a fraction of the training rows or a {fold}",
    )
    test: Annotated[HeldOut | None, OR_NONE] = Field(
        default=None,
        description="rows measured once at the end: a source like train, a fraction of the training rows or a {fold}",
    )
    target: Annotated[Columns | None, OR_NONE] = Field(
        default=None, description="column to predict, or a list of them; the last column if not given"
    )
    features: Annotated[Columns | None, OR_NONE] = Field(
        default=None, description="columns to predict from; all others if not given"
    )
    weight: Annotated[Text | None, OR_NONE] = Field(default=None, description="column of example weights")
    task: Annotated[Annotated[Literal["classes", "numbers"], AS_TEXT] | None, OR_NONE] = Field(
        default=None, description="what the target is; seen from the data if not given"
    )
    scale: Annotated[
        Annotated[Annotated[ScaleName, Tag("<one>")] | Annotated[DivideSpec, Tag("<parts>")], IF_PARTS] | None,
        OR_NONE,
    ] = Field(
        default=None, description="scaling of the inputs, or {divide: number}; as the file format suggests if not given"
    )
    missing: Annotated[Literal["error", "drop", "mean"], AS_TEXT] = Field(
        default="error", description="what becomes of rows with missing values"
    )
    categorical: Annotated[Literal["one_hot"], AS_TEXT] = Field(
        default="one_hot", description="how columns of text become inputs"
    )
    stratify: Flag = Field(default=True, description="whether fractions are taken of each class alike")
    format: Annotated[Annotated[str, name_in(READERS)] | None, OR_NONE] = Field(
        default=None, description="format of the files; by extension if not given"
    )
