"""Templates of texts: a DOCX with marked fields, checked strictly, and filled with values.

A field is `{{ name }}`; `{% if %}` and `{% for %}` over what is listed are the only tags. Nothing is called, nothing is
reckoned, nothing is fetched: whatever else somebody writes is named and refused. How long it may take is limited by
who runs this program.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from docx import Document
from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from cleaning.common import Refused
from cleaning.reading import paragraphs
from cleaning.words import docx, has_outside

MOST_MADE = 16_000_000
"""Bytes a filled text may have."""
MOST_FAULTS = 20
MOST_DEEP = 18
"""Loops within each other: the language it is turned into takes twenty."""

FILTERS = frozenset({"upper", "lower", "capitalize", "title", "trim", "default", "join", "length", "first", "last"})
_LOOP = {"index": "", "first": "", "last": "", "length": ""}
_PLAIN = (
    nodes.Output, nodes.TemplateData, nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr, nodes.Const,
)  # fmt: skip
_ACTIVE = frozenset({"altChunk", "object", "OLEObject", "control", "subDoc", "movie", "webVideoPr", "contentPart"})
_FIELDS_OF_WORD = frozenset({"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES"})
"""What Word may work out by itself: numbers of pages, and nothing that reads another file."""

Fault = tuple[str, str, str]
"""What is wrong (a word `dossiers.documents.templates` has a sentence for), what it is about, and the words around."""


class Faulty(Refused):
    """A template that is not taken, with every place that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("template")
        self.faults = faults


def tried(data: bytes, sample: Mapping[str, Any]) -> tuple[bytes, list[str], bytes, list[str]]:
    """A template as it is kept, the fields it names, the text it makes of a sample, and that text's paragraphs.

    The sample holds every field there is. Raises Refused; Faulty with all that is wrong.
    """
    kept = docx(data)
    _check_parts(data)
    names, faults = _read(kept, sample)
    if faults:
        raise Faulty(faults[:MOST_FAULTS])
    if not names:
        raise Faulty([("none", "", "")])
    made = filled(kept, sample, "", "", {})
    return kept, sorted(names), made, paragraphs(made)


def filled(template: bytes, values: Mapping[str, Any], dots: str, mark: str, properties: Mapping[str, str]) -> bytes:
    """The text a template makes of values; what is not known reads as `dots`. The mark stands at the foot of each page
    where the template does not show it itself, and in the file's properties.
    """

    class Dots(ChainableUndefined):
        """What is not known yet."""

        def __str__(self) -> str:
            return dots

    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=Dots)
    pack = DocxTemplate(io.BytesIO(template))
    shows_mark = any("text.mark" in part for part in _sources(pack))
    pack.render(dict(values), environment, autoescape=True)
    made = io.BytesIO()
    pack.save(made)
    finished = Document(made)
    if mark and not shows_mark:
        _at_the_foot(finished, mark)
    for name, value in {**properties, "author": "", "comments": mark}.items():
        setattr(finished.core_properties, name, value)
    out = io.BytesIO()
    finished.save(out)
    if out.tell() > MOST_MADE:
        raise Refused("unpacks")
    return out.getvalue()


def _at_the_foot(made: Any, mark: str) -> None:
    for at, section in enumerate(made.sections):
        feet = [section.footer]
        if section.different_first_page_header_footer:
            feet.append(section.first_page_footer)
        if made.settings.odd_and_even_pages_header_footer:
            feet.append(section.even_page_footer)
        for nr, foot in enumerate(feet):
            if at and nr == 0 and foot.is_linked_to_previous:
                continue  # it shows the one before
            foot.add_paragraph(mark)


# --- what a template may hold ---


