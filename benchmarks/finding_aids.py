"""Finding aids of any size, the same for the same seed: a finding aid as ArchivesSpace writes it.

Series, subseries and files; barcoded boxes with folders; titles in English and Chinese from lists of words, as common and as
rare as in real ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

_PEOPLE = (
    "Abbott Baker Carver Dawson Ellison Fletcher Garrison Hawthorne Ingram Jessop Kendall Langley Mortimer Norris".split()
)
_MATTERS = (
    "Correspondence Minutes Accounts Photographs Deeds Reports Drawings Diaries Contracts Maps Receipts Ledgers".split()
)
_PLACES = "Ashford Brookfield Carrick Dunmore Eastvale Farnham Greystone Holloway Kirkwood Lindale Marlow Northgate".split()
_OFFICES = "水利局 教育局 民政局 财政局 农业局 卫生局 档案馆 人民政府 建设局 交通局 林业局 统计局".split()
_TOPICS = (
    "会议纪要 工作总结 年度报告 干部任免 经费预算 土地登记 防汛抗旱 学校建设 户籍管理 工程图纸 信访处理 人口普查".split()
)
_NUMERALS = "一二三四五六七八九"


def english(rng: random.Random, number: int) -> str:
    """Return an English title."""
    return (
        f"{rng.choice(_PEOPLE)} and {rng.choice(_PEOPLE)}, {rng.choice(_MATTERS).lower()} concerning "
        f"{rng.choice(_PLACES)} [{rng.choice(_MATTERS)}] no. {number}"
    )


def chinese(rng: random.Random, number: int) -> str:
    """Return a Chinese title."""
    return (
        f"{rng.choice(_OFFICES)}关于{1950 + number % 60}年{rng.choice(_TOPICS)}的第{rng.choice(_NUMERALS)}号文件（{number}）"
    )


def lines(components: int, boxes: int, seed: int = 1) -> Iterator[str]:
    """Yield a finding aid of so many components in so many barcoded boxes, a piece at a time."""
    rng = random.Random(seed)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<ead xmlns="urn:isbn:1-931666-22-9" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
    yield f" <eadheader><eadid>generated-{seed}-{components}</eadid><filedesc><titlestmt>"
    yield "<titleproper>Guide to the generated papers</titleproper></titlestmt></filedesc></eadheader>\n"
    yield ' <archdesc level="collection"><did><unittitle>Generated papers</unittitle><unitid>GEN.1</unitid>'
    yield "<unitdate>1950-2009</unitdate></did>\n <dsc>\n"
    per_series = max(2, components // 20)
    is_open = False
    series = 0
    for number in range(1, components + 1):
        if (number - 1) % per_series == 0:
            if is_open:
                yield "  </c>\n"
            series += 1
            is_open = True
            yield f'  <c id="aspace_s{series}" level="series"><did><unittitle>Series {series}: {rng.choice(_MATTERS)}'
            yield f"</unittitle><unitid>GEN.1.{series}</unitid></did>\n"
            continue
        yield _file(rng, number, series, box=1 + (number - 1) * boxes // components)
    yield "  </c>\n </dsc></archdesc>\n</ead>\n" if is_open else " </dsc></archdesc>\n</ead>\n"


def _file(rng: random.Random, number: int, series: int, box: int) -> str:
    title = escape(chinese(rng, number) if number % 5 < 3 else english(rng, number))
    year = 1950 + number % 60
    barcode = f"3114206{box:07d}"
    return (
        f'   <c id="aspace_{number:032x}" level="file">\n    <did>\n     <unittitle>{title}</unittitle>\n'
        f"     <unitid>GEN.1.{series}.{number}</unitid>\n"
        f'     <unitdate normal="{year}/{year + 1}" type="inclusive">{year}-{year + 1}</unitdate>\n'
        f'     <container id="aspace_b{number}" label="Mixed Materials [{barcode}]" type="Box" '
        f'altrender="Manuscript box - Letter">{box}</container>\n'
        f'     <container parent="aspace_b{number}" type="Folder">{number % 17 + 1}</container>\n    </did>\n'
        f"    <scopecontent><p>Concerns {rng.choice(_PLACES)} and <persname>{rng.choice(_PEOPLE)}</persname>.</p>"
        "</scopecontent>\n   </c>\n"
    )


def write(path: Path, components: int, boxes: int, seed: int = 1) -> None:
    """Write such a finding aid to a file."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines(components, boxes, seed))
