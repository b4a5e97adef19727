"""What stops an instance from starting, in words that say what to do."""

from __future__ import annotations

from pathlib import Path

from core.bilingual import Bilingual, terminal_language


class SupervisorError(Exception):
    """Base: carries a text in both languages; str() is in the terminal's."""

    def __init__(self, text: Bilingual) -> None:
        self.text = text
        super().__init__(text.to(terminal_language()))


class AlreadyRunning(SupervisorError):
    """Another supervisor holds this data directory."""


class PortBusy(SupervisorError):
    """Somebody else listens where the service should."""


class ChildFailed(SupervisorError):
    """A child that everything else needs did not come up."""


class StepFailed(Exception):
    """Installing or training ended badly; the text is the end of its log."""


class DatabaseUnusable(SupervisorError):
    """The server that KETING_DATABASE_URL names does not serve us."""

    @classmethod
    def not_reached(cls, reason: str) -> DatabaseUnusable:
        return cls(
            Bilingual(
                f"无法使用数据库：{reason}。请检查 KETING_DATABASE_URL。",
                f"The database cannot be used: {reason}. Check KETING_DATABASE_URL.",
            )
        )

    @classmethod
    def too_old(cls, found: int, wanted: int) -> DatabaseUnusable:
        return cls(
            Bilingual(
                f"数据库是 PostgreSQL {found}，需要 {wanted} 以上。",
                f"The database is PostgreSQL {found}; {wanted} or later is needed.",
            )
        )


class PostgresUnusable(SupervisorError):
    """The embedded PostgreSQL cannot run as things are."""

    @classmethod
    def not_installed(cls) -> PostgresUnusable:
        return cls(
            Bilingual(
                "这个平台没有内置的 PostgreSQL。请安装 PostgreSQL 15 以上并设置 KETING_DATABASE_URL。",
                "There is no bundled PostgreSQL for this platform. Install PostgreSQL 15 or later and set "
                "KETING_DATABASE_URL.",
            )
        )

    @classmethod
    def other_version(cls, data: Path, found: str, wanted: str) -> PostgresUnusable:
        return cls(
            Bilingual(
                f"{data} 是 PostgreSQL {found} 的数据，而内置的是 {wanted}。数据没有改动。\n"
                f"迁移办法：用 PostgreSQL {found} 启动这个目录并执行 pg_dumpall 导出，把目录改名备份，"
                f"再启动 Keting 建立新的数据目录，最后用 psql 导入；"
                f"或者继续使用 PostgreSQL {found}，把 KETING_DATABASE_URL 指向它。",
                f"{data} holds data of PostgreSQL {found}, but version {wanted} is bundled. "
                f"Nothing was touched.\n"
                f"To move: start that folder with PostgreSQL {found} and export it with pg_dumpall, rename "
                f"the folder, start Keting so that it makes a new one, and import the file with psql; "
                f"or keep PostgreSQL {found} and point KETING_DATABASE_URL to it.",
            )
        )

    @classmethod
    def owned_by_another(cls, data: Path) -> PostgresUnusable:
        return cls(
            Bilingual(
                f"{data} 属于另一个系统用户。请用同一个用户启动，或用 chown -R 更改所有者。",
                f"{data} belongs to another system user. Start as that user, or change the owner with "
                f"chown -R.",
            )
        )

    @classmethod
    def out_of_reach(cls, data: Path, user: str) -> PostgresUnusable:
        return cls(
            Bilingual(
                f"系统用户 {user} 进不了 {data} 的上级文件夹。请对其 chmod o+x，或用普通用户启动。",
                f"The system user {user} cannot get into the folders above {data}. Give those chmod o+x, or "
                f"start without root.",
            )
        )

    @classmethod
    def initdb_failed(cls, output: str) -> PostgresUnusable:
        return cls(Bilingual(f"创建数据库失败：\n{output}", f"Creating the database failed:\n{output}"))

    @classmethod
    def folder_taken(cls, path: Path) -> PostgresUnusable:
        return cls(
            Bilingual(
                f"{path} 已另有他用（内容不是数据库，或属于别人）。请移走它后重试。",
                f"{path} is used for something else (no database, or not ours). Move it away and try again.",
            )
        )

    @classmethod
    def still_running(cls, data: Path, pid: int) -> PostgresUnusable:
        return cls(
            Bilingual(
                f"进程 {pid} 仍在使用 {data}，无法停止它。",
                f"Process {pid} still uses {data} and could not be stopped.",
            )
        )
