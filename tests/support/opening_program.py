"""A program that opens an aisle, as a person's program does: says when it has begun and how it ended, a JSON line each."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from archroom.core.shelving import Action, BlockView, Wanted
from archroom.shelving.client import ShelvingClient
from archroom.shelving.spec import Places, read_spec


def main() -> None:
    """SPEC RUN STATE LOCKS BLOCK OPENS."""
    spec, run, state, locks = (Path(argument) for argument in sys.argv[1:5])
    client = ShelvingClient(read_spec(spec), Places(run, state, locks))
    ticket = client.select(int(sys.argv[5]), Wanted(Action.OPEN, int(sys.argv[6])), "Ana")
    print(json.dumps({"ticket": ticket.id}), flush=True)

    def observe(view: BlockView) -> None:
        print(json.dumps({"state": view.status.state.name if view.status else None}), flush=True)

    outcome = client.go(ticket, ticket.narrows, "Ana", observe)
    print(json.dumps({"outcome": outcome.kind.value}), flush=True)


if __name__ == "__main__":
    main()
