"""Gives dead letters back to the queue that they died in: `python -m operations.redrive STACK QUEUE`.

Each is sent again before it is deleted: one may come back twice, and none is lost. What works them off does what is
true by then, however late and often it is asked. A message keeps its group, and gets a new deduplication id: under its
old one, SQS would take it for the one that it knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations import deployment
from operations.arguments import WRONG_INPUT, Parser, end
from operations.deployment import DeploymentError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

HIDDEN_SECONDS = 60  # from the next reader, while a batch is given back


class NoDeadLettersError(Exception):
    """The queue keeps no queue's dead letters; the text is a sentence for a person."""


def redrive(sqs: SQSClient, dead_letters: str) -> Iterator[str]:
    """Gives the messages of a queue (its URL) back; yields the id of each that went. Raises NoDeadLettersError."""
    sources = sqs.list_dead_letter_source_queues(QueueUrl=dead_letters)["queueUrls"]
    if len(sources) != 1:
        raise NoDeadLettersError("Esta não é a fila de mensagens mortas de outra fila: não há aonde devolvê-las.")
    while messages := sqs.receive_message(
        QueueUrl=dead_letters,
        MaxNumberOfMessages=10,
        VisibilityTimeout=HIDDEN_SECONDS,
        WaitTimeSeconds=1,
        MessageSystemAttributeNames=["MessageGroupId"],
    ).get("Messages"):
        for message in messages:
            group = message.get("Attributes", {}).get("MessageGroupId")
            if group is None:
                sqs.send_message(QueueUrl=sources[0], MessageBody=message["Body"])
            else:
                sqs.send_message(
                    QueueUrl=sources[0],
                    MessageBody=message["Body"],
                    MessageGroupId=group,
                    MessageDeduplicationId=uuid4().hex,
                )
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"]


def main() -> None:
    """Exit code 2 where the queue is none of the stack's dead letters, 1 where AWS did not do what was asked."""
    parser = Parser(
        prog="python -m operations.redrive",
        advice="Informe o stack e a fila de mensagens mortas, nesta ordem",
        description="Devolve as mensagens mortas à fila em que falharam.",
    )
    parser.add_argument("stack", help="nome do stack no CloudFormation; `local` para o do make dev")
    parser.add_argument("queue", help="a fila de mensagens mortas, como na saída do stack: SgpDeadLetters, por exemplo")
    arguments = parser.parse_args()
    given_back = 0
    try:
        outputs = deployment.enter(arguments.stack)
        known = sorted(name for name in outputs if name.endswith("DeadLetters"))
        if arguments.queue not in known:
            end(WRONG_INPUT, f"O stack não tem a fila {arguments.queue}; tem {', '.join(known)}.")
        for _ in redrive(boto3.client("sqs"), outputs[arguments.queue]):
            given_back += 1
    except NoDeadLettersError as error:
        end(WRONG_INPUT, str(error))
    except DeploymentError as error:
        end(1, str(error))
    except (ClientError, BotoCoreError) as error:
        cause = deployment.cause(error)
        end(1, f"Nem todas voltaram: {cause}. {_told(given_back)} Rode de novo; nenhuma se perde.")
    print(_told(given_back))


def _told(number: int) -> str:
    return "Uma mensagem voltou à sua fila." if number == 1 else f"{number} mensagens voltaram à sua fila."


if __name__ == "__main__":
    main()
