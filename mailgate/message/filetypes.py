"""What a file is by its first octets, whatever its label and its name say.

Promises a media type or "" for what is not known, from a bounded look; nothing is unpacked. An
own table, because the worker that reads suspicious mail knows the standard library alone.
"""

import re

_MZ, _ELF, _MACH = "application/x-msdownload", "application/x-elf", "application/x-mach-binary"
_LINK, _SCRIPT, _MSI = "application/x-ms-shortcut", "text/x-shellscript", "application/x-msi"
_JAVA, _JAR = "application/x-java-class", "application/java-archive"
_OLE, _ZIP, _HTML, _SVG = ("application/x-ole-storage", "application/zip", "text/html",
                           "image/svg+xml")  # fmt: skip
_OOXML = "application/vnd.openxmlformats-officedocument."

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"), (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"), (b"{\\rtf", "application/rtf"), (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"), (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"), (b"\xfd7zXZ\0", "application/x-xz"),
    (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"\xff\xf3", "audio/mpeg"),
    (b"OggS", "audio/ogg"), (b"fLaC", "audio/flac"), (b"#!AMR", "audio/amr"), (b"\x7fELF", _ELF),
    (b"\xfe\xed\xfa\xce", _MACH), (b"\xfe\xed\xfa\xcf", _MACH), (b"\xce\xfa\xed\xfe", _MACH),
    (b"\xcf\xfa\xed\xfe", _MACH), (b"L\0\0\0\x01\x14\x02\0", _LINK),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"), (b"#!", _SCRIPT),
)  # fmt: skip
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_IN_OLE = (
    ("WordDocument", "application/msword"), ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"), ("PowerPoint", "application/vnd.ms-powerpoint"),
    ("__substg1.0_", "application/vnd.ms-outlook"), ("\u4840", _MSI),
)  # fmt: skip
_IN_ZIP = (
    (b"word/document", f"{_OOXML}wordprocessingml.document"),
    (b"xl/workbook", f"{_OOXML}spreadsheetml.sheet"),
    (b"ppt/presentation", f"{_OOXML}presentationml.presentation"),
    (b"META-INF/MANIFEST.MF", _JAR),
)
_ODF = re.compile(rb"mimetype(application/(?:vnd\.oasis\.opendocument\.[a-z]{1,30}|epub\+zip))")
_PAGE = re.compile(
    rb"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,50})?(?:<!--.{0,200}?-->\s{0,50})?"
    rb"<(?:!doctype\s{1,5})?(html|svg)\b",
    re.IGNORECASE | re.DOTALL,
)

