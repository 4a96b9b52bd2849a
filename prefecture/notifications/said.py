"""What a template may write in the end: its own words and tags, those of the frame that it fills, of what it includes.

A block that a template replaces is gone, unless it calls `super()`. Every branch of a condition counts: this tells what
a letter can say, for whoever looks for what it never says.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import nodes

from prefecture.notifications import templates
from prefecture.notifications.sandbox import Loader

MOST_TEMPLATES = 100
_UNSEEN = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
# Block → its texts, the innermost template's first.
Layers = Mapping[str, list[nodes.Block]]


@dataclass(frozen=True)
class Said:
    """`text`: the words, without markup, spaces made one; `tags`: the dotted names that are written or asked about."""

    text: str
    tags: frozenset[str]

    def names(self, *tags: str) -> bool:
        """Whether each of these tags, or something under it, is there."""
        return all(any(one == tag or one.startswith(f"{tag}.") for one in self.tags) for tag in tags)


def said(source: str, loader: Loader) -> Said:
    """What the template may say. Raises TemplateRefused when it, or one that it names, cannot be read.

    A template that names more than MOST_TEMPLATES others is read that far.
    """
    reader = _Reader(loader)
    reader.template(templates.tree(source), {})
    page = _UNSEEN.sub(" ", "".join(reader.words))
    text = html.unescape(re.sub(r"<[^>]*>", " ", page))
    return Said(re.sub(r"\s+", " ", text).strip(), frozenset(reader.tags))


class _Reader:
    """Gathers words and tags in the order in which they are written."""

    def __init__(self, loader: Loader) -> None:
        self.words: list[str] = []
        self.tags: set[str] = set()
        self._loader = loader
        self._left = MOST_TEMPLATES

    def template(self, tree: nodes.Template, inner: Layers) -> None:
        """A template, some of whose blocks are replaced by those of `inner`."""
        blocks = {**inner, **{one.name: [*inner.get(one.name, []), one] for one in tree.find_all(nodes.Block)}}
        parent = next(iter(tree.find_all(nodes.Extends)), None)
        if parent is None:
            self._walk(tree, blocks)
        else:
            self._named(parent.template, blocks)

    def _walk(self, node: nodes.Node, blocks: Layers) -> None:
        for child in node.iter_child_nodes():
            path = templates.path(child)
            if path is not None:
                self.tags.add(path)
            elif isinstance(child, nodes.TemplateData):
                self.words.append(child.data)
            elif isinstance(child, nodes.Block):
                self._block(blocks.get(child.name, [child]), blocks)
            elif isinstance(child, nodes.Include):
                self._named(child.template, {})
            else:
                self._walk(child, blocks)

    def _block(self, layers: list[nodes.Block], blocks: Layers) -> None:
        """The innermost text of a block, and those below it that it calls by `super()`."""
        first, *others = layers
        self._walk(first, {name: those for name, those in blocks.items() if name != first.name})
        if others and any(_is_super(one) for one in first.find_all(nodes.Call)):
            self._block(others, blocks)

    def _named(self, name: nodes.Expr, blocks: Layers) -> None:
        """The template that is named; nothing when nobody has it, which is another rule's to tell."""
        self._left -= 1
        if self._left < 0 or not isinstance(name, nodes.Const):
            return
        source = templates.source_of(str(name.value), self._loader)
        if source is not None:
            self.template(templates.tree(source), blocks)


def _is_super(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name == "super"
