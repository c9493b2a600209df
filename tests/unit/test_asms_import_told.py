"""What people are told of an import, at each point of its life, in the language of who imports."""

from __future__ import annotations

from dataclasses import replace
from string import Formatter
from typing import Any

import pytest

from asms.answers import ANSWERS
from asms.catalogues import Category
from asms.importing.all_sentences import ALL_SENTENCES
from asms.importing.model import IMPORT, Asked
from asms.importing.sentences import Said
from asms.importing.told import told
from asms.users import Culture
from sincronia.answers import Problem, explain
from sincronia.engine.decisions import cancelled
from sincronia.engine.report import closed, released
from sincronia.engine.state import Mode, OutcomeKind, Phase, Result, Run, RunKey, Tally

ASKED = Asked(
    project="9f2c4be10a7d3358",
    project_name="Suporte São Paulo",
    category=Category.CLIENTS,
    file="março.xlsx",
    key="imports/empresa-modelo/9f2c4be10a7d3358/clients/0a1b2c3d-marco.xlsx",
    etag="9b2c7f1f6f0a4e1d",
    culture=Culture.PT,
    importer="Painel",
)
COUNTED = {
    OutcomeKind.CREATED: 1200,
    OutcomeKind.UPDATED: 1,
    OutcomeKind.DEACTIVATED: 2,
    OutcomeKind.UNCHANGED: 3,
    OutcomeKind.REJECTED: 1,
    OutcomeKind.SKIPPED: 4,
    OutcomeKind.FAILED: 2,
}


def run(culture: Culture = Culture.PT, asked: Asked = ASKED, **fields: Any) -> Run:
    return Run(
        key=RunKey("empresa-modelo", "20261123T090000000Z-0a1b2c3d4e5f6071"),
        integration="asms",
        flow=IMPORT,
        trigger="upload",
        filters=replace(asked, culture=culture).out(),
        audience="empresa-modelo",
        started_at=1795424400.0,
        **fields,
    )


def counting(counters: dict[OutcomeKind, int], **fields: Any) -> Run:
    number = sum(counters.values())
    return run(phase=Phase.APPLY, position=number, tallies={"clients": Tally(number, number, counters)}, **fields)


@pytest.mark.parametrize(
    ("culture", "title", "text"),
    [
        (Culture.PT, "Importar clientes: Suporte São Paulo (março.xlsx)", "A importação foi iniciada."),
        (Culture.EN, "Import clients: Suporte São Paulo (março.xlsx)", "The import has begun."),
        (Culture.ES, "Importar clientes: Suporte São Paulo (março.xlsx)", "La importación comenzó."),
    ],
)
def test_an_import_that_has_just_been_made_has_begun(culture: Culture, title: str, text: str) -> None:
    notification = told(run(culture))
    assert (notification.title, notification.text, notification.state) == (title, text, "Pendente")
    assert (notification.created_at, notification.concluded_at) == ("2026-11-23T09:00:00.000Z", "")


def test_a_preview_and_the_other_category_are_told_in_the_title() -> None:
    asked = replace(ASKED, category=Category.SPECIALISTS)
    assert told(run(asked=asked, mode=Mode.PREVIEW)).title == (
        "Importar especialistas: Suporte São Paulo (março.xlsx) (pré-visualização)"
    )
    assert told(run(Culture.EN, asked, mode=Mode.PREVIEW)).title.endswith(" (preview)")
    assert told(run(Culture.ES, asked, mode=Mode.PREVIEW)).title.endswith(" (vista previa)")


def test_a_file_in_a_wrong_place_has_no_project_in_its_title_and_hears_where_it_belongs() -> None:
    failed = closed(run(asked=replace(ASKED, project="", project_name="")), Problem("asms.upload_key_wrong"))
    notification = told(failed)
    assert notification.title == "Importar: março.xlsx"
    assert notification.text == (
        "O lugar em que o arquivo foi deixado não diz de que projeto e de que categoria ele é. Deixe-o em "
        "imports/{conexão}/{projeto}/clients/{arquivo}, ou em …/specialists/{arquivo}."
    )
    assert (notification.result, notification.state, notification.files) == (Result.FAILURE, "Concluído", ())


