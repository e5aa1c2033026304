import pytest

from mailgate.message import charset

PANGRAM = "Zażółć gęślą jaźń, Źle, Ściśle, Ą"


@pytest.mark.parametrize(
    ("octets", "label", "text"),
    [
        (PANGRAM.encode(), "", PANGRAM),
        (PANGRAM.encode(), "iso-8859-2", PANGRAM),
        (b"\xef\xbb\xbfabc\xc5\x82", "utf-8", "abcł"),
        (PANGRAM.encode("cp1250"), "windows-1250", PANGRAM),
        (PANGRAM.encode("cp1250"), "CP_1250", PANGRAM),
        (PANGRAM.encode("cp1250"), '"Windows-1250"', PANGRAM),
        (PANGRAM.encode("iso8859-2"), "ISO-8859-2", PANGRAM),
        (PANGRAM.encode("cp1250"), "iso-8859-2", PANGRAM),
        ("żółw".encode("cp852"), "cp852", "żółw"),
        ("“x” – €".encode("cp1252"), "iso-8859-1", "“x” – €"),
        ("привет".encode("koi8-r"), "koi8-r", "привет"),
        ("日本".encode("iso2022-jp"), "iso-2022-jp", "日本"),
        ("日本".encode("shift-jis"), "shift_jis", "日本"),
        ("中文".encode("gbk"), "gb2312", "中文"),
        ("ab".encode("utf-16"), "utf-16", "ab"),
        (b"plain", "x-nonsense", "plain"),
        (b"Fr+APY-sche +AGk-", "utf-7", "Frösche i"),
        (b"a +- b", "UTF-7", "a + b"),
        ("żółw to".encode("utf-16-le"), "", "żółw to"),
        ("zażółć to".encode("utf-16-be"), "utf-8", "zażółć to"),
        ("\ufeffżółw".encode("utf-16-be"), "", "żółw"),
        ("привет".encode("utf-16-be"), "utf-16", "привет"),
        ("привет".encode("utf-16-le"), "utf-16", "привет"),
        ("日本語の本".encode("utf-16-le"), "utf-16le", "日本語の本"),
        ("zażółć".encode("utf-16-le") + b"x", "utf-16le", "zażółć"),
        (b"plain words", "utf-16", "plain words"),
        ("次のあて先".encode("euc-jp"), "iso-2022-jp", "次のあて先"),
        ("次のあて先へ".encode("shift-jis"), "iso-2022-jp", "次のあて先へ"),
        ("cœur même".encode("cp1252"), "iso-8859-1", "cœur même"),
        ("ab".encode("utf-32"), "utf-32", "ab"),
        ("żółw".encode("cp852"), "IBM852", "żółw"),
        (PANGRAM.encode("iso8859-2"), "windows-1250", PANGRAM),
        ("Ľudovít ±1".encode("cp1250"), "windows-1250", "Ľudovít ±1"),
        (PANGRAM.encode("iso8859-2"), "ISO_8859-2:1987", PANGRAM),
        (PANGRAM.encode("iso8859-2"), "3Diso-8859-2", PANGRAM),
        (PANGRAM.encode("cp1250"), "x-cp1250", PANGRAM),
        ("été, garçon ¹".encode("cp1252"), "latin1", "été, garçon ¹"),
        ("¿Cómo? ñandú ¿no?".encode("cp1252"), "iso-8859-1", "¿Cómo? ñandú ¿no?"),
    ],
)
def test_text_is_read_without_a_defect(octets: bytes, label: str, text: str) -> None:
    """UTF-8 proves itself, a known label is believed if it fits, and ASCII needs none."""
    assert charset.decode(octets, label) == (text, None)


