"""What a file is, by its content: its name and what the sender says of it prove nothing."""

import io
import zipfile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_BEGINNINGS = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX))
_ZIP = b"PK\x03\x04"


def media_type_of(body: bytes) -> str | None:
    """Give the type of a file that evidence may be; `None` for any other."""
    for beginning, media_type in _BEGINNINGS:
        if body.startswith(beginning):
            return media_type
    return _of_office(body) if body.startswith(_ZIP) else None


def _of_office(body: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return None
    macros = any(name.endswith("vbaProject.bin") for name in names)
    return None if macros else next((media_type for part, media_type in _PARTS if part in names), None)
