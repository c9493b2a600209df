"""What the addresses of a connection's users and settings name, as its routes take it."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from sincronia.ids import ID_FORM

UserInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do usuário, que é a do seu token.")]
