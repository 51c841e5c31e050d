"""What is kept of a file that was sent, and what is not taken: judged by what it holds."""

import io
import zipfile

import pikepdf
import pytest
from flask import Flask
from PIL import Image

from dossiers.papers import judging
from dossiers.papers.judging import Kept, Sent, Unfit
from tests.dossiers.papers import samples


def judged(app: Flask, name: str, content: bytes, **settings: int) -> list[Kept]:
    with app.test_request_context("/", headers={"Accept-Language": "vi"}):
        before = {key: app.config[key] for key in settings}
        app.config.update(settings)
        try:
            return judging.judge([Sent(name, content)])
        finally:
            app.config.update(before)


@pytest.mark.parametrize(
    ("name", "content", "kinds"),
    [
        ("đơn.pdf", samples.pdf(), ["pdf"]),
        ("ảnh.jpg", samples.jpeg(), ["jpeg"]),
        ("ảnh.PNG", samples.png(), ["png"]),
        ("IMG_0001.HEIC", samples.heic(), ["jpeg"]),
        ("IMG_0001.jpg", samples.heic(), ["jpeg"]),
        ("máy quét.tif", samples.tiff(), ["png", "png", "png"]),
        ("lý lịch.docx", samples.docx(), ["docx"]),
        ("image", samples.png(), ["png"]),
    ],
    ids=["pdf", "jpeg", "png", "heic", "heic named jpg", "tiff", "docx", "no suffix"],
)
def test_what_is_taken_and_says_nothing_of_who_made_it(app: Flask, name: str, content: bytes, kinds: list[str]) -> None:
    kept = judged(app, name, content)
    assert [one.kind for one in kept] == kinds
    for one in kept:
        unpacked = one.content
        if one.kind == "docx":
            with zipfile.ZipFile(io.BytesIO(one.content)) as pack:
                unpacked = b"".join(pack.read(part) for part in pack.namelist())
        for told in (samples.NAME, samples.PLAIN_NAME):
            assert told.encode() not in unpacked
            assert told.encode("utf-16-be") not in unpacked
    assert judged(app, name, content) == kept, "the same file gives the same bytes, and is stored once"


def test_a_photograph_keeps_its_pixels_and_stands_upright(app: Flask) -> None:
    for orientation, turn in ((1, 0), (3, 180), (6, 90), (8, 270)):
        sent = samples.jpeg(orientation=orientation)
        (kept,) = judged(app, "a.jpg", sent)
        assert kept.turn == turn
        before, after = (Image.open(io.BytesIO(content)) for content in (sent, kept.content))
        assert before.tobytes() == after.tobytes()
        assert not after.getexif()
    (mirrored,) = judged(app, "a.jpg", samples.jpeg(orientation=7))
    assert (mirrored.turn, Image.open(io.BytesIO(mirrored.content)).size) == (0, (90, 60))


def test_what_acts_in_a_pdf_is_gone_and_what_stands_on_its_pages_stays(app: Flask) -> None:
    (kept,) = judged(app, "a.pdf", samples.pdf(3))
    acts = (b"JavaScript", b"/JS", b"Launch", b"OpenAction", b"/AA", b"EmbeddedFile", b"cmd.exe", b"MZ")
    for acting in acts:
        assert acting not in kept.content
    with pikepdf.open(io.BytesIO(kept.content)) as made:
        assert len(made.pages) == 3
        assert not made.docinfo.keys() and "/Metadata" not in made.Root and "/Names" not in made.Root
        assert "/Annots" not in made.pages[0]
        made.pages[0].contents_coalesce()
        assert b"Do" in made.pages[0].Contents.read_bytes(), "the stamp was drawn into the page"


def test_a_picture_in_a_pdf_loses_its_remarks(app: Flask) -> None:
    sent = samples.pdf_with_a_picture()
    assert samples.PLAIN_NAME.encode() in sent
    (kept,) = judged(app, "a.pdf", sent)
    assert samples.PLAIN_NAME.encode() not in kept.content
    with pikepdf.open(io.BytesIO(kept.content)) as made:
        (image,) = made.pages[0].images.values()
        assert pikepdf.PdfImage(image).as_pil_image().size == (60, 90)


def test_word_fetches_nothing_by_itself(app: Flask) -> None:
    (kept,) = judged(app, "a.docx", samples.docx())
    with zipfile.ZipFile(io.BytesIO(kept.content)) as pack:
        assert b"evil.example" not in pack.read("word/_rels/settings.xml.rels")
        assert "Lý lịch".encode() in pack.read("word/document.xml")


