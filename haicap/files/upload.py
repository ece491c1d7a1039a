"""Uploads go to disk as they come, but never more of them than is ever taken."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class CappedUpload(TemporaryFileUploadHandler):
    """Writes the first bytes of a file up to the limit and one piece more, and lets the rest pass.

    What is too big is then refused by its size, with a sentence at its field, like any other bad
    file; a request that is cut off instead would show the sender nothing.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= settings.FILE_LIMIT:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> TemporaryUploadedFile:
        """Its size is what was written: past the limit, so that it is refused."""
        self.file.seek(0, os.SEEK_END)
        self.file.size = self.file.tell()
        self.file.seek(0)
        return self.file
