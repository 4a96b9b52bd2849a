"""A DMN file (1.1 to 1.5) read into a model. Nothing outside the file is ever fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from engine.feel.dmn import model
from engine.feel.dmn.errors import DecisionsInvalid, Problem

MAX_BYTES = 2_000_000
NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
    }
)
_MAX_DEPTH = 60


def parse_xml(content: bytes) -> Any:
    """The root of an XML document without a document type; DecisionsInvalid when it is none, or too large."""
    if len(content) > MAX_BYTES:
        raise _refused("Le fichier dépasse 2 Mo.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refused("Ce fichier n'est pas du XML correct.", getattr(error, "lineno", 0) or 0) from None
    tree: Any = root.getroottree()
    if tree.docinfo.doctype:
        raise _refused("Le fichier déclare un DOCTYPE, ce qui n'est pas admis.")
    return root


def _refused(message: str, line: int = 0) -> DecisionsInvalid:
    return DecisionsInvalid([Problem("", "", line, message)])


def read(content: bytes) -> model.Model:
    """The model a DMN file holds; DecisionsInvalid when it holds none."""
    root = parse_xml(content)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise _refused("Ce fichier n'est pas un modèle DMN (versions 1.1 à 1.5).", root.sourceline or 0)
    return _Reader(name.namespace or "").whole(root)


class _Reader:
    """Reads the elements of one namespace; all others are the business of the tool that wrote them."""

    def __init__(self, namespace: str) -> None:
        self.prefix = f"{{{namespace}}}"
        self.depth = 0

    def whole(self, root: Any) -> model.Model:
        elements: dict[str, model.Element] = {}
        for tag, read_element in self._element_readers().items():
            for node in self._all(root, tag):
                element = read_element(node)
                elements[element.place.element] = element
        return model.Model(
            namespace=root.get("namespace", ""),
            name=root.get("name", ""),
            imports=tuple(
                model.Import(node.get("name", ""), node.get("namespace", "")) for node in self._all(root, "import")
            ),
            items=tuple(self._item(node) for node in self._all(root, "itemDefinition")),
            elements=elements,
            prefixes={prefix or "": uri for prefix, uri in root.nsmap.items()},
        )

    def _element_readers(self) -> dict[str, Callable[[Any], model.Element]]:
        return {
            "inputData": self._input_data,
            "decision": self._decision,
            "businessKnowledgeModel": self._knowledge,
            "decisionService": self._service,
        }

    def _all(self, node: Any, tag: str) -> Iterator[Any]:
        return node.iterchildren(self.prefix + tag) if node is not None else iter(())

    def _one(self, node: Any, tag: str) -> Any:
        return node.find(self.prefix + tag) if node is not None else None

    def _words(self, node: Any, tag: str) -> str | None:
        found = self._one(node, tag)
        return None if found is None else "".join(found.itertext()).strip()

    def _place(self, node: Any, name: str = "") -> model.Place:
        return model.Place(node.get("id") or node.get("name", ""), node.get("name", name), node.sourceline or 0)

    def _titled(self, node: Any) -> model.Place:
        """A column, known by the title that people read."""
        place = self._place(node)
        return model.Place(place.element, node.get("label") or place.name, place.line)

    def _variable(self, node: Any, fallback: str) -> model.Variable:
        variable = self._one(node, "variable")
        if variable is None:
            return model.Variable(fallback, None)
        return model.Variable(variable.get("name") or fallback, self._type(variable))

    def _type(self, node: Any) -> str | None:
        return node.get("typeRef") or self._words(node, "typeRef") or None

    def _references(self, node: Any, *path: str) -> tuple[str, ...]:
        *parents, last = path
        nodes = [node]
        for tag in parents:
            nodes = [child for parent in nodes for child in self._all(parent, tag)]
        return tuple(reference.get("href", "").strip() for parent in nodes for reference in self._all(parent, last))

    def _needs(self, node: Any) -> tuple[str, ...]:
        return (
            *self._references(node, "informationRequirement", "requiredInput"),
            *self._references(node, "informationRequirement", "requiredDecision"),
            *self._references(node, "knowledgeRequirement", "requiredKnowledge"),
        )

    def _input_data(self, node: Any) -> model.InputData:
        return model.InputData(self._place(node), self._variable(node, node.get("name", "")))

    def _decision(self, node: Any) -> model.Decision:
        return model.Decision(
            place=self._place(node),
            variable=self._variable(node, node.get("name", "")),
            needs=self._needs(node),
            logic=self._logic(node),
            question=self._words(node, "question") or "",
        )

    def _knowledge(self, node: Any) -> model.Knowledge:
        encapsulated = self._one(node, "encapsulatedLogic")
        return model.Knowledge(
            place=self._place(node),
            variable=self._variable(node, node.get("name", "")),
            needs=self._needs(node),
            function=None if encapsulated is None else self._function(encapsulated),
        )

    def _service(self, node: Any) -> model.Service:
        return model.Service(
            place=self._place(node),
            variable=self._variable(node, node.get("name", "")),
            outputs=self._references(node, "outputDecision"),
            encapsulated=self._references(node, "encapsulatedDecision"),
            input_decisions=self._references(node, "inputDecision"),
            input_data=self._references(node, "inputData"),
        )

    def _item(self, node: Any) -> model.Item:
        self._deeper()
        function = self._one(node, "functionItem")
        item = model.Item(
            place=self._place(node),
            name=node.get("name", ""),
            base=self._type(node),
            collection=node.get("isCollection") in ("true", "1"),
            allowed=self._text_of(self._one(node, "allowedValues")),
            constraint=self._text_of(self._one(node, "typeConstraint")),
            components=tuple(self._item(part) for part in self._all(node, "itemComponent")),
            function=None if function is None else self._function_item(function),
        )
        self.depth -= 1
        return item

    def _function_item(self, node: Any) -> tuple[tuple[model.Variable, ...], str | None]:
        parameters = tuple(
            model.Variable(part.get("name", ""), part.get("typeRef")) for part in self._all(node, "parameters")
        )
        return parameters, node.get("outputTypeRef")

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _refused("Les expressions du fichier sont trop imbriquées.")

    def _text_of(self, node: Any) -> model.Literal | None:
        return None if node is None else self._literal(node)

    def _literal(self, node: Any) -> model.Literal:
        return model.Literal(
            self._place(node), self._words(node, "text") or "", self._type(node), node.get("expressionLanguage")
        )

    def _logic(self, node: Any) -> model.Boxed | None:
        """The first boxed expression among the children."""
        return next(iter(self._each(node)), None)

    def _each(self, node: Any) -> tuple[model.Boxed, ...]:
        """All boxed expressions among the children, in order."""
        if node is None:
            return ()
        readers = self._boxed_readers()
        found: list[model.Boxed] = []
        for child in node.iterchildren(tag=etree.Element):
            reader = readers.get(child.tag.removeprefix(self.prefix)) if child.tag.startswith(self.prefix) else None
            if reader is not None:
                self._deeper()
                found.append(reader(child))
                self.depth -= 1
        return tuple(found)

    def _boxed_readers(self) -> dict[str, Callable[[Any], model.Boxed]]:
        return {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "invocation": self._invocation,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self._function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
        }

    def _table(self, node: Any) -> model.Table:
        return model.Table(
            place=self._place(node),
            policy=node.get("hitPolicy", "UNIQUE"),
            aggregation=node.get("aggregation"),
            inputs=tuple(self._input(part) for part in self._all(node, "input")),
            outputs=tuple(self._output(part) for part in self._all(node, "output")),
            rules=tuple(self._rule(part) for part in self._all(node, "rule")),
            type=self._type(node),
        )

    def _input(self, node: Any) -> model.Input:
        expression = self._text_of(self._one(node, "inputExpression"))
        return model.Input(self._titled(node), expression, self._text_of(self._one(node, "inputValues")))

    def _output(self, node: Any) -> model.Output:
        return model.Output(
            place=self._titled(node),
            name=node.get("name", ""),
            type=self._type(node),
            values=self._text_of(self._one(node, "outputValues")),
            default=self._text_of(self._one(node, "defaultOutputEntry")),
        )

    def _rule(self, node: Any) -> model.Rule:
        notes = [self._words(part, "text") or "" for part in self._all(node, "annotationEntry")]
        notes.append(self._words(node, "description") or "")
        return model.Rule(
            place=self._place(node),
            tests=tuple(self._literal(part) for part in self._all(node, "inputEntry")),
            answers=tuple(self._literal(part) for part in self._all(node, "outputEntry")),
            note=" · ".join(note for note in notes if note),
        )

    def _context(self, node: Any) -> model.Context:
        entries = tuple(
            model.Entry(None if self._one(part, "variable") is None else self._variable(part, ""), self._logic(part))
            for part in self._all(node, "contextEntry")
        )
        return model.Context(self._place(node), entries, self._type(node))

    def _invocation(self, node: Any) -> model.Invocation:
        bindings = []
        for part in self._all(node, "binding"):
            parameter = self._one(part, "parameter")
            name = "" if parameter is None else parameter.get("name", "")
            written = None if parameter is None else self._type(parameter)
            bindings.append((model.Variable(name, written), self._logic(part)))
        return model.Invocation(self._place(node), self._logic(node), tuple(bindings), self._type(node))

    def _list(self, node: Any) -> model.Items:
        return model.Items(self._place(node), self._each(node), self._type(node))

    def _relation(self, node: Any) -> model.Relation:
        columns = tuple(model.Variable(part.get("name", ""), self._type(part)) for part in self._all(node, "column"))
        rows = tuple(self._each(row) for row in self._all(node, "row"))
        return model.Relation(self._place(node), columns, rows, self._type(node))

    def _function(self, node: Any) -> model.Function:
        parameters = tuple(
            model.Variable(part.get("name", ""), self._type(part)) for part in self._all(node, "formalParameter")
        )
        kind = node.get("kind", "FEEL")
        return model.Function(self._place(node), parameters, self._logic(node), kind, self._type(node))

    def _conditional(self, node: Any) -> model.Conditional:
        parts = [self._logic(self._one(node, tag)) for tag in ("if", "then", "else")]
        return model.Conditional(self._place(node), parts[0], parts[1], parts[2], self._type(node))

    def _filter(self, node: Any) -> model.Filter:
        source, match = self._logic(self._one(node, "in")), self._logic(self._one(node, "match"))
        return model.Filter(self._place(node), source, match, self._type(node))

    def _for(self, node: Any) -> model.Loop:
        return self._loop(node, "return")

    def _quantified(self, node: Any) -> model.Loop:
        return self._loop(node, "satisfies")

    def _loop(self, node: Any, body: str) -> model.Loop:
        return model.Loop(
            place=self._place(node),
            kind=etree.QName(node).localname,
            variable=node.get("iteratorVariable", ""),
            source=self._logic(self._one(node, "in")),
            body=self._logic(self._one(node, body)),
            type=self._type(node),
        )
