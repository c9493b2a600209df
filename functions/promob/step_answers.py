"""Steps as the API shows them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from promob.steps import Step, StepCode


class StepAnswer(BaseModel):
    """What somebody is to do next."""

    code: StepCode
    of: str | None = Field(description="De que ambiente, ou de que orçamento, se trata; nula, do projeto.")
    text: str


def step_answer(step: Step) -> StepAnswer:
    """A step, in words."""
    return StepAnswer(code=step.code, of=step.of or None, text=step.sentence)
