"""Promob's LISTING as XML: read as it comes, never held as a tree. No DTD, entity or other file is ever looked at.

It is UTF-8, whatever it says of itself: text that came in JSON has been that since.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from io import BytesIO
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from promob.items import Item, Listing
from promob.listing_reader import ListingReader, Reading
from sincronia.answers import Problem, ProblemError

_TOGETHER = 64 * 1024  # bytes


def read_xml(source: bytes | IO[bytes]) -> Reading:
    """The listing of an XML document. Reading it raises ProblemError, naming what is wrong where."""
    return Reading(partial(_read, BytesIO(source) if isinstance(source, bytes) else source))


def _read(source: IO[bytes]) -> Generator[Item, None, Listing]:
    reader = ListingReader()
    parser = DefusedXMLParser(target=reader, encoding="utf-8", forbid_dtd=True)
    for _ in _parsed(parser, source):
        yield from reader.taken()
    return reader.listing()


def _parsed(parser: DefusedXMLParser, source: IO[bytes]) -> Iterator[None]:
    """Parses part by part. Raises ProblemError(promob.xml_malformed, promob.xml_forbidden) with the line."""
    try:
        while part := source.read(_TOGETHER):
            parser.feed(part)
            yield
        parser.close()
    except ParseError as error:
        problem = Problem("promob.xml_malformed", {"line": str(error.position[0])})
    except DefusedXmlException:
        problem = Problem("promob.xml_forbidden")
    else:
        yield
        return
    raise ProblemError(problem)
