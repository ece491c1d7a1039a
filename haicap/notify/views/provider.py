"""Where providers of SMS, Zalo and e-mail tell what became of a message. Signed; no session."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from haicap.accounts import public as accounts
from haicap.kernel.errors import Refusal
from haicap.notify import actions

LARGEST = 512 * 1024


@csrf_exempt
@accounts.public_page
@require_POST
def report(request: accounts.Request, channel: str) -> HttpResponse:
    """Delivery reports: headers Haicap-Time (seconds) and Haicap-Signature (hex HMAC-SHA256 of
    "channel.time." and the body, with the channel's secret).
    """
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return JsonResponse({"detail": "Báo cáo quá lớn."}, status=413)
    try:
        answer = actions.hear(
            channel=channel,
            moment=request.headers.get("Haicap-Time", ""),
            given=request.headers.get("Haicap-Signature", ""),
            body=request.body,
            at=request.at,
        )
    except Refusal as refusal:
        return JsonResponse({"detail": str(refusal)}, status=refusal.status)
    return JsonResponse(answer)