@pytest.mark.parametrize(
    ("octets", "label", "text", "defect"),
    [
        (PANGRAM.encode("cp1250"), "", PANGRAM, "no charset given, read as cp1250"),
        (PANGRAM.encode("iso8859-2"), "", PANGRAM, "no charset given, read as iso8859-2"),
        (PANGRAM.encode("cp1250"), "utf-8", PANGRAM, "charset utf-8 does not fit, read as cp1250"),
        (PANGRAM.encode("iso8859-2"), "us-ascii", PANGRAM,
         "charset us-ascii does not fit, read as iso8859-2"),
        ("größer, schön".encode("cp1252"), "x-odd", "größer, schön",
         "charset x-odd unknown, read as cp1252"),
        (b"+AGE-\xe9", "utf-7", "+AGE-é", "charset utf-7 does not fit, read as cp1252"),
        (b"\\ud800\xe9", "unicode_escape", "\\ud800é",
         "charset unicode_escape unknown, read as cp1252"),
        ("ąęć".encode() * 9 + b"\xc5", "utf-8", "ąęć" * 9 + "\ufffd",
         "text is not all UTF-8 as it says"),
        (b"\x81\x8d", "", "\ufffd\ufffd", "no charset given, read as cp1252"),
        (b"a\x00", "utf-16", "a\x00", None),
        (b"\xff\xfe\x00", "utf-16", "ÿþ\x00", "charset utf-16 does not fit, read as cp1252"),
        ("działa mogą się".encode("cp1250"), "iso-8859-1", "działa mogą się",
         "charset iso-8859-1 does not fit, read as cp1250"),
        ("Привет, как дела".encode("cp1251"), "", "Привет, как дела",
         "no charset given, read as cp1251"),
        ("Привет, как дела".encode("koi8-r"), "", "Привет, как дела",
         "no charset given, read as koi8-r"),
        ("Zażółć".encode()[:-1], "", "Zażół\ufffd", "text is not all UTF-8"),
        ("dziaÅ‚a, mogÄ… siÄ™".encode(), "utf-8", "działa, mogą się",
         "text was encoded twice, read once more"),
        ("dziaĹ‚a, mogÄ… siÄ™".encode(), "utf-8", "działa, mogą się",
         "text was encoded twice, read once more"),
        ("dziaÅ\u0082a".encode(), "", "działa", "text was encoded twice, read once more"),
        ("cœur même, vœux".encode("cp1252"), "", "cœur même, vœux",
         "no charset given, read as cp1252"),
        ("¿Cómo está usted?".encode("cp1252"), "", "¿Cómo está usted?",
         "no charset given, read as cp1252"),
        ("El señor López".encode("cp1252"), "", "El señor López",
         "no charset given, read as cp1252"),
        ("¿Qué?".encode("cp1252"), "", "¿Qué?", "no charset given, read as cp1252"),
        ("dzień, mój, już, żeby".encode("cp1250"), "", "dzień, mój, już, żeby",
         "no charset given, read as cp1250"),
        ("Prośba".encode("cp1250"), "iso-8859-1", "Prośba",
         "charset iso-8859-1 does not fit, read as cp1250"),
        (b"a \x1b$B!!\x1b(B \x1b$Z", "iso-2022-jp", "a \u3000 \ufffd",
         "text is not all iso-2022-jp"),
        (b"\x80\xff\xff", "gb2312", "€ÿÿ", "charset gb2312 does not fit, read as cp1252"),
    ],
)  # fmt: skip
def test_a_wrong_label_is_repaired_and_told(
    octets: bytes, label: str, text: str, defect: str | None
) -> None:
    """What names no charset, or the wrong one, is read by evidence, and that is a defect."""
    found, why = charset.decode(octets, label)
    if defect is None:
        assert found
    else:
        assert (found, why) == (text, defect)


@pytest.mark.parametrize(
    "text",
    ["Ärger, Größe", "Å“ x", "ÀÉ", "piątek dziaÅ‚a", "„LÅ“", "Ĺubin, Ďábel", "Â°", "ÃŁ"],
)
def test_what_could_be_meant_is_left_alone(text: str) -> None:
    """Without sure evidence nothing is undone: one sound sign in a text proves it sound."""
    found = charset.decode(text.encode(), "utf-8")
    assert found in ((text, None), ("\u0153 x", "text was encoded twice, read once more"))


