"""Statements of the hottest paths, prepared: their text and the conversions of their values are worked out once.

Completing a task runs a handful of statements; SQLAlchemy's own way through each costs several times what the statement
does, and each is a journey to a PostgreSQL server. These run on the session's own connection, in its transaction, and
those that do not wait for one another go together. They fail with the exceptions of all others, and whoever listens to
the engine's statements hears them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Dialect, Executable, SelectBase
from sqlalchemy.sql import ClauseElement

from prefecture.kernel import outages
from prefecture.kernel.db import current_connection

Convert = Callable[[Any], Any]
Row = tuple[Any, ...]
T = TypeVar("T")


class Prepared:
    """One statement of SQLAlchemy's Core, or one for each dialect by name; `names` are the values that each run gives.

    A value that has a default in Python must be named: nothing is filled in.
    """

    def __init__(self, statement: Executable | Mapping[str, Executable], *names: str) -> None:
        self._statement, self._names = statement, names
        self._texts: dict[str, _Text] = {}

    def rows(self, values: Mapping[str, Any]) -> list[Row]:
        """Run it in the session's transaction; the rows that it returns."""
        return together([(self, values)])[0]

    def touched(self, values: Mapping[str, Any]) -> int:
        """Run it in the session's transaction; how many rows it changed."""
        return touched([(self, values)])[0]

    def text(self, dialect: Dialect) -> _Text:
        """The statement in the words of a dialect."""
        found = self._texts.get(dialect.name)
        if found is None:
            chosen = self._statement[dialect.name] if isinstance(self._statement, Mapping) else self._statement
            found = self._texts[dialect.name] = _Text(chosen, self._names, dialect)
        return found


Run = tuple[Prepared, Mapping[str, Any]]


def together(runs: Sequence[Run]) -> list[list[Row]]:
    """Run these in turn in the session's transaction, in one journey where the database is a server; the rows of each.

    Each sees what those before it did, and what others committed until then. The first that fails ends them all.
    """
    return _journey(runs, lambda text, cursor: text.fetched(cursor))


def touched(runs: Sequence[Run]) -> list[int]:
    """As `together`, for who asks how many rows each changed."""
    return _journey(runs, lambda text, cursor: int(cursor.rowcount))


def _journey(runs: Sequence[Run], told: Callable[[_Text, Any], T]) -> list[T]:
    connection = current_connection()
    texts = [(prepared.text(connection.dialect), values) for prepared, values in runs]
    errors: Any = connection.dialect.loaded_dbapi
    try:
        if connection.dialect.name == "sqlite" or len(texts) == 1:
            return [told(text, text.run(connection, values)) for text, values in texts]
        driver: Any = connection.connection.driver_connection
        with driver.pipeline():
            cursors = [text.run(connection, values) for text, values in texts]
        return [told(text, cursor) for (text, _), cursor in zip(texts, cursors, strict=True)]
    except errors.Error as error:  # raised as SQLAlchemy would
        raise outages.told(connection, error) from error


class _Text:
    """A statement in one dialect's words: which values it takes in which order, and how rows are read."""

    def __init__(self, statement: Executable, names: Sequence[str], dialect: Dialect) -> None:
        compiled: Any = cast(ClauseElement, statement).compile(dialect=dialect, column_keys=list(names))
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError("a prepared statement names every value that has a default")
        self._words = str(compiled)
        bound = {name: parameter for parameter, name in compiled.bind_names.items()}
        order = list(compiled.positiontup) if compiled.positional else list(bound)
        self._keys = None if compiled.positional else order
        self._constants = {name: bound[name].effective_value for name in order if name not in names}
        self._takes = order
        binds = [bound[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order]
        self._binds = [(place, bind) for place, bind in enumerate(binds) if bind is not None]
        columns = statement.selected_columns if isinstance(statement, SelectBase) else ()
        reads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._reads = [(place, read) for place, read in enumerate(reads) if read is not None]
        self._returns = bool(reads)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The driver's cursor after the statement ran."""
        given = {**self._constants, **values} if self._constants else values
        found = [given[name] for name in self._takes]
        for place, bind in self._binds:
            found[place] = bind(found[place])
        parameters = found if self._keys is None else dict(zip(self._keys, found, strict=True))
        cursor = connection.connection.cursor()
        heard = connection.engine.dispatch
        for listener in heard.before_cursor_execute:
            listener(connection, cursor, self._words, parameters, None, False)
        cursor.execute(self._words, parameters)
        for listener in heard.after_cursor_execute:
            listener(connection, cursor, self._words, parameters, None, False)
        return cursor

    def fetched(self, cursor: Any) -> list[Row]:
        """The rows as Python knows them; none for a statement that returns none."""
        return [self._row(row) for row in cursor.fetchall()] if self._returns else []

    def _row(self, found: Row) -> Row:
        row = list(found)
        for place, read in self._reads:
            row[place] = read(row[place])
        return tuple(row)
