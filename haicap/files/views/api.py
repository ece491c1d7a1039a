"""POST /files: an upload, staged for its sender until a dossier takes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from haicap.files import public as files

router = Router(tags=["files"])


class KeptFile(Schema):
    """A file as it was kept. `scan`: unscanned | clean."""

    id: UUID = Field(description="Give it as `file_id` of one of a dossier's `papers`.")
    sha256: str
    size: int = Field(description="Bytes.")
    media_type: str = Field(description="Found in the bytes, not believed from the name.")
    pages: int | None = None
    name: str = Field(description="The name, cleaned.")
    slot: str = Field(description="Code of the paper it is, as in the procedure's `papers`.")
    scan: str


@router.post(
    "/files",
    response={201: KeptFile},
    summary="Upload one file",
    description=(
        "Types taken: PDF, JPG, PNG, HEIC, WEBP, TIFF, DOCX, XLSX, ODT, ODS, XML; at most 20 MB. "
        "The file waits for its sender for seven days; attach it by its `id` when submitting."
    ),
)
def keep_file(
    request: HttpRequest,
    file: UploadedFile = File(...),  # type: ignore[type-arg]  # noqa: B008 - ninja declares so
    slot: str = Form("", max_length=80),  # type: ignore[type-arg]
) -> Status[dict[str, Any]]:
    """Keep the upload under the caller's own name."""
    use = files.keep(
        stream=file,  # type: ignore[arg-type]
        name=file.name or "",
        slot=slot,
        by=request.actor,  # type: ignore[attr-defined]
        at=request.at,  # type: ignore[attr-defined]
    )
    return Status(201, {name: getattr(use, name) for name in KeptFile.model_fields})
