"""The XML reader: what it refuses before any format sees it, and what it promises of a tree."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal

import pytest

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.xml import MAX_BYTES, MAX_DEPTH, XSI, parser, read_xml, root_is

LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'


def refused(data: bytes | str, **options: str) -> Refused:
    with pytest.raises(Refused) as found:
        read_xml(data.encode() if isinstance(data, str) else data, **options)
    return found.value


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        *((codec, "Jürgen") for codec in ("UTF-8", "UTF-16", "ISO-8859-1", "Windows-1252")),
        *((codec, "Łukasz") for codec in ("ISO-8859-2", "windows-1250")),
        *((codec, "Пётр") for codec in ("ISO-8859-5", "KOI8-R", "windows-1251")),
        *((codec, "王小东") for codec in ("GB2312", "GBK", "gb18030")),
        *(("Big5", "王東"), ("Shift_JIS", "山田"), ("EUC-JP", "山田"), ("ks_c_5601-1987", "길동")),
    ],
)
def test_text_is_read_in_the_declared_encoding(declared, name):
    text = f'<?xml version="1.0" encoding="{declared}"?><a>{name}</a>'
    assert read_xml(text.encode(declared)).text() == name


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        *(("UTF-16", "utf-8"), ("UTF-16", "utf-8-sig"), ("UTF-8", "utf-16")),
        *(("ISO-8859-1", "utf-16"), ("ISO-8859-1", "utf-8-sig"), ("ISO-8859-1", "cp1252")),
    ],
)
def test_a_declaration_left_from_before_the_file_was_saved_anew_gives_way(declared, written):
    text = f'<?xml version="1.0" encoding="{declared}"?><a>O’Brien</a>'
    assert read_xml(text.encode(written)).text() == "O’Brien"


def test_bytes_that_windows_does_not_know_stay_latin():
    data = b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\x8d\xfc</a>'
    assert read_xml(data).text() == "\x8dü"


def test_blanks_before_the_declaration_are_passed_over():
    data = b' \r\n<?xml version="1.0" encoding="ISO-8859-1"?><a>J\xfcrgen</a>'
    assert read_xml(data).text() == "Jürgen"
    assert root_is(data, "a")


@pytest.mark.parametrize(
    "data",
    [
        "<a>Jürgen</a>".encode(),
        "\ufeff<a>Jürgen</a>".encode(),
        "<a>Jürgen</a>".encode("utf-16-le"),
        "<a>Jürgen</a>".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8-mark", "utf-16-le", "utf-16-be"],
)
def test_the_first_bytes_tell_unicode_without_a_declaration(data):
    assert read_xml(data).text() == "Jürgen"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="UTF-16"?><a>J\xfcrgen</a>',
        b'<?xml version="1.0" encoding="EUC-KR"?><a>\xff</a>',
        b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><a/>',
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="UTF-8"?><a>J\xfcrgen</a>',
        b"<a>J\xfcrgen</a>",
    ],
)
def test_an_encoding_that_is_unknown_or_untrue_is_refused(data):
    assert refused(data).code == "xml-encoding"


@pytest.mark.parametrize("data", ["", "<a>", "<a></b>", "<a/><b/>", "<a>\0</a>", "<a b=1/>", "x"])
def test_what_is_not_well_formed_is_refused(data):
    assert refused(data).code == "xml-malformed"


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "<!DOCTYPE a [<!ATTLIST a b CDATA 'default'>]><a/>",
        '<!DOCTYPE a SYSTEM "a.dtd" [<!ENTITY % p SYSTEM "http://127.0.0.1/p"> %p;]><a/>',
        "<!DOCTYPE a []><a/>",
        "<!DOCTYPE b><b/>",
    ],
)
def test_a_document_type_of_its_own_is_refused(data):
    assert refused(data, doctype="a").code == "xml-doctype"


def test_a_bare_reference_to_a_document_type_passes_where_asked_for_and_is_not_fetched():
    text = '<!DOCTYPE a SYSTEM "file:///no/such/file.dtd"><a>1</a>'
    assert read_xml(text.encode(), doctype="a").text() == "1"
    assert refused(text).code == "xml-doctype"


def test_an_entity_the_document_type_might_define_is_not_resolved():
    assert refused('<!DOCTYPE a SYSTEM "a.dtd"><a>&x;</a>', doctype="a").code == "xml-malformed"


def test_size_and_depth_are_capped():
    assert refused(b" " * (MAX_BYTES + 1)).code == "xml-too-large"
    assert read_xml(("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH).encode())
    assert refused("<a>" * (MAX_DEPTH + 1)).code == "xml-depth"


def test_elements_and_attributes_count_as_nodes(monkeypatch):
    monkeypatch.setattr(parser, "MAX_NODES", 100)
    assert read_xml(b"<a>" + b"<b/>" * 99 + b"</a>")
    assert refused("<a>" + "<b/>" * 100 + "</a>").code == "xml-nodes"
    assert refused("<a>" + '<b c=""/>' * 50 + "</a>").code == "xml-nodes"


def test_a_million_levels_cost_neither_time_nor_memory():
    tracemalloc.start()
    try:
        assert refused("<a>" * 1_000_000).code == "xml-depth"
        assert tracemalloc.get_traced_memory()[1] < 30 << 20
    finally:
        tracemalloc.stop()


def test_elements_are_found_by_name_in_the_namespace_of_their_parent():
    root = read_xml(b'<a xmlns="urn:a" xmlns:o="urn:o"><b>1</b><o:b>2</o:b><c><b>3</b></c></a>')
    assert (root.name, root.namespace) == ("a", "urn:a")
    assert root.text("b") == "1"
    assert root.text("c", "b") == "3"
    assert root.at("c", "d") is None


def test_text_is_whole_and_trimmed_across_comments_and_children():
    root = read_xml(b"<a> 1<!-- not 9 -->2 <b>x</b><![CDATA[<3]]></a>")
    assert root.text() == "12 <3"


def test_numbers_are_exact_and_absent_ones_are_none():
    root = read_xml(b'<a n="4.88"><b> -1.250 </b><c/><d>7</d></a>')
    assert root.number("b") == Decimal("-1.25")
    assert (root.number("c"), root.number("e"), root.whole("d")) == (None, None, 7)
    assert root.attribute_number("n") == Decimal("4.88")
    assert root.attribute_number("m") is None


@pytest.mark.parametrize(
    ("read", "code", "field"),
    [
        (lambda a: a.number("x"), "bad-number", "a/x"),
        (lambda a: a.whole("half"), "bad-number", "a/half"),
        (lambda a: a.whole("huge"), "bad-number", "a/huge"),
        (lambda a: a.need_number("none"), "missing-value", "a/none"),
        (lambda a: a.need_whole("empty"), "missing-value", "a/empty"),
        (lambda a: a.need_text("empty"), "missing-value", "a/empty"),
        (lambda a: a.need("none", "deeper"), "missing-value", "a/none/deeper"),
        (lambda a: a.text("twice"), "xml-repeated", "a/twice"),
        (lambda a: a.text("long"), "text-too-long", "a/long"),
        (lambda a: a.need("half").attribute_whole("unit"), "bad-number", "a/half/@unit"),
        (lambda a: a.need_attribute("no"), "missing-value", "a/@no"),
        (lambda a: a.need_attribute_number("no"), "missing-value", "a/@no"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(read, code, field):
    root = read_xml(
        b"<a><x>1,5</x><half unit='ms'>0.5</half><huge>99999999999</huge><empty/>"
        b"<twice/><twice/><long>" + b"x" * 9000 + b"</long></a>"
    )
    with pytest.raises(Refused) as found:
        read(root)
    assert (found.value.code, found.value.field) == (code, field)


def test_a_long_path_keeps_its_nearest_steps():
    root = read_xml(
        b"<a><bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb><ccccccccccccccccccccccccccccc/></bb"
        + b"b" * 28
        + b"></a>"
    )
    deep = root.children[0].children[0]
    assert deep.path("value") == f"{'c' * 29}/value" or deep.path("value").endswith("/value")
    assert len(deep.path("value")) <= 64


def test_prefixed_attributes_keep_their_namespace():
    text = f'<a xmlns:i="{XSI[1:-1]}" i:type="SLIST_PQ" type="x"/>'
    root = read_xml(text.encode())
    assert root.attribute(XSI + "type") == "SLIST_PQ"
    assert root.attribute("type") == "x"


@pytest.mark.parametrize(
    ("text", "name", "namespace", "found"),
    [
        ("<a/>", "a", "", True),
        ("<a/>", "a", "urn:a", True),
        ("<a xmlns='urn:b'/>", "a", "", True),
        ("<a xmlns='urn:a'/>", "a", "urn:a", True),
        ("<p:a xmlns:p='urn:a'/>", "a", "urn:a", True),
        ("<a xmlns='urn:b'/>", "a", "urn:a", False),
        ("<!-- <b> --><a>", "a", "", True),
        ("<b><a/></b>", "a", "", False),
        (LAUGHS, "a", "", True),
        ("%PDF-1.7 <a/>", "a", "", False),
        ("", "a", "", False),
    ],
)
def test_a_document_is_known_by_its_root(text, name, namespace, found):
    assert root_is(text.encode(), name, namespace) is found
    assert root_is(text.encode("utf-16"), name, namespace) is found
