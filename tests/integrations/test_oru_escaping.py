import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.integrations.hl7.content import Interpreter, OruPatient, OruStatement
from apps.integrations.hl7.escapes import escape, unescape
from apps.integrations.hl7.oru import build_oru

from .oru_examples import changed, field, plain, rows

HARD = st.text(st.sampled_from("|^~\\&\r\n\x0b\x1c\x00\x7fFSTREX0D.br{}é\u2028\x85"))
TEXT = st.one_of(st.text(), HARD)
WORDS = TEXT.filter(lambda text: text.strip())


@given(TEXT)
def test_escaping_is_undone_exactly(text):
    assert unescape(escape(text)) == text


@given(TEXT)
def test_escaped_text_cannot_end_a_field_a_segment_or_a_frame(text):
    assert not set("|^~&\r\n\x0b\x1c") & set(escape(text))


@given(WORDS, WORDS)
def test_any_text_reaches_an_independent_parser(name, line):
    patient = OruPatient(name, name, name, name)
    message = build_oru(changed(patient=patient, interpretation=(line,), measurements=()))
    assert plain(message, "OBX", 5, 2) == line
    parsed = rows(message, "PID")[0]
    assert [unescape(str(parsed(5)(1)(part))) for part in (1, 2)] == [name, name]
    assert [unescape(str(parsed(3)(1)(part))) for part in (1, 4)] == [name, name]


@given(WORDS)
def test_any_text_stays_in_its_place(text):
    person = Interpreter(text, text, text)
    hard = changed(
        interpreter=person, filler_order_number=text, statements=(OruStatement(text, text),)
    )
    message, reference = build_oru(hard), build_oru(changed())
    assert [str(row[0]) for row in hl7.parse(message.decode())][:4] == ["MSH", "PID", "ORC", "OBR"]
    assert len(rows(message, "OBX")) == len(rows(reference, "OBX")) - 1
    assert len(rows(message, "OBR")[0]) == len(rows(reference, "OBR")[0])
    assert plain(message, "ORC", 3) == text
    assert field(message, "OBR", 32).count("&") == 2


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"O\T\Co", "O&Co"),
        (r"a\.br\b", "a\rb"),
        (r"\X0D0A\x", "\r\nx"),
        (r"\H\bold\N\ ", r"\H\bold\N\ "),
        (r"\E\F\E", r"\F\E"),
        ("lone \\ stays", "lone \\ stays"),
    ],
)
def test_sequences_of_other_senders_are_read(written, text):
    assert unescape(written) == text