MACROS = samples.docx({"word/vbaProject.bin": b"x"})
BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.pdf", b"", "Tệp trống"),
    "program": ("a.exe", b"MZ\x90\x00" + bytes(200), "Không phải tệp PDF"),
    "script": ("a.pdf", b"<script>alert(1)</script>", "Không phải tệp PDF"),
    "svg": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Không phải tệp PDF"),
    "program named pdf": ("a.pdf", b"MZ\x90\x00" + bytes(200), "Không phải tệp PDF"),
    "pdf named jpg": ("a.jpg", samples.pdf(), "khác với đuôi tên tệp"),
    "picture named docx": ("a.docx", samples.png(), "khác với đuôi tên tệp"),
    "pdf named exe": ("a.pdf.exe", samples.pdf(), "khác với đuôi tên tệp"),
    "pdf with an owner": ("a.pdf", samples.locked_pdf(), "đặt mật khẩu"),
    "pdf with a password": ("a.pdf", samples.locked_pdf("mở"), "đặt mật khẩu"),
    "pdf cut off": ("a.pdf", samples.pdf()[:300], "Tệp hỏng"),
    "pdf with a zip behind": ("a.pdf", samples.pdf() + samples.docx(), "giấu một tệp khác"),
    "pdf with a page of the web behind": ("a.pdf", samples.pdf() + b"<script>x</script>", "giấu một tệp khác"),
    "pdf that becomes big": ("a.pdf", samples.bomb_pdf(), "bung ra quá lớn"),
    "jpeg with a zip behind": ("a.jpg", samples.jpeg() + samples.docx(), "giấu một tệp khác"),
    "jpeg with a pdf behind": ("a.jpg", samples.jpeg() + samples.pdf(), "giấu một tệp khác"),
    "jpeg cut off": ("a.jpg", samples.jpeg()[:-40], "Tệp hỏng"),
    "png cut off": ("a.png", samples.png()[:-20], "Tệp hỏng"),
    "a hundred megapixels": ("a.png", samples.huge_png(), "triệu điểm"),
    "zip": ("a.docx", samples.docx(types="<Types/>"), "Không phải tệp PDF"),
    "macros": ("a.docx", MACROS, "macro"),
    "docx that becomes big": ("a.docx", samples.docx_bomb(), "bung ra quá lớn"),
    "docx that lies about its size": ("a.docx", samples.understated_zip(), ""),
    "docx with entities": (
        "a.docx",
        samples.docx({"word/a.xml": b"<!DOCTYPE x>"}),
        "bung ra quá lớn",
    ),
    "docx that leads out": ("a.docx", samples.docx({"../../etc/passwd": b"x"}), "Tệp hỏng"),
    "path in the name": ("../../etc/a.pdf", samples.pdf(), "ký tự không dùng được"),
    "windows path": ("..\\a.pdf", samples.pdf(), "ký tự không dùng được"),
    "name read backwards": ("a\u202efdp.exe", samples.pdf(), "ký tự không dùng được"),
    "control character": ("a\x07.pdf", samples.pdf(), "ký tự không dùng được"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_taken_and_why(app: Flask, case: str) -> None:
    name, content, why = BAD[case]
    with pytest.raises(Unfit) as refused:
        judged(app, name, content)
    assert why in str(refused.value)


def test_limits_are_settings(app: Flask) -> None:
    assert judged(app, "a.pdf", samples.pdf(5), SCAN_PAGES=5)
    for name, content, setting, why in (
        ("a.pdf", samples.pdf(6), {"SCAN_PAGES": 5}, "Nhiều hơn 5 trang"),
        ("a.tif", samples.tiff(6), {"SCAN_PAGES": 5}, "Nhiều hơn 5 trang"),
        ("a.jpg", samples.jpeg(1100, 1000), {"SCAN_MEGAPIXELS": 1}, "Ảnh lớn hơn 1 triệu điểm"),
        ("a.png", bytes(1_000_001), {"SCAN_MEGABYTES": 1}, "Lớn hơn 1 MB"),
    ):
        with pytest.raises(Unfit, match=why):
            judged(app, name, content, **setting)


def test_a_file_that_breaks_the_program_is_refused_and_those_before_it_are_not_blamed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "PATIENCE", 0.001)
    with pytest.raises(Unfit, match="Tệp bung ra"):
        judged(app, "a.pdf", samples.pdf())


def test_pages_of_several_files_make_one_document(app: Flask) -> None:
    with app.test_request_context("/"):
        sent = [Sent("a.pdf", samples.pdf(2)), Sent("b.jpg", samples.jpeg()), Sent("c.png", samples.png()),
                Sent("d.tif", samples.tiff(1))]  # fmt: skip
        kept = judging.judge(sent)
        made = judging.joined([(one.kind, one.content) for one in kept], [(1, 1, 90), (0, 2, 0), (2, 1, 0), (3, 1, 0)])
    with pikepdf.open(io.BytesIO(made)) as document:
        assert [int(page.get("/Rotate", 0)) for page in document.pages] == [90, 0, 0, 0]
        assert len(document.pages[0].images) == 1


def test_many_at_once_are_cleaned_in_one_go(app: Flask) -> None:
    with app.test_request_context("/"):
        kept = judging.judge([Sent(f"{nr}.png", samples.png(shade=nr)) for nr in range(40)])
    assert len({one.content for one in kept}) == 40
