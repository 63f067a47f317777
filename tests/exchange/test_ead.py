"""What becomes what: every rule by which a finding aid turns into records, on small files."""

from __future__ import annotations

from pathlib import Path

import pytest
from finding_aids import NAMESPACE, box, c, ead, folder, read

from archroom.core.cleaning import MAX_TITLE
from archroom.core.holdings import ThingKind
from archroom.exchange.ead_containers import is_range, kind_of, split_label


def test_the_finding_aid_comes_first_then_each_container_before_what_names_it(tmp_path: Path) -> None:
    found = read(ead(c("Letters", box(1), folder(2)), dates="1900-1910"), tmp_path)
    assert [type(record).__name__ for record in found.in_order] == [
        "FindingAid",
        "ContainerRecord",
        "ContainerRecord",
        "ComponentRecord",
    ]
    assert found.finding_aid.key == "smith"
    assert found.finding_aid.title == "Smith papers"
    assert found.finding_aid.reference == "MS 1"
    assert found.finding_aid.dates == "1900-1910"


def test_with_and_without_namespace_and_with_a_prefix_it_is_the_same(tmp_path: Path) -> None:
    plain = ead(c("Letters", box(1), folder(2), unitid="MS 1/1", level="file"))
    spaced = plain.replace("<ead>", f'<ead xmlns="{NAMESPACE}">')
    prefixed = plain.replace("</", "</e:").replace("<", "<e:").replace("<e:/e:", "</e:")
    prefixed = prefixed.replace("<e:ead>", f'<e:ead xmlns:e="{NAMESPACE}">')
    records = [read(text, tmp_path).in_order for text in (plain, spaced, prefixed)]
    assert records[0] == records[1] == records[2]


def test_numbered_components_are_components_down_to_the_twelfth_level(tmp_path: Path) -> None:
    text = "".join(f"<c{level:02d}><did><unittitle>T{level}</unittitle></did>" for level in range(1, 13))
    text += "".join(f"</c{level:02d}>" for level in range(12, 0, -1))
    found = read(ead(text), tmp_path)
    assert [component.title for component in found.components] == [f"T{level}" for level in range(1, 13)]
    assert found.components[-1].path == tuple(f"T{level}" for level in range(1, 12))
    assert found.components[-1].parent_key == found.components[-2].key


def test_a_series_is_an_item_too_with_its_level(tmp_path: Path) -> None:
    inner = c("Letters", level="otherlevel").replace("<c level", '<c otherlevel="bundle" level')
    found = read(ead(c("Family", level="series", inner=inner), c("Loose", level="otherlevel")), tmp_path)
    assert [(it.title, it.level, it.path) for it in found.components] == [
        ("Family", "series", ()),
        ("Letters", "bundle", ("Family",)),
        ("Loose", "otherlevel", ()),
    ]


def test_no_eadid_means_the_name_of_the_file(tmp_path: Path) -> None:
    assert read(ead(key=""), tmp_path, "mss-42.xml").finding_aid.key == "mss-42.xml"


def test_without_a_title_of_its_own_the_collection_has_that_of_the_header(tmp_path: Path) -> None:
    header = "<filedesc><titlestmt><titleproper type='filing'>Filed</titleproper><titleproper>Guide to it</titleproper>"
    text = ead(title="").replace("</eadheader>", f"{header}</titlestmt></filedesc></eadheader>")
    assert read(text, tmp_path).finding_aid.title == "Guide to it"


# --- titles


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<emph render='italic'>Pitts v. Freeman</emph> case\n\t files", "Pitts v. Freeman case files"),
        ("[Letters] to [/] and [bold]x", "[Letters] to [/] and [bold]x"),
        ("Personal papers, <unitdate>1901-1902</unitdate>", "Personal papers, 1901-1902"),
        ("Personal papers<unitdate>1901</unitdate>", "Personal papers 1901"),
        ("First line<lb/>second line", "First line second line"),
        ("A &lt;b&gt; &amp; c", "A <b> & c"),
        ("<!-- no -->Yes<?no no?>", "Yes"),
        ("<![CDATA[<b>raw</b>]]>", "<b>raw</b>"),
        ("right\u202eleft\u0085next", "right\ufffdleft next"),
        ("C1 \u009b31m", "C1 \ufffd31m"),
    ],
)
def test_titles_are_flattened_folded_and_cleaned(written: str, title: str, tmp_path: Path) -> None:
    assert read(ead(c(written)), tmp_path).components[0].title == title


