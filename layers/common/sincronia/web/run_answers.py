"""What the routes of connections and runs answer with where they can't do what was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response

from sincronia.answers import Answers, Problem, ProblemError
from sincronia.web.answers import WebAnswer, refused
from sincronia.web.problems import problem_response

_CONFLICT = "Não é possível agora"
_UNKNOWN = "Não encontrado"

ANSWERS: Mapping[str, WebAnswer] = {
    "connection_unknown": refused(
        404,
        _UNKNOWN,
        "Não há conexão com esta identificação nesta integração.",
        "Confira a identificação em GET /connections.",
    ),
    "connection_exists": refused(
        409,
        "Já existe",
        "Já existe uma conexão com esta identificação, ou uma que ainda está sendo excluída.",
        "Altere a que existe, escolha outra identificação, ou aguarde o fim da exclusão.",
    ),
    "connection_changed": refused(
        409,
        _CONFLICT,
        "Outra pessoa alterou esta conexão ao mesmo tempo, e a sua alteração não foi gravada.",
        "Leia a conexão de novo e repita a alteração.",
    ),
    "connection_disabled": refused(
        409,
        _CONFLICT,
        "A conexão está desativada, e nada dela pode ser executado.",
        "Ative a conexão e tente de novo.",
    ),
    "run_unknown": refused(
        404,
        _UNKNOWN,
        "Não há execução com esta identificação nesta conexão; elas são guardadas por 400 dias.",
        "Confira a identificação na lista de execuções da conexão.",
    ),
    "run_active": refused(
        409,
        _CONFLICT,
        "A execução {run} ainda está em andamento nesta conexão, ou espera uma decisão, e as duas tratariam dos mesmos "
        "cadastros.",
        "Aguarde o fim dela, decida o que ela espera, ou cancele-a.",
    ),
    "run_not_made": refused(
        409,
        _CONFLICT,
        "Outra alteração na conexão aconteceu ao mesmo tempo, e a execução não foi iniciada.",
        "Tente de novo em instantes.",
    ),
    "run_concluded": refused(409, _CONFLICT, "A execução já terminou.", "Não há mais nada a cancelar."),
    "run_not_concluded": refused(
        409, _CONFLICT, "A execução ainda não terminou.", "Aguarde o fim dela e tente de novo."
    ),
    "run_not_preview": refused(
        409,
        _CONFLICT,
        "Esta execução não é uma pré-visualização.",
        "Use a identificação de uma execução feita com mode preview.",
    ),
    "preview_not_ready": refused(
        409,
        _CONFLICT,
        "A pré-visualização ainda não terminou, ou terminou com um erro, e não pode ser usada.",
        "Aguarde o fim dela; se houve um erro, corrija a causa e execute-a de novo.",
    ),
    "preview_expired": refused(
        409,
        _CONFLICT,
        "A pré-visualização tem mais de {days} dias.",
        "Execute-a de novo e confira os cadastros de agora.",
    ),
    "preview_applied": refused(
        409,
        _CONFLICT,
        "Esta pré-visualização já foi sincronizada, na execução {run}.",
        "Acompanhe aquela execução, ou execute uma pré-visualização nova.",
    ),
    "selection_too_large": refused(
        422,
        "Não foi possível atender",
        "Uma pré-visualização deixa de fora no máximo {most} cadastros.",
        "Use os filtros para pré-visualizar só o que quer sincronizar.",
    ),
    "run_retried": refused(
        409,
        _CONFLICT,
        "Os cadastros desta execução já foram tentados de novo, na execução {run}.",
        "Acompanhe aquela execução; se nela algo falhou, tente aquela de novo.",
    ),
    "nothing_to_retry": refused(
        409,
        _CONFLICT,
        "Nesta execução não há cadastro rejeitado ou com falha a tentar de novo.",
        "Só uma sincronização que terminou assim pode ser tentada de novo.",
    ),
    "nothing_to_decide": refused(
        409, _CONFLICT, "Esta execução não espera decisão nenhuma.", "Leia a execução para ver onde ela está."
    ),
    "decided_before": refused(
        409,
        _CONFLICT,
        "Outra pessoa decidiu antes sobre esta execução.",
        "Leia a execução para ver o que foi decidido.",
    ),
    "plan_gone": refused(
        404,
        _UNKNOWN,
        "Os cadastros desta pré-visualização não estão mais guardados; eles ficam por 90 dias.",
        "Execute a pré-visualização de novo.",
    ),
    "file_unknown": refused(
        404, _UNKNOWN, "Esta execução não tem este arquivo.", "Confira os arquivos na notificação da execução."
    ),
    "connection_unnamed": refused(
        422,
        "Falta um dado",
        "Esta integração não tem uma única conexão, e é preciso dizer de qual se trata; as conhecidas: {known}.",
        "Informe a conexão no parâmetro connection.",
    ),
    "hint_unknown": refused(
        404,
        _UNKNOWN,
        "Não há linha do log com esta identificação nesta conexão; elas são guardadas por 400 dias.",
        "Confira a identificação nos logs da integração.",
    ),
    "hint_of_many": refused(
        409,
        _CONFLICT,
        "Esta linha do log é de uma conferência de muitos cadastros, e não de um.",
        "Repita o período, ou a linha de um cadastro.",
    ),
    "image_gone": refused(
        404,
        _UNKNOWN,
        "Não há nada guardado do que esta linha do log retirou: ela não retirou nada, ou já faz quase 90 dias.",
        "Confira a coluna Antes nos logs.",
    ),
    "vendors_slow": refused(
        504,
        "Sem resposta a tempo",
        "Os outros sistemas demoraram demais para responder, e não se sabe se a alteração foi feita.",
        "Tente de novo em instantes; repetir não faz mal.",
    ),
}


class RequestProblemError(ProblemError):
    """A problem of a request, with what its answer says beside: the field, or the address of the run to look at."""

    def __init__(self, problem: Problem, *, field: str = "", run_url: str = "") -> None:
        super().__init__(problem)
        self.field = field
        self.run_url = run_url


def response_of(error: RequestProblemError, answers: Answers) -> Response[str]:
    """The answer to a request that ran into such a problem."""
    response = problem_response(error.problem, answers)
    body = json.loads(response.body or "{}")
    body.pop("field", None)  # there, it is the field's title
    extra = {name: value for name, value in (("field", error.field), ("run_url", error.run_url)) if value}
    response.body = json.dumps({**body, **extra}, ensure_ascii=False, separators=(",", ":"))
    return response
