import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.errors import InputError
from spanferry.translation.memory.passed_over import PassedOver
from spanferry.translation.memory.tmx import Pair, load_tmx, read_tmx, read_units, write_tmx

FOREIGN = """\
<?xml version="1.0" encoding="UTF-16"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
<header creationtool="Other" creationtoolversion="7" segtype="sentence" o-tmf="x" adminlang="en" srclang="en-US"
 datatype="html"><note>The sluice project.</note></header>
<body>
<tu tuid="1"><prop type="x-client">water board</prop>
  <tuv xml:lang="EN-us">
    <seg>The <bpt i="1">&lt;b&gt;</bpt>sluice<ept i="1">&lt;/b&gt;</ept> is <hi>shut</hi>.</seg></tuv>
  <tuv xml:lang="de"><seg>Die Schleuse ist zu.</seg></tuv>
  <tuv xml:lang="nl-BE"><seg>De sluis is dicht.</seg></tuv>
  <tuv xml:lang="nl"><seg>De sluis is gesloten.</seg></tuv>
</tu>
<tu><tuv lang="en"><seg>quay</seg></tuv><tuv lang="NL"><seg>kade</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>only English</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>empty</seg></tuv><tuv xml:lang="nl"><seg> </seg></tuv></tu>
</body>
</tmx>
"""


def test_the_bytes_of_a_file(tmp_path: Path):
    path = tmp_path / "memory.tmx"
    write_tmx(path, [("Salt & <pepper>", "Zout & <peper>"), (" two\tlines\r\n", "twee\x0bregels")], "en", "nl")
    assert path.read_text(encoding="utf-8") == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
        '<tmx version="1.4">\n'
        '<header creationtool="spanferry" creationtoolversion="1" segtype="sentence" o-tmf="spanferry" adminlang="en" '
        'srclang="en" datatype="plaintext"/>\n'
        "<body>\n"
        '<tu>\n<tuv xml:lang="en"><seg>Salt &amp; &lt;pepper&gt;</seg></tuv>\n'
        '<tuv xml:lang="nl"><seg>Zout &amp; &lt;peper&gt;</seg></tuv>\n</tu>\n'
        '<tu>\n<tuv xml:lang="en"><seg> two\tlines&#13;\n</seg></tuv>\n'
        '<tuv xml:lang="nl"><seg>twee<ph type="x-codepoint">U+000B</ph>regels</seg></tuv>\n</tu>\n'
        "</body>\n</tmx>\n"
    )


texts = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)


