"""Transactions of the local AWS server against what AWS writes of TransactWriteItems and its cancellations."""

from __future__ import annotations

import inspect
import io
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import boto3
import moto
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.dynamodb.models import DynamoDBBackend

from local import processes, transactions
from local.aws_server import AwsApplication
from local.moto_replaced import MotoChangedError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from mypy_boto3_dynamodb import DynamoDBClient

TABLES = ("orders", "stock")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DynamoDBClient]:
    log = tmp_path_factory.mktemp("aws") / "aws.log"
    environment = {**processes.base_environment(), "PYTHONPATH": str(processes.ROOT)}
    process = processes.start("local.aws_server", environment=environment, log=log, announces=True)
    said = processes.announcement(process, "local.aws_server", log)
    client = boto3.session.Session().client(
        "dynamodb",
        endpoint_url=said["endpoint"],
        region_name="sa-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="local",
        config=Config(max_pool_connections=32, retries={"max_attempts": 0}),
    )
    yield client
    client.close()
    processes.end(process)


@pytest.fixture
def tables(server: DynamoDBClient) -> Iterator[DynamoDBClient]:
    for name in TABLES:
        server.create_table(
            TableName=name,
            KeySchema=[
                {"AttributeName": "group", "KeyType": "HASH"},
                {"AttributeName": "id", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "group", "AttributeType": "S"},
                {"AttributeName": "id", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    yield server
    for name in TABLES:
        server.delete_table(TableName=name)


def key(name: str) -> dict[str, Any]:
    return {"group": {"S": "a"}, "id": {"S": name}}


def put(name: str, table: str = "orders", condition: str = "", **attributes: Any) -> Any:
    extra = {"ConditionExpression": condition} if condition else {}
    return {"Put": {"TableName": table, "Item": {**key(name), **attributes}, **extra}}


def add(name: str, number: int, table: str = "stock", **extra: Any) -> Any:
    update = {"UpdateExpression": "ADD amount :n", "ExpressionAttributeValues": {":n": {"N": str(number)}}}
    return {"Update": {"TableName": table, "Key": key(name), **update, **extra}}


def check(name: str, condition: str, table: str = "orders") -> Any:
    return {"ConditionCheck": {"TableName": table, "Key": key(name), "ConditionExpression": condition}}


def delete(name: str, table: str = "orders") -> Any:
    return {"Delete": {"TableName": table, "Key": key(name)}}


def stored(tables: DynamoDBClient, name: str, table: str = "orders") -> dict[str, Any] | None:
    return tables.get_item(TableName=table, Key=key(name), ConsistentRead=True).get("Item")


def refused(tables: DynamoDBClient, *items: Any, **extra: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        tables.transact_write_items(TransactItems=list(items), **extra)
    return dict(caught.value.response)


def reasons(answer: dict[str, Any]) -> list[str]:
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    return [reason["Code"] for reason in answer["CancellationReasons"]]


def test_all_four_kinds_are_done_together(tables: DynamoDBClient) -> None:
    tables.put_item(TableName="orders", Item=key("old"))
    tables.put_item(TableName="orders", Item=key("seen"))
    tables.transact_write_items(
        TransactItems=[put("new"), delete("old"), check("seen", "attribute_exists(id)"), add("x", 3)]
    )
    assert stored(tables, "new") == key("new")
    assert stored(tables, "old") is None
    assert stored(tables, "x", "stock") == {**key("x"), "amount": {"N": "3"}}


def test_a_failed_condition_cancels_all_and_says_so_in_the_order_of_the_actions(tables: DynamoDBClient) -> None:
    tables.put_item(TableName="orders", Item=key("there"))
    answer = refused(
        tables,
        put("one"),
        put("there", condition="attribute_not_exists(id)"),
        delete("there2"),
        check("nowhere", "attribute_exists(id)"),
    )
    assert reasons(answer) == ["None", "ConditionalCheckFailed", "None", "ConditionalCheckFailed"]
    assert "Message" not in answer["CancellationReasons"][0]
    assert answer["CancellationReasons"][1]["Message"] == "The conditional request failed"
    assert "[None, ConditionalCheckFailed, None, ConditionalCheckFailed]" in answer["Error"]["Message"]
    assert stored(tables, "one") is None


def test_conditions_see_the_items_as_they_were_before_the_transaction(tables: DynamoDBClient) -> None:
    answer = refused(tables, put("first"), check("second", "attribute_exists(id)"), put("third"))
    assert reasons(answer) == ["None", "ConditionalCheckFailed", "None"]
    assert [stored(tables, name) for name in ("first", "third")] == [None, None]


def test_the_old_item_is_shown_only_where_it_was_asked_for(tables: DynamoDBClient) -> None:
    tables.put_item(TableName="stock", Item={**key("x"), "amount": {"N": "7"}})
    condition = {"ConditionExpression": "attribute_not_exists(id)"}
    shown = refused(tables, add("x", 1, **condition, ReturnValuesOnConditionCheckFailure="ALL_OLD"))
    hidden = refused(tables, add("x", 1, **condition))
    assert shown["CancellationReasons"][0]["Item"] == {**key("x"), "amount": {"N": "7"}}
    assert "Item" not in hidden["CancellationReasons"][0]


def test_what_was_applied_before_an_action_that_fails_is_undone(tables: DynamoDBClient) -> None:
    tables.put_item(TableName="stock", Item={**key("counted"), "amount": {"N": "7"}})
    tables.put_item(TableName="stock", Item={**key("words"), "amount": {"S": "seven"}})
    tables.put_item(TableName="orders", Item=key("gone"))
    answer = refused(tables, add("counted", 5), put("new"), delete("gone"), add("words", 1), put("after"))
    assert reasons(answer) == ["None", "None", "None", "ValidationError", "None"]
    assert "incorrect data type" in answer["CancellationReasons"][3]["Message"]
    assert stored(tables, "counted", "stock") == {**key("counted"), "amount": {"N": "7"}}
    assert stored(tables, "words", "stock") == {**key("words"), "amount": {"S": "seven"}}
    assert stored(tables, "gone") == key("gone")
    assert [stored(tables, name) for name in ("new", "after")] == [None, None]


def test_an_update_that_fails_leaves_no_empty_item_behind(tables: DynamoDBClient) -> None:
    update = {"UpdateExpression": "SET amount = missing + :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    answer = refused(tables, {"Update": {"TableName": "stock", "Key": key("x"), **update}})
    assert reasons(answer) == ["ValidationError"]
    assert stored(tables, "x", "stock") is None


def test_a_hundred_actions_pass_and_one_more_does_not(tables: DynamoDBClient) -> None:
    tables.transact_write_items(TransactItems=[put(str(number)) for number in range(100)])
    assert tables.scan(TableName="orders", Select="COUNT", ConsistentRead=True)["Count"] == 100
    answer = refused(tables, *(put(f"more-{number}") for number in range(101)))
    assert answer["Error"]["Code"] == "ValidationException"
    assert "less than or equal to 100" in answer["Error"]["Message"]


@pytest.mark.parametrize("second", [delete("x"), check("x", "attribute_exists(id)"), add("x", 1, table="orders")])
def test_two_actions_may_not_name_one_item(tables: DynamoDBClient, second: Any) -> None:
    answer = refused(tables, put("x"), second)
    assert answer["Error"] == {
        "Code": "ValidationException",
        "Message": "Transaction request cannot include multiple operations on one item",
    }
    assert stored(tables, "x") is None


def test_the_same_key_in_two_tables_is_two_items(tables: DynamoDBClient) -> None:
    tables.transact_write_items(TransactItems=[put("x"), put("x", "stock")])
    assert stored(tables, "x", "stock") == key("x")


def test_four_megabytes_are_the_limit(tables: DynamoDBClient) -> None:
    body = {"S": "x" * 390_000}
    tables.transact_write_items(TransactItems=[put(str(number), body=body) for number in range(10)])
    answer = refused(tables, *(put(f"more-{number}", body=body) for number in range(11)))
    assert answer["Error"]["Code"] == "ValidationException"
    assert stored(tables, "more-0") is None


def test_an_item_over_400_kb_cancels_the_transaction(tables: DynamoDBClient) -> None:
    answer = refused(tables, put("small"), put("large", body={"S": "x" * 420_000}))
    assert reasons(answer) == ["None", "ValidationError"]
    assert stored(tables, "small") is None


def test_a_table_that_is_not_there_and_a_key_that_does_not_fit_are_refused(tables: DynamoDBClient) -> None:
    assert refused(tables, put("x", "nowhere"))["Error"]["Code"] == "ResourceNotFoundException"
    answer = refused(tables, put("x"), {"Delete": {"TableName": "orders", "Key": {"group": {"S": "a"}}}})
    assert answer["Error"]["Code"] == "ValidationException"
    assert stored(tables, "x") is None


def test_the_same_token_does_it_once_and_another_request_under_it_is_refused(tables: DynamoDBClient) -> None:
    for _ in range(2):
        tables.transact_write_items(TransactItems=[add("x", 1)], ClientRequestToken="token-1")
    assert stored(tables, "x", "stock") == {**key("x"), "amount": {"N": "1"}}
    answer = refused(tables, add("x", 2), ClientRequestToken="token-1")
    assert answer["Error"]["Code"] == "IdempotentParameterMismatchException"


def test_a_cancelled_transaction_may_come_again_under_its_token(tables: DynamoDBClient) -> None:
    items = [add("x", 1, ConditionExpression="attribute_exists(id)")]
    assert reasons(refused(tables, *items, ClientRequestToken="token-2")) == ["ConditionalCheckFailed"]
    tables.put_item(TableName="stock", Item=key("x"))
    tables.transact_write_items(TransactItems=items, ClientRequestToken="token-2")
    assert stored(tables, "x", "stock") == {**key("x"), "amount": {"N": "1"}}


def test_nothing_is_lost_while_other_transactions_are_cancelled(tables: DynamoDBClient) -> None:
    """moto by itself lost up to 15 of 320 here: a cancelled transaction put back its copy of the whole table."""
    tables.put_item(TableName="orders", Item=key("there"))
    threads, each = 16, 10

    def work(number: int) -> int:
        cancelled = 0
        for turn in range(each):
            update = add("plain", 1)["Update"]
            tables.update_item(**update)
            tables.transact_write_items(TransactItems=[add("together", 1), put(f"{number}-{turn}", "stock")])
            try:
                tables.transact_write_items(
                    TransactItems=[
                        add("together", 1000),
                        add("plain", 1000, ConditionExpression="attribute_exists(id)"),
                        put("there", condition="attribute_not_exists(id)"),
                    ]
                )
            except tables.exceptions.TransactionCanceledException:
                cancelled += 1
        return cancelled

    with ThreadPoolExecutor(threads) as pool:
        assert sum(pool.map(work, range(threads))) == threads * each
    for name in ("plain", "together"):
        assert stored(tables, name, "stock") == {**key(name), "amount": {"N": str(threads * each)}}
    assert tables.scan(TableName="stock", Select="COUNT", ConsistentRead=True)["Count"] == threads * each + 2


def test_one_winner_takes_an_item_that_many_want(tables: DynamoDBClient) -> None:
    def take(number: int) -> bool:
        try:
            tables.transact_write_items(
                TransactItems=[put("lease", condition="attribute_not_exists(id)"), put(str(number), "stock")]
            )
        except tables.exceptions.TransactionCanceledException:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(take, range(16))) == 1
    assert tables.scan(TableName="stock", Select="COUNT", ConsistentRead=True)["Count"] == 1


def test_the_cost_does_not_grow_with_the_table(tables: DynamoDBClient) -> None:
    """moto by itself copies every touched table: 4 ms in an empty one were 21 ms in one of 2,500 items."""
    for number in range(200):
        writes = [{"PutRequest": {"Item": key(f"{number}-{turn}")}} for turn in range(25)]
        tables.batch_write_item(RequestItems={"orders": writes})  # type: ignore[dict-item]
    best = {"stock": float("inf"), "orders": float("inf")}
    for turn in range(30):
        for table in ("stock", "orders"):
            started = time.perf_counter()
            tables.transact_write_items(TransactItems=[put(f"x-{turn}", table), add("x", 1, table)])
            best[table] = min(best[table], (time.perf_counter() - started) * 1000)
    assert best["orders"] < 2 * best["stock"] + 3, "milliseconds of a transaction, in few items and in 5,000"


def test_dynamodb_is_called_one_at_a_time_and_the_others_are_not() -> None:
    """Check and apply are one step only under this lock; a long receive of SQS must not hold it."""
    inside: Counter[str] = Counter()
    most: Counter[str] = Counter()

    def services(environ: WSGIEnvironment, _: object) -> list[bytes]:
        service = environ["HTTP_X_AMZ_TARGET"].partition(".")[0]
        inside[service] += 1
        most[service] = max(most[service], inside[service])
        time.sleep(0.02)
        inside[service] -= 1
        return []

    application = AwsApplication(cast("WSGIApplication", services))

    def call(target: str) -> None:
        environ = {"PATH_INFO": "/", "REQUEST_METHOD": "POST", "HTTP_X_AMZ_TARGET": target, "wsgi.input": io.BytesIO()}
        application(environ, cast("StartResponse", None))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, ["DynamoDB_20120810.UpdateItem", "AmazonSQS.ReceiveMessage"] * 8))
    assert most["DynamoDB_20120810"] == 1
    assert most["AmazonSQS"] > 1


def test_another_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto, "__version__", "5.3.0")
    with pytest.raises(MotoChangedError, match=r"5\.3\.0"):
        transactions.install()


def test_another_signature_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    before = inspect.getattr_static(DynamoDBBackend, "transact_write_items")

    def changed(self: DynamoDBBackend, transact_items: list[dict[str, Any]], token: str) -> None:
        before(self, transact_items)

    monkeypatch.setattr(DynamoDBBackend, "transact_write_items", changed)
    with pytest.raises(MotoChangedError, match="transact_write_items"):
        transactions.install()
    assert inspect.getattr_static(DynamoDBBackend, "transact_write_items") is changed
