"""What every on_http function shares: routes with their roles, problems, pages, idempotency, the OpenAPI document."""
