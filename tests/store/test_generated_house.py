"""The generated house is the same on every machine, so that figures can be compared."""

from __future__ import annotations

import hashlib

from benchmarks.house_of import ITEMS_IN_A_BOX, collection_of, items_of, queries


def digest(values: list[str]) -> str:
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:16]


def test_the_same_seed_gives_the_same_house() -> None:
    items = list(items_of(500))
    assert digest([repr(item) for item in items]) == "fc7277b430839b27"
    assert len({item.box.number for item in items}) == -(-500 // ITEMS_IN_A_BOX)
    assert [repr(item) for item in items_of(500, seed=1)] != [repr(item) for item in items]
    assert digest([repr(collection_of(number)) for number in range(1, 50)]) == "5aa0f3bd8e1e1a91"


def test_the_list_of_queries_is_published_by_its_seed() -> None:
    found = queries()
    assert len(found) == 1000
    assert digest(found) == "539db152e66821fa"
    assert sum(" " in words and "box" not in words for words in found) >= 333
