"""Rules over everything that is committed: nothing private, nothing of this machine, no dead links, one shape."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Written in parts: this file is committed too.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("proxy", "golang", "org"),
        ("repo1", "maven", "org"),
    )
)
PLACES_OF_ONE_MACHINE = tuple(
    "/".join(parts)
    for parts in (
        ("", "work", "shared"),
        ("", "work", "main"),
        ("..", "shared"),
        (".library", ""),
        ("", "opt", "wheels"),
        ("", "opt", "pypi"),
    )
)
INDEX_OPTION = re.compile(r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--index)\b", re.MULTILINE)
CPF = re.compile(r"(?<![\w.-])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\w-])")
EMAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}\b")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)

TEST_DIRECTORIES = {"unit", "functions", "contract", "crash", "e2e", "template"}


@cache
def _committed() -> tuple[Path, ...]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return tuple(path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file())


@cache
def _texts() -> dict[str, str]:
    """Path and text of each committed file that is text."""
    texts = {}
    for path in _committed():
        content = path.read_bytes()
        if b"\0" not in content:
            texts[str(path.relative_to(ROOT))] = content.decode("utf-8")
    return texts


def private_places(text: str) -> list[str]:
    """Hosts of package registries and places of one machine that a text mentions."""
    return [each for each in (*REGISTRIES, *PLACES_OF_ONE_MACHINE) if each in text.lower()]


def _check_digit(digits: list[int]) -> int:
    total = sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True))
    return total * 10 % 11 % 10


def cpfs(text: str) -> list[str]:
    """CPF numbers in a text whose check digits are right: somebody may have them."""
    found = []
    for match in CPF.findall(text):
        digits = [int(character) for character in match if character.isdigit()]
        if len(set(digits)) > 1 and digits[9] == _check_digit(digits[:9]) and digits[10] == _check_digit(digits[:10]):
            found.append(match)
    return found


def emails(text: str) -> list[str]:
    """E-mail addresses in a text whose domain could belong to somebody."""
    return [match for match in EMAIL.findall(text) if not match.lower().endswith(".example")]


def _anchors(text: str) -> set[str]:
    headings = HEADING.findall(FENCED.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path, text: str) -> list[str]:
    """Relative links of a Markdown page that lead to no file, or to no heading of it."""
    dead = []
    for target in LINK.findall(FENCED.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and anchor not in _anchors(path.read_text(encoding="utf-8"))):
            dead.append(target)
    return dead


def _faults(finder: object) -> dict[str, list[str]]:
    assert callable(finder)
    found = {name: finder(text) for name, text in _texts().items()}
    return {name: faults for name, faults in found.items() if faults}


def test_there_is_something_to_look_at() -> None:
    assert {"template.yaml", "Makefile", "requirements/dev.txt"} <= set(_texts())


@pytest.mark.parametrize("finder", [private_places, cpfs, emails], ids=lambda finder: finder.__name__)
def test_nothing_private_is_committed(finder: object) -> None:
    assert _faults(finder) == {}


def test_what_is_private_is_noticed() -> None:
    number = [3, 1, 4, 1, 5, 9, 2, 6, 5]
    number.append(_check_digit(number))
    number.append(_check_digit(number))
    digits = "".join(str(digit) for digit in number)
    written = f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"
    wrong = f"{digits[:10]}{(number[10] + 1) % 10}"
    address = "@".join(("ana", "escritorio.com.br"))

    assert cpfs(f"CPF {digits}, {written}; {wrong}; 111.111.111-11") == [digits, written]
    assert emails(f"{address}, ana@escritorio.example, @decorator.name") == [address]
    assert private_places(f"see https://{REGISTRIES[0]}/simple and {PLACES_OF_ONE_MACHINE[0]}/docs") == [
        REGISTRIES[0],
        PLACES_OF_ONE_MACHINE[0],
    ]


def test_the_check_digits_are_those_of_the_revenue_service() -> None:
    # The example that textbooks work through: 111.444.777 has the check digits 3 and 5.
    assert _check_digit([1, 1, 1, 4, 4, 4, 7, 7, 7]) == 3
    assert _check_digit([1, 1, 1, 4, 4, 4, 7, 7, 7, 3]) == 5


def test_locks_are_hashed_and_name_no_index() -> None:
    for name, text in _texts().items():
        if re.fullmatch(r"requirements/\w+\.(in|txt)", name):
            assert not INDEX_OPTION.search(text), name
        if re.fullmatch(r"requirements/\w+\.txt", name):
            assert text.count("==") <= text.count("--hash=sha256:"), name


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", _texts()[f"requirements/{name}.txt"], re.MULTILINE))


def test_the_layer_is_the_tested_runtime_without_what_lambda_brings() -> None:
    brought = {"botocore", "jmespath"}
    runtime = _pins("runtime")

    assert _pins("layer") == {name: version for name, version in runtime.items() if name not in brought}
    assert runtime.items() <= _pins("dev").items()


def test_links_lead_somewhere() -> None:
    pages = {name: text for name, text in _texts().items() if name.endswith(".md")}
    dead = {name: dead_links(ROOT / name, text) for name, text in pages.items()}

    assert "README.md" in pages
    assert {name: links for name, links in dead.items() if links} == {}


def test_dead_links_are_noticed(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A title, here\n", encoding="utf-8")
    text = (
        "[a](there.md) [b](there.md#a-title-here) [c](there.md#gone) ![d](gone.png) [e](#gone) [f](https://x.example)"
    )
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")

    assert dead_links(page, text) == ["there.md#gone", "gone.png", "#gone"]


def test_tests_are_where_their_kind_is() -> None:
    tests = [Path(name).parts for name in _texts() if re.fullmatch(r"tests/(.*/)?test_\w+\.py", name)]

    assert {parts[1] for parts in tests} == TEST_DIRECTORIES


def test_make_help_lists_every_target() -> None:
    makefile = _texts()["Makefile"]
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    described = re.findall(r"^([a-z-]+):.* ## \S", makefile, re.MULTILINE)
    make = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607

    assert sorted(phony.split()) == sorted(described)
    assert re.findall(r"^  make (\S+)", make.stdout, re.MULTILINE) == described


def test_each_stage_can_be_deployed_without_questions() -> None:
    template = _texts()["template.yaml"]
    samconfig = tomllib.loads(_texts()["samconfig.toml"])

    for stage in ("dev", "prod"):
        deploy = samconfig[stage]["deploy"]["parameters"]
        overrides = dict(pair.split("=") for pair in deploy["parameter_overrides"].split())

        assert deploy["stack_name"].endswith(stage)
        assert (deploy["region"], deploy["resolve_s3"], deploy["capabilities"]) == ("sa-east-1", True, "CAPABILITY_IAM")
        assert deploy["confirm_changeset"] is (stage == "prod")
        assert overrides["Stage"] == stage
        assert all(re.search(rf"^  {name}:$", template, re.MULTILINE) for name in overrides)
