"""The ``keting`` command.

Each command imports what it needs when it runs, so that help and mistakes answer at once.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.bilingual import Bilingual, terminal_language

if TYPE_CHECKING:
    from core.settings import Settings

#: A trainer's tools, each a program of the bot's that reads its own options: here is only how to call it.
TRAINERS_TOOLS: dict[str, tuple[str, Bilingual]] = {
    "test": ("bot.tools.examine", Bilingual("检验机器人的模型", "how good the bot's model is")),
    "chat": ("bot.tools.chat", Bilingual("在终端里和机器人对话", "talk to the bot in the terminal")),
    "compare": ("bot.tools.compare", Bilingual("比较两个模型", "what another model understands otherwise")),
}
ROLES = ("agent", "staff", "supervisor", "trainer", "admin")


def main(argv: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        if given and given[0] in TRAINERS_TOOLS:
            return _run(argparse.Namespace(run=_trainers_tool, tool=given[0], options=given[1:]))
        if given[:2] == ["data", "check"]:
            return _run(argparse.Namespace(run=_data_check, options=given[2:]))
        return _run(_parser().parse_args(given))
    except KeyboardInterrupt:
        return 130


def _run(arguments: argparse.Namespace) -> int:
    from core.settings import SettingsInvalid

    try:
        return int(arguments.run(arguments) or 0)
    except SettingsInvalid as error:
        print(error.to(terminal_language()), file=sys.stderr)
        return 2


def _say(zh: str, en: str) -> str:
    return Bilingual(zh, en).to(terminal_language())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keting", description=_say("Keting 客服系统", "Keting customer service")
    )
    commands = parser.add_subparsers(required=True, metavar=_say("命令", "COMMAND"))

    up = commands.add_parser("up", help=_say("在前台启动整套服务", "run everything in the foreground"))
    up.add_argument("--no-bot", action="store_true", help=_say("不启动机器人", "leave the bot out"))
    up.add_argument(
        "--tls-self-signed",
        action="store_true",
        help=_say("用自签名证书启用 https", "https with an own certificate"),
    )
    up.set_defaults(run=_up)

    serve = commands.add_parser("serve", help=_say("只运行服务进程", "run one service process only"))
    serve.set_defaults(run=_serve)
    commands.add_parser("migrate", help=_say("更新数据库表结构", "update the schema")).set_defaults(
        run=_migrate
    )
    commands.add_parser("doctor", help=_say("检查环境和配置", "check machine and settings")).set_defaults(
        run=_doctor
    )
    commands.add_parser("train", help=_say("安装并训练机器人", "install and train the bot")).set_defaults(
        run=_train
    )
    _list_trainers_tools(commands)
    commands.add_parser(
        "identity-key",
        help=_say("生成签名访客身份的新密钥", "a new key for signing who a visitor is"),
    ).set_defaults(run=_identity_key)
    _add_demo_command(commands)
    _add_knowledge_command(commands)
    _add_agent_commands(commands)
    return parser


def _list_trainers_tools(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """For the list of commands only: `main` hands them over with all their options."""
    for name, (_, what) in TRAINERS_TOOLS.items():
        commands.add_parser(name, help=what.to(terminal_language()), add_help=False)
    data = commands.add_parser("data", help=_say("检查训练数据", "check the training data"))
    verbs = data.add_subparsers(required=True, metavar=_say("操作", "VERB"))
    verbs.add_parser(
        "check",
        help=_say("重复、冲突、泄漏、缺少的例句", "what is wrong, and how to mend it"),
        add_help=False,
    )


def _add_demo_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help=_say("填充演示数据", "fill the running instance with a company"))
    demo.add_argument(
        "--conversations", type=int, default=3000, metavar="N", help=_say("历史会话数", "past conversations")
    )
    demo.add_argument(
        "--days", type=int, default=30, metavar="N", help=_say("历史天数", "over how many days")
    )
    demo.add_argument("--seed", type=int, metavar="N", help=_say("随机种子", "for the same stories again"))
    demo.add_argument("--again", action="store_true", help=_say("再追加一批", "add more to what is there"))
    demo.add_argument(
        "--password-stdin",
        action="store_true",
        help=_say(
            "从标准输入读取演示账号的密码", "read the password of the demo's people from standard input"
        ),
    )
    demo.set_defaults(run=_demo)


def _add_knowledge_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    knowledge = commands.add_parser("knowledge", help=_say("知识库", "the knowledge base"))
    verbs = knowledge.add_subparsers(required=True, metavar=_say("操作", "VERB"))
    mine = verbs.add_parser(
        "mine", help=_say("从历史会话中提出新文章", "propose articles out of past conversations")
    )
    mine.add_argument(
        "--days", type=int, default=90, metavar="N", help=_say("看最近多少天", "how many days to look back")
    )
    mine.set_defaults(run=_knowledge_mine)


def _add_agent_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    agents = commands.add_parser("agent", help=_say("管理客服人员", "people who work in the console"))
    verbs = agents.add_subparsers(required=True, metavar=_say("操作", "VERB"))
    add = verbs.add_parser("add", help=_say("新增一位客服", "add somebody"))
    add.add_argument("username", metavar="NAME", help=_say("登录名", "what they log in with"))
    add.add_argument("--role", choices=ROLES, default="agent", help=_say("角色", "what they may do"))
    add.add_argument("--name", help=_say("访客看到的名字", "the name that visitors see"))
    add.add_argument("--language", choices=("zh", "en"), help=_say("工作台语言", "language of the console"))
    add.add_argument(
        "--password-stdin",
        action="store_true",
        help=_say("从标准输入读取密码", "read the password from standard input"),
    )
    add.set_defaults(run=_agent_add)
    verbs.add_parser("list", help=_say("列出所有客服", "list everybody")).set_defaults(run=_agent_list)


def _up(arguments: argparse.Namespace) -> int:
    from core.settings import load_settings
    from supervisor.up import Options, up

    return up(load_settings(), Options(not arguments.no_bot, arguments.tls_self_signed))


def _serve(arguments: argparse.Namespace) -> None:
    import app

    app.serve(_settings_with_database())


def _migrate(arguments: argparse.Namespace) -> None:
    from core.migrate import migrate

    asyncio.run(migrate(_database_url()))
    print(_say("表结构已是最新。", "The schema is up to date."))


def _doctor(arguments: argparse.Namespace) -> int:
    from supervisor.doctor import doctor

    return doctor()


def _train(arguments: argparse.Namespace) -> int:
    from core.settings import load_settings
    from supervisor import bot_install
    from supervisor.bot_model import train_command
    from supervisor.train import train

    if not bot_install.is_installed():
        return train(load_settings())  # the environment first; then it trains as well
    return _bot_program([*train_command(), "--lang", terminal_language()])


def _trainers_tool(arguments: argparse.Namespace) -> int:
    from core.settings import load_settings
    from supervisor.environment import BOT_PYTHON, bot_environment

    if not BOT_PYTHON.exists():
        hint = _say(
            "机器人环境尚未安装：请先运行 keting train。",
            "The bot is not installed: run `keting train` first.",
        )
        print(hint, file=sys.stderr)
        return 2
    settings = load_settings(create_secrets=False)
    of_bot = bot_environment(settings) | {"KETING_BOT_URL": settings.bot_url}
    module, _ = TRAINERS_TOOLS[arguments.tool]
    return _bot_program([str(BOT_PYTHON), "-m", module, *arguments.options], of_bot)


def _data_check(arguments: argparse.Namespace) -> int:
    """Needs nothing of the bot's environment, so it answers on a machine that has none."""
    language = terminal_language()
    return _bot_program([sys.executable, "-m", "bot.data_check", "--lang", language, *arguments.options])


