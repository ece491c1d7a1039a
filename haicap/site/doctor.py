"""What an installation needs in order to work, one by one, each with what to do about it."""

from __future__ import annotations

import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from django.conf import settings
from django.db import connection

from haicap.kernel import clock
from haicap.notify import public as notify
from haicap.site import database

GIGABYTE = 1 << 30
SYSTEM_FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
SHORTEST_SECRET = 32
SKEW_WARN, SKEW_BAD = 2.0, 30.0
WORKER = "haicap worker"  # what a worker's connections are called


class Level(StrEnum):
    """How bad it is: fine, works with a drawback, does not work."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` says what to do; both texts are Vietnamese | English."""

    level: Level
    what: str
    remedy: str = ""


def ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def warn(what: str, remedy: str) -> Finding:
    return Finding(Level.WARN, what, remedy)


def bad(what: str, remedy: str) -> Finding:
    return Finding(Level.BAD, what, remedy)


def examine(*, at: datetime) -> Iterator[Finding]:
    """Look at everything in turn. Without a database what hangs on it is left out."""
    yield from checked(mode)
    reached = list(checked(server))
    yield from reached
    if all(finding.level is not Level.BAD for finding in reached):
        yield from checked(structure)
        yield from checked(lambda: skew(at=at))
        yield from checked(jobs)
        yield from checked(messages)
    for look in (time_zone, paper_fonts, page_files, disk, folder_rights, secret, scanner):
        yield from checked(look)


def checked(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of one look; when the look itself breaks, that is the finding."""
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001 - the doctor must come to the end of the round
        yield bad(f"{look.__name__}: {error}", "xem nhật ký | see the log")


def mode() -> Iterator[Finding]:
    """Which mode, and whether production is set up as such."""
    if settings.MODE != "production":
        yield ok("chế độ trình diễn, nhận người hư cấu | demo mode, takes fictitious people")
        return
    if not settings.HTTPS:
        yield warn(
            "HAICAP_BASE_URL không phải https | HAICAP_BASE_URL is not https",
            "đặt địa chỉ https công khai | set it to the public https address",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield bad(
            "HAICAP_ALLOWED_HOSTS nhận mọi tên máy | HAICAP_ALLOWED_HOSTS takes any host",
            "ghi rõ tên miền | name the domain",
        )
    yield ok("chế độ vận hành | production mode")


def server() -> Iterator[Finding]:
    """Reached directly and quickly, past the pool that would wait."""
    parameters = connection.get_connection_params()
    try:
        with psycopg.connect(
            **{k: v for k, v in parameters.items() if k in {"dbname", "host", "port", "user"}},
            password=parameters.get("password"),
            connect_timeout=5,
        ) as found:
            number = found.info.server_version
    except psycopg.OperationalError as error:
        yield bad(
            f"không nối được cơ sở dữ liệu | the database cannot be reached: {error}".strip(),
            "kiểm tra DATABASE_URL và PostgreSQL | check DATABASE_URL and PostgreSQL",
        )
        return
    shown = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number // 10000 < database.OLDEST:
        yield bad(
            f"{shown}, cần từ {database.OLDEST} | {database.OLDEST} or newer is needed",
            "nâng cấp PostgreSQL | upgrade PostgreSQL",
        )
        return
    yield ok(shown)


def structure() -> Iterator[Finding]:
    """Extensions, encoding, and migrations not applied yet."""
    if missing := database.missing_extensions():
        yield bad(
            f"thiếu phần mở rộng | extensions missing: {', '.join(missing)}",
            "apt-get install postgresql-contrib",
        )
    if (encoding := database.one("show server_encoding")) != "UTF8":
        yield bad(
            f"bảng mã {encoding} | encoding {encoding}",
            "tạo lại cơ sở dữ liệu với UTF8 | create the database again with UTF8",
        )
    if waiting := database.pending():
        yield bad(
            f"{len(waiting)} bước nâng cấp chưa chạy | {len(waiting)} migrations are pending",
            "haicap migrate",
        )
    else:
        yield ok("cấu trúc dữ liệu mới nhất | the structure is up to date")


def skew(*, at: datetime) -> Iterator[Finding]:
    """Our clock beside the database's; promised times hang on both."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (theirs,) = cursor.fetchone() or (at,)
    apart = abs((theirs - clock.now()).total_seconds())
    if apart > SKEW_WARN:
        found = bad if apart > SKEW_BAD else warn
        yield found(
            f"đồng hồ lệch cơ sở dữ liệu {apart:.0f} giây | clocks {apart:.0f} seconds apart",
            "bật đồng bộ giờ (systemd-timesyncd) trên cả hai máy | synchronise both clocks",
        )
    else:
        yield ok("đồng hồ khớp cơ sở dữ liệu | the clocks agree")


def jobs() -> Iterator[Finding]:
    """A worker that lives, and work that nobody took."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('procrastinate_workers') is not null")
        if not (cursor.fetchone() or (False,))[0]:
            return
        # One that was killed left its last beat behind, but its connections are gone.
        cursor.execute(
            "select least("
            " (select count(*) from procrastinate_workers"
            " where last_heartbeat > now() - interval '30 seconds'),"
            " (select count(distinct application_name) from pg_stat_activity"
            " where datname = current_database() and starts_with(application_name, %s)))",
            [WORKER],
        )
        alive = (cursor.fetchone() or (0,))[0]
        cursor.execute(
            "select count(*) filter (where status = 'todo'"
            " and coalesce(scheduled_at, now()) < now() - interval '10 minutes'),"
            " count(*) filter (where status = 'failed') from procrastinate_jobs"
        )
        late, failed = cursor.fetchone() or (0, 0)
    if not alive:
        yield warn(
            "không có tiến trình chạy việc nền | no worker of background jobs is running",
            "chạy `haicap worker` (hoặc python3 run.py) | start `haicap worker`",
        )
    else:
        yield ok(f"{alive} tiến trình chạy việc nền | {alive} worker(s) of background jobs")
    if late or failed:
        yield warn(
            f"{late} việc chờ quá 10 phút, {failed} việc hỏng | {late} jobs late, {failed} failed",
            "xem nhật ký của worker | see the worker's log",
        )


def messages() -> Iterator[Finding]:
    """Messages to people that did not get out and wait for somebody."""
    stuck = len(notify.undelivered(limit=1000))
    there = ", ".join(
        name
        for name, set_up in (
            ("e-mail", settings.EMAIL_HOST),
            ("SMS", settings.SMS_GATEWAY),
            ("Zalo", settings.ZALO_GATEWAY),
        )
        if set_up
    )
    if stuck:
        yield warn(
            f"{stuck} tin báo chưa tới người dân | {stuck} messages did not get out",
            "xem trang /van-hanh/tin-bao/ | see the page /van-hanh/tin-bao/",
        )
    elif there:
        yield ok(f"tin báo đi bằng {there} | messages go by {there}")
    else:
        yield warn(
            "tin báo chỉ có trên cổng | messages stay on the portal",
            "đặt HAICAP_SMTP_HOST, HAICAP_SMS hoặc HAICAP_ZALO | set one of them",
        )


def time_zone() -> Iterator[Finding]:
    """Promised times are cut at Vietnamese midnight."""
    try:
        hours = datetime(2025, 7, 1, tzinfo=UTC).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    except ZoneInfoNotFoundError:
        yield bad(
            "không có dữ liệu múi giờ Việt Nam | no data on the Vietnamese time zone",
            "apt-get install tzdata",
        )
        return
    yield ok(f"múi giờ Việt Nam UTC{hours:%z} | Vietnamese time zone")


def paper_fonts() -> Iterator[Finding]:
    """State papers want Times; Noto Serif from the wheel stands in for it."""
    if any(any(root.rglob("LiberationSerif-Regular.*")) for root in SYSTEM_FONTS if root.exists()):
        yield ok("phông Liberation Serif cho giấy tờ | Liberation Serif for papers")
    elif find_spec("fontpkg_noto_serif"):
        yield warn(
            "giấy tờ dùng Noto Serif, nét khác Times | papers are set in Noto Serif, not in Times",
            "apt-get install fonts-liberation2",
        )
    else:
        yield bad(
            "không có phông in giấy tờ | no font for papers", "apt-get install fonts-liberation2"
        )


def page_files() -> Iterator[Finding]:
    """Style sheets, fonts and scripts that the pages name, with far-future names."""
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield ok("tệp tĩnh đã dựng | static files are built")
    else:
        yield bad("chưa dựng tệp tĩnh | static files are not built", "haicap build")


def disk() -> Iterator[Finding]:
    """Room for files and the database."""
    free = shutil.disk_usage(settings.VAR).free
    shown = f"còn {free / GIGABYTE:.1f} GB ở {settings.VAR} | {free / GIGABYTE:.1f} GB free"
    if free < GIGABYTE:
        yield bad(shown, "dọn đĩa hoặc thêm đĩa ngay | free some space now")
    elif free < 5 * GIGABYTE:
        yield warn(shown, "sắp đầy: thêm đĩa | getting full: add a disk")
    else:
        yield ok(shown)


def folder_rights() -> Iterator[Finding]:
    """Ours to write, nobody else's to read."""
    var = Path(settings.VAR)
    probe = var / ".doctor"
    try:
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        yield bad(
            f"không ghi được vào {var} | cannot write to it: {error.strerror}",
            "chạy bằng người dùng sở hữu thư mục này | run as the owner of that folder",
        )
        return
    open_to_all = [
        path
        for path in (var / "files", var / "secret", var / "log")
        if path.exists() and path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP)
    ]
    if open_to_all:
        names = " ".join(str(path) for path in open_to_all)
        yield warn(f"người khác đọc được | others can read: {names}", f"chmod -R go-rwx {names}")
    else:
        yield ok(f"thư mục dữ liệu {var} | data folder")


