"""What is done about what Promob tells, and about what it is told: stable codes with the titles that people read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Action(StrEnum):
    """What is done, all in all."""

    LATE = "late"
    SAVED = "saved"
    FIRST_BUDGET = "first_budget"
    BUDGET_STORED = "budget_stored"
    ENVIRONMENT_RECEIVED = "environment_received"
    ENVIRONMENT_ATTACHED = "environment_attached"
    ENVIRONMENT_MADE = "environment_made"
    ENVIRONMENT_FOUND = "environment_found"
    ENVIRONMENT_TOLD = "environment_told"
    CUSTOMER_RECEIVED = "customer_received"
    CUSTOMER_ATTACHED = "customer_attached"
    CUSTOMER_CHANGED = "customer_changed"
    CUSTOMER_MADE = "customer_made"
    CUSTOMER_FOUND = "customer_found"
    USER_UNLINKED = "user_unlinked"


TITLES: Mapping[str, str] = {
    Action.LATE: "Aviso repetido ou atrasado; nada mudou",
    Action.SAVED: "Projeto salvo no Promob; ambiente desatualizado",
    Action.FIRST_BUDGET: "Orçamento do Promob recebido; primeira versão gerada",
    Action.BUDGET_STORED: "Orçamento do Promob recebido; falta atualizar",
    Action.ENVIRONMENT_RECEIVED: "Ambiente criado no Promob e recebido",
    Action.ENVIRONMENT_ATTACHED: "Ambiente ligado ao projeto do Promob",
    Action.ENVIRONMENT_MADE: "Ambiente daqui criado no Promob",
    Action.ENVIRONMENT_FOUND: "Ambiente encontrado no Promob",
    Action.ENVIRONMENT_TOLD: "Situação e Estágio informados ao Promob",
    Action.CUSTOMER_RECEIVED: "Cliente criado no Promob e recebido",
    Action.CUSTOMER_ATTACHED: "Cliente ligado ao cliente do Promob",
    Action.CUSTOMER_CHANGED: "Cliente alterado no Promob",
    Action.CUSTOMER_MADE: "Cliente daqui criado no Promob",
    Action.CUSTOMER_FOUND: "Cliente encontrado no Promob",
    Action.USER_UNLINKED: "Senha alterada no Promob; usuário desvinculado",
}
