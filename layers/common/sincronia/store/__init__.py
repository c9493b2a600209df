"""State on AWS: DynamoDB through PynamoDB, S3, SQS, Secrets Manager. Implements sincronia.engine.ports."""
