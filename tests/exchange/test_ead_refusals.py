"""A bad file is refused whole with a sentence, its line and its column; nothing it declares is ever loaded or expanded."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from pathlib import Path

import pytest
from finding_aids import box, c, ead, folder, read
from hypothesis import given, settings
from hypothesis import strategies as st
from peak_memory import peak_kb

from archroom.core.codes import CodeKind, format_code
from archroom.core.records import Record
from archroom.errors import BadFile
from archroom.exchange.ead import read_ead

GOOD = ead(
    c("Letters", box(1, barcode="311", id_="b1"), folder(2, parent="b1"), id_="x1", unitid="MS 1/1"),
    head="<?xml version='1.0'?>\n",
)
DOCTYPE = '<!DOCTYPE ead PUBLIC "+//ISBN 1-931666-00-8//DTD ead.dtd//EN" "ead.dtd">\n'
LAUGHS = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10 if number else "ha"}">\n' for number in range(10))


def refused(text: str | bytes, folder_: Path) -> BadFile:
    with pytest.raises(BadFile) as caught:
        read(text, folder_)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("", 1, 1, "cut off"),
        ("<ead>\n<archdesc>", 2, 11, "cut off"),
        ("<ead>\n<archdesc><di", 2, 11, "cut off"),
        ("<ead>\n <a></b></ead>", 2, 7, "no start tag"),
        ('<ead a="MARC21></ead>', 1, 16, "not well-formed"),
        ("<ead>&nbsp;</ead>", 1, 6, "entity that is not defined"),
        ("<ead><archdesc/></ead>\n<more/>", 2, 1, "after the end"),
        ("<ead>\n&#27;</ead>", 2, 1, "XML forbids"),
        ("<ead>&#xD800;</ead>", 1, 6, "XML forbids"),
        ("<ead>\x1b[31m</ead>", 1, 6, "not well-formed"),
        ("plain text", 1, 1, "not well-formed"),
        ("\n<html><body/></html>", 2, 1, "outermost element is “html”"),
        ('<ead xmlns="http://ead3.archivists.org/schema/"/>', 1, 1, "EAD 3"),
        ('<x:ead xmlns:x="urn:other"/>', 1, 1, "ead (urn:other)"),
        ("<ead><eadheader/>\n</ead>", 2, 1, "without a description"),
    ],
)
def test_what_is_no_whole_finding_aid(text: str, line: int, column: int, says: str, tmp_path: Path) -> None:
    error = refused(text, tmp_path)
    assert (error.line, error.column) == (line, column)
    assert says in str(error)
    assert f"file.xml, line {line}, column {column}:" in str(error)


@pytest.mark.parametrize("cut", range(1, len(GOOD.rstrip()) - 1, 7))
def test_a_truncated_file_is_refused_wherever_it_ends(cut: int, tmp_path: Path) -> None:
    assert refused(GOOD[:cut], tmp_path).line > 0


@pytest.mark.parametrize(
    ("subset", "says"),
    [
        (LAUGHS, "declares the entity “a0”"),
        ('<!ENTITY e SYSTEM "file:///etc/passwd">', "declares the entity “e”"),
        ('<!ENTITY e SYSTEM "http://127.0.0.1:9/">', "declares the entity “e”"),
        ('<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;', "declares the entity “p”"),
        ('<!ENTITY mdash "&#8212;">', "declares the entity “mdash”"),
        ('<!NOTATION gif SYSTEM "gif"><!ENTITY logo SYSTEM "l.gif" NDATA gif>', "declares the entity “logo”"),
    ],
)
def test_a_file_that_declares_an_entity_is_refused_before_anything_is_expanded(
    subset: str, says: str, tmp_path: Path
) -> None:
    text = GOOD.replace("<ead>", f"<!DOCTYPE ead [\n{subset}\n]>\n<ead>").replace("Letters", "&e;&a9;&mdash;")
    begun = time.process_time()
    error = refused(text, tmp_path)
    assert says in str(error)
    assert error.line >= 2
    assert time.process_time() - begun < 1


def test_nothing_is_ever_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        visitors: list[object] = []

        def wait() -> None:
            try:
                visitors.append(server.accept())
            except TimeoutError:
                return

        waiting = threading.Thread(target=wait)
        waiting.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/ead.dtd"
        assert read(GOOD.replace("<ead>", f'<!DOCTYPE ead SYSTEM "{url}"><ead>'), tmp_path).components
        refused(GOOD.replace("<ead>", f'<!DOCTYPE ead [<!ENTITY e SYSTEM "{url}">]><ead>'), tmp_path)
        waiting.join()
    assert visitors == []


@pytest.mark.parametrize(
    "body",
    [
        ead(c("A &mdash; b")),
        ead(c("A", "<container label='x &mdash; [12]' type='Box'>1</container>")),
        ead(c("A", "<container type='Box' id=\"&unknown;\">1</container>")),
        ead("<c id='&x;'><did/></c>"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_undefined_entity_refuses_the_file_though_a_document_type_is_named(
    body: str, encoding: str, tmp_path: Path
) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>{DOCTYPE}'
    assert "not defined" in str(refused((head + body).encode(encoding), tmp_path))


def test_an_entity_in_an_attribute_is_seen_across_chunks_and_not_where_it_is_text(tmp_path: Path) -> None:
    text = ead(*[c(f"T{number} &amp; <![CDATA[&free;]]>", "<!-- &free; -->", box(number)) for number in range(3000)])
    assert len(read(DOCTYPE + text, tmp_path).components) == 3000
    for number in (0, 1500, 2999):
        spoiled = text.replace(f"<unittitle>T{number} ", f"<unittitle label='{'x' * 100_000} &free; '>T{number} ")
        assert "not defined" in str(refused(DOCTYPE + spoiled, tmp_path))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'<?xml version="1.0" encoding="utf-8"?>\n<ead>caf\xe9</ead>', "not well-formed"),
        (b'<?xml version="1.0" encoding="nonsense"?><ead/>', "encoding"),
        (b'<?xml version="1.0" encoding="utf-16"?><ead/>', "encoding"),
        (b'<?xml version="1.0" encoding="gb18030"?>\n<ead>\xff\xff</ead>', "encoding"),
        (b'<?xml version="1.0" encoding="utf-7"?><ead/>', "encoding"),
        (b'<?xml version="1.0" encoding="iso-8859-99"?><ead/>', "encoding"),
        (b'<?xml version="1.0" encoding="unicode_escape"?><ead/>', "encoding"),
        (b"\x00\x01\x02", "not well-formed"),
        (b"\x1f\x8b\x08\x00gzip", "not well-formed"),
        (b"SQLite format 3\x00", "not well-formed"),
    ],
)
def test_the_wrong_encoding_and_other_bytes(data: bytes, says: str, tmp_path: Path) -> None:
    error = refused(data, tmp_path)
    assert says in str(error)
    assert error.line >= 1


OWN = format_code(CodeKind.BOX, 127)


@pytest.mark.parametrize(
    ("barcode", "says"),
    [
        (OWN, "our own making"),
        (OWN.lower(), "our own making"),
        (f"X{OWN}", "cannot be the barcode"),
        (OWN[:-1] + ("0" if OWN[-1] != "0" else "1"), "cannot be the barcode"),
        ("9" * 65, "cannot be the barcode"),
        ("9" * 300, "cannot be the barcode"),
    ],
)
def test_a_barcode_that_nothing_may_have_refuses_the_file_with_its_line(barcode: str, says: str, tmp_path: Path) -> None:
    text = ead(c("A"), "\n", c("B", "\n  ", box(1, barcode=barcode)))
    error = refused(text, tmp_path)
    assert says in str(error)
    assert (error.line, error.column) == (3, 3)


def test_a_parent_that_is_nowhere_refuses_the_file(tmp_path: Path) -> None:
    error = refused(ead(c("A", "\n", folder(1, parent="nowhere"))), tmp_path)
    assert "“nowhere”" in str(error)
    assert error.line == 2


def test_containers_that_are_in_each_other_refuse_the_file(tmp_path: Path) -> None:
    assert "“b”" in str(refused(ead(c("A", box(1, id_="a", parent="b"), box(2, id_="b", parent="a"))), tmp_path))
    assert "“a”" in str(refused(ead(c("A", box(1, id_="a", parent="a"))), tmp_path))


@pytest.mark.parametrize(
    ("text", "attribute", "element"),
    [
        (GOOD.replace("<ead>", "<ead invalid='attribute'>"), "invalid", "ead"),
        (GOOD.replace(" label=", " lable="), "lable", "container"),
        (GOOD.replace(" parent=", " parnet="), "parnet", "container"),
        (GOOD.replace(" level=", " lvl="), "lvl", "archdesc"),
    ],
)
def test_a_misspelt_attribute_refuses_the_file_because_it_would_lose_something(
    text: str, attribute: str, element: str, tmp_path: Path
) -> None:
    assert f"no attribute “{attribute}” of the element “{element}”" in str(refused(text, tmp_path))


def test_attributes_of_other_namespaces_may_stand_anywhere(tmp_path: Path) -> None:
    text = GOOD.replace("<ead>", "<ead xmlns:xlink='urn:x' xml:lang='en'>").replace(
        "<c ", "<c xlink:role='y' xml:space='default' "
    )
    assert len(read(text, tmp_path).components) == 1


def test_hostile_names_are_shown_as_text(tmp_path: Path) -> None:
    error = refused("<\u0250\u202e/>".encode(), tmp_path)
    assert "\u202e" not in str(error)
    with pytest.raises(BadFile) as caught:
        list(read_ead(tmp_path / "no\x1b[31m\nfile.xml"))
    assert str(caught.value) == "There is no file no\ufffd[31m file.xml."


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="There is no file"):
        list(read_ead(tmp_path / "missing.xml"))
    with pytest.raises(BadFile, match="is a folder"):
        list(read_ead(tmp_path))
    with pytest.raises(BadFile, match="cannot be read"):
        list(read_ead(tmp_path / "file.xml" / "x" if (tmp_path / "file.xml").write_text("") == 0 else tmp_path))


# --- files made to exhaust the machine


@pytest.mark.parametrize("tag", ["x", "c", "unittitle", "did"])
def test_elements_in_elements_have_an_end(tag: str, tmp_path: Path) -> None:
    text = "<ead><archdesc><did></did><dsc><c><did>" + f"<{tag}>" * 100_000
    assert "deep" in str(refused(text, tmp_path))


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [
        ("<ead><archdesc id='", "x" * 100_000, "'/></ead>"),
        ("<ead><!--", "x" * 100_000, "--></ead>"),
        ("<ead><archdesc ", " " * 100_000, "/></ead>"),
    ],
)
def test_a_tag_that_does_not_end_is_refused_before_it_fills_the_memory(
    before: str, piece: str, after: str, tmp_path: Path
) -> None:
    path = _long_file(tmp_path, before, piece, after)
    assert "a single tag does not end" in str(refused(path.read_bytes(), tmp_path))
    assert _taken_kb(path) - _taken_kb(_long_file(tmp_path, *ead(c("A|")).split("|"))) < 30_000


def test_a_title_of_30_megabytes_takes_no_memory_of_that_size(tmp_path: Path) -> None:
    before, after = ead(c("|")).split("|")
    path = _long_file(tmp_path, before, "word " * 20_000, after)
    assert len(read(path.read_bytes(), tmp_path).components) == 1
    assert _taken_kb(path) - _taken_kb(_long_file(tmp_path, before, after)) < 15_000


def test_the_gauge_of_these_tests_sees_memory() -> None:
    assert peak_kb("x = bytearray(60_000_000)") - peak_kb("pass") > 50_000


def _long_file(folder_: Path, *parts: str) -> Path:
    """Write a file whose middle part, if there are three, comes 300 times."""
    path = folder_ / f"long{len(parts)}.xml"
    with path.open("w") as file:
        for place, part in enumerate(parts):
            for _ in range(300 if place == 1 and len(parts) == 3 else 1):
                file.write(part)
    return path


def _taken_kb(path: Path) -> int:
    return peak_kb(
        "from pathlib import Path\nfrom archroom.errors import BadFile\nfrom archroom.exchange.ead import read_ead\n"
        "try:\n    for _ in read_ead(Path(sys.argv[1])): pass\nexcept BadFile: pass",
        path,
    )


def test_one_description_with_very_many_containers_is_refused(tmp_path: Path) -> None:
    assert "20000 containers" in str(refused(ead(c("A", *(box(number) for number in range(20_001)))), tmp_path))


def test_a_long_line_of_forward_parents_is_followed_without_recursion(tmp_path: Path) -> None:
    boxes = [box(number, id_=f"i{number}", parent=f"i{number + 1}") for number in range(5000)]
    found = read(ead(c("A", *boxes, box("last", id_="i5000"))), tmp_path)
    assert len(found.containers) == 5001


# --- anything else that bytes can be


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_sentence(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "file.xml"
    path.write_bytes(data)
    with pytest.raises(BadFile):
        list(read_ead(path))


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), patch=st.binary(max_size=4), dropped=st.integers(0, 8))
def test_a_spoiled_file_is_taken_or_refused_and_never_raises_anything_else(
    at: int, patch: bytes, dropped: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "file.xml"
    data = GOOD.encode()
    path.write_bytes(data[:at] + patch + data[at + dropped :])
    records: list[Record] = []
    with contextlib.suppress(BadFile):
        records = list(read_ead(path))
        assert records[1:]


def test_what_is_read_does_not_depend_on_how_the_file_is_cut_into_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ead(
        *[c(f"水 &amp; {number}<lb/>b", box(number % 7, barcode=f"9{number % 7}"), folder(number)) for number in range(50)]
    )
    whole = read(text, tmp_path).in_order
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr("archroom.exchange.ead._CHUNK", size)
        assert list(itertools.chain(read(text, tmp_path).in_order)) == whole
