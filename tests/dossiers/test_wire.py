"""What goes over the wire: compressed for who takes it, kept by browsers where it cannot change."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from webtest import TestApp

from tests.people import Person

Maker = Callable[..., Person]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def test_a_page_is_compressed_for_who_takes_it_so(app: Flask) -> None:
    client = app.test_client()
    plain, small = client.get("/dang-nhap"), client.get("/dang-nhap", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.data) < len(plain.data) / 2
    assert b"</html>" in gzip.decompress(small.data)
    refused = client.get("/dang-nhap", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers


def test_the_length_of_a_page_is_blurred(app: Flask) -> None:
    """Else it would tell what a secret on the page has in common with what somebody else put there."""
    client = app.test_client()
    lengths = {client.get("/dang-nhap", headers=GZIP).content_length for _ in range(20)}
    assert len(lengths) > 5


def test_the_stylesheet_is_kept_for_a_year_under_an_address_that_changes_with_it(app: Flask) -> None:
    web = TestApp(app)
    address = web.get("/dang-nhap").html.select_one("link[rel=stylesheet]")["href"]
    assert "?v=" in address
    client = app.test_client()
    answer = client.get(address, headers=GZIP)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000"
    assert gzip.decompress(answer.data) == (Path(str(app.static_folder)) / "app.css").read_bytes()
    assert client.get(address, headers={**GZIP, "If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/static/app.css").headers["Cache-Control"] == "public, max-age=86400"


def test_what_is_not_there_and_what_is_personal_is_not_kept(app: Flask, person: Maker) -> None:
    assert app.test_client().get("/static/fonts/none.woff2").headers["Cache-Control"] == "no-store"
    assert person("upper_officer", "KHOI").get("/ho-so").headers["Cache-Control"] == "no-store"


def test_the_face_is_served_for_a_year(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "be-vietnam-pro-400.woff2").write_bytes(b"wOF2" + bytes(2000))
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    answer = app.test_client().get("/static/fonts/be-vietnam-pro-400.woff2", headers=GZIP)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000"
    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"wOF2")
