"""Random changes of bytes: of JSON, which most changes of single bytes would only break, and of anything."""

from __future__ import annotations

import json
import random
from typing import Any, cast

PIECES = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b":", b",", b"null", b"true", b"1e999", b"-", b"NaN", b"\\ud800", b"\x00"),
    *(
        b"\xff",
        b"\xef\xbb\xbf",
        b"\r\n",
        b'"data":',
        b'"id":',
        b'"error":',
        b'"message":',
        b" GMT",
        b"+2359",
        b"\x1f\x8b",
    ),
)

VALUES = (
    *("null", "true", "false", "0", "-1", "5", "18446744073709551616", "1.5", "Infinity", "NaN", "[]", "{}"),
    *('""', '"x"', '"\\ud800"', "[null]", "[{}]", '{"id":"x","type":null}', '{"a":{"items":{"b":{"default":null}}}}'),
    *('"replicate"', '"2023-04-25T12:00:00Z"', '"0001-01-01T00:00:00+23:00"', '"9999-12-31T24:00:00Z"', '"2024-W53-7"'),
    '"248df4b7-aa70-47b8-a036-33ac447e668d"',
)

NAMES = (
    "data",
    "id",
    "type",
    "error",
    "message",
    "key",
    "metadata",
    "items",
    "additional_properties",
    "to_dict",
    "",
    "x",
)


def changed(data: bytes, chance: random.Random, longest: int) -> bytes:
    """Return bytes with one change or a few, and at most so many of them."""
    if chance.random() < 0.6:
        try:
            body: object = json.loads(data)
        except (ValueError, RecursionError):
            pass
        else:
            for _ in range(chance.randint(1, 3)):
                body = _changed_json(body, chance)
            return json.dumps(body).encode()[:longest]
    return _changed_bytes(data[:longest], chance)[:longest]


def _changed_json(body: object, chance: random.Random) -> object:
    """Return JSON with one of its values replaced, repeated, taken out or renamed."""
    parents: list[Any] = []
    rest: list[object] = [body]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            members = cast("dict[str, object]", part)
            parents.append(members)
            rest += members.values()
        elif isinstance(part, list):
            items = cast("list[object]", part)
            parents.append(items)
            rest += items
    parents = [parent for parent in parents if parent]  # not the empty ones, which have nothing to change
    if not parents or chance.random() < 0.05:
        return _value(chance)
    parent = chance.choice(parents)
    if isinstance(parent, dict):
        members = cast("dict[str, object]", parent)
        place = chance.choice(list(members))
        value = members.pop(place)
        match chance.randrange(4):
            case 0:
                members[place] = _value(chance)
            case 1:
                members[chance.choice(NAMES)] = value
            case 2:
                members |= {place: [value], chance.choice(NAMES): _value(chance)}
            case _:
                pass
    else:
        items = cast("list[object]", parent)
        items[chance.randrange(len(items))] = _value(chance)
    return body


def _value(chance: random.Random) -> Any:
    return json.loads(chance.choice(VALUES))


def _changed_bytes(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few pieces replaced, repeated, taken out or put in."""
    pieces = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(pieces) + 1)
        end = min(len(pieces), start + chance.choice((0, 0, 1, 1, 2, 8, 64)))
        match chance.randrange(4):
            case 0:
                pieces[start:end] = chance.choice(PIECES)
            case 1:
                pieces[start:start] = pieces[start:end] * chance.randint(1, 3)
            case 2:
                del pieces[start:end]
            case _:
                pieces[start:end] = chance.randbytes(end - start)
    return bytes(pieces)
