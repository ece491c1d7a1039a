"""What happens to files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileKept:  # nobody reacts
    """A file was put in its place."""

    use_id: str
    sha256: str
    slot: str
    kind: str


@dataclass(frozen=True, slots=True)
class FilesAttached:  # nobody reacts
    """Uploads were moved to the thing they belong to."""

    use_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRemoved:  # nobody reacts
    """A file was taken out of its place; its bytes stay."""

    use_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FileChecked:  # nobody reacts
    """An official compared the file with its original."""

    use_id: str


@dataclass(frozen=True, slots=True)
class MalwareFound:  # nobody reacts
    """A file kept earlier was found to be infected; it is no longer handed out."""

    use_id: str
    sha256: str
