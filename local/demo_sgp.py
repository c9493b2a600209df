"""The act `sgp`: a fibre provider's SGP and OZmap, from the first webhook to a day's brake.

Webhooks come over HTTP, people work through the API, and what a contract becomes is seen in OZmap itself.
"""

from __future__ import annotations

from collections import Counter
from html import unescape

from local.demo_api import Browser
from local.demo_sgp_contracts import cancellation, creation, preview, suspension, twice
from local.demo_sgp_limits import brake, closed_doors, down, dropped, up_again
from local.demo_sgp_provider import LOGS, STATUSES, Provider
from local.demo_stage import Stage
from local.demo_view import rows
from local.model_provider import CONNECTIONS


def play(stage: Stage) -> None:
    """Plays all scenes. Raises NotAsItShouldBeError."""
    provider = Provider(stage)
    the_provider(provider)
    settings(provider)
    sent = cancellation(provider)
    twice(provider, sent)
    creation(provider)
    suspension(provider)
    waiting = down(provider)
    closed_doors(provider)
    statuses(provider)
    page(provider)
    preview(provider)
    up_again(provider, waiting)
    dropped(provider)
    brake(provider)
    whole_day(provider)


def the_provider(provider: Provider) -> None:
    """Who is in SGP, and what of it OZmap's map has."""
    stage = provider.stage
    stage.scene(
        "O provedor",
        "O SGP de um provedor de fibra inventado, e o mapa da rede dele no OZmap, que não tem todos os contratos.",
    )
    contracts, homes = provider.sgp.rows("contracts"), provider.ozmap.rows("properties")
    stage.check("Contratos no SGP", len(contracts), 60)
    stage.check("Ligados a um splitter", sum(one["splitter_id"] is not None for one in contracts), 50)
    stage.check("Splitters no SGP", len(provider.sgp.rows("splitters")), 9)
    stage.check("Imóveis com cliente no OZmap", sum(home["client"] is not None for home in homes), 37)


def settings(provider: Provider) -> None:
    """The connection is made with its switches and a secret for webhooks; the API tells where these come to."""
    stage = provider.stage
    stage.scene(
        "A conexão",
        "Criada pela API, com Cancelar Clientes, Criar Clientes, Criar Clientes ao Redor da Caixa e Desconectar o "
        "Imóvel ativadas. O segredo dos webhooks é sorteado agora.",
    )
    made = provider.api.post(CONNECTIONS, provider.definition())
    stage.check("Conexão", made["name"], provider.definition()["name"])
    stage.holds("Ela não devolve o segredo dos webhooks", truth=provider.secret not in str(made))
    tested = provider.api.post(f"{provider.path}/test")
    working = ", ".join(check["what"] for check in tested["checks"] if check["ok"])
    stage.check("Testada, funcionam", working, "SGP, OZmap")
    webhook = provider.api.get(f"{provider.path}/webhook")
    provider.address = webhook["url"]
    path = str(webhook["path"])
    stage.say(f"Endereço de webhook: {path[: path.rindex('/') + 5]}… (o resto é secreto)")
    stage.check("Segredos que valem", webhook["secrets"], 1)


def statuses(provider: Provider) -> None:
    """The table that nobody can change."""
    stage = provider.stage
    stage.scene("Status", "O que cada status do SGP significa no OZmap é fixo; quem pede outro recebe a resposta.")
    table = provider.api.get(STATUSES)["statuses"]
    provider.console.print(
        rows(
            ("Status no SGP", "No OZmap", "O que se faz"),
            ((f"{row['code']} {row['name']}", row["ozmap"] or "–", row["description"]) for row in table),
        )
    )
    stage.check("Linhas da tabela", len(table), 7)
    told = ", ".join(f"{row['code']} {row['ozmap']}" for row in table if row["ozmap"])
    stage.check("Mudam a situação", told, "1 OK, 2 ERRO, 4 ERRO, 6 OK, 7 ERRO")
    refused = provider.api.refused("PATCH", STATUSES, {"4": "OK"})
    stage.check("Pedir outra tabela", str(refused), "422 sgp.status_fixed")
    stage.say(refused.detail)


def page(provider: Provider) -> None:
    """The log's address answers a browser with a page: the same lines."""
    stage = provider.stage
    stage.scene("A página", "O endereço dos logs, aberto em um navegador: primeiro sem entrar, depois com a sessão.")
    browser = Browser(provider.api.url)
    outside = browser.page(LOGS)
    stage.check("Sem entrar", f"{outside.status_code} {outside.headers['Location'].partition('?')[0]}", "303 /sign-in")
    browser.sign_in(stage.stack.token)
    answer = browser.page(LOGS)
    kind = answer.headers["Content-Type"].partition(";")[0]
    stage.check("Com a sessão", f"{answer.status_code} {kind}", "200 text/html")
    labels, shown = {line["label"] for line in provider.lines()}, unescape(answer.text)
    stage.holds("Ela tem todas as linhas que o JSON tem", truth=all(label in shown for label in labels))


def whole_day(provider: Provider) -> None:
    """What was done in all, as the day's run counted it and as the log tells it."""
    stage = provider.stage
    stage.scene("O dia", "O que os avisos de hoje fizeram: a contagem do dia e as linhas do log dizem o mesmo.")
    lines = [line for line in provider.lines() if line["record"]]
    day = provider.api.get(f"{provider.path}/runs/{lines[0]['run_id']}")
    counted = Counter(line["outcome"] for line in lines if line["run_id"] == day["run_id"])
    counters = {kind: number for kind, number in day["counters"].items() if number}
    titles = {line["outcome"]: line["outcome_title"] for line in lines}
    provider.console.print(rows(("Resultado", "Avisos"), ((titles[kind], str(n)) for kind, n in counters.items())))
    stage.holds("São os mesmos números", truth=counters == counted)
    stage.check("Com falha", counted["failed"], 0)
    dead = provider.stage.stack.client("sqs").get_queue_attributes(
        QueueUrl=stage.stack.outputs["SgpDeadLetters"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    stage.check("Mensagens mortas", dead["Attributes"]["ApproximateNumberOfMessages"], "0")