def secret() -> Iterator[Finding]:
    """The key that signs sessions and links."""
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield bad(
            "HAICAP_SECRET_KEY quá ngắn | HAICAP_SECRET_KEY is too short",
            'python3 -c "import secrets; print(secrets.token_hex(48))"',
        )
    else:
        yield ok("khoá bí mật đủ dài | the secret key is long enough")


def scanner() -> Iterator[Finding]:
    """clamd, asked whether it lives."""
    where = settings.CLAMD
    if not where:
        yield warn(
            "không quét mã độc; trang ghi “chưa quét” | files are not scanned for malware",
            "cài clamav-daemon rồi đặt HAICAP_CLAMD | install clamav-daemon and set HAICAP_CLAMD",
        )
        return
    host, _, port = where.rpartition(":")
    family = socket.AF_UNIX if where.startswith("/") else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(5)
            line.connect(where if family == socket.AF_UNIX else (host, int(port)))
            line.sendall(b"zPING\0")
            answered = line.recv(16).startswith(b"PONG")
    except (OSError, ValueError) as error:
        yield bad(f"clamd {where}: {error}", "kiểm tra HAICAP_CLAMD | check HAICAP_CLAMD")
        return
    if answered:
        yield ok("bộ quét mã độc trả lời | the malware scanner answers")
    else:
        yield bad(
            "bộ quét mã độc trả lời lạ | the malware scanner answers oddly",
            "kiểm tra HAICAP_CLAMD | check HAICAP_CLAMD",
        )