def _check_parts(data: bytes) -> None:
    """Raises Refused for what the reader of the text would fetch or run. The pack has been measured."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        for name in pack.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            content = pack.read(name)
            if has_outside(content):
                raise Refused("outside")
            try:
                root = etree.fromstring(content, parser)
            except etree.XMLSyntaxError:
                raise Refused("unreadable") from None
            if root.getroottree().docinfo.doctype:
                raise Refused("unpacks")
            if any(one.get("TargetMode") == "External" for one in root.iter("{*}Relationship")):
                raise Refused("outside")
            if name.startswith("word/"):
                _check_active(root)


def _check_active(root: Any) -> None:
    said = ""
    for one in root.iter("*"):
        local = etree.QName(one).localname
        attributes = {etree.QName(key).localname: value for key, value in one.attrib.items()}
        if local in _ACTIVE:
            raise Refused("active")
        if local == "fldSimple":
            _check_field(attributes.get("instr", ""))
        elif local == "instrText":
            said += one.text or ""
        elif local == "fldChar":
            if said:
                _check_field(said)
            said = ""
    if said:
        _check_field(said)


def _check_field(said: str) -> None:
    if (said.split() or [""])[0].upper() not in _FIELDS_OF_WORD:
        raise Refused("active")


def _sources(pack: Any) -> Iterator[str]:
    """What the template language will read: body, heads, feet and footnotes, their tags put together."""
    pack.init_docx()
    yield pack.patch_xml(pack.get_xml())
    for uri in (pack.HEADER_URI, pack.FOOTER_URI):
        for _key, part in pack.get_headers_footers(uri):
            yield pack.patch_xml(pack.get_part_xml(part))
    for part in pack.docx.part.package.parts:
        if part.content_type.endswith(".footnotes+xml"):
            yield pack.patch_xml(part.blob.decode("utf-8"))


def _read(template: bytes, sample: Mapping[str, Any]) -> tuple[set[str], list[Fault]]:
    environment = ImmutableSandboxedEnvironment()
    names: set[str] = set()
    faults: list[Fault] = []
    for source in _sources(DocxTemplate(io.BytesIO(template))):
        lines = re.sub(r"<w:p([ >])", r"\n<w:p\1", source)
        try:
            parsed = environment.parse(lines)
        except TemplateSyntaxError as error:
            faults.append(("syntax", _short(str(error.message or "")), _around(lines, error.lineno)))
            continue
        reader = _Reader(lines, sample, names, faults)
        reader.block(parsed.body, sample)
    return names, list(dict.fromkeys(faults))


def _around(lines: str, number: int) -> str:
    """The words of the paragraph a fault is in."""
    found = lines.splitlines()[number - 1 : number]
    return _short(re.sub(r"<[^>]*>", "", found[0])) if found else ""


def _short(text: str) -> str:
    told = " ".join(text.split())
    return told if len(told) <= 80 else f"{told[:79]}…"


class _Reader:
    """Walks a parsed template: which fields it names, and what it may not say."""

    def __init__(self, lines: str, sample: Mapping[str, Any], names: set[str], faults: list[Fault]) -> None:
        self._lines, self._sample, self._names, self._faults = lines, sample, names, faults
        self._deep = 0

    def _say(self, node: nodes.Node, why: str, about: str) -> None:
        self._faults.append((why, _short(about), _around(self._lines, node.lineno)))

    def block(self, body: list[Any], known: Mapping[str, Any]) -> None:
        """Statements, with what is known where they stand."""
        for node in body:
            if isinstance(node, nodes.For):
                self._loop(node, known)
            elif isinstance(node, nodes.If):
                self._value(node.test, known)
                for part in (node.body, node.elif_, node.else_):
                    self.block(part, known)
            elif isinstance(node, nodes.Output):
                for one in node.nodes:
                    self._value(one, known)
            else:
                self._say(node, "tag", type(node).__name__.lower())

    def _loop(self, node: nodes.For, known: Mapping[str, Any]) -> None:
        listed = self._value(node.iter, known)
        if not isinstance(node.target, nodes.Name) or node.recursive or node.test is not None:
            self._say(node, "tag", "for")
            return
        if not isinstance(listed, list):
            if listed is not None:
                self._say(node, "no_list", _path(node.iter))
            return
        within = {**known, node.target.name: listed[0] if listed else "", "loop": _LOOP}
        self._deep += 1
        if self._deep > MOST_DEEP:
            self._say(node, "deep", node.target.name)
        else:
            self.block(node.body, within)
        self._deep -= 1
        self.block(node.else_, known)

    def _value(self, node: Any, known: Mapping[str, Any]) -> Any:
        """What an expression is in the sample; None, and a fault, where it may not be written."""
        if isinstance(node, nodes.Name | nodes.Getattr):
            return self._named(node, known)
        if isinstance(node, nodes.Filter):
            if node.name not in FILTERS or node.kwargs or node.dyn_args or node.dyn_kwargs:
                self._say(node, "filter", node.name)
            for one in node.args:
                self._value(one, known)
            found = self._value(node.node, known)
            return found[0] if node.name in ("first", "last") and isinstance(found, list) and found else ""
        if isinstance(node, nodes.Call):
            self._say(node, "call", _path(node.node))
            return None
        if not isinstance(node, _PLAIN):
            self._say(node, "expression", type(node).__name__)
            return None
        for child in node.iter_child_nodes():
            self._value(child, known)
        return ""

    def _named(self, node: Any, known: Mapping[str, Any]) -> Any:
        path = _path(node)
        at: Any = known
        for step in path.split("."):
            if not isinstance(at, Mapping) or step not in at:
                self._say(node, "unknown", path)
                return None
            at = at[step]
        first = path.split(".")[0]
        if known[first] is self._sample.get(first):  # else it is of a loop
            self._names.add(path)
        return at


def _path(node: Any) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"
