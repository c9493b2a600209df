"""`make demo` as a person or a CI starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from local import demo
from local.demo_stage import NotAsItShouldBeError, Stage
from local.processes import ROOT
from local.stack import Stack


def test_the_demo_shows_the_flow_and_holds() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "local.demo", "zen"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=90,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout[-2000:]
    for sentence in (
        "A sincronização foi iniciada.",
        "420 conferidos: 407 criados, 13 precisam de correção.",
        "420 conferidos: 407 sem alteração, 13 precisam de correção.",
        "420 conferidos: 3 atualizados, 404 sem alteração, 13 precisam de correção.",
        "O Zen recusou a Chave de Acesso",
        "A origem não devolveu nenhum cadastro, mas 405 já estão sincronizados; nada foi alterado.",
        "Tudo como devia",
    ):
        assert sentence in ended.stdout
    assert "0123456789abcdef" not in ended.stdout  # the tokens of the simulators


def test_an_act_that_is_not_there_is_said_so() -> None:
    command = [sys.executable, "-m", "local.demo", "promobb"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "A demonstração não tem o ato promobb. Os atos são: zen.\n"


def test_what_is_not_as_it_should_be_ends_the_act() -> None:
    stage = Stage(Console(quiet=True), Stack(), Path("stack.json"))
    stage.check("Escritas no Zen", 3, 3)
    stage.holds("O Zen é igual ao Questor", truth=True)
    with pytest.raises(NotAsItShouldBeError, match=r"^Escritas no Zen: deveria ser 0, e é 3\.$"):
        stage.check("Escritas no Zen", 3, 0)
    with pytest.raises(NotAsItShouldBeError, match=r"^Não é verdade: “O Zen é igual ao Questor”\.$"):
        stage.holds("O Zen é igual ao Questor", truth=False)
    assert stage.checks == 2


def test_an_act_that_fails_ends_the_demo_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(acts: list[str], console: Console) -> None:
        raise NotAsItShouldBeError("Criados: deveria ser 407, e é 406.")

    monkeypatch.setattr(demo, "show", fails)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["demo", "zen"])
    with pytest.raises(SystemExit) as ended:
        demo.main()
    assert ended.value.code == 1
    assert "✗ Criados: deveria ser 407, e é 406." in capsys.readouterr().out
