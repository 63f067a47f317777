"""`label`: labels to a file, which is read back and decoded before it is given out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archroom import paths
from archroom.cli.arguments import Commands, whole_number
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.errors import say
from archroom.texts import tr

if TYPE_CHECKING:
    from archroom.wiring import House

_MOST_ON_A_SHEET = 999
"""Nobody makes sheets of more labels; how many there are on one is known to its stock."""


def add_commands(commands: Commands) -> None:
    """Add `label`."""
    label = commands.add(
        "label",
        say("Write labels of things, places, people or command cards to a file, proved by reading it back."),
        "archroom label B00000127J -o box.pdf",
        _label,
    )
    label.add_argument(
        "codes",
        nargs="+",
        metavar="CODE",
        help=tr("code, address, reference code, exact name, or a command word such as UNDO"),
    )
    label.add_argument(
        "-o", "--output", required=True, type=Path, metavar="FILE", help=tr("the file: .pdf, .png, .svg or .zpl")
    )
    label.add_argument(
        "--stock", metavar="NAME", help=tr("label stock: roll or L7160 (default: that of the settings, else roll)")
    )
    label.add_argument(
        "--first",
        type=whole_number(1, _MOST_ON_A_SHEET),
        default=1,
        metavar="N",
        help=tr("first label of a part-used sheet, along the rows (default 1, top left)"),
    )


def label_file(house: House, codes: Sequence[str], folder: Path) -> Path:
    """Write labels for the app to a PDF named after the first, and return it."""
    from archroom.labels import stock_named, write_labels

    contents = house.labelling.contents(codes)
    file = paths.made(folder) / f"label-{contents[0].code}.pdf"
    write_labels(contents, stock_named(house.config.label_stock), file)
    return file


def _label(job: Job) -> int:
    from archroom.labels import stock_named, write_labels

    stock = stock_named(job.args.stock or job.settings.config.label_stock)
    contents = job.house.labelling.contents(job.args.codes)
    report = write_labels(contents, stock, job.args.output, job.args.first)
    shape: dict[str, Json] = {
        "file": report.path,
        "labels": report.labels,
        "pages": report.pages,
        "codes_read": report.codes_read,
        "missing_letters": report.missing_letters,
        "stock": stock.name,
    }
    written = tr(
        "{file} is proved. Labels: {labels}, codes read back: {codes}.",
        file=report.path,
        labels=report.labels,
        codes=report.codes_read,
    )
    job.output.result(shape, [written])
    if report.missing_letters:
        job.output.note(say("The font lacks these letters, drawn as boxes: {letters}", letters=report.missing_letters))
    return 0
