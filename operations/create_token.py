"""Makes an integration token: `python -m operations.create_token STACK --description … --role … [--days N]`.

It is how a stack gets its first token; POST /tokens makes the others. Standard output is the token alone, so that it
can go straight into a vault; what people need to know goes to standard error.
"""

from __future__ import annotations

import getpass
import sys

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from operations import deployment
from operations.arguments import WRONG_INPUT, Parser, end
from operations.deployment import DeploymentError
from sincronia import auth
from sincronia.auth import Role

LONGEST_DESCRIPTION = 200
LONGEST_DAYS = 3650


def create(description: str, role: Role, days: int | None, by: str) -> str:
    """Makes and keeps a token. The environment must hold the stack's tables (deployment.enter)."""
    from sincronia.store.tokens import keep_token  # noqa: PLC0415  # reads the environment when imported

    text, token = auth.made(description, role, days, by)
    keep_token(token)
    return text


def main() -> None:
    """Exit code 2 where the arguments don't do, 1 where the stack can't be reached; then no token was made."""
    parser = Parser(
        prog="python -m operations.create_token",
        advice="Informe o stack, --description e --role (reader, operator ou administrator)",
        description="Cria um token de integração; ele é mostrado uma única vez, na saída padrão.",
    )
    parser.add_argument("stack", help="nome do stack no CloudFormation; `local` para o do make dev")
    parser.add_argument("--description", required=True, help="para que o token serve; de 1 a 200 caracteres")
    parser.add_argument("--role", required=True, choices=[role.value for role in Role], help="o que ele pode fazer")
    parser.add_argument("--days", type=int, help="vence em tantos dias (de 1 a 3650); sem isso, não vence")
    arguments = parser.parse_args()
    description = arguments.description.strip()
    if not 1 <= len(description) <= LONGEST_DESCRIPTION or not description.isprintable():
        end(WRONG_INPUT, f"A descrição deve ter de 1 a {LONGEST_DESCRIPTION} caracteres, em uma linha só.")
    if arguments.days is not None and not 1 <= arguments.days <= LONGEST_DAYS:
        end(WRONG_INPUT, f"O prazo em --days deve ser de 1 a {LONGEST_DAYS} dias.")
    try:
        deployment.enter(arguments.stack)
        text = create(description, Role(arguments.role), arguments.days, f"operator:{getpass.getuser()}")
    except DeploymentError as error:
        end(1, str(error))
    except (ClientError, BotoCoreError, PynamoDBException) as error:
        end(1, f"O token não foi criado: {deployment.cause(error)}. Nada mudou; tente de novo.")
    print(text)
    print("Guarde o token agora, em um cofre de senhas: ele não será mostrado de novo.", file=sys.stderr)


if __name__ == "__main__":
    main()
