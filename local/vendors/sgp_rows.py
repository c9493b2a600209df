"""What SGP shows of a contract, a splitter and an ONU, route by route. The shapes are those of public samples.

ASSUMPTION: a client's `id` in the list of clients; an RX that was never read is null; the texts of reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from stdnum.br import cnpj, cpf

from local.vendors.provider import TIME_ZONE, Contract, Splitter

Row = dict[str, Any]

STATUSES = {
    1: "Ativo",
    2: "Inativo",
    3: "Cancelado",
    4: "Suspenso",
    5: "Inviabilidade Técnica",
    6: "Novo",
    7: "Ativo V. Reduzida",
}
_REASONS = {3: "Pedido do cliente", 4: "Inadimplência", 5: "Sem viabilidade no endereço", 7: "Inadimplência"}
_ONUS = 9_000  # an ONU has the id of its contract and so many more


def client(contracts: Sequence[Contract]) -> Row:
    """A row of the list of clients, with those of the client's contracts."""
    first = contracts[0]
    return {
        "id": first.client_id,
        "nome": first.name,
        "cpfcnpj": _document(first),
        "endereco": {
            "logradouro": first.street,
            "numero": int(first.number) if first.number.isdecimal() else first.number,
            "bairro": first.district,
            "cidade": first.city,
            "uf": first.state,
            "cep": first.postcode,
            "complemento": None,
        },
        "contatos": {"celulares": [], "emails": [first.email]},
        "contratos": [_contract_of_client(contract) for contract in contracts],
        "titulos": [],
    }


def contract(one: Contract, pop: str) -> Row:
    """A contract as the consultation by contract gives it."""
    email = {"tipoContato": "E-mail", "contato": one.email} if one.id % 2 else one.email  # both forms are seen
    return {
        "contratoId": one.id,
        "clienteId": one.client_id,
        "razaoSocial": one.name,
        "cpfCnpj": _document(one),
        "contratoStatus": one.status,
        "contratoStatusDisplay": f" {STATUSES[one.status]}",
        "contratoStatusModo": 1,
        "motivo_status": _REASONS.get(one.status, ""),
        "dataCadastro": _moment(one.created_at),
        "dataAlteracao": _moment(one.changed_at),
        "planointernet": one.plan,
        "servico_plano": one.plan,
        "servico_login": one.login,
        "servico_grupo": "fibra",
        "servico_tipo_conexao": "PPPoE",
        "servico_mac": "",
        "servico_vlan": "None",
        "endereco_logradouro": one.street,
        "endereco_numero": one.number,
        "endereco_bairro": one.district,
        "endereco_cidade": one.city,
        "endereco_uf": one.state,
        "endereco_cep": one.postcode,
        "endereco_complemento": "",
        "endereco_pontoreferencia": one.reference,
        "endereco_ll": "" if one.lat is None or one.lng is None else f"{one.lat},{one.lng}",
        "popId": one.pop_id,
        "popNome": pop,
        "telefones": [],
        "telefones_cargos": [],
        "emails": [email],
        "tags": [],
        "contratoValorAberto": 0.0,
        "contratoTitulosAReceber": 0,
        "contratoCentralLogin": one.login,
        "contratoCentralSenha": f"senha-do-contrato-{one.id}",
    }


def splitter(one: Splitter, contracts: Sequence[Contract], *, busy_ports: bool) -> Row:
    """A row of the list of splitters; the busy ports only where they are asked for."""
    return {
        "id": one.id,
        "ident": one.ident,
        "ports": one.ports,
        **({"busy_ports": [contract.port for contract in contracts]} if busy_ports else {}),
        "onu_count": len(contracts),
        "pon": one.pon,
        "note": "",
        "map_ll": f"{one.lat},{one.lng}",
    }


def onu(one: Contract) -> Row:
    """A row of a splitter's ONUs: which contract is on which port."""
    return {
        "id": _ONUS + one.id,
        "ctoport": one.port,
        "service_cliente": one.name,
        "service_contrato": one.id,
        "phy_addr": one.onu_serial,
        "info_rx": None if one.rx is None else f"{one.rx:.2f}",
    }


def _contract_of_client(one: Contract) -> Row:
    service: Row = {
        "id": one.id,
        "tipo": "internet",
        "plano": {"id": 1, "descricao": one.plan},
        "login": one.login,
    }
    if one.onu_serial:
        rx = None if one.rx is None else f"{one.rx:.3f}"
        service["onu"] = {"id": _ONUS + one.id, "serial": one.onu_serial, "rx": rx}
    return {
        "contrato": one.id,
        "dataCadastro": _moment(one.created_at),
        "status": STATUSES[one.status],
        "motivo_status": _REASONS.get(one.status, ""),
        "servicos": [service],
    }


def _document(one: Contract) -> str:
    return str((cpf if len(one.cpf_cnpj) == 11 else cnpj).format(one.cpf_cnpj))


def _moment(moment: datetime) -> str:
    return moment.astimezone(TIME_ZONE).strftime("%d/%m/%Y %H:%M:%S")