@pytest.mark.parametrize(
    ("culture", "text"),
    [
        (
            Culture.PT,
            "1.213 linhas: 1.200 criados, 1 atualizado, 2 desativados, 3 sem alteração, 1 precisa de correção, "
            "4 deixados de fora, 2 não gravados.",
        ),
        (
            Culture.EN,
            "1,213 rows: 1,200 created, 1 updated, 2 deactivated, 3 unchanged, 1 needs correction, 4 left out, "
            "2 not written.",
        ),
        (
            Culture.ES,
            "1.213 filas: 1.200 creados, 1 actualizado, 2 desactivados, 3 sin cambios, 1 necesita corrección, "
            "4 dejados fuera, 2 no grabados.",
        ),
    ],
)
def test_at_the_end_every_row_is_accounted_for(culture: Culture, text: str) -> None:
    notification = told(closed(counting(COUNTED, culture=culture)))
    assert (notification.text, notification.result) == (text, Result.PARTIAL)
    assert notification.concluded_at
    assert notification.files == ("cadastros-a-corrigir.xlsx",)


def test_where_nothing_is_to_be_corrected_there_is_no_workbook() -> None:
    notification = told(closed(counting({OutcomeKind.CREATED: 1})))
    assert (notification.text, notification.files) == ("1 linha: 1 criado.", ())
    assert told(closed(counting({}))).text == "0 linhas."
    assert told(counting({OutcomeKind.REJECTED: 1})).files == ()


def test_a_preview_says_what_would_be_done_and_that_the_brake_would_wait() -> None:
    brake = (Problem("cancelled", {"by": "Painel"}),)
    previewed = closed(counting({OutcomeKind.CREATED: 2, OutcomeKind.REJECTED: 1}, mode=Mode.PREVIEW, brakes=brake))
    assert told(previewed).text == (
        "Nada foi gravado ainda. 3 linhas: 2 a criar, 1 precisa de correção. Ao importar, o freio vai esperar a sua "
        "decisão: A execução foi cancelada por Painel. Peça-a de novo quando quiser."
    )


def test_ignored_columns_are_named_and_many_are_counted() -> None:
    few = counting({OutcomeKind.CREATED: 1}, progress={"ignored": ["Cor", "Tamanho {x}"]})
    assert told(closed(few)).text == "1 linha: 1 criado. Colunas que não foram consideradas: Cor, Tamanho {x}."
    many = counting({OutcomeKind.CREATED: 1}, progress={"ignored": [f"C{number}" for number in range(13)]})
    assert told(closed(many)).text.endswith("C8, C9 e mais 3.")


def test_under_way_it_says_how_far_it_is_and_until_when_it_waits() -> None:
    working = run(phase=Phase.APPLY, position=1500, tallies={"clients": Tally(12000, 12000)})
    assert told(working).text == "1.500 de 12.000 linhas."
    waiting = replace(released(working, 1795424700.0), problem=Problem("connection_missing"))
    assert told(waiting).text == (
        "A conexão desta execução não existe mais ou está desativada. Ative a conexão e peça a execução de novo. "
        "A importação espera e continua às 06:05. 1.500 de 12.000 linhas."
    )
    assert told(waiting).state == "Pendente"


def test_at_the_brake_it_explains_and_waits_for_a_decision() -> None:
    held = run(Culture.EN, phase=Phase.BRAKE, brakes=(Problem("run_exhausted", {"attempts": "10"}),))
    assert told(held).text == (
        "The run was interrupted 10 times at the same point and could not go on. Ask for it again; if it happens once "
        "more, tell Sincronia's support. The import waits for your decision."
    )


def test_who_cancels_is_named_and_what_was_done_is_told() -> None:
    working = run(phase=Phase.APPLY, position=1, tallies={"clients": Tally(3, 3, {OutcomeKind.CREATED: 1})})
    assert told(cancelled(working, "Painel")).text == (
        "A execução foi cancelada por Painel. Peça-a de novo quando quiser. 3 linhas: 1 criado, 2 deixados de fora."
    )


def _placeholders(each: Said) -> set[str]:
    return {name for text in (each.sentence, each.advice) for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", ALL_SENTENCES)
def test_every_sentence_takes_the_same_details_in_each_language_and_the_api_says_it_too(code: str) -> None:
    sentences = ALL_SENTENCES[code]
    assert _placeholders(sentences.pt) == _placeholders(sentences.en) == _placeholders(sentences.es)
    assert len({sentences.pt, sentences.en, sentences.es}) == 3
    details = dict.fromkeys(_placeholders(sentences.pt), "x")
    assert explain(Problem(code, details), ANSWERS) == (
        f"{sentences.pt.sentence.format_map(details)} {sentences.pt.advice.format_map(details)}"
    )
