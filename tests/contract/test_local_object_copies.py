"""Copies that the local AWS server makes of objects, on condition that the source still is what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.office_on_aws import AwsServer

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CopySourceTypeDef


def test_a_copy_of_what_is_no_longer_there_as_it_was_is_refused(aws: AwsServer) -> None:
    s3, bucket = aws.s3, "copied-on-condition"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    first = s3.put_object(Bucket=bucket, Key="a b/ç", Body=b"1")["ETag"]
    for etag in (first, first.strip('"')):
        source: CopySourceTypeDef = {"Bucket": bucket, "Key": "a b/ç"}
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, CopySourceIfMatch=etag)
    s3.put_object(Bucket=bucket, Key="a b/ç", Body=b"2")
    with pytest.raises(ClientError) as refused:
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, CopySourceIfMatch=first)
    assert refused.value.response["Error"]["Code"] == "PreconditionFailed"
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"1"
    with pytest.raises(ClientError) as refused:
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "nada"}, CopySourceIfMatch=first)
    assert refused.value.response["Error"]["Code"] == "NoSuchKey"
