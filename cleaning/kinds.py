"""What a file is, by what it holds and not by its name, and who cleans it."""

from cleaning.common import Page, Refused


def kind_of(data: bytes) -> str:
    """What a file is by its first bytes. Raises Refused for what is taken by nobody."""
    if not data:
        raise Refused("empty")
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"II*\x00", b"MM\x00*")):
        return "tiff"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"):
        return "heic"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    raise Refused("kind")


def clean(data: bytes, megapixels: int, pages: int) -> list[Page]:
    """What is kept of a file, a part a page where it falls apart into pages. Raises Refused."""
    kind = kind_of(data)
    if kind == "pdf":
        from cleaning.pdfs import pdf  # each brings a library along that the others do not need

        return [pdf(data, megapixels, pages)]
    if kind == "docx":
        from cleaning.words import docx  # as above

        return [Page("docx", docx(data))]
    from cleaning.pictures import converted, jpeg, png  # as above

    if kind == "jpeg":
        return [jpeg(data, megapixels)]
    return [png(data, megapixels)] if kind == "png" else converted(data, kind, megapixels, pages)
