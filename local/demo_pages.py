"""The act `pages`: an office at a browser, by the forms that its pages draw; nothing goes by the API beside them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import requests

from local.demo_stage import NotAsItShouldBeError, Stage

_OFFICES = "/integrations/zen/connections"
_OFFICE = "escritorio-paginas"
_ONE = f"{_OFFICES}/{_OFFICE}"
_USERS = "sincronizar_usuarios"
_PATIENCE_SECONDS = 60


class Person:
    """Somebody at a browser without script: pages, the forms on them, and where these lead."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._url = stage.stack.api_url
        self._cookie = ""  # kept here: a jar would not send it to an address without TLS, which this machine's is
        self.status, self.place, self.page = 0, "", ""

    def goes(self, path: str) -> str:
        """The page at a path, after whatever it leads to."""
        self._answered(self._sent("GET", path), path)
        return self.page

    def sends(self, action: str, holding: str = "", **fields: Any) -> str:
        """The page after sending the form with that action, filled in; `holding` tells it from others."""
        forms = re.findall(r"<form.*?</form>", self.page, re.DOTALL)
        found = [form for form in forms if f'action="{action}"' in form and holding in form]
        if not found:
            raise NotAsItShouldBeError(f"A página {self.place} não tem o formulário de {action}.")
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
        filled = [(name, unescape(value)) for name, value in hidden if name not in fields]
        chosen = re.findall(r'<select[^>]* name="([^"]+)".*?<option value="([^"]*)" selected', found[0], re.DOTALL)
        filled += [(name, unescape(value)) for name, value in chosen if name not in fields]
        filled += list(fields.items())
        return self.posts(action, filled)

    def posts(self, action: str, fields: list[tuple[str, Any]]) -> str:
        """The page after sending these fields, whether or not a page offers it."""
        self._answered(self._sent("POST", action, fields, Origin=self._url), action)
        return self.page

    def text(self) -> str:
        """What the page says, without its tags."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", self.page)))

    def waits(self, path: str, done: Callable[[str], bool]) -> str:
        """The page, drawn again until it says what is waited for. Raises NotAsItShouldBeError."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not done(self.goes(path)):
            if time.monotonic() > end:
                raise NotAsItShouldBeError(f"Em {_PATIENCE_SECONDS} s a página {path} não mudou.")
            time.sleep(0.25)
        return self.page

    def _sent(
        self, method: str, path: str, fields: list[tuple[str, Any]] | None = None, **headers: str
    ) -> requests.Response:
        headers |= {"Accept": "text/html,application/xhtml+xml"} | ({"Cookie": self._cookie} if self._cookie else {})
        return requests.request(
            method,
            self._url + path,
            data=fields,
            headers=headers,
            timeout=_PATIENCE_SECONDS,
            allow_redirects=False,
        )

    def _answered(self, answer: requests.Response, place: str) -> None:
        if "Set-Cookie" in answer.headers:
            self._cookie = answer.headers["Set-Cookie"].partition(";")[0]
        if answer.status_code == 303:
            leads = urlsplit(answer.headers["Location"])
            self.goes(f"{leads.path}?{leads.query}" if leads.query else leads.path)
            return
        self.status, self.place, self.page = answer.status_code, place, answer.text
        if answer.status_code >= 500:
            raise NotAsItShouldBeError(f"A página {place} respondeu {answer.status_code}; veja .local/logs.")


def play(stage: Stage) -> None:
    """From the door to an erasure with its receipt."""
    person = Person(stage)
    door(person)
    connection(person)
    sync(person)
    email = story(person)
    health(person)
    privacy(person, email)


def door(person: Person) -> None:
    """In, and to where one wanted to go."""
    stage = person.stage
    stage.scene("A porta", "Uma pessoa abre as conexões no navegador, e é levada à entrada.")
    person.goes("/connections")
    stage.check("Sem entrar", person.place.partition("?")[0], "/sign-in")
    person.sends("/sign-in", token="sin_isto-nao-e-um-token")  # noqa: S106  # no token at all
    stage.check("Com outra coisa no lugar do token", person.status, 422)
    person.sends("/sign-in", token=stage.stack.token)
    stage.check("Com o token, vai aonde queria ir", person.place, "/connections")
    person.posts("/tokens", [("description", "de outra página")])
    stage.check("Um formulário que não é das nossas páginas", person.status, 403)