@pytest.mark.parametrize(
    ("page", "named"),
    [
        (b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">', "iso-8859-2"),
        (b"<html><META CHARSET='windows-1250'/>", "windows-1250"),
        (b"<meta name=x><p>charset=utf-8", ""),
        (b" " * 3000 + b"<meta charset=utf-8>", ""),
        (b"", ""),
    ],
)
def test_a_page_may_name_its_charset(page: bytes, named: str) -> None:
    """Where the mail does not say it, the page's own meta element does."""
    assert charset.named_in_page(page) == named


@pytest.mark.parametrize(
    "label",
    [
        "idna",
        "punycode",
        "rot13",
        "zlib",
        "hex",
        "mbcs",
        "unicode-escape",
        "raw_unicode_escape",
        "zlib_codec",
        "",
    ],
)
def test_codecs_that_are_no_charsets_are_unknown(label: str) -> None:
    """Only names of charsets are looked up, never just any codec of the language."""
    assert not charset.known(label)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\0b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\x1b[31mred\x07\x7f\x85\ufffe", "[31mred"),
        ("tab\tkept", "tab\tkept"),
    ],
)
def test_plain_text_holds_no_controls(text: str, plain: str) -> None:
    """NUL and lone surrogates become U+FFFD, other controls go, line ends are LF."""
    assert charset.plain(text) == plain


@pytest.mark.parametrize(
    ("text", "repaired"),
    [("abc", "abc"), ("\udcb9\udcea", "ąę"), ("ż\udcc5\udcbc", "żż"), ("\ud800ż", "\ufffdż")],
)
def test_escaped_octets_are_read(text: str, repaired: str) -> None:
    """Octets kept as escapes are decoded; what no octets look like is replaced."""
    assert charset.repaired(text)[0] == repaired


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_one_line_has_no_line_end_of_any_kind(end: str) -> None:
    """Whatever some system takes for a line end becomes a space (header injection)."""
    assert charset.one_line(f" Subject{end}Bcc: x ") == "Subject Bcc: x"


@pytest.mark.parametrize(
    ("data", "octets"),
    [
        (b"QUJD", b"ABC"),
        (b"QUI", b"AB"),
        (b"QQ", b"A"),
        (b"QUJDQ", b"ABC"),
        (b"QU\r\nJD=\r\n", b"ABC"),
        (b"QQ==QUJD", b"AABC"),
        (b"QUI= ignored", b"AB"),
        (b"Q!U-J D", b"ABC"),
        (b"Q", b""),
        (b"====", b""),
        (b"", b""),
    ],
)
def test_damaged_base64_gives_what_it_holds(data: bytes, octets: bytes) -> None:
    """Missing padding, foreign characters and several pieces are no error."""
    assert charset.base64_octets(data) == octets


def test_endless_pieces_of_base64_are_read_as_one() -> None:
    """A sender cannot make a million pieces."""
    assert len(charset.base64_octets(b"QQ==" * 5000 + b"Q")) == 7500


@pytest.mark.parametrize(
    ("octets", "label", "text"),
    [
        (("日本" * 300).encode("iso2022-jp")[:-3], "iso-2022-jp", "日本"),
        (b"+AGEAYQ- " * 200 + b"+AGE", "utf-7", "aa "),
        ("zażółć".encode() * 200 + b"\xc5", "", "zażółć"),
        ("日本".encode("shift-jis") * 300 + b"\x93", "shift-jis", "日本"),
        ("dziaÅ‚".encode() * 200 + "Å".encode(), "", "dział"),
    ],
)
def test_a_long_text_that_was_cut_is_read_to_the_cut(octets: bytes, label: str, text: str) -> None:
    """A bound of ours that falls into a sign costs that sign and nothing more."""
    assert charset.decode(octets, label)[0].startswith(text * 50)
