"""The act `zen`: "Sincronizar Usuários", from Questor's users to Zen's, as EventBridge Scheduler fires it."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from local.demo_stage import NotAsItShouldBeError, Stage
from local.demo_view import RunView, counters, rows
from local.processes import ROOT
from sincronia.answers import explain, problem_in
from sincronia.engine.state import Notification, OutcomeKind, Phase, Result, Run, RunKey
from sincronia.store.connections import ConnectionItem
from sincronia.store.notifications import NotificationItem
from sincronia.store.outcomes import OutcomeItem
from sincronia.store.working import DynamoStore
from zen import zen_client
from zen.answers import ANSWERS
from zen.connection import ADMINISTRATOR_KEY
from zen.flow_names import USERS
from zen.questor_client import Users

EXAMPLE = ROOT / "docs" / "examples" / "connection.zen.json"
RUN_SECONDS = 60  # the longest that one run may take here
ANSWER_SECONDS = 0.01
_FIELDS = {zen_client.NAME: "nome", zen_client.EMAIL: "e-mail", zen_client.GROUP: "grupo", zen_client.STATE: "situação"}
_ITEM_WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
_RESULTS = {
    Result.SUCCESS: "concluída por inteiro",
    Result.PARTIAL: "concluída em parte: alguém precisa corrigir cadastros",
    Result.FAILURE: "não pôde ser feita",
    Result.CANCELLED: "cancelada",
}


def play(stage: Stage) -> None:
    """Plays all scenes. Raises NotAsItShouldBeError."""
    act = _Act(stage)
    act.office()
    act.first_run()
    act.second_run()
    act.three_changes()
    act.two_leave()
    act.wrong_key()
    act.empty_listing()


class _Act:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.console = stage.console
        self.questor = stage.vendors["questor"]
        self.zen = stage.vendors["zen"]
        self.definition: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        self.definition["settings"] = {"questor_address": self.questor.url, "zen_address": self.zen.url}
        self.connection = str(self.definition["connection"])
        self.standing: set[str] = set()  # the records that wait for a person's correction

    def office(self) -> None:
        self.stage.scene("O escritório", "O Questor de um escritório de contabilidade inventado, e um Zen ainda vazio.")
        users = self.questor.users()
        groups = Counter(f"{row[Users.GROUP]} {row['NOMEGRUPOUSUARIO']}" for row in users)
        self.console.print(rows(("Grupo", "Usuários"), ((name, str(n)) for name, n in sorted(groups.items()))))
        self.stage.check("Usuários no Questor", len(users), 420)
        self.stage.check("Sem e-mail", sum(not row[Users.EMAIL] for row in users), 7)
        self.stage.check("Dividindo um e-mail com outro", len(_sharing(users)), 6)
        self.stage.check("Usuários no Zen", len(self.zen.users()), 0)
        self._put(self.definition)

    def first_run(self) -> None:
        self.stage.scene(
            "A primeira sincronização",
            "O agendamento dispara ZenOnSchedule; ele põe a execução na fila, e ZenOnQueue a leva adiante.",
        )
        users = self.questor.users()
        self.standing = {str(row[Users.CODE]) for row in users if not row[Users.EMAIL]} | _sharing(users)
        sent = {row[Users.EMAIL] for row in users if str(row[Users.CODE]) not in self.standing}
        self.zen.misbehave(kind="latency", seconds=ANSWER_SECONDS, times=None)
        self.stage.say(
            f"(O Zen simulado leva {ANSWER_SECONDS * 1000:.0f} ms por resposta, para que dê tempo de ver.)", "dim"
        )
        run, notification = self._run(self.connection)
        self.console.print(counters(run))
        outcomes = self._outcomes(run)
        rejected = [outcome for outcome in outcomes if outcome.kind == OutcomeKind.REJECTED]
        self.console.print(rows(("Precisa de correção", "Por quê, e o que fazer"), map(_told, rejected)))
        self.stage.check("Criados", run.counters.get(OutcomeKind.CREATED), len(sent))
        self.stage.check("Precisam de correção", len(rejected), len(self.standing))
        standing = {_code(outcome) for outcome in rejected}
        self.stage.holds("São os sem e-mail e os que dividem um, e mais ninguém", truth=standing == self.standing)
        self.stage.holds("E-mails no Zen iguais aos do Questor", truth={u["Email"] for u in self.zen.users()} == sent)
        self.stage.check("Ligações guardadas", self._links_written(), len(sent))
        self._concluded(notification, Result.PARTIAL)

    def second_run(self) -> None:
        self.stage.scene("A segunda sincronização", "Nada mudou no Questor: nada se escreve no Zen.")
        run, notification = self._run_when_due()
        self._concluded(notification, Result.PARTIAL)
        self.stage.check("Escritas no Zen", self.zen.state()["writes"], 0)
        self.stage.check("Escritas de ligações", self._links_written(), 0)
        outcomes = self._outcomes(run)
        standing = {_code(outcome) for outcome in outcomes if outcome.kind == OutcomeKind.REJECTED}
        self.stage.check("Resultados guardados", len(outcomes), len(self.standing))
        self.stage.holds("São só os cadastros que ainda precisam de correção", truth=standing == self.standing)

    def three_changes(self) -> None:
        users = [row for row in self.questor.users() if str(row[Users.CODE]) not in self.standing]
        named, mailed, moved = users[60], users[180], users[300]
        changes: dict[str, dict[str, Any]] = {
            str(named[Users.CODE]): {Users.NAME: f"{named[Users.NAME]} Nogueira"},
            str(mailed[Users.CODE]): {Users.EMAIL: f"novo.{mailed[Users.EMAIL]}"},
            str(moved[Users.CODE]): {Users.GROUP: 8, "NOMEGRUPOUSUARIO": "Tecnologia"}
            if moved[Users.GROUP] != 8
            else {Users.GROUP: 2, "NOMEGRUPOUSUARIO": "Fiscal"},
        }
        self.stage.scene("Três mudanças", "No Questor, um usuário muda de nome, outro de e-mail e outro de grupo.")
        self.questor.edit(change=changes)
        run, notification = self._run_when_due()
        updated = [outcome for outcome in self._outcomes(run) if outcome.kind == OutcomeKind.UPDATED]
        self.console.print(
            rows(
                ("Atualizado no Zen", "O que mudou"),
                ((o.label, ", ".join(_FIELDS[field] for field in o.changed)) for o in updated),
            )
        )
        codes = list(changes)
        wanted = {codes[0]: ["nome"], codes[1]: ["e-mail"], codes[2]: ["grupo"]}
        seen = {_code(outcome): [_FIELDS[field] for field in outcome.changed] for outcome in updated}
        self.stage.holds("Só os três, cada um com o campo que mudou", truth=seen == wanted)
        self.stage.check("Escritas no Zen", self.zen.state()["writes"], 3)
        self.stage.check("Escritas de ligações", self._links_written(), 3)
        in_zen = {(user["Nome"], user["Email"], user["CodigoGrupo"]) for user in self.zen.users()}
        now = {
            (row[Users.NAME], row[Users.EMAIL], row[Users.GROUP])
            for row in self.questor.users()
            if str(row[Users.CODE]) not in self.standing
        }
        self.stage.holds("O Zen é igual ao Questor", truth=in_zen == now)
        self._concluded(notification, Result.PARTIAL)

    def two_leave(self) -> None:
        self.stage.scene(
            "Dois saem do escritório", "Eles não estão mais no Questor; no Zen, o acesso deles é retirado."
        )
        leaving = [row for row in self.questor.users() if str(row[Users.CODE]) not in self.standing][-2:]
        self.questor.edit(remove=[row[Users.CODE] for row in leaving])
        run, notification = self._run_when_due()
        inactive = {user["Email"] for user in self.zen.users() if user["Situacao"] == zen_client.INACTIVE}
        self.stage.check("Desativados", run.counters.get(OutcomeKind.DEACTIVATED), 2)
        self.stage.holds("São eles, e mais ninguém", truth=inactive == {row[Users.EMAIL] for row in leaving})
        self._concluded(notification, Result.PARTIAL)

    def wrong_key(self) -> None:
        self.stage.scene("Uma chave errada", "Outra conexão, com a Chave de Acesso do Zen copiada pela metade.")
        other = self.definition | {"connection": "escritorio-da-chave-errada"}
        self._put(other, zen_token=str(self.stage.stack.vendors["zen"]["token"])[:16])
        self._count_anew()
        _, notification = self._run(other["connection"])
        self.stage.holds(
            "A frase diz que a chave foi recusada",
            truth=notification.text.startswith("O Zen recusou a Chave de Acesso"),
        )
        self.stage.check("Escritas no Zen", self.zen.state()["writes"], 0)
        self._concluded(notification, Result.FAILURE)

    def empty_listing(self) -> None:
        self.stage.scene(
            "Uma lista vazia",
            "O Questor, de repente, diz que não tem ninguém. O freio espera uma pessoa, e ela rejeita.",
        )
        before = self.zen.users()
        run, notification = self._run_when_due(kind="empty", operation="list")
        self.stage.holds("A execução parou no freio", truth=run.phase == Phase.BRAKE)
        self.stage.check("Notificação", notification.state, "Pendente")
        self.stage.holds("Ela diz por quê", truth="não devolveu nenhum cadastro" in notification.text)
        self.stage.check("Escritas no Zen", self.zen.state()["writes"], 0)
        self.stage.decide(self.connection, USERS, "rejeitar")
        decided = DynamoStore().run(run.key) or run
        self.stage.say(f"Notificação: {_notification(decided).text}")
        self.stage.check("Ações deixadas de fora", decided.counters.get(OutcomeKind.SKIPPED), run.remaining)
        self._concluded(_notification(decided), Result.CANCELLED)
        self.stage.holds("O Zen ficou como estava", truth=self.zen.users() == before)

    def _put(self, definition: dict[str, Any], **secret: str) -> None:
        vendors = self.stage.stack.vendors
        fields = {
            "questor_token": vendors["questor"]["token"],
            "zen_token": vendors["zen"]["token"],
            ADMINISTRATOR_KEY: "chave-do-usuario-0",
        }
        file = self.stage.folder / f"{definition['connection']}.json"
        file.write_text(json.dumps(definition, ensure_ascii=False), encoding="utf-8")
        self.stage.put_connection(file, json.dumps(fields | secret))

    def _run_when_due(self, **fault: Any) -> tuple[Run, Notification]:
        """The connection's next run, an hour early, counted from zero; with a fault of Questor if one is given."""
        self._count_anew()
        if fault:
            self.questor.misbehave(**fault)
        # The one place where the demo turns the clock: the flow's due time goes back by its period, but for a moment.
        row = ConnectionItem.get(self.connection, f"FLOW#{USERS}", consistent_read=True)
        row.update([ConnectionItem.wake_at.set(row.wake_at - row.every_minutes * 60 + 0.01)])
        self.stage.say(f"(Adiantamos o relógio: a conexão sincroniza a cada {int(row.every_minutes)} minutos.)", "dim")
        return self._run(self.connection)

    def _run(self, connection: str) -> tuple[Run, Notification]:
        """Fires the schedule and shows the connection's run until it is done or waits for a person."""
        fired = self.stage.stack.fire_schedule("ZenOnSchedule")
        if fired.failed:
            raise NotAsItShouldBeError("A função ZenOnSchedule terminou em erro; veja .local/logs/ZenOnSchedule.log.")
        flow = ConnectionItem.get(connection, f"FLOW#{USERS}", consistent_read=True)
        key = RunKey(connection, flow.active_run or "")
        store = DynamoStore()
        end = time.monotonic() + RUN_SECONDS
        with RunView(self.console) as view:
            while True:
                run = store.run(key)
                if run is None:
                    raise NotAsItShouldBeError(f"O agendamento não fez nenhuma execução da conexão {connection}.")
                notification = _notification(run)
                view.show(run, notification)
                if run.phase in {Phase.DONE, Phase.BRAKE}:
                    return run, notification
                if time.monotonic() > end:
                    raise NotAsItShouldBeError(
                        f"A execução não terminou em {RUN_SECONDS} s; veja .local/logs/ZenOnQueue.log."
                    )
                time.sleep(0.05)

    def _concluded(self, notification: Notification, result: Result) -> None:
        self.stage.check("Notificação", notification.state, "Concluído")
        self.stage.check("Sincronização", notification.result and _RESULTS[notification.result], _RESULTS[result])

    def _count_anew(self) -> None:
        self.questor.reset()
        self.zen.reset()
        self.stage.stack.calls(reset=True)

    def _links_written(self) -> int:
        """Writes to the table of links, by whoever, since counting began."""
        table = self.stage.stack.outputs["LinksTable"]
        return sum(
            count
            for right, count in self.stage.stack.calls().rights.items()
            if right.resource.endswith(f"/{table}") and right.action in _ITEM_WRITES
        )

    def _outcomes(self, run: Run) -> list[OutcomeItem]:
        return list(OutcomeItem.query(run.key.run_id, consistent_read=True))


def _notification(run: Run) -> Notification:
    item = NotificationItem.get(run.audience, run.key.run_id, consistent_read=True)
    return Notification(
        audience=item.audience,
        id=item.id,
        connection=item.connection,
        title=item.title,
        text=item.text,
        created_at=item.created_at,
        concluded_at=item.concluded_at or "",
        result=Result(item.result) if item.result else None,
    )


def _sharing(users: list[dict[str, Any]]) -> set[str]:
    """The codes of those whose e-mail somebody else has too."""
    emails = Counter(row[Users.EMAIL] for row in users if row[Users.EMAIL])
    return {str(row[Users.CODE]) for row in users if emails[row[Users.EMAIL]] > 1}


def _code(outcome: OutcomeItem) -> str:
    """The record's code in the source."""
    return str(outcome.record).rsplit("#", 1)[1]


def _told(outcome: OutcomeItem) -> tuple[str, str]:
    problem = problem_in(outcome.problem)
    return outcome.label, explain(problem, ANSWERS) if problem else ""
