"""The keys of a CSV target: a file of people, one of groups, one of each other kind, and how cells are written.

[targets.nightly]
connector = "csv"
path = "drops/users.csv"              # relative to the state directory, or to the config's folder
# delimiter = ","  separator = "|"  formulas = "escape"  line_ends = "lf"  bom = false  mode = "0600"

[targets.nightly.users]
# key = "login"                       # the column that names a row; default: the first column
# columns = ["login", "name"]         # these first, in this order; default: the order of the attributes
# lists = ["phones"]                  # columns that hold several values

[targets.nightly.groups]
path = "drops/groups.csv"
# members = "members"                 # the column of the members' keys

[targets.nightly.devices]             # a resource type that the config declares
path = "drops/devices.csv"
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Formulas(StrEnum):
    """What becomes of a cell that a spreadsheet would run: one that begins with = + - @, TAB or CR."""

    ESCAPE = "escape"  # an apostrophe before it, taken away again when we read
    RAW = "raw"
    REFUSE = "refuse"


class LineEnds(StrEnum):
    LF = "lf"
    CRLF = "crlf"


def _character(written: str) -> str:
    if len(written) != 1 or written in '"\\\r\n\0':
        raise ValueError('is not one character that can part cells; write for example ",", ";" or "\\t"')
    return written


def _column(written: str) -> str:
    if not written or any(character in written for character in "\r\n\0"):
        raise ValueError("is not the name of a column; write a name on one line")
    return written


def _mode(written: Any) -> Any:
    if isinstance(written, str) and len(written) in (3, 4) and not set(written) - set("01234567"):
        return int(written, 8)
    if isinstance(written, int) and not isinstance(written, bool) and 0 <= written <= 0o777:
        return written
    raise ValueError('is not a file mode; write it as text, as in "0640"')


def _distinct(written: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(written)) < len(written):
        raise ValueError("names a column twice; name each once")
    return written


Character = Annotated[str, AfterValidator(_character)]
Column = Annotated[str, AfterValidator(_column)]
Columns = Annotated[tuple[Column, ...], AfterValidator(_distinct)]
Mode = Annotated[int, BeforeValidator(_mode)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rows(Frozen):
    """The rows of one kind. The key is the first of `columns` where it is not named, else the file's first column."""

    key: Column | None = None
    columns: Columns = ()
    lists: Columns = ()

    @model_validator(mode="after")
    def _key_is_one_value(self) -> Self:
        if self.named_key in self.lists:
            raise ValueError("lists holds the key column; a key is one value: take it out")
        return self

    @property
    def named_key(self) -> str | None:
        return self.key or next(iter(self.columns), None)


class File(Rows):
    """A kind that has a file of its own."""

    path: Path


class Groups(File):
    """One column holds the members' keys."""

    members: Column = "members"


class CsvSettings(Frozen):
    """One CSV target. The encoding is UTF-8. Tables by other names are kinds that the config declares."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, File] = Field(init=False)

    path: Path | None = None
    delimiter: Character = ","
    separator: Character = "|"
    formulas: Formulas = Formulas.ESCAPE
    line_ends: LineEnds = LineEnds.LF
    bom: bool = False
    mode: Mode = 0o600
    users: Rows | None = None
    groups: Groups | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.delimiter == self.separator:
            raise ValueError("separator is the delimiter too; write two different characters")
        if self.users is not None and self.path is None:
            raise ValueError('path is missing; write the file of the users, such as path = "drops/users.csv"')
        taken = {self.path: "the users"} if self.path is not None else {}
        for kind, file in self.files.items():
            if file.path in taken:
                raise ValueError(f"{kind}.path is the file of {taken[file.path]}; write another file")
            taken[file.path] = f"the {kind}"
        return self

    @property
    def files(self) -> dict[str, File]:
        """The kinds that have a file of their own."""
        return ({} if self.groups is None else {"groups": self.groups}) | self.__pydantic_extra__
