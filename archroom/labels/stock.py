"""Label stock: the paper, its grid, and the dots of the printer that is meant to print it.

A module, the narrowest bar, is a whole number of printer dots: 3 at 203 dpi and 4 at 300 dpi, widths at which every drawing
of a badly inked and tilted label was still read (measured; 2 dots were not).
"""

from __future__ import annotations

from dataclasses import dataclass

from archroom.errors import UsageError, say

_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of label material. Lengths are mm as their makers give them, hence not whole."""

    name: str
    title: str
    dpi: int
    module_dots: int
    qr_module_dots: int
    label_mm: tuple[float, float]
    page_mm: tuple[float, float]
    columns: int = 1
    rows: int = 1
    pitch_mm: tuple[float, float] = (0.0, 0.0)
    origin_mm: tuple[float, float] = (0.0, 0.0)
    margin_mm: float = 2.0
    """What is kept clear inside the die cut."""

    @property
    def labels_a_page(self) -> int:
        """How many labels one page holds."""
        return self.columns * self.rows

    @property
    def is_sheet(self) -> bool:
        """Whether several labels stand on one page."""
        return self.labels_a_page > 1

    def dots(self, length_mm: float) -> int:
        """Return a length in printer dots, rounded."""
        return round(length_mm * self.dpi / _MM_PER_INCH)

    def label_dots(self) -> tuple[int, int]:
        """Return the label's size in dots."""
        return self.dots(self.label_mm[0]), self.dots(self.label_mm[1])

    def page_dots(self) -> tuple[int, int]:
        """Return the page's size in dots."""
        return self.dots(self.page_mm[0]), self.dots(self.page_mm[1])

    def corner_dots(self, index: int) -> tuple[int, int]:
        """Return where label `index` of a page begins, counted along the rows from the top left."""
        row, column = divmod(index, self.columns)
        left = self.origin_mm[0] + column * self.pitch_mm[0]
        top = self.origin_mm[1] + row * self.pitch_mm[1]
        return self.dots(left), self.dots(top)


STOCKS = {
    stock.name: stock
    for stock in (
        Stock("roll", "roll labels 76 x 51 mm (3 x 2 inch), 203 dpi", 203, 3, 5, (76.2, 50.8), (76.2, 50.8)),
        Stock(
            "L7160",
            "A4 sheet, 21 labels 63.5 x 38.1 mm, 300 dpi",
            300,
            4,
            6,
            (63.5, 38.1),
            (210.0, 297.0),
            columns=3,
            rows=7,
            pitch_mm=(66.04, 38.1),
            origin_mm=(7.2, 15.15),
        ),
    )
}
"""The stocks that can be printed on. L7160 as in LibreOffice's list of label sizes (MPL-2.0)."""


def stock_named(name: str) -> Stock:
    """Return a stock by its name, case folded; raises UsageError with the names there are."""
    for stock in STOCKS.values():
        if stock.name.casefold() == name.casefold():
            return stock
    raise UsageError(say("There is no label stock {name}; known are {names}.", name=name, names=", ".join(STOCKS)))
