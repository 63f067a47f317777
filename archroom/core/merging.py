"""What a record that came again changes: a blank never clears, and a home follows the finding aid, not the other way round.

All of it is pure and idempotent: the same record once more changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archroom.core.cleaning import MAX_TITLE
from archroom.core.holdings import Custody, ThingKind, Whereabouts


def merged(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Return the fields of a description after a record said something of them; what is blank in it stays as it was."""
    return tuple(new or old for old, new in zip(before, after, strict=True))


def rehomed(where: Whereabouts, container_id: int | None) -> Whereabouts:
    """Return how a thing stands once its finding aid says that it belongs in a container.

    Nothing changes if the finding aid names none, the same, or if the thing was given a home on a shelf, which somebody saw
    with their eyes. A thing that stands where it belongs goes along; one that is out or elsewhere gets another home only.
    """
    if container_id is None or container_id == where.home_container_id or where.home_place_id is not None:
        return where
    is_at_home = where.custody is Custody.IN and where.place_id is None and where.container_id == where.home_container_id
    return replace(
        where,
        home_container_id=container_id,
        container_id=container_id if is_at_home else where.container_id,
    )


def item_title(title: str, dates: str, reference: str) -> str:
    """Return what an item is called: its title, or what else its finding aid says of it."""
    return title or dates or reference or "—"


def container_name(kind: ThingKind, label: str, indicator: str) -> str:
    """Return what a container is called among its like: "Box 12", "盒 12"; the kind stands in for a type nobody wrote."""
    word = label or kind.value
    return f"{word[:1].upper()}{word[1:]} {indicator}"


def container_title(names: Sequence[str], collection: str) -> str:
    """Return a container's title from its name and those around it, outermost first: "Folder 3, Box 12, Smith papers"."""
    return ", ".join((*reversed(names), collection))[:MAX_TITLE].rstrip()


def housing_of(instances: Sequence[Sequence[str]]) -> str:
    """Return the containers of an item in words, one instance after the other: "Box 12 Folder 3; Box 14"."""
    return "; ".join(dict.fromkeys(" ".join(names) for names in instances))
