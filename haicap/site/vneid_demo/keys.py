"""The simulator's signing key: made at the first start and kept beside the demo's data."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from django.conf import settings
from joserfc.jwk import RSAKey

BITS = 2048


def _file() -> Path:
    return Path(settings.VAR) / "vneid-demo.pem"


@cache
def signing_key() -> RSAKey:
    """The key whose public half the simulator publishes; every process of the demo has the same."""
    kept = _file()
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(RSAKey.generate_key(BITS).as_pem(private=True))
        try:
            os.link(fresh, kept)
        except FileExistsError:
            kept = kept.resolve()  # another process was first: its key counts
        fresh.unlink()
    return _named(kept.read_bytes())


@cache
def foreign_key() -> RSAKey:
    """A key the simulator does not publish, under the same name: for the case "sai chữ ký"."""
    forged = RSAKey.generate_key(BITS)
    return RSAKey.import_key(forged.as_pem(private=True), {"kid": str(signing_key().kid)})


def _named(pem: bytes) -> RSAKey:
    key = RSAKey.import_key(pem)
    return RSAKey.import_key(pem, {"kid": key.thumbprint()[:16], "use": "sig", "alg": "RS256"})
