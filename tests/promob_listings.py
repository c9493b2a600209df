"""Budgets of Promob's for the tests: one that is written out, and others that Hypothesis draws."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from hypothesis import strategies as st

from local.vendors.promob_listing import Ambient, Category, Drawing, Piece
from promob.items import Item, Listing
from promob.listing_xml import read_xml

WRITTEN = """<?xml version="1.0" encoding="utf-8"?>
<LISTING DESCRIPTION="Casa" DATE="21/11/2026" HOUR="10:00" CURRENCYSYMBOL="R$">
 <CUSTOMERSDATA><DATA ID="nomecliente" VALUE="Ana"/><DATA ID="cpfcnpj" VALUE=""/><DATA ID="x" VALUE="y"/>
 </CUSTOMERSDATA>
 <LIBRARIES><LIBRARY VERSION="Modelo_2026"/></LIBRARIES>
 <AMBIENTS><AMBIENT DESCRIPTION="Cozinha"><MODELINFORMATIONS><MODELINFORMATION DESCRIPTION="MDF"/></MODELINFORMATIONS>
  <CATEGORIES><CATEGORY DESCRIPTION="001 "><ITEMS>
   <ITEM UNIQUEID="10" COMPONENT="N" DESCRIPTION="Balcão" REFERENCE="BAL800" REPETITION="1" QUANTITY="1" UNIT="un"
     WIDTH="800" HEIGHT="720" DEPTH="560" TEXTDIMENSION="800 x 720 x 560">
    <ITEMS><ITEM UNIQUEID="11" UNIQUEPARENTID="10" COMPONENT="Y" DESCRIPTION="Lateral" REFERENCE="LAT" REPETITION="2"
      QUANTITY="0,4" UNIT="m2" WIDTH="720" HEIGHT="15" DEPTH="560">
      <ITEMS><ITEM UNIQUEID="12" COMPONENT="Y" DESCRIPTION="Fita" QUANTITY="1.5" UNIT="ml">
       <PRICE><MARGINS><ORDER TOTAL="7" TOTALCOMPONENTS="0"/><BUDGET TOTAL="9" TOTALCOMPONENTS="0"/></MARGINS></PRICE>
      </ITEM></ITEMS>
      <REFERENCES><MATERIAL REFERENCE="MDF"/><THICKNESS REFERENCE="15"/><FITA_BORDA_2 REFERENCE="Branco"/>
       <SUPPLIER REFERENCE="Araucária"/><MAXWIDTH REFERENCE="2750"/><HIDE_STRUCTURE REFERENCE="TRUE"/></REFERENCES>
      <METADATAS><METADATA ID="UniqueIdCollection" VALUE="10;11"/></METADATAS>
      <PRICE TABLE="50" TOTAL="50" TOTALCOMPONENTS="0"><MARGINS>
       <ORDER TOTAL="1.033,50" TOTALCOMPONENTS="7"/><BUDGET TOTAL="2081" TOTALCOMPONENTS="9,00"/></MARGINS></PRICE>
    </ITEM></ITEMS></ITEM>
   </ITEMS><TOTALPRICES TABLE="50"><MARGINS><ORDER VALUE="1040,50"/><BUDGET VALUE="2090"/></MARGINS></TOTALPRICES>
  </CATEGORY></CATEGORIES>
  <AMBIENTS><AMBIENT NAME="Despensa"><CATEGORIES><CATEGORY DESCRIPTION="Portas"><ITEMS>
   <ITEM UNIQUEID="20" UNIQUEPARENTID="10" COMPONENT="Y" DESCRIPTION="Porta"><REFERENCES/>
    <PRICE><MARGINS><ORDER TOTAL="10.00"/><BUDGET TOTAL="20.00"/><MARGIN ID="1" VALUE="3"/></MARGINS></PRICE></ITEM>
   <ITEM UNIQUEID="21" UNIQUEPARENTID="-1" COMPONENT="Y" DESCRIPTION="Brinde"/>
   </ITEMS><TOTALPRICES TABLE="1"><MARGINS><ORDER VALUE="10"/><BUDGET VALUE="20"/></MARGINS></TOTALPRICES></CATEGORY>
   </CATEGORIES><TOTALPRICES><MARGINS><ORDER VALUE="10"/><BUDGET VALUE="20"/></MARGINS></TOTALPRICES></AMBIENT>
  </AMBIENTS><TOTALPRICES TABLE="50"><MARGINS><ORDER VALUE="1050,50"/><BUDGET VALUE="2110"/></MARGINS></TOTALPRICES>
 </AMBIENT></AMBIENTS>
 <TOTALPRICES TABLE="50"><MARGINS><ORDER VALUE="1.050,50"/><BUDGET VALUE="2,110.00"/></MARGINS></TOTALPRICES>
 <ITEMSWITHOUTPRICE><ITEM UNIQUEID="21"/></ITEMSWITHOUTPRICE>
</LISTING>
"""


def written_with(before: str, after: str) -> str:
    """The one that is written out, with something else in one place."""
    assert WRITTEN.count(before) == 1, before
    return WRITTEN.replace(before, after)


def items_of(document: str) -> list[Item]:
    """All items of an XML document."""
    return list(read_xml(document.encode()))


def listing_of(document: str) -> Listing:
    """What an XML document says beside its items."""
    return read_xml(document.encode()).through()


_NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=9)
_CENTS = st.decimals(0, 99_999, places=2)
_FINISHES = st.dictionaries(st.sampled_from(("MATERIAL", "THICKNESS", "MODEL", "FITA_BORDA_1")), _NAMES, max_size=2)


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    """Ambients within ambients, groups within groups, components with parts, prices that are missing."""
    ids = iter(range(10**6))
    return Drawing(
        ambients=tuple(_ambient(draw, ids, 2) for _ in range(draw(st.integers(1, 2)))),
        description=draw(_NAMES),
        customer={"nomecliente": draw(_NAMES)},
    )


def _ambient(draw: st.DrawFn, ids: Iterator[int], depth: int) -> Ambient:
    categories = tuple(
        Category(draw(_NAMES), tuple(_piece(draw, ids, 2) for _ in range(draw(st.integers(0, 2)))))
        for _ in range(draw(st.integers(0, 2)))
    )
    inner = tuple(_ambient(draw, ids, depth - 1) for _ in range(draw(st.integers(0, 1)) if depth else 0))
    return Ambient(draw(_NAMES), categories, inner)


def _piece(draw: st.DrawFn, ids: Iterator[int], depth: int) -> Piece:
    return Piece(
        id=f"{next(ids)}",
        description=draw(_NAMES),
        reference=draw(st.sampled_from(("", "BAL800", "<&\">'"))),
        component=draw(st.booleans()),
        repetition=Decimal(draw(st.integers(0, 9))),
        quantity=draw(st.decimals(0, 99, places=3)),
        size=draw(st.none() | st.just((800, 720, 560))),
        supplier=draw(st.sampled_from(("", "Araucária"))),
        finishes=draw(_FINISHES),
        order=draw(st.none() | _CENTS),
        budget=draw(st.none() | _CENTS),
        parts=tuple(_piece(draw, ids, depth - 1) for _ in range(draw(st.integers(0, 2)) if depth else 0)),
    )
