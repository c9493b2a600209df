"""Kinds of fields that several of the directory's forms share: names, ids, addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator, Field, StringConstraints

from asms.catalogues import Address, Geolocation
from asms.text_forms import ONE_LINE, fits_key, is_comparable
from sincronia.ids import ID_FORM
from sincronia.web.application import Input
from sincronia.web.fields import Line


def _fitting(text: str) -> str:
    """The text without spaces around it, if what it is compared by is short enough to be a key."""
    if not fits_key(text):
        message = "fica longo demais na forma em que os nomes são comparados; encurte-o"
        raise ValueError(message)
    return text.strip()


def comparable(text: str) -> str:
    """A name without spaces around it, if something is left of it when names are compared."""
    if not is_comparable(text):
        message = "deve ter ao menos um caractere que não seja espaço nem acento"
        raise ValueError(message)
    return _fitting(text)


Name = Annotated[Line, AfterValidator(comparable)]
Beginning = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(_fitting),
    Query(description="Só os que têm um nome que começa assim; maiúsculas e acentos não contam."),
]
EntryId = Annotated[str, Field(pattern=ID_FORM, description="A identificação de um item de um catálogo.")]
AddressPart = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=ONE_LINE)]


class GeolocationForm(Input):
    """A place on the map, in degrees."""

    latitude: float = Field(strict=True, ge=-90, le=90)
    longitude: float = Field(strict=True, ge=-180, le=180)

    @property
    def place(self) -> Geolocation:
        """As it is kept."""
        return Geolocation(self.latitude, self.longitude)


class AddressForm(Input):
    """What of an address is to change; an empty text takes what was there away, and what isn't named stays."""

    street: AddressPart | None = None
    number: AddressPart | None = None
    complement: AddressPart | None = None
    district: AddressPart | None = None
    city: AddressPart | None = None
    state: AddressPart | None = None
    postcode: AddressPart | None = None
    country: AddressPart | None = None

    def typed_over(self, address: Address) -> Address:
        """The address with what was typed."""
        return replace(address, **self.model_dump(exclude_none=True))
