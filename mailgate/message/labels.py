"""Names of charsets, as mails write them, and the codecs that read them.

Promises a codec of Python's own, or None for what is no charset. The list is fixed: what is not
in it (unicode_escape, idna, zlib_codec) is never looked up. Names are compared by letters and
digits alone, so that utf8, UTF_8 and "utf-8" are one; ISO-8859-1 is read as windows-1252, and
other sets as the larger ones that the mailers mean by them (WHATWG Encoding Standard §4.2).
"""

import re

_NAMES: dict[str, tuple[str, ...]] = {
    "ascii": ("usascii", "ascii", "ansix341968", "646", "iso646us", "7bit"),
    "utf-8": ("utf8", "unicode11utf8", "utf8mb4", "utf8sig", "xutf8", "u8"),
    "utf-7": ("utf7", "unicode11utf7", "unicode20utf7", "csunicode11utf7"),
    "utf-16": ("utf16", "unicode", "ucs2", "iso10646ucs2", "unicodefffe"),
    "utf-16-le": ("utf16le",),
    "utf-16-be": ("utf16be",),
    "utf-32": ("utf32", "utf32le", "utf32be"),
    "cp1252": ("iso88591", "latin1", "isolatin1", "l1", "88591", "ansi", "iso8859", "csisolatin1"),
    "iso8859-2": ("latin2", "isolatin2", "l2", "88592", "csisolatin2"),
    "iso8859-8": ("iso88598i", "iso88598e"),
    "cp1254": ("iso88599", "latin5", "l5"),
    "iso8859-15": ("latin9", "latin0"),
    "cp874": ("iso885911", "windows874", "tis620", "dos874"),
    "cp1250": ("ansi1250", "msee", "polish"),
    "koi8-r": ("koi8r", "koi8", "cskoi8r"),
    "koi8-u": ("koi8u", "koi8ru"),
    "gb18030": ("gb2312", "gb231280", "csgb2312", "gbk", "cp936", "ms936", "windows936", "gb18030",
                "euccn", "chinese"),
    "big5hkscs": ("big5", "big5hkscs", "csbig5", "cp950", "ms950"),
    "cp949": ("euckr", "ksc56011987", "ksc5601", "cp949", "uhc", "windows949", "csksc56011987"),
    "cp932": ("shiftjis", "sjis", "xsjis", "cp932", "ms932", "windows31j", "msshiftjis"),
    "euc-jp": ("eucjp", "xeucjp"),
    "iso2022-jp-2": ("iso2022jp", "csiso2022jp", "iso2022jp2", "iso2022jpms"),
    "iso2022-jp-1": ("iso2022jp1",),
    "iso2022-jp-3": ("iso2022jp3",),
    "iso2022-kr": ("iso2022kr", "csiso2022kr"),
    "hz": ("hzgb2312", "hz"),
    "mac-roman": ("macintosh", "macroman", "mac"),
    "mac-latin2": ("macce", "maccentraleurope", "maccentralroman"),
    "mac-cyrillic": ("maccyrillic", "macukrainian"),
    "cp852": ("pc852",),
}  # fmt: skip
_CODECS = {name: codec for codec, names in _NAMES.items() for name in names}
for _number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16):
    _CODECS[f"iso8859{_number}"] = f"iso8859-{_number}"
for _number in (437, 850, 852, 855, 857, 858, 862, 866, *range(1250, 1259)):
    for _prefix in ("windows", "win", "cp", "ibm", "dos", "ms", ""):
        _CODECS.setdefault(f"{_prefix}{_number}", f"cp{_number}")

_OTHER = re.compile("[^a-z0-9]+")
_MAX_LABEL = 60


def codec_of(label: str) -> str | None:
    """Return the codec of a charset's name, None for "" and for what is no known charset."""
    # What follows a colon is the year of a standard (ISO_8859-2:1987).
    name = _OTHER.sub("", label[:_MAX_LABEL].partition(":")[0].lower())
    codec = _CODECS.get(name)
    if codec is None and name.startswith(("3d", "x", "cs")):
        # =3D stays where a whole mail was quoted-printable twice; x- marks a name as private.
        codec = _CODECS.get(name.removeprefix("3d").removeprefix("cs").removeprefix("x"))
    return codec
