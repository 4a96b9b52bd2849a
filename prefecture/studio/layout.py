"""A diagram laid out for whoever asks: the pages, the scripts of the editor, the API. Nothing is saved."""

from __future__ import annotations

from engine.arrange import arranged
from engine.compiling.xml import XmlRefused
from prefecture.kernel.errors import Invalid


def laid_out(path: str, content: bytes) -> str:
    """The diagram with a drawing made anew, all else as it is written. Raises Invalid for what is no readable BPMN."""
    if not path.endswith(".bpmn"):
        raise Invalid({"path": "Seul un diagramme (.bpmn) se dispose."})
    try:
        return arranged(content).decode()
    except XmlRefused as error:
        raise Invalid({}, f"Ce diagramme ne se lit pas\u00a0: {error.reason}.") from error
    except UnicodeDecodeError as error:
        raise Invalid({}, "Ce diagramme n’est pas écrit en UTF-8\u00a0: enregistrez-le ainsi.") from error