# Names of the same thing, ends of names, and labels so wide that what is found is no lie.
_SAME = {
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png",
    "image/x-ms-bmp": "image/bmp", "application/x-pdf": "application/pdf",
    "application/x-zip-compressed": _ZIP, "application/x-zip": _ZIP, "text/rtf": "application/rtf",
    "audio/mp3": "audio/mpeg", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav",
    "application/x-gzip": "application/gzip", "application/x-rar-compressed": "application/vnd.rar",
    "application/vnd.ms-tnef": "application/ms-tnef", "application/x-dosexec": _MZ,
    "application/vnd.microsoft.portable-executable": _MZ, "application/x-executable": _ELF,
    "application/x-sh": _SCRIPT, "application/xhtml+xml": _HTML, "text/x-vcard": "text/vcard",
    "application/x-pkcs7-signature": "application/pkcs7-signature", "text/directory": "text/vcard",
    "application/x-pkcs7-mime": "application/pkcs7-mime", "text/comma-separated-values": "text/csv",
}  # fmt: skip
_EXTENSIONS = {
    "application/pdf": "pdf", _ZIP: "zip", "application/gzip": "gz", "application/rtf": "rtf",
    "application/vnd.rar": "rar", "application/x-7z-compressed": "7z", "application/json": "json",
    "application/xml": "xml", "text/xml": "xml", "text/csv": "csv", _HTML: "html",
    "application/msword": "doc", f"{_OOXML}wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls", f"{_OOXML}spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-powerpoint": "ppt", f"{_OOXML}presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.ms-outlook": "msg", "application/ms-tnef": "dat",
    "application/pgp-signature": "asc", "application/pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif",
    _SVG: "svg", "image/tiff": "tiff", "image/bmp": "bmp", "image/webp": "webp",
    "image/heic": "heic", "audio/mpeg": "mp3", "audio/wav": "wav", "audio/ogg": "ogg",
    "audio/amr": "amr", "video/mp4": "mp4", "text/calendar": "ics", "text/vcard": "vcf",
    "message/rfc822": "eml", "message/global": "eml",
}  # fmt: skip
_WITHIN = {
    _ZIP: ("zip", "openxmlformats", "opendocument", "java-archive", "macroenabled", "epub", "kmz"),
    _OLE: ("msword", "ms-", "msi", "visio"),
    "audio/ogg": ("ogg",), "video/mp4": ("mp4", "quicktime", "heic", "heif", "m4a", "3gpp"),
    "application/gzip": ("gzip", "tgz", "compressed-tar"), _HTML: ("html", "xml"), _SVG: ("xml",),
}  # fmt: skip
# What can do harm when it is opened, in the words of a warning, and the ends of honest names.
_HARMFUL = {
    _MZ: ("a Windows program", ("exe", "dll", "scr", "com", "sys", "cpl", "ocx", "pif", "drv")),
    _LINK: ("a Windows shortcut", ("lnk",)),
    _MSI: ("a Windows installer", ("msi", "msp")),
    _ELF: ("a Linux program", ("", "so", "elf", "bin", "run", "o", "ko")),
    _MACH: ("a macOS program", ("", "dylib", "o", "bin", "bundle")),
    _JAVA: ("a Java program", ("class",)),
    _JAR: ("a Java program", ("jar", "war", "ear", "apk", "aar", "xpi", "zip")),
    _SCRIPT: ("a script", ("", "sh", "bash", "py", "pl", "rb", "cgi", "command", "txt", "js")),
    _HTML: ("a web page", ("htm", "html", "xhtml", "shtml", "mht", "xml", "txt", "svg", "hta",
                           "xls", "doc")),
    _SVG: ("a drawing that may hold a program", ("svg", "xml", "html", "htm", "txt")),
}  # fmt: skip


def detected(octets: bytes | memoryview) -> str:
    """Return the media type of a file by what it holds, "" where that is not known."""
    head = bytes(octets[:4096])
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(head, bytes(octets[-65536:]))
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _in_ole(head, octets)
    if head.startswith(b"MZ") and b"\0" in head[:64]:
        return _MZ
    if head.startswith(b"\xca\xfe\xba\xbe"):
        # Java's version stands where Mach-O counts the processors it is for.
        return _JAVA if int.from_bytes(head[4:8], "big") > 40 else _MACH
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"heix", b"mif1") else "video/mp4"
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    page = _PAGE.match(head.removeprefix(b"\xef\xbb\xbf"))
    return "" if page is None else _HTML if page[1].lower() == b"html" else _SVG


def differs(label: str, found: str) -> bool:
    """Say whether a file is another thing than its label says; octet-stream says nothing."""
    label = _SAME.get(label, label)
    return (
        bool(found) and label != found and not any(name in label for name in _WITHIN.get(found, ()))
    )


def extension(label: str, found: str) -> str:
    """Return the end of a name for a file that has none: by its label, else by what it holds."""
    known = _EXTENSIONS.get(_SAME.get(label, label)) or _EXTENSIONS.get(found)
    return known or ("txt" if label.startswith("text/") else "bin")


def warning(name: str, found: str) -> str | None:
    """Return what a person must know of a file whose name hides what it is, None for nothing."""
    if found not in _HARMFUL:
        return None
    what, honest = _HARMFUL[found]
    _, dot, extension = name.rpartition(".")
    return None if (extension.lower() if dot else "") in honest else f"{name} is {what}"


def _in_zip(head: bytes, tail: bytes) -> str:
    """Return what a zip is by the names in its directory, which stands at the end."""
    document = _ODF.search(head, 0, 200)
    if document is not None:
        return document[1].decode("ascii")
    return next((kind for name, kind in _IN_ZIP if name in tail or name in head), _ZIP)


def _in_ole(head: bytes, octets: bytes | memoryview) -> str:
    """Return what an old Office file is by the names in its directory (MS-CFB §2.2)."""
    sector = 4096 if head[30:31] == b"\x0c" else 512
    at = (int.from_bytes(head[48:52], "little") + 1) * sector
    directory = bytes(octets[at : at + 4096]).decode("utf-16-le", "replace")
    return next((kind for name, kind in _IN_OLE if name in directory), _OLE)