def test_a_title_of_20000_characters_stays_and_a_longer_one_is_cut_and_says_so(tmp_path: Path) -> None:
    long, longer = "x" * MAX_TITLE, "y" * (MAX_TITLE + 1)
    huge = "word " * 250_000
    first, second, third = read(ead(c(long), c(longer), c(huge)), tmp_path).components
    assert (first.title, first.is_title_cut) == (long, False)
    assert (second.title, second.is_title_cut) == ("y" * MAX_TITLE, True)
    assert (third.title, third.is_title_cut) == (("word " * 4000).strip(), True)


def test_white_space_does_not_count_towards_the_length_of_a_title(tmp_path: Path) -> None:
    spread = (" " * 100).join("word" for _ in range(3000))
    (component,) = read(ead(c(f"<emph>{spread}</emph>")), tmp_path).components
    assert component.title == " ".join("word" for _ in range(3000))
    assert not component.is_title_cut


@pytest.mark.parametrize(
    ("did", "called"),
    [
        ("<unitdate>1950</unitdate><unitid>X 1</unitid>", "1950"),
        ("<unitid>X 1</unitid>", "X 1"),
        ("", "—"),
    ],
)
def test_a_component_without_a_title_has_none_and_its_children_know_it_by_what_it_has(
    did: str, called: str, tmp_path: Path
) -> None:
    parent, child = read(ead(f"<c><did>{did}</did>{c('A')}</c>"), tmp_path).components
    assert parent.title == ""
    assert child.path == (called,)


def test_what_is_for_the_staff_only_counts_where_there_is_nothing_else(tmp_path: Path) -> None:
    internal = "<unittitle audience='internal'>Draft</unittitle><unitid audience='internal'>id1</unitid>"
    public = "<unittitle>Letters</unittitle><unitid>MS 1/1</unitid>"
    found = read(ead(f"<c><did>{internal}{public}</did></c>", f"<c><did>{internal}</did></c>"), tmp_path)
    assert [(it.title, it.reference) for it in found.components] == [("Letters", "MS 1/1"), ("Draft", "id1")]


def test_dates_are_those_of_the_unit_wherever_they_stand_each_once(tmp_path: Path) -> None:
    did = (
        "<unittitle>A, <unitdate>1901</unitdate></unittitle><unitdate>1902-1903</unitdate><unitdate>1901</unitdate>"
        "<unitdate normal='1910/1911'/>"
    )
    assert read(ead(f"<c><did>{did}</did></c>"), tmp_path).components[0].dates == "1901; 1902-1903; 1910/1911"


# --- keys


def keys(text: str, folder_: Path) -> list[str]:
    return [component.key for component in read(text, folder_).components]


def test_an_id_is_the_key_whatever_else_changes(tmp_path: Path) -> None:
    before = keys(ead(c("Letters", id_="x1")), tmp_path)
    assert keys(ead(c("Series", level="series", inner=c("Letters of 1900", id_="x1", unitid="9"))), tmp_path)[1:] == before


def test_without_an_id_parent_and_unitid_are_the_key(tmp_path: Path) -> None:
    before = keys(ead(c("S", id_="s", inner=c("Letters", unitid="MS 1/1"))), tmp_path)
    assert keys(ead(c("Series", id_="s", inner=c("New title", unitid="MS 1/1"))), tmp_path) == before
    assert keys(ead(c("S", id_="t", inner=c("Letters", unitid="MS 1/1"))), tmp_path) != before


def test_without_either_parent_title_and_ordinal_are_the_key(tmp_path: Path) -> None:
    before = keys(ead(c("Minutes"), c("Minutes"), c("Letters")), tmp_path)
    assert len(set(before)) == 3
    after = keys(ead(c("Accounts"), c("Minutes"), c("Minutes"), c("Letters"), c("Minutes")), tmp_path)
    assert after[1:4] == before


def test_keys_of_two_finding_aids_never_meet(tmp_path: Path) -> None:
    text = c("Letters", box(1), id_="x1")
    first, second = read(ead(text, key="a"), tmp_path), read(ead(text, key="b"), tmp_path)
    assert first.components[0].key != second.components[0].key
    assert first.containers.keys().isdisjoint(second.containers)


def test_a_doubled_id_makes_two_components(tmp_path: Path) -> None:
    assert len(set(keys(ead(c("A", id_="x"), c("B", id_="x"), c("C", id_="x")), tmp_path))) == 3


# --- containers


def test_the_number_in_brackets_is_the_barcode_and_makes_the_box_one(tmp_path: Path) -> None:
    first = c("A", box(12, barcode="3 1142 063", id_="i1", profile="Manuscript box"), folder(3, parent="i1"))
    second = c("B", box(12, barcode="31142063", id_="i2"), folder(3, parent="i2"))
    found = read(ead(first, second), tmp_path)
    assert [it.barcode for it in found.containers.values()] == ["31142063", ""]
    assert found.components[0].container_keys == found.components[1].container_keys
    (top, _) = found.containers.values()
    assert (top.kind, top.label, top.indicator, top.profile) == (ThingKind.BOX, "Box", "12", "Manuscript box")
    assert read(ead(first, key="other"), tmp_path).containers.keys() == found.containers.keys()


