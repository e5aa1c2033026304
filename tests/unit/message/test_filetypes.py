import io
import zipfile

import pytest

from mailgate.message import filetypes

OOXML = "application/vnd.openxmlformats-officedocument."


def zipped(*names: str, mimetype: str = "") -> bytes:
    """Return a zip with files of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x" * 50)
    return out.getvalue()


def compound(*names: str) -> bytes:
    """Return the beginning of an OLE file whose directory has these names."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(48, b"\0") + (2).to_bytes(4, "little")
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    return head.ljust(512 * 3, b"\0") + directory


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\r\n\r\njunk %PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"BM\x10\0\0\0\0\0\0\0", "image/bmp"),
        (b"BMW is a car", ""),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"RIFF\0\0\0\0ODD!", ""),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"OggS\0", "audio/ogg"),
        (b"ID3\x03", "audio/mpeg"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"Rar!\x1a\x07\x01", "application/vnd.rar"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"{\\rtf1", "application/rtf"),
        (b"MZ\x90\0\x03", "application/x-msdownload"),
        (b"MZ are initials", ""),
        (b"\x7fELF\x02", "application/x-elf"),
        (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", "application/x-mach-binary"),
        (b"\xca\xfe\xba\xbe\0\0\0\x3d", "application/x-java-class"),
        (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
        (b"#!/bin/sh\n", "text/x-shellscript"),
        (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
        (b"<!DOCTYPE html><p>", "text/html"),
        (b"\xef\xbb\xbf\n <HTML>", "text/html"),
        (b"<?xml version='1.0'?><!-- x --><svg xmlns='y'>", "image/svg+xml"),
        (b"<?xml version='1.0'?><invoice>", ""),
        (b"words", ""),
        (b"", ""),
        (zipped("a.txt"), "application/zip"),
        (zipped("[Content_Types].xml", "word/document.xml"), f"{OOXML}wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), f"{OOXML}spreadsheetml.sheet"),
        (zipped("META-INF/MANIFEST.MF", "A.class"), "application/java-archive"),
        (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
         "application/vnd.oasis.opendocument.text"),
        (compound("Root Entry", "WordDocument"), "application/msword"),
        (compound("Root Entry", "Workbook"), "application/vnd.ms-excel"),
        (compound("__substg1.0_0037001F"), "application/vnd.ms-outlook"),
        (compound("Root Entry"), "application/x-ole-storage"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_what_it_holds(octets: bytes, kind: str) -> None:
    """Its first octets, or a directory inside, say what it is; no name is asked."""
    assert filetypes.detected(octets) == kind
    assert filetypes.detected(memoryview(octets)) == kind


@pytest.mark.parametrize(
    ("label", "found", "differs"),
    [
        ("application/pdf", "application/pdf", False),
        ("application/x-pdf", "application/pdf", False),
        ("application/pdf", "", False),
        ("application/octet-stream", "application/pdf", True),
        ("application/pdf", "application/x-msdownload", True),
        ("image/jpg", "image/jpeg", False),
        ("image/png", "image/jpeg", True),
        (f"{OOXML}wordprocessingml.document", "application/zip", False),
        ("application/vnd.ms-excel", "application/x-ole-storage", False),
        ("application/vnd.ms-excel", "text/html", True),
        ("image/svg+xml", "image/svg+xml", False),
        ("application/xml", "image/svg+xml", False),
    ],
)
def test_a_label_may_say_it_in_other_words(label: str, found: str, differs: bool) -> None:
    """Only what is another thing differs; octet-stream says nothing, so that anything does."""
    assert filetypes.differs(label, found) is differs


@pytest.mark.parametrize(
    ("name", "found", "warning"),
    [
        ("invoice.pdf", "application/x-msdownload", "invoice.pdf is a Windows program"),
        ("invoice", "application/x-msdownload", "invoice is a Windows program"),
        ("setup.EXE", "application/x-msdownload", None),
        ("scan.jpg", "text/html", "scan.jpg is a web page"),
        ("page.html", "text/html", None),
        ("x.pdf", "image/svg+xml", "x.pdf is a drawing that may hold a program"),
        ("run", "application/x-elf", None),
        ("a.docx", "application/java-archive", "a.docx is a Java program"),
        ("photo.png", "image/jpeg", None),
        ("a.pdf", "", None),
    ],
)
def test_a_name_that_hides_a_danger_is_told(name: str, found: str, warning: str | None) -> None:
    """What can do harm when it is opened, under a name that does not say so, is a warning."""
    assert filetypes.warning(name, found) == warning


@pytest.mark.parametrize(
    ("label", "found", "extension"),
    [
        ("application/pdf", "image/png", "pdf"),
        ("image/x-png", "", "png"),
        ("application/octet-stream", "image/heic", "heic"),
        ("application/octet-stream", "application/x-bzip2", "bin"),
        ("text/x-log", "", "txt"),
        ("x-odd/thing", "", "bin"),
    ],
)
def test_a_file_without_a_name_gets_its_end(label: str, found: str, extension: str) -> None:
    """By what its label says under any name, else by what it holds, else a harmless one."""
    assert filetypes.extension(label, found) == extension