def _bot_program(command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run one of the bot's programs in this terminal and folder; its exit code."""
    import os
    import subprocess

    from supervisor.environment import ROOT

    env = {**os.environ, **(environment or {}), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(list(command), env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the terminal interrupts the program as well, and it tidies up before it ends


def _identity_key(arguments: argparse.Namespace) -> int:
    from core.errors import KetingError
    from core.identity_keys import renew_at
    from core.texts import error_text

    try:
        key = asyncio.run(renew_at(_database_url()))
    except KetingError as error:
        print(error_text(error.code, terminal_language()), file=sys.stderr)
        return 1
    print(key)
    note = _say(
        "只显示这一次。上一个密钥继续有效，直到再次生成新密钥。",
        "Shown this once. The key before stays valid until you make another.",
    )
    print(note, file=sys.stderr)
    return 0


def _agent_add(arguments: argparse.Namespace) -> int:
    from core.agents import add_agent
    from core.errors import KetingError
    from core.texts import error_text

    password = _read_password(arguments.password_stdin)
    name = arguments.name or arguments.username
    try:
        asyncio.run(
            add_agent(_database_url(), arguments.username, arguments.role, password, name, arguments.language)
        )
    except KetingError as error:
        print(error_text(error.code, terminal_language()), file=sys.stderr)
        return 1
    print(
        _say(
            f"已新增 {arguments.username}（{arguments.role}）。",
            f"Added {arguments.username} ({arguments.role}).",
        )
    )
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from core.errors import KetingError
    from core.texts import error_text
    from demo.fill import Options, Refused, fill
    from demo.summary import summary

    options = Options(
        max(arguments.conversations, 0), max(arguments.days, 1), arguments.seed, arguments.again
    )
    password = _read_password(True) if arguments.password_stdin else None
    language = terminal_language()
    try:
        report = asyncio.run(fill(_settings_with_database(), options, password))
    except Refused as error:
        print(error.text.to(language), file=sys.stderr)
        return 1
    except KetingError as error:
        print(error_text(error.code, language), file=sys.stderr)
        return 1
    print(summary(report, language, shows_password=password is None))
    return 0


def _knowledge_mine(arguments: argparse.Namespace) -> int:
    from app import make_encoder
    from core.db import Database
    from core.errors import KetingError
    from core.texts import error_text
    from knowledge.mining.miner import Report, mine
    from knowledge.search.searcher import Searcher

    settings = _settings_with_database()
    assert settings.database_url is not None
    url = settings.database_url

    async def run() -> Report:
        db = Database(url, pool_size=2)
        searcher = Searcher(db, lambda: make_encoder(settings))
        try:
            return await mine(db, searcher, days=max(arguments.days, 1))
        finally:
            searcher.close()
            await db.close()

    try:
        report = asyncio.run(run())
    except KetingError as error:
        print(error.detail or error_text(error.code, terminal_language()), file=sys.stderr)
        return 1
    print(
        _say(
            f"{report.questions} 个问题，{report.clusters} 组反复出现；{report.answered} 组已有文章，"
            f"新提议 {report.proposed} 篇，更新 {report.counted} 篇。",
            f"{report.questions} questions, {report.clusters} groups of them asked again and again; "
            f"{report.answered} have an article, {report.proposed} new proposals, {report.counted} updated.",
        )
    )
    return 0


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    return getpass(_say("密码：", "Password: "))


def _agent_list(arguments: argparse.Namespace) -> None:
    import sqlalchemy as sa
    from sqlalchemy.ext.asyncio import create_async_engine

    from core.schema import agent

    async def rows() -> Sequence[sa.Row[tuple[str, str, str]]]:
        engine = create_async_engine(_database_url())
        try:
            async with engine.connect() as connection:
                columns = sa.select(agent.c.username, agent.c.role, agent.c.name, agent.c.disabled_at)
                return (await connection.execute(columns.order_by(agent.c.username))).all()
        finally:
            await engine.dispose()

    for username, role, name, disabled_at in asyncio.run(rows()):
        print(f"{username:<20} {role:<11} {name}{_say('（已停用）', ' (disabled)') if disabled_at else ''}")


def _settings_with_database() -> Settings:
    """Settings whose database_url is set: as given, or that of the embedded server that runs now."""
    from dataclasses import replace

    from core.settings import load_settings
    from supervisor.postgres import running_url

    settings = load_settings()
    if settings.database_url is not None:
        return settings
    url = running_url(settings.data_dir)
    if url is None:
        raise SystemExit(
            _say(
                "没有数据库：请先运行 keting up，或设置 KETING_DATABASE_URL。",
                "There is no database: start `keting up` first, or set KETING_DATABASE_URL.",
            )
        )
    return replace(settings, database_url=url)


def _database_url() -> str:
    url = _settings_with_database().database_url
    assert url is not None
    return url


if __name__ == "__main__":
    sys.exit(main())