# The memory has no white space around the texts.
@given(st.lists(st.tuples(texts.map(str.strip), texts), max_size=5))
def test_every_text_is_read_as_written(tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("tmx") / "memory.tmx"
    write_tmx(path, pairs, "en", "nl")
    assert list(read_tmx(path, "en", "nl")) == pairs
    ElementTree.parse(path)  # any XML parser reads it


def test_files_of_other_tools_are_read(tmp_path: Path):
    path = tmp_path / "foreign.tmx"
    path.write_bytes(FOREIGN.encode("utf-16"))
    assert list(read_tmx(path, "en", "nl")) == [("The sluice is shut.", "De sluis is gesloten."), ("quay", "kade")]
    assert list(read_tmx(path, "en-US", "nl-BE")) == [("The sluice is shut.", "De sluis is dicht.")]
    assert list(read_tmx(path, "en", "fr")) == []


@pytest.mark.parametrize(
    ("languages", "variants", "pair"),
    [
        (("en-GB", "en"), ("en-GB", "en"), (0, 1)),
        (("en-GB", "en"), ("en", "en-GB"), (1, 0)),
        (("en", "en-GB"), ("en-GB", "en-US"), (1, 0)),
        (("en", "en-GB"), ("en-US", "en-GB"), (0, 1)),
        (("zh-TW", "zh"), ("zh-Hant", "zh_tw", "zh-CN"), (1, 0)),
        (("zh-TW", "zh"), ("zh-TW",), None),
        (("en-US", "en-GB"), ("en-GB", "en-US"), (1, 0)),
        (("en", "nl"), ("nl-BE", "en-AU", "NL", "EN"), (3, 2)),
        (("en", "nl"), ("nl-BE", "nl-NL", "en-AU"), (2, 0)),
        (("en", "nl"), ("eng", "nld"), (0, 1)),
        (("en", "he"), ("en", "iw"), (0, 1)),
        (("en", "nb"), ("en", "nn", "no"), (0, 2)),
        (("en", "zh-CN"), ("en", "zh-TW", "zh-Hans"), (0, 2)),
        (("en", "pt-BR"), ("en", "pt-PT", "pt"), (0, 2)),
        (("en", "en"), ("en", "en"), (0, 1)),
    ],
)
def test_the_plain_language_comes_before_its_variants_and_none_counts_twice(tmp_path: Path, languages, variants, pair):
    path = tmp_path / "variants.tmx"
    units = "".join(f'<tuv xml:lang="{code}"><seg>{n}</seg></tuv>' for n, code in enumerate(variants))
    path.write_text(f"<tmx><body><tu>{units}</tu></body></tmx>")
    assert list(read_tmx(path, *languages)) == ([tuple(map(str, pair))] if pair else [])


def as_tmx(*units: str, tool: str = "Other") -> str:
    """Return a TMX document; a unit is the content of a <tu>."""
    body = "".join(f"<tu>{unit}</tu>" for unit in units)
    return f'<tmx version="1.4"><header creationtool="{tool}"/><body>{body}</body></tmx>'


def variants(text: str, translation: str) -> str:
    """Return the variants of a unit as XML, with the texts as they are."""
    return "".join(
        f'<tuv xml:lang="{code}"><seg>{one}</seg></tuv>' for code, one in (("en", text), ("nl", translation))
    )


@pytest.mark.parametrize(
    ("text", "translation", "pair"),
    [
        ("A quay.", "Een kade.", Pair("A quay.", "Een kade.")),
        (" A quay.\t", "Een kade. ", Pair("A quay.", "Een kade.")),
        ("\n    A quay.\n    ", "\n    Een kade.\n    ", Pair("A quay.", "Een kade.")),
        ("\n    A\n    quay.\n", "\n  Een\n    kade.\n", Pair("A quay.", "Een kade.")),
        ("A\r\n\tquay.", "Een\r\n\tkade.", Pair("A quay.", "Een kade.")),
        ("A  long\u00a0quay.", "Een  kade.", Pair("A long quay.", "Een  kade.", ("A  long\u00a0quay.", "Een  kade."))),
        ("Wo?\u3000Da.", "Où\u00a0?", Pair("Wo? Da.", "Où\u00a0?", ("Wo?\u3000Da.", "Où\u00a0?"))),
        ("A  long\n  quay.", "Een\n  kade.", Pair("A long quay.", "Een kade.", ("A  long quay.", "Een kade."))),
        ("A\nquay.", "Een\nkade.", Pair("A quay.", "Een kade.", ("A\nquay.", "Een\nkade."))),
        ("A quay.", "Een\nkade.", Pair("A quay.", "Een kade.")),
        ("老磨坊\n  在河边。", "The\n  mill", Pair("老磨坊在河边。", "The mill")),
    ],
)
def test_the_layout_of_a_file_is_no_part_of_its_texts(tmp_path: Path, text: str, translation: str, pair: Pair):
    path = tmp_path / "other.tmx"
    path.write_text(as_tmx(variants(text, translation)), encoding="utf-8", newline="")
    assert list(read_units(path, "en", "nl")) == [pair]
    assert list(read_tmx(path, "en", "nl"))[1:] == ([pair.as_written] if pair.as_written else [])


@pytest.mark.parametrize("prefix", ["", "t:"])
def test_a_namespace_is_no_part_of_the_names(tmp_path: Path, prefix: str):
    path = tmp_path / "other.tmx"
    document = as_tmx(variants("A quay.", "Een kade."))
    named = re.sub("<(/?)([a-z])", rf"<\1{prefix}\2", document)
    attribute = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    path.write_text(named.replace("tmx version", f'tmx {attribute}="http://www.lisa.org/tmx14" version', 1))
    assert list(read_units(path, "en", "nl")) == [Pair("A quay.", "Een kade.")]


def test_own_files_are_exact_unless_they_were_indented(tmp_path: Path):
    path = tmp_path / "own.tmx"
    path.write_text(as_tmx(variants("A\n  quay.", " Een\nkade."), variants("\n  a\n", "\n  b\n"), tool="spanferry"))
    assert list(read_units(path, "en", "nl")) == [Pair("A\n  quay.", " Een\nkade."), Pair("a", "b")]


SPACES = st.text(" \t\n", max_size=4)


@given(st.lists(st.tuples(texts.map(str.split).map(" ".join), SPACES, SPACES), max_size=5))
def test_a_file_may_be_indented_in_any_way(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tmx") / "memory.tmx"
    write_tmx(path, [(text, text) for text, _, _ in rows], "en", "nl")
    written = path.read_text(encoding="utf-8").replace('creationtool="spanferry"', 'creationtool="Other"')
    for text, before, after in rows:
        if text.isalnum():
            written = written.replace(f"<seg>{text}</seg>", f"<seg>{before}{text}{after}</seg>")
    path.write_text(written, encoding="utf-8", newline="\n")
    assert list(read_tmx(path, "en", "nl")) == [(text, text) for text, _, _ in rows]


def test_what_is_passed_over_is_counted_by_reason(tmp_path: Path):
    path = tmp_path / "mixed.tmx"
    german = variants("quay", "Kai").replace('"nl"', '"de-DE"')
    path.write_text(
        as_tmx(
            variants("quay", "kade"),
            german,
            german,
            '<tuv xml:lang="en"><seg>quay</seg></tuv>',
            "<tuv><seg>quay</seg></tuv>",
            '<tuv xml:lang="en"><seg>quay</seg></tuv><tuv xml:lang="nl"></tuv>',
            "",
            "<note>nothing</note>",
            variants(" ", "kade"),
            variants("quay", "<ph>x</ph>"),
        )
    )
    passed_over = PassedOver()
    assert list(read_units(path, "en", "nl", passed_over)) == [Pair("quay", "kade")]
    assert passed_over.other_languages == {("en", "de-DE"): 2, ("en",): 1, ("",): 1}
    assert (passed_over.no_segment, passed_over.empty, passed_over.total) == (3, 2, 9)
    assert load_tmx(path, "en", "nl") == ({"quay": "kade"}, 1, passed_over)
    assert passed_over.figures == {
        "empty": 2,
        "no_segment": 3,
        "other_languages": {"en+de-DE": 2, "en": 1, "no language": 1},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '<!DOCTYPE tmx [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><tmx><body>&b;</body></tmx>',
            "refused, because entities in XML",
        ),
        (
            '<!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/passwd">]><tmx><body>&a;</body></tmx>',
            "refused, because entities in XML",
        ),
        (
            '<!DOCTYPE tmx [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;]><tmx/>',
            "refused, because entities in XML",
        ),
        ("<html><body/></html>", "its root is <html>"),
        ("<tmx><body><tu>", "no element found"),
        ("", "no element found"),
        ('<?xml version="1.0" encoding="nonesuch"?><tmx/>', "nonesuch"),
    ],
)
def test_hostile_and_broken_files_are_refused(tmp_path: Path, text: str, message: str):
    path = tmp_path / "bad.tmx"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        list(read_tmx(path, "en", "nl"))
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path):
    with pytest.raises(InputError, match="No such file"):
        list(read_tmx(tmp_path / "none.tmx", "en", "nl"))


def test_no_file_is_left_when_writing_fails(tmp_path: Path):
    def pairs():
        yield "one", "een"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_tmx(tmp_path / "memory.tmx", pairs(), "en", "nl")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_brings_nothing_is_refused(tmp_path: Path):
    path = tmp_path / "german.tmx"
    path.write_text(as_tmx(variants("quay", "Kai").replace('"nl"', '"de"')))
    reason = "1 unit passed over: 1 in other languages (en+de 1)"
    with pytest.raises(InputError, match=rf"german.tmx: nothing is taken from this memory, .*{re.escape(reason)}$"):
        load_tmx(path, "en", "nl")


@given(st.lists(st.sampled_from([("a",), ("b",), ("c",), ("d",), ("e",), ("f",), ("others",)]), min_size=1))
def test_languages_are_counted_whole(units):
    passed_over = PassedOver(Counter(units))
    assert sum(passed_over.by_languages.values()) == len(units) == passed_over.total
    assert len(passed_over.by_languages) <= 6
