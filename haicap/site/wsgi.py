"""The entry point of the web processes."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.site.settings")
application = get_wsgi_application()
