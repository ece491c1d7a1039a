"""POST /files, as a client of the API sees it, and the cap on what is written to disk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory
from ninja import NinjaAPI
from ninja.testing import TestClient
from pytest_django import Settings

from haicap.files.refused import BadFile
from haicap.files.tests import specimens as s
from haicap.files.views.api import router
from haicap.kernel.actor import Actor, ActorKind
from haicap.kernel.clock import VIETNAM

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
CALLER: dict[str, Any] = {"actor": Actor(kind=ActorKind.STAFF, person=3), "at": AT}
client = TestClient(router)


@pytest.mark.django_db
def test_an_upload_is_answered_with_what_it_was_found_to_be() -> None:
    sent = SimpleUploadedFile("Giấy chứng sinh.pdf", s.pdf(2), content_type="text/html")
    answer = client.post("/files", data={"slot": "chung-sinh"}, FILES={"file": sent}, **CALLER)
    assert answer.status_code == 201
    kept = answer.json()
    assert set(kept) == {"id", "sha256", "size", "media_type", "pages", "name", "slot", "scan"}
    assert (kept["name"], kept["slot"]) == ("Giấy chứng sinh.pdf", "chung-sinh")
    assert (kept["media_type"], kept["pages"]) == ("application/pdf", 2)


@pytest.mark.django_db
def test_a_bad_upload_is_refused_and_a_missing_one_is_invalid() -> None:
    sent = SimpleUploadedFile("a.pdf", s.EXE)
    with pytest.raises(BadFile) as refused:
        client.post("/files", FILES={"file": sent}, **CALLER)
    assert set(refused.value.fields) == {"file"}
    assert client.post("/files", data={"file": "x"}, **CALLER).status_code == 422
    sent = SimpleUploadedFile("a.pdf", s.pdf())
    slot = {"slot": "x" * 81}
    assert client.post("/files", data=slot, FILES={"file": sent}, **CALLER).status_code == 422


def test_the_document_says_what_an_upload_looks_like() -> None:
    api = NinjaAPI(urls_namespace="files-test")
    api.add_router("", router)
    document: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    operation = document["paths"]["/api/v1/files"]["post"]
    assert "multipart/form-data" in operation["requestBody"]["content"]
    assert 201 in operation["responses"]


def parsed(content: bytes) -> tuple[QueryDict, Any]:
    """What the upload handler makes of a request with one file."""
    request: HttpRequest = RequestFactory().post(
        "/", {"file": SimpleUploadedFile("to.pdf", content), "after": "còn đây"}
    )
    assert isinstance(request.META["wsgi.input"].read, object)
    parser = MultiPartParser(request.META, request, request.upload_handlers, "utf-8")
    return parser.parse()


def test_no_more_is_written_to_disk_than_is_ever_taken(settings: Settings) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["haicap.files.upload.CappedUpload"]
    settings.FILE_LIMIT = 1_000_000
    fields, uploads = parsed(b"x" * 5_000_000)
    upload = uploads["file"]
    assert fields["after"] == "còn đây", "the fields behind it are not lost"
    assert 1_000_000 < upload.size < 1_200_000
    upload.seek(0, 2)
    assert upload.tell() == upload.size
    _fields, uploads = parsed(b"x" * 999_999)
    assert uploads["file"].read() == b"x" * 999_999
