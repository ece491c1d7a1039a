"""The database as an installation sees it: is it new enough, is its structure up to date."""

from __future__ import annotations

from datetime import datetime

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Refusal
from haicap.site.id_range import set_id_range

OLDEST = 15
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
JOURNAL_MONTHS_AHEAD = 3


class UnfitDatabase(Refusal):
    """The server cannot carry the platform."""


def require_fit() -> None:
    """UnfitDatabase unless the server is PostgreSQL 15 or newer, in UTF-8, with our extensions."""
    found = server_version()
    if found < OLDEST:
        raise UnfitDatabase(
            _("Cần PostgreSQL %(oldest)s trở lên; máy chủ đang là bản %(found)s.")
            % {"oldest": OLDEST, "found": found}
        )
    if (encoding := one("show server_encoding")) != "UTF8":
        raise UnfitDatabase(
            _("Cơ sở dữ liệu phải dùng bảng mã UTF8, không phải %(encoding)s.")
            % {"encoding": encoding}
        )
    if missing := missing_extensions():
        raise UnfitDatabase(
            _("PostgreSQL thiếu phần mở rộng %(names)s (gói postgresql-contrib).")
            % {"names": ", ".join(missing)}
        )


def server_version() -> int:
    """The major version of the server, e.g. 15."""
    return int(one("show server_version_num")) // 10000


def missing_extensions() -> list[str]:
    """Extensions we use that the server does not offer."""
    with connection.cursor() as cursor:
        cursor.execute("select name from pg_available_extensions")
        offered = {str(row[0]) for row in cursor.fetchall()}
    return [name for name in EXTENSIONS if name not in offered]


def one(statement: str) -> str:
    """The one value a statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def pending() -> list[str]:
    """Names of migrations that this version has and the database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def bring_up(*, installation: int, at: datetime) -> int:
    """Apply what is pending, put new tables into the installation's range of ids, and have the
    journal's months ready. How many migrations were applied; UnfitDatabase before any of it.
    """
    require_fit()
    waiting = pending()
    if waiting:
        call_command("migrate", interactive=False, verbosity=0)
        set_id_range(installation=installation)
    audit.make_months(day=day_of(at), months=JOURNAL_MONTHS_AHEAD)
    return len(waiting)
