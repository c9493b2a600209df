"""Decides of a run at the brake: `python -m operations.decide STACK CONNECTION FLOW aprovar|rejeitar`."""

from __future__ import annotations

import getpass
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from operations import deployment
from operations.arguments import WRONG_INPUT, Parser, end
from operations.deployment import DeploymentError
from operations.flows import FLOWS
from sincronia.answers import explain
from sincronia.engine import decisions
from sincronia.engine.report import told
from sincronia.engine.state import Phase, Rows, Run, RunKey

DECISIONS: dict[str, Callable[[Run, str], Run]] = {"aprovar": decisions.approved, "rejeitar": decisions.rejected}


class UndecidableError(Exception):
    """There is nothing to decide; the text is a sentence for a person."""


def decide(connection: str, flow: str, decision: str, by: str) -> Run:
    """Decides of the run that a connection's flow waits with; gives the run as it then stands.

    Raises UndecidableError. The environment must hold the stack's tables (deployment.enter).
    """
    from sincronia.store.connections import ConnectionItem  # noqa: PLC0415  # reads the environment when imported
    from sincronia.store.working import DynamoStore  # noqa: PLC0415

    try:
        started_last = ConnectionItem.get(connection, f"FLOW#{flow}", consistent_read=True).active_run
    except ConnectionItem.DoesNotExist:
        raise UndecidableError(f"A conexão {connection} não existe, ou não tem o fluxo {flow}.") from None
    store = DynamoStore()
    run = store.run(RunKey(connection, started_last)) if started_last else None
    if run is None or run.phase != Phase.BRAKE:
        raise UndecidableError(f"O fluxo {flow} da conexão {connection} não espera decisão nenhuma.")
    kind = FLOWS[run.integration][flow]
    if run.problem:
        print(explain(run.problem, kind.answers))
    after = DECISIONS[decision](run, by)
    if not store.commit(run, after, Rows(notification=told(after, kind.title, kind.answers))):
        raise UndecidableError("Outra pessoa decidiu antes.")
    return after


def main() -> None:
    """Exit code 2 where there is nothing to decide, 1 where the stack can't be reached; then nothing was changed."""
    parser = Parser(
        prog="python -m operations.decide",
        advice="Informe o stack, a conexão, o fluxo e a decisão (aprovar ou rejeitar), nesta ordem",
        description="Aprova ou rejeita a sincronização que parou no freio e espera uma pessoa.",
    )
    parser.add_argument("stack", help="nome do stack no CloudFormation; `local` para o do make dev")
    parser.add_argument("connection", help="a conexão, como na definição")
    parser.add_argument("flow", help="o fluxo que espera, como na definição")
    parser.add_argument("decision", choices=sorted(DECISIONS))
    arguments = parser.parse_args()
    try:
        deployment.enter(arguments.stack)
        run = decide(arguments.connection, arguments.flow, arguments.decision, getpass.getuser())
    except UndecidableError as error:
        end(WRONG_INPUT, str(error))
    except DeploymentError as error:
        end(1, str(error))
    except (ClientError, BotoCoreError, PynamoDBException) as error:
        end(1, f"A decisão não foi gravada: {deployment.cause(error)}. Nada mudou; tente de novo.")
    if run.phase == Phase.DONE:
        print("Rejeitada: nada foi alterado, e a próxima sincronização começa de novo no horário programado.")
    else:
        print(f"Aprovada: {run.remaining} ações serão feitas a partir do próximo minuto.")


if __name__ == "__main__":
    main()
