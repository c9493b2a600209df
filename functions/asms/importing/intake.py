"""What is dropped at imports/ becomes a run, once: S3 may tell of it twice, late, or when it is gone again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from aws_lambda_powertools import Logger

from asms.catalogues import Catalogue, Category, Entry
from asms.importing.keys import Drop, connection_of, file_of, key_in, metadata_in, parsed
from asms.importing.model import IMPORT, Asked
from asms.importing.told import told
from asms.store.catalogues import entry_named, stored_entry
from asms.store.uploads import StoredUpload, stored_upload
from asms.store.users import stored_user, users_with_email
from asms.users import Culture
from sincronia import clock
from sincronia.answers import Problem
from sincronia.auth import is_token_id
from sincronia.engine.ports import RunQueue
from sincronia.engine.report import closed
from sincronia.engine.starting import QUEUED_SECONDS
from sincronia.engine.state import Connection, Phase, Run, RunKey
from sincronia.ids import ID_FORM
from sincronia.store.beginning import begun
from sincronia.store.connections import registered
from sincronia.store.tokens import stored_token

INTEGRATION = "asms"

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Dropped:
    """An object that S3 says was written; `size` in bytes."""

    key: str
    etag: str
    size: int

    @property
    def is_folder(self) -> bool:
        """Whether it is what S3's console makes of a folder."""
        return self.key.endswith("/") and not self.size


def dropped_in(message: Mapping[str, Any]) -> tuple[Dropped, ...]:
    """What a message of S3 tells of; nothing where it is S3's test of the way to the queue.

    Raises KeyError, TypeError and ValueError where it isn't S3's.
    """
    if message.get("Event") == "s3:TestEvent":
        return ()
    objects = (record["s3"]["object"] for record in message["Records"])
    return tuple(Dropped(key_in(each["key"]), each["eTag"], int(each.get("size", 0))) for each in objects)


def take_in(dropped: Dropped, queue: RunQueue) -> Run | None:
    """The run that an object has become, queued; a failed one, where it can't be imported.

    None where there is nobody to tell, where the object is gone or was replaced, and for folders.
    """
    if dropped.is_folder:
        return None
    connection = connection_of(dropped.key)
    found = registered(connection) if connection else None
    if found is None or found.deleting or found.connection.integration != INTEGRATION:
        logger.warning("upload_without_connection", connection=connection)
        return None
    upload = stored_upload(dropped.key)
    if upload is None or upload.etag != dropped.etag:  # what took its place is told of too
        logger.info("upload_gone", connection=connection)
        return None
    run = _run(found.connection, dropped, upload)
    made = begun(run, told(run))
    logger.info("upload_taken_in", connection=connection, run_id=run.key.run_id, made=made, result=run.result)
    if run.phase != Phase.DONE:
        queue.send(run.key)  # once more where it was made before: perhaps nobody came to queue it
    return run if made else None


def _run(connection: Connection, dropped: Dropped, upload: StoredUpload) -> Run:
    said, drop = metadata_in(upload.metadata), parsed(dropped.key)
    importer = _importer(connection, said.by)
    project = _project(drop)
    now = clock.now()
    asked = Asked(
        project=project.id if project else "",
        project_name=project.name if project else drop.project if drop else "",
        category=drop.category if drop else Category.CLIENTS,  # the title names none where there is no project
        file=said.name or file_of(dropped.key),
        key=dropped.key,
        etag=upload.etag,
        culture=importer.culture,
        importer=importer.name,
    )
    run = Run(
        key=RunKey(connection.id, _run_id(dropped.key, upload)),
        integration=connection.integration,
        flow=IMPORT,
        trigger=importer.trigger,
        filters=asked.out(),
        audience=connection.id,
        started_at=now,
        wake_at=now + QUEUED_SECONDS,
        mode=said.mode,
    )
    problem = _problem(connection, drop, project)
    return closed(run, problem) if problem else run


def _problem(connection: Connection, drop: Drop | None, project: Entry | None) -> Problem | None:
    """Why a file can't be imported that was left there."""
    if not connection.enabled:
        return Problem("connection_missing")
    if drop is None:
        return Problem("asms.upload_key_wrong")
    if not drop.name:
        return Problem("asms.upload_empty_name")
    if project is None:
        return Problem("asms.upload_project_unknown", {"project": drop.project})
    if not project.active:
        return Problem("asms.upload_project_inactive", {"project": project.name})
    return None


def _project(drop: Drop | None) -> Entry | None:
    if drop is None:
        return None
    of_id = stored_entry(drop.connection, Catalogue.PROJECTS, drop.project) if re.match(ID_FORM, drop.project) else None
    return of_id or entry_named(drop.connection, Catalogue.PROJECTS, drop.project)


@dataclass(frozen=True, slots=True)
class _Importer:
    """Who asks for an import: as runs keep it, as people read it, and what they read."""

    trigger: str
    name: str
    culture: Culture


def _importer(connection: Connection, by: str) -> _Importer:
    """Who has the token `by`; whoever drops a file by hand acts for the connection's responsible person."""
    token = stored_token(by) if is_token_id(by) else None
    if token is None:
        return _Importer("upload", connection.responsible, _culture_of_responsible(connection))
    whose = token.responsible.removeprefix(f"{INTEGRATION}:{connection.id}:")
    specialist = stored_user(connection.id, Category.SPECIALISTS, whose) if whose != token.responsible else None
    culture = specialist.culture if specialist else _culture_of_responsible(connection)
    return _Importer(f"token:{token.id}", token.description, culture)


def _culture_of_responsible(connection: Connection) -> Culture:
    """That of the user who has the person's e-mail."""
    for holder in users_with_email(connection.id, connection.responsible)[:1]:
        category, _, user_id = holder.partition("#")
        user = stored_user(connection.id, Category(category), user_id)
        if user:
            return user.culture
    return Culture.PT


def _run_id(key: str, upload: StoredUpload) -> str:
    """As other runs': sortable by time. However often S3 tells of an object, it is the same."""
    at = clock.iso(upload.at).replace("-", "").replace(":", "").replace(".", "")
    digest = blake2b(f"{key}\n{upload.etag}".encode(), digest_size=8).hexdigest()
    return f"{at}-{digest}"
