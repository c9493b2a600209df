"""Secrets that the stack generates for itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.provisioned import Place, Provisioned
from local.template import Made, TemplateError


def secret(place: Place, properties: Mapping[str, Any], _: Provisioned) -> Made:
    """AWS::SecretsManager::Secret, as a JSON object that gets a random field; Ref is its ARN."""
    asked = dict(properties["GenerateSecretString"])
    wanted = {"SecretStringTemplate", "GenerateStringKey", "PasswordLength", "ExcludePunctuation"}
    if asked.keys() != wanted:
        raise TemplateError(
            f"Resources.{place.logical_id}.GenerateSecretString: o stack local só conhece {', '.join(sorted(wanted))}."
        )
    client, fields = place.clients.secretsmanager, json.loads(asked["SecretStringTemplate"])
    random = client.get_random_password(
        PasswordLength=asked["PasswordLength"], ExcludePunctuation=asked["ExcludePunctuation"]
    )["RandomPassword"]
    if len(random) != asked["PasswordLength"]:
        raise TemplateError(f"Resources.{place.logical_id}: o moto gerou {len(random)} caracteres.")
    text = json.dumps({**fields, asked["GenerateStringKey"]: random})
    made = client.create_secret(Name=place.name, SecretString=text)
    return Made(made["ARN"], {"Id": made["ARN"]})