@pytest.mark.parametrize(
    ("label", "barcode", "rest"),
    [
        ("Mixed Materials [31142063052651]", "31142063052651", "Mixed Materials"),
        ("Mixed materials (31142046889807)", "31142046889807", "Mixed materials"),
        ("Text [a12 34]", "a12 34", "Text"),
        ("Text [１２３]", "１２３", "Text"),
        ("Text [restricted]", "", "Text [restricted]"),
        ("混合 [第2箱]", "", "混合 [第2箱]"),
        ("Text (1 of 3)", "", "Text (1 of 3)"),
        ("Text (12)", "", "Text (12)"),
        ("[1] Text", "", "[1] Text"),
        ("", "", ""),
    ],
)
def test_what_in_a_label_is_a_barcode(label: str, barcode: str, rest: str) -> None:
    assert split_label(label) == (barcode, rest)


def test_full_width_and_spaced_barcodes_are_compared_as_one(tmp_path: Path) -> None:
    found = read(ead(c("A", box(1, barcode="ａ１２ 3")), c("B", box(2, barcode="A123"))), tmp_path)
    assert [it.barcode for it in found.containers.values()] == ["A123"]


def test_without_a_barcode_type_and_number_make_the_box_and_a_child_is_its_parents(tmp_path: Path) -> None:
    found = read(
        ead(c("A", box(1), folder(1)), c("B", box(1), folder(2)), c("C", box(2), folder(1)), c("D", box("1", type_="box"))),
        tmp_path,
    )
    assert len(found.containers) == 5
    assert found.ways("A") == [("Box 1", "Folder 1")]
    assert found.ways("C") == [("Box 2", "Folder 1")]
    assert found.ways("D") == [("Box 1",)]


def test_two_top_containers_with_ids_are_two_instances(tmp_path: Path) -> None:
    found = read(ead(c("A", box(1, id_="a"), folder(4, parent="a"), box(2, id_="b"), folder(5, parent="b"))), tmp_path)
    assert found.ways("A") == [("Box 1", "Folder 4"), ("Box 2", "Folder 5")]


def test_older_files_nest_by_order_and_the_same_type_begins_anew(tmp_path: Path) -> None:
    frame = box(7, type_="Frame")
    found = read(ead(c("A", box(1), folder(2), frame), c("B", box(1), folder(2), folder(3), box(4), folder(5))), tmp_path)
    assert found.ways("A") == [("Box 1", "Folder 2", "Frame 7")]
    assert found.ways("B") == [("Box 1", "Folder 2"), ("Box 1", "Folder 3"), ("Box 4", "Folder 5")]


def test_a_parent_may_stand_later_in_the_same_did_or_anywhere_before(tmp_path: Path) -> None:
    late = c("Late", folder(1, parent="a"), folder(2, parent="a"), box(9, id_="a"))
    early = c("Early", folder(3, parent="a"))
    found = read(ead(late, early), tmp_path)
    assert found.ways("Late") == [("Box 9", "Folder 1"), ("Box 9", "Folder 2")]
    assert found.ways("Early") == [("Box 9", "Folder 3")]


def test_three_levels_by_parent(tmp_path: Path) -> None:
    leaf = box(3, parent="f", type_="Item")
    assert read(ead(c("A", box(1, id_="b"), folder(2, parent="b", id_="f"), leaf)), tmp_path).ways("A") == [
        ("Box 1", "Folder 2", "Item 3")
    ]


def test_containers_of_the_whole_collection_are_containers(tmp_path: Path) -> None:
    text = ead(c("A")).replace("<unitid>MS 1</unitid>", f"<unitid>MS 1</unitid>{box(1)}{box(2)}")
    found = read(text, tmp_path)
    assert [it.indicator for it in found.containers.values()] == ["1", "2"]
    assert found.components[0].container_keys == ()


def test_empty_containers_are_none(tmp_path: Path) -> None:
    found = read(ead(c("A", box(1), "<container/>", folder(" "), "<container type='Box'>\n</container>")), tmp_path)
    assert found.ways("A") == [("Box 1",)]


def test_a_container_may_have_its_type_in_the_label_or_none(tmp_path: Path) -> None:
    found = read(ead(c("A", "<container label='Carton [771]'>5</container>"), c("B", "<container>6</container>")), tmp_path)
    assert [(it.label, it.indicator, it.barcode, it.kind) for it in found.containers.values()] == [
        ("Carton", "5", "771", ThingKind.BOX),
        ("", "6", "", ThingKind.BOX),
    ]


