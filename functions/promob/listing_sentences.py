"""What is said of a budget of Promob's that can't be read, or doesn't add up."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry

_AGAIN = "Use Preparar para Negociação de novo; se acontecer outra vez, avise o suporte do Promob."


def _refused(sentence: str, advice: str, fault: Fault = Fault.PERSON) -> Answer:
    return Answer(Retry.AFTER_CORRECTION, fault, f"No orçamento do Promob, {sentence}", advice)


LISTING: Answers = {
    "promob.xml_malformed": _refused("o XML está incompleto ou inválido na linha {line}.", _AGAIN, Fault.VENDOR),
    "promob.xml_forbidden": _refused(
        "o XML tem uma DTD ou entidades, que não são aceitas; nada dele foi lido.",
        "Envie o orçamento como o Promob o grava.",
        Fault.VENDOR,
    ),
    "promob.listing_missing": _refused(
        "falta o elemento LISTING: o XML é de outra coisa.", "Envie o orçamento como o Promob o grava.", Fault.VENDOR
    ),
    "promob.listing_malformed": _refused(
        "o campo {field} não tem a forma esperada.", "Corrija a forma do orçamento e envie-o de novo.", Fault.VENDOR
    ),
    "promob.listing_empty": _refused(
        "não há nenhum item com preço próprio.", "Inclua módulos no ambiente e use Preparar para Negociação."
    ),
    "promob.nesting_too_deep": _refused(
        "há mais de {most} elementos um dentro do outro.", "Desfaça os agrupamentos do ambiente e prepare-o de novo."
    ),
    "promob.too_many_items": _refused(
        "há mais de {most} itens, contadas as peças.", "Divida o ambiente em mais de um e prepare cada um."
    ),
    "promob.text_too_long": _refused(
        "{where} tem em {attribute} um texto com mais de {most} caracteres.",
        "Diminua o texto no Promob e prepare o ambiente de novo.",
    ),
    "promob.number_malformed": _refused("{where} tem em {attribute} algo que não é um número.", _AGAIN, Fault.VENDOR),
    "promob.number_negative": _refused(
        "{where} tem em {attribute} um número negativo.",
        "Corrija a quantidade ou o preço no Promob e prepare o ambiente de novo.",
    ),
    "promob.component_unknown": _refused(
        "{where} não tem em COMPONENT nem Y nem N, e não se sabe se o preço dele conta.", _AGAIN, Fault.VENDOR
    ),
    "promob.item_without_id": _refused("o item {name} {where} não tem UNIQUEID.", _AGAIN, Fault.VENDOR),
    "promob.item_doubled": _refused("há mais de um item com o UNIQUEID {id}.", _AGAIN, Fault.VENDOR),
    "promob.price_doubled": _refused("{where} tem {attribute} mais de uma vez.", _AGAIN, Fault.VENDOR),
    "promob.totals_missing": _refused(
        "falta o total do LISTING (TOTALPRICES), com ORDER e BUDGET, e não se sabe se os itens estão completos.",
        _AGAIN,
        Fault.VENDOR,
    ),
    "promob.totals_differ": _refused(
        "o total {which} {where} é {told}, e os itens somam {ours}; nada foi considerado.", _AGAIN, Fault.VENDOR
    ),
}
