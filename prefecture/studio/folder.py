"""A démarche's folder in memory: which paths it may hold, the archetype, the shared files, the same folder renamed.

Reads the `processes/` folder beside the program and nothing else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from prefecture.demarches import bundle as bundles
from prefecture.demarches.bundle import COMMON, LARGEST_BUNDLE, LARGEST_FILE, Bundle
from prefecture.demarches.version import SETTINGS
from prefecture.kernel.errors import Invalid, TooLarge

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
ARCHETYPE = "_archetype"
PROCESS = "processus.bpmn"
MOST_FILES = 400
LONGEST_PATH = 200
LONGEST_TITLE = 200
CODE = re.compile(r"[a-z][a-z0-9_]{2,59}")
PREFIX = re.compile(r"[A-Z]{2,5}")

_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
# What stands where in a démarche's folder; `etats/` holds people's dossiers and never enters a draft.
_PLACES = (
    re.compile(r"demarche\.toml"),
    re.compile(rf"{_SEGMENT}\.(bpmn|dmn|md)"),
    re.compile(rf"forms/(blocs/)?{_SEGMENT}\.json"),
    re.compile(rf"courriers/{_SEGMENT}\.(html|txt)"),
    re.compile(rf"(scenarios|exemples)/{_SEGMENT}\.toml"),
)


def refusal_of(path: str) -> str | None:
    """Why a file may not stand at that path of a folder, in French; None when it may."""
    if len(path) > LONGEST_PATH:
        return "Ce nom de fichier est trop long."
    if any(place.fullmatch(path) for place in _PLACES):
        return None
    if not re.fullmatch(rf"{_SEGMENT}(/{_SEGMENT})*", path):
        return "Un nom de fichier s’écrit en lettres sans accent, chiffres, points, tirets et soulignés."
    return (
        "Un dossier de démarche contient demarche.toml, des .bpmn, .dmn et .md à la racine, forms/*.json, "
        "courriers/*.html ou .txt, scenarios/*.toml, exemples/*.toml."
    )


def check_path(path: str) -> None:
    """Raise Invalid when no own file may stand there."""
    refused = refusal_of(path)
    if refused is not None:
        raise Invalid({"path": refused}, f"«\u00a0{path}\u00a0» n’est pas accepté. {refused}")


def check_size(files: Mapping[str, bytes]) -> None:
    """Raise TooLarge when the files are too many, or one of them or their sum too big."""
    large = next((path for path, content in files.items() if len(content) > LARGEST_FILE), None)
    if large is not None:
        raise TooLarge(f"Le fichier «\u00a0{large}\u00a0» dépasse 2\u00a0Mo.")
    if len(files) > MOST_FILES:
        raise TooLarge(f"Un dossier de démarche a {MOST_FILES} fichiers au plus.")
    if sum(map(len, files.values())) > LARGEST_BUNDLE:
        raise TooLarge("Le dossier de la démarche dépasse 32\u00a0Mo.")


def check_code(code: str) -> None:
    """Raise Invalid for what cannot be a démarche's code."""
    if not CODE.fullmatch(code):
        said = "Trois à soixante lettres minuscules sans accent, chiffres et soulignés, en commençant par une lettre."
        raise Invalid({"code": said})


def check_title(title: str) -> None:
    """Raise Invalid for what cannot be a title."""
    if not title.strip() or len(title) > LONGEST_TITLE or not title.isprintable():
        raise Invalid({"title": f"Donnez un titre, sur une ligne, de {LONGEST_TITLE} caractères au plus."})


def check_prefix(prefix: str) -> None:
    """Raise Invalid for what cannot begin a dossier's number."""
    if not PREFIX.fullmatch(prefix):
        raise Invalid({"prefix": "Deux à cinq lettres majuscules sans accent."})


def archetype() -> Bundle:
    """The démarche that new ones begin from: the four steps, ready."""
    return bundles.freeze(PROCESSES / ARCHETYPE)


def shared() -> dict[str, bytes]:
    """Every shared file of this installation, all blocks included, under `_commun/`."""
    found = {}
    for path in sorted((PROCESSES / COMMON).rglob("*")):
        name = path.relative_to(PROCESSES).as_posix()
        if path.is_file() and refusal_of(name.removeprefix(f"{COMMON}/")) is None:
            found[name] = path.read_bytes()
    return found


def with_blocks(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A version's files, with the blocks of this installation that it does not call yet."""
    blocks = {name: content for name, content in shared().items() if name.endswith(".bpmn")}
    return {**blocks, **files}


def own(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The démarche's own files, without the shared ones."""
    return {path: content for path, content in files.items() if not is_shared(path)}


def is_shared(path: str) -> bool:
    """Whether a path is that of a shared file."""
    return path.startswith(f"{COMMON}/")


def as_bundle(files: Mapping[str, bytes]) -> Bundle:
    """What a publication would freeze: own files, shared ones, and of the shared blocks those that are called."""
    blocks = {path: content for path, content in files.items() if is_shared(path) and path.endswith(".bpmn")}
    kept = {path: content for path, content in files.items() if path not in blocks}
    return bundles.of_files({**kept, **bundles.called(own(files), blocks)})


def renamed(files: Mapping[str, bytes], code: str, title: str, prefix: str) -> dict[str, bytes]:
    """The same folder as another démarche: its code, its title, its process, the numbers of its scenarios."""
    before = tomllib.loads(files[SETTINGS].decode())
    old_code, old_title = str(before.get("code", "")), str(before.get("titre", ""))
    old_process, old_prefix = str(before.get("processus", old_code)), str(before.get("prefixe", ""))
    changed = dict(files)
    changed[SETTINGS] = with_settings(files[SETTINGS], code=code, titre=title, prefixe=prefix, processus=code)
    for path, content in own(files).items():
        if path.endswith(".bpmn"):
            changed[path] = _renamed_process(content, (old_process, code), (old_title, title))
        elif path.startswith("scenarios/") and old_prefix:
            changed[path] = content.replace(f'"{old_prefix}-'.encode(), f'"{prefix}-'.encode())
    return changed


def with_settings(content: bytes, **values: str) -> bytes:
    """`demarche.toml` with these texts at its top level, the rest of it untouched; what is missing is added first."""
    text = content.decode()
    tables = re.search(r"^\[", text, re.MULTILINE)
    head, rest = (text, "") if tables is None else (text[: tables.start()], text[tables.start() :])
    for name, value in values.items():
        line = f"{name} = {_quoted(value)}"
        head, found = re.subn(rf"(?m)^{name}\s*=.*$", line.replace("\\", r"\\"), head, count=1)
        head = head if found else f"{line}\n{head}"
    return (head + rest).encode()


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _renamed_process(content: bytes, process: tuple[str, str], title: tuple[str, str]) -> bytes:
    """A diagram whose process, wherever it is named, has another id and another name."""
    for names, (before, after) in (("id|processRef|bpmnElement|calledElement", process), ("name", title)):
        if before:
            pattern = rf'\b({names})="{re.escape(_escaped(before))}"'.encode()
            written = _escaped(after).replace("\\", r"\\").encode()
            content = re.sub(pattern, rb'\1="' + written + b'"', content)
    return content


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
