"""Routes of a directory's password policy, and of what it says of a password while one is typed (seed 003, “dica”)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, Field

from asms.choices import RuleAnswer, rules_of
from asms.passwords import LONGEST, MOST_EARLIER, Policy, checked
from asms.store.policies import keep_policy, stored_policy
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Input, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration

_TRIES = 5  # to change a policy that others change at the same time

Switch = Annotated[bool, Field(strict=True)]
Typed = Annotated[str, Field(max_length=1000)]  # longer than any rule lets it be: the rules have the word


class PolicyChange(Input):
    """What of a policy is to change; what isn't named stays."""

    min_length: Annotated[int, Field(strict=True, ge=1, le=LONGEST)] | None = None
    upper: Switch | None = Field(default=None, description="Se é preciso uma letra maiúscula.")
    lower: Switch | None = Field(default=None, description="Se é preciso uma letra minúscula.")
    digit: Switch | None = Field(default=None, description="Se é preciso um algarismo.")
    symbol: Switch | None = Field(default=None, description="Se é preciso um símbolo.")
    no_login: Switch | None = Field(default=None, description="Se o login não pode estar na senha.")
    no_name: Switch | None = Field(default=None, description="Se as palavras do nome não podem estar na senha.")
    history: Annotated[int, Field(strict=True, ge=0, le=MOST_EARLIER)] | None = Field(
        default=None, description="Quantas das últimas senhas, contada a atual, não podem se repetir."
    )


class PolicyAnswer(BaseModel):
    """A policy, and its rules as people are shown them."""

    min_length: int
    upper: bool
    lower: bool
    digit: bool
    symbol: bool
    no_login: bool
    no_name: bool
    history: int
    rules: list[RuleAnswer] = Field(description="As regras que valem; a do tamanho máximo vale sempre.")


class PasswordToCheck(Input):
    """A password as it is being typed, and whose it would be."""

    password: Typed = Field(repr=False)
    login: Typed = ""
    name: Typed = ""


class CheckedRule(RuleAnswer):
    """A rule, and whether the password keeps it."""

    kept: bool


class CheckedPassword(BaseModel):
    """Whether a password keeps all the rules, and each of them."""

    kept: bool
    rules: list[CheckedRule]


@dataclass(frozen=True, slots=True)
class PolicyRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Política de senha")
        path = f"{self.integration.connection_path}/password-policy"
        routes.get(
            path,
            role=Role.READER,
            summary="Lê a política de senha, com o que cada regra pede",
            refuses=("connection_unknown",),
            page="asms/policy.html",
            menu="Política de senha",
            drawn_with={"most_earlier": MOST_EARLIER, "longest": LONGEST},
        )(self.read_policy)
        routes.patch(
            path,
            role=Role.ADMINISTRATOR,
            summary="Altera a política de senha; ela vale para as senhas definidas a partir de agora",
            refuses=("connection_unknown", "asms.policy_changed"),
        )(self.change_policy)
        routes.post(
            f"{path}/check",
            role=Role.READER,
            summary="Confere uma senha enquanto é digitada, regra por regra; nada é guardado",
            answered="Cada regra, menos a das senhas anteriores, que só é conferida ao salvar o usuário.",
            idempotent=False,  # nothing of the request may be kept
            refuses=("connection_unknown",),
        )(self.check_password)
        return routes

    def read_policy(self, connection: ConnectionInPath) -> PolicyAnswer:
        """The one that is everybody's at first, where none was kept."""
        self.integration.connection(connection)
        return _answer(stored_policy(connection))

    def change_policy(self, connection: ConnectionInPath, change: PolicyChange) -> PolicyAnswer:
        """What isn't named stays, also where somebody else changes it at the same time."""
        self.integration.connection(connection)
        for _ in range(_TRIES):
            before = stored_policy(connection)
            after = replace(before, **change.model_dump(exclude_none=True))
            if after == before:
                return _answer(before)
            after = replace(after, version=before.version + 1)
            if keep_policy(connection, after):
                return _answer(after)
        raise ProblemError(Problem("asms.policy_changed"))

    def check_password(self, connection: ConnectionInPath, typed: PasswordToCheck) -> CheckedPassword:
        """Without the history: whoever may read could guess at somebody's password by it."""
        self.integration.connection(connection)
        policy = replace(stored_policy(connection), history=0)
        results = checked(policy, typed.password, login=typed.login, name=typed.name, earlier=())
        return CheckedPassword(
            kept=all(one.kept for one in results),
            rules=[CheckedRule(rule=one.rule, sentence=one.sentence, kept=one.kept) for one in results],
        )


def _answer(policy: Policy) -> PolicyAnswer:
    return PolicyAnswer(
        min_length=policy.min_length,
        upper=policy.upper,
        lower=policy.lower,
        digit=policy.digit,
        symbol=policy.symbol,
        no_login=policy.no_login,
        no_name=policy.no_name,
        history=policy.history,
        rules=rules_of(policy),
    )
