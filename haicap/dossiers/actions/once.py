"""A call repeated under the same key answers the same and does nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from haicap.dossiers.models import Repeat
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Invalid, Refusal

LONGEST_KEY: Final = 200

_CLAIM = """
insert into dossiers_repeat (caller, key, fingerprint, status, at) values (%s, %s, %s, 0, %s)
on conflict (caller, key) do nothing returning id
"""


class KeyUsedForAnother(Refusal):
    """The key was used before, for something else."""

    status = 422


@transaction.atomic
def once(
    *,
    key: str,
    body: Mapping[str, Any],
    run: Callable[[], Mapping[str, Any]],
    by: Actor,
    at: datetime,
) -> dict[str, Any]:
    """Run `run` once per caller and key; later calls with the same `body` get its answer again.

    `run` answers what JSON can hold. A call at the same moment waits for the first one's commit. A
    refused call leaves no trace, so the same key may be tried again. KeyUsedForAnother; an empty
    key means: no protection asked for.
    """
    if not key:
        return dict(run())
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid(
            {"Idempotency-Key": _("Khóa chống gửi lặp dài tối đa %(n)s chữ.") % {"n": LONGEST_KEY}}
        )
    caller = f"{by.kind}:{by.person}"
    fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [caller, key, fingerprint, at])
        claimed = cursor.fetchone()
    if claimed is None:
        known = Repeat.objects.get(caller=caller, key=key)
        if known.fingerprint != fingerprint:
            raise KeyUsedForAnother(
                _("Khóa chống gửi lặp này đã dùng cho một yêu cầu khác, hãy dùng khóa mới.")
            )
        return dict(known.answer or {})
    answer = dict(run())
    Repeat.objects.filter(pk=claimed[0]).update(
        status=200, answer=answer, dossier_id=answer.get("dossier_id")
    )
    return answer
