"""``keting doctor``: what is missing or misconfigured on this machine, and how to put it right.

Changes nothing.  Each check answers by itself; one that breaks is a finding, too.
"""

from __future__ import annotations

from collections.abc import Callable

from core.bilingual import terminal_language
from core.settings import Settings, SettingsInvalid, load_settings
from supervisor import doctor_machine, doctor_services
from supervisor.doctor_report import Finding

Check = Callable[[Settings], Finding | None]

CHECKS: tuple[Check, ...] = (
    doctor_machine.uv,
    doctor_machine.python_for_the_bot,
    doctor_machine.node,
    doctor_machine.data_directory,
    doctor_machine.secrets_file,
    doctor_machine.pages,
    doctor_machine.bot_environment,
    doctor_machine.bot_model,
    doctor_machine.plain_http,
    doctor_services.ports,
    doctor_services.database,
    doctor_services.redis,
    doctor_services.service,
)


def doctor() -> int:
    """Print every finding; 1 if anything fails, warnings alone are 0."""
    language = terminal_language()
    try:
        settings = load_settings(create_secrets=False)
    except SettingsInvalid as error:
        print(error.to(language))
        return 1
    findings = [finding for check in CHECKS if (finding := check(settings)) is not None]
    for finding in findings:
        print(finding.to(language))
    return int(any(finding.verdict == "fail" for finding in findings))
