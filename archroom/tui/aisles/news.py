"""What the app knows of the shelving, asked off the loop: the plan of the room's blocks, and each block as last seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.errors import Message, say
from archroom.tui import messages
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.rooms import Block
    from archroom.core.shelving import BlockView
    from archroom.tui.app import ArchroomApp


class ShelvingNews:
    """The blocks, the last answers, and why there was none."""

    def __init__(self, house: ArchroomApp) -> None:
        self._house = house
        self._blocks_lane = Lane(house, "blocks", say("Reading the plan of the room"))
        self._views_lane = Lane(house, "views", say("Asking the shelving"))
        self.blocks: dict[int, Block] = {}
        self.views: dict[int, tuple[BlockView, float]] = {}
        """What was last seen of each block, and when by `now_s`."""
        self.trouble: Message | None = None
        """Why the shelving could not be asked at the last attempt."""

    @property
    def is_awaited(self) -> bool:
        """Whether the shelving was asked and has not answered yet."""
        return self._views_lane.is_busy

    def read_blocks(self) -> None:
        """Read the plan of the room's blocks, unless it is known."""
        rooms = self._house.services.rooms
        if not self.blocks:
            self._blocks_lane.start(lambda: messages.BlocksRead(rooms.blocks()))

    def read_views(self) -> None:
        """Ask the shelving what it sees, unless an answer is still awaited."""
        aisles, now_s = self._house.services.aisles, self._house.now_s
        if not self.is_awaited:
            self._views_lane.start(lambda: messages.ViewsRead(aisles.views(), now_s()), messages.ViewsFailed)

    def hear(self, event: messages.ShelvingTold) -> None:
        """Take what a worker tells."""
        match event:
            case messages.BlocksRead():
                self.blocks = {block.number: block for block in event.blocks}
            case messages.ViewsRead():
                self.trouble = None
                self.views.update({view.block: (view, event.at_s) for view in event.views})
            case messages.ViewsFailed():
                self.trouble = event.reason
            case messages.BlockSeen():
                self.views[event.view.block] = (event.view, event.at_s)
        self._house.show_situation()
