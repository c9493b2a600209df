"""What people read in a project's history."""

from __future__ import annotations

from collections.abc import Mapping

from promob.offers import HistoryEntry

TITLES: Mapping[str, str] = {
    "project_created": "Projeto criado",
    "environment_created": "Ambiente {environment} criado",
    "assistance_opened": "Assistência técnica {environment} aberta",
    "environment_in_promob": "Ambiente {environment} integrado ao projeto {promob_id} do Promob",
    "version_made": "Ambiente {environment}: versão {version} gerada",
    "converted": "Ambiente {environment} convertido {as_version}",
    "conversion_undone": "Conversão do ambiente {environment} {as_version} desfeita: {reason}",
    "reviewed": "Ambiente {environment} atualizado na revisão, {as_version}",
    "revision_released": "Contrato liberado para a revisão",
    "revision_accessed": "Revisão acessada pela primeira vez",
    "revision_concluded": "Revisão concluída; pedidos de compra gerados: {orders}",
}


def title_of(entry: HistoryEntry) -> str:
    """The entry in words. Raises KeyError where the table lacks its code, or it a detail: defects of ours."""
    version = entry.details.get("version")
    as_version = f"na versão {version}" if version else "só com itens manuais"
    return TITLES[entry.code].format_map({"environment": entry.environment, "as_version": as_version, **entry.details})
