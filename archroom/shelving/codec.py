"""Facts as JSON and back: frozen dataclasses, enums, messages, instants, tuples and sets; nothing else, nothing is executed.

What is decoded is checked against the types of the fact it becomes: a wrong, missing or unknown field raises ValueError.
"""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

from archroom.errors import Message, Value

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
T = TypeVar("T")


def encode(fact: object) -> Json:
    """Return a fact as JSON; raises TypeError for what is no fact."""
    if isinstance(fact, Message):
        return {"template": fact.template, "values": {name: encode(value) for name, value in fact.values.items()}}
    if is_dataclass(fact) and not isinstance(fact, type):
        return {field.name: encode(getattr(fact, field.name)) for field in fields(fact)}
    if isinstance(fact, Enum):
        return cast(Json, fact.value)
    if isinstance(fact, date):
        return fact.isoformat()
    if isinstance(fact, frozenset):
        return [encode(member) for member in sorted(fact, key=_order)]
    if isinstance(fact, tuple | list):
        return [encode(member) for member in fact]
    if isinstance(fact, Mapping):
        return {str(key): encode(value) for key, value in fact.items()}
    if fact is None or isinstance(fact, bool | int | float | str):
        return fact
    raise TypeError(f"{type(fact).__name__} is no fact")


def _order(member: object) -> tuple[int, str]:
    return (member if isinstance(member, int) else 0, str(member))


def decode(kind: type[T], data: object) -> T:
    """Return the fact of this kind that JSON stands for; raises ValueError."""
    return cast(T, _decoded(kind, data))


@cache
def _hints(kind: Hashable) -> dict[str, object]:
    return get_type_hints(kind)


def _decoded(kind: object, data: object) -> object:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decoded_union(get_args(kind), data)
    if origin in (tuple, frozenset):
        return _decoded_many(origin, get_args(kind), data)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        key, value = get_args(kind)
        table = _table(data)
        return {int(name) if key is int else name: _decoded(value, member) for name, member in table.items()}
    if kind is Message:
        return _message(data)
    if kind is datetime:
        return datetime.fromisoformat(cast(str, _plain(str, data)))
    if kind is date:
        return date.fromisoformat(cast(str, _plain(str, data)))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if isinstance(kind, type) and is_dataclass(kind):
        return _decoded_fact(kind, _table(data))
    return _plain(kind, data)


def _decoded_fact(kind: type[object], table: Mapping[str, object]) -> object:
    hints = _hints(cast(Hashable, kind))
    if unknown := table.keys() - hints.keys():
        raise ValueError(f"{kind.__name__} has no {sorted(unknown)[0]}")
    try:
        return kind(**{name: _decoded(hints[name], member) for name, member in table.items()})
    except TypeError as error:
        raise ValueError(f"not a whole {kind.__name__}") from error


def _decoded_union(kinds: tuple[object, ...], data: object) -> object:
    if data is None and type(None) in kinds:
        return None
    for kind in kinds:
        if kind is not type(None):
            try:
                return _decoded(kind, data)
            except ValueError:
                continue
    raise ValueError("fits none of the kinds")


def _decoded_many(origin: object, kinds: tuple[object, ...], data: object) -> object:
    if not isinstance(data, list):
        raise ValueError("not a list")
    if origin is frozenset:
        return frozenset(_decoded(kinds[0], member) for member in data)
    if kinds[1:] == (Ellipsis,):
        return tuple(_decoded(kinds[0], member) for member in data)
    if len(kinds) != len(data):
        raise ValueError(f"{len(data)} members in place of {len(kinds)}")
    return tuple(_decoded(kind, member) for kind, member in zip(kinds, data, strict=True))


def _message(data: object) -> Message:
    table = _table(data)
    template, values = table.get("template"), _table(table.get("values"))
    if not isinstance(template, str):
        raise ValueError("a message without a template")
    found: dict[str, Value] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found[name] = _message(value)
        elif isinstance(value, str | int):
            found[name] = value
        else:
            raise ValueError("a message with a strange value")
    return Message(template, found)


def _table(data: object) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise ValueError("not a table")
    return data


def _plain(kind: object, data: object) -> object:
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if kind in (bool, int, str) and type(data) is kind:
        return data
    raise ValueError(f"{type(data).__name__} in place of {kind}")
