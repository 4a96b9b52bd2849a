"""Writing SVG: elements as text, escaped, with presentation attributes and classes only (pages forbid inline style)."""

from __future__ import annotations

from html import escape


def number(value: float) -> str:
    """A coordinate with a tenth of a pixel at most."""
    return f"{value:.1f}".removesuffix(".0")


def tag(name: str, *content: str, **attributes: str | float | None) -> str:
    """One element; `class_` is class, underscores are hyphens, attributes that are None are left out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = value if isinstance(value, str) else number(value)
        parts.append(f'{_attribute(key)}="{escape(shown)}"')
    inside = "".join(content)
    return f"<{' '.join(parts)}>{inside}</{name}>" if inside else f"<{' '.join(parts)}/>"


def _attribute(key: str) -> str:
    if key in {"viewBox", "markerWidth", "markerHeight", "refX", "refY"}:
        return key
    return key.rstrip("_").replace("_", "-")


def title(text: str) -> str:
    """The name that a pointer shows over an element."""
    return f"<title>{escape(text)}</title>" if text else ""