def connection(person: Person) -> None:
    """A connection is made, tested and mended, on pages alone."""
    stage, vendors = person.stage, person.stage.stack.vendors
    stage.scene("Uma conexão", "Ela cria a conexão do escritório, com um token errado, e o teste diz qual.")
    person.goes(_OFFICES)
    person.sends(
        _OFFICES,
        id=_OFFICE,
        name="Escritório das Páginas: Questor → Zen",
        responsible="ana.moreira@contabilaurora.example",
        **{f"settings/{name}_address": vendors[name]["url"] for name in ("questor", "zen", "tareffa")},
        **{f"secret/{name}_token": vendors[name]["token"] for name in ("questor", "tareffa")},
        **{"secret/zen_token": "0" * 32, "secret/administrator_access_key": "chave-do-usuario-0", "enabled.flag": "on"},
    )
    stage.check("Criada, mostra a própria página", person.place, _ONE)
    person.sends(f"{_ONE}/test")
    stage.holds("O teste diz que o Zen recusou a chave", truth="O Zen recusou a Chave de Acesso" in person.text())
    person.goes(_ONE)
    fields = {f"settings/{name}_address": vendors[name]["url"] for name in ("questor", "zen", "tareffa")}
    fields |= {"name": "Escritório das Páginas", "responsible": "ana.moreira@contabilaurora.example"}
    person.sends(_ONE, "PATCH", **fields, **{"enabled.flag": "on", "secret/zen_token": vendors["zen"]["token"]})
    person.sends(f"{_ONE}/test")
    stage.holds("Corrigida, tudo funciona", truth="Tudo funciona" in person.text())


def sync(person: Person) -> None:
    """A preview is looked at, and then carried out."""
    stage = person.stage
    stage.scene(
        "Ver antes, e sincronizar", "Na aba Usuários, ela pré-visualiza; na página do que seria feito, sincroniza."
    )
    person.goes(f"{_ONE}/flows/{_USERS}")
    person.sends(f"{_ONE}/runs", mode="preview")
    preview = person.place
    person.waits(preview, lambda page: "data-live" not in page)
    stage.holds("A pré-visualização terminou", truth="Concluído em" in person.text())
    person.goes(f"{preview}/plan")
    person.sends(f"{preview}/apply")
    run = person.place
    person.waits("/notifications", lambda page: run in page and "data-live" not in page)
    stage.holds("Na página inicial, ela está em verde: Concluído", truth="Concluído em" in person.text())
    person.goes(f"{run}/outcomes?kind=rejected")
    stage.holds("O que precisa de correção diz o que fazer", truth="Precisa de correção" in person.text())


def story(person: Person) -> str:
    """Why a record is as it is; gives the e-mail that it was looked up by."""
    stage = person.stage
    stage.scene("Por que este registro está assim?", "Um usuário pergunta o que houve com o cadastro dele.")
    users = [user for user in stage.vendors["questor"].rows("users") if user["EMAIL"]]
    emails = [str(user["EMAIL"]) for user in users]
    email = next(each for each in emails if emails.count(each) == 1)
    person.goes("/records")
    person.sends("/records", value=email)
    stage.check("O que se procura não está no endereço", person.place, "/records")
    stage.holds("A história diz de onde ele veio e o que foi feito", truth="Escritório das Páginas" in person.text())
    person.sends("/records", 'id="value"', value="111.111.111-11")
    stage.check("Um CPF que não existe", person.status, 422)
    return email


def health(person: Person) -> None:
    """How it is, and what the day has brought."""
    stage = person.stage
    stage.scene("A saúde e o recibo do dia", "O que está bem, o que espera, e quanto foi conferido hoje.")
    person.goes("/health")
    stage.holds("A conexão está na página", truth="Escritório das Páginas" in person.text())
    person.goes(f"/receipts?connection={_OFFICE}")
    told = re.search(r"\d[\d.]* conferidos[^.]*", person.text())
    stage.holds(f"O recibo: {told[0] if told else 'nada'}", truth=told is not None)


def privacy(person: Person, email: str) -> None:
    """What is held about a person is given out, and then erased, with a receipt."""
    stage = person.stage
    stage.scene("LGPD", "Uma pessoa pede os seus dados, e depois que sejam apagados.")
    requests_page = "/privacy/requests"
    person.goes(requests_page)
    person.sends(requests_page, purpose="export", known_by="email", value=email)
    _fulfilled(person)
    stage.holds("O recibo tem o que foi achado no escritório", truth="Escritório das Páginas" in person.text())
    stage.holds("Ele não diz de quem se trata", truth=email not in person.page)
    person.goes(requests_page)
    person.sends(requests_page, purpose="erasure", known_by="email", value=email, confirmation="outra@exemplo.example")
    stage.check("Sem confirmar, nada é apagado", person.status, 422)
    person.goes(requests_page)
    person.sends(requests_page, purpose="erasure", known_by="email", value=email, confirmation=email)
    _fulfilled(person)
    stage.holds("O recibo diz o que fica, e até quando", truth="35 dias" in person.text() or "até" in person.text())
    person.goes("/records")
    person.sends("/records", value=email)
    stage.holds("Ninguém mais é achado por esse e-mail", truth="Escritório das Páginas" not in person.text())


def _fulfilled(person: Person) -> None:
    """Lets the ticks of all integrations take the request up, until its receipt is whole."""
    place, stage = person.place, person.stage
    for name in ("Zen", "Sgp", "Promob", "Asms", "Notes"):
        if stage.stack.fire_schedule(f"{name}OnSchedule").failed:
            raise NotAsItShouldBeError(f"A função {name}OnSchedule terminou em erro; veja .local/logs.")
    person.waits(place, lambda page: "data-live" not in page)