def test_a_later_mention_is_given_again_so_that_it_can_complete_the_first(tmp_path: Path) -> None:
    found = read(ead(c("A", box(1)), c("B", box(1, profile="Flat box")), c("C", box(1))), tmp_path)
    profiles = [record.profile for record in found.in_order if hasattr(record, "profile")]
    assert profiles == ["", "Flat box"]


@pytest.mark.parametrize(
    ("written", "top", "below"),
    [
        ("Box", ThingKind.BOX, ThingKind.BOX),
        ("OS Box", ThingKind.BOX, ThingKind.BOX),
        ("Half-carton", ThingKind.BOX, ThingKind.BOX),
        ("Folder", ThingKind.FOLDER, ThingKind.FOLDER),
        ("file", ThingKind.FOLDER, ThingKind.FOLDER),
        ("Bound volume", ThingKind.VOLUME, ThingKind.VOLUME),
        ("Ledger", ThingKind.VOLUME, ThingKind.VOLUME),
        ("Map tube", ThingKind.TUBE, ThingKind.TUBE),
        ("Roll", ThingKind.TUBE, ThingKind.TUBE),
        ("档案盒", ThingKind.BOX, ThingKind.BOX),
        ("册", ThingKind.VOLUME, ThingKind.VOLUME),
        ("案卷", ThingKind.FOLDER, ThingKind.FOLDER),
        ("图筒", ThingKind.TUBE, ThingKind.TUBE),
        ("Reel", ThingKind.BOX, ThingKind.FOLDER),
        ("Boxing", ThingKind.BOX, ThingKind.FOLDER),
        ("", ThingKind.BOX, ThingKind.FOLDER),
    ],
)
def test_the_type_as_written_says_the_kind(written: str, top: ThingKind, below: ThingKind) -> None:
    assert (kind_of(written, is_top=True), kind_of(written, is_top=False)) == (top, below)


@pytest.mark.parametrize(
    "indicator", ["1-7", "1 - 7", "9\u201312", "OS1-OS3", "OS1-3", "1a-3b", "4 to 6", "3至5", "1, 2 & 5"]
)
def test_ranges_and_lists_are_to_be_split(indicator: str) -> None:
    assert is_range(indicator)


@pytest.mark.parametrize("indicator", ["1", "OS 2a", "7-1", "1998-3", "A-7", "23b", "1-", "-", "A-B", "1/7", "12.b", "5-5"])
def test_other_indicators_are_one_container(indicator: str) -> None:
    assert not is_range(indicator)


def test_a_range_stays_one_container(tmp_path: Path) -> None:
    found = read(ead(c("A", box("1-7"))), tmp_path)
    assert [(it.indicator, it.needs_split) for it in found.containers.values()] == [("1-7", True)]


# --- what a file may hold besides


def test_a_document_type_may_stand_and_is_never_loaded(tmp_path: Path) -> None:
    head = '<?xml version="1.0"?><!DOCTYPE ead PUBLIC "+//ISBN 1-931666-00-8//DTD ead.dtd//EN" "http://127.0.0.1:9/ead.dtd">'
    assert read(ead(c("A &#8212; &amp; b"), head=head), tmp_path).components[0].title == "A — & b"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings_of_western_files(encoding: str, tmp_path: Path) -> None:
    declared = encoding.removesuffix("-sig")
    text = ead(c("Café Ångström", box(1)), head=f'<?xml version="1.0" encoding="{declared}"?>')
    assert read(text.encode(encoding), tmp_path).components[0].title == "Café Ångström"


@pytest.mark.parametrize("encoding", ["gb2312", "GBK", "gb18030", "big5", "shift_jis", "euc-jp"])
def test_encodings_of_east_asian_files(encoding: str, tmp_path: Path) -> None:
    text = ead(*[c(f"水利工程 {number}", unitid=str(number)) for number in range(2000)])
    data = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    assert [it.title for it in read(data, tmp_path).components] == [f"水利工程 {number}" for number in range(2000)]


def test_elements_of_other_namespaces_and_notes_are_passed_over(tmp_path: Path) -> None:
    note = "<scopecontent><p><title>Not</title> <unittitle>this</unittitle></p></scopecontent>"
    other = "<x:c xmlns:x='urn:other'><x:did><x:unittitle>nor this</x:unittitle></x:did></x:c>"
    text = ead(c("A", inner=note + other)).replace("<did>", "<did xmlns:xlink='urn:x' xlink:type='simple'>")
    assert [it.title for it in read(text, tmp_path).components] == ["A"]
