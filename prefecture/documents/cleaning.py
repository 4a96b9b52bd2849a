"""PDF files: what they hold that acts by itself is taken out; a signed one is left as it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from prefecture.documents.refusals import invalid
from prefecture.kernel.errors import TooLarge

MOST_PAGES = 150
MOST_OBJECTS = 400_000
_LOCKED = (
    "Ce PDF est protégé par un mot de passe. Ouvrez-le, choisissez Imprimer puis « Enregistrer au format PDF » "
    "pour en faire une copie sans protection, et ajoutez cette copie."
)
_BROKEN = (
    "Ce PDF est incomplet ou abîmé. Ouvrez-le pour vérifier qu’il s’affiche, "
    "enregistrez-le à nouveau au format PDF, puis ajoutez-le."
)
_EMPTY = "Ce PDF ne contient aucune page. Vérifiez que c’est le bon fichier."

# Keys that make a viewer act, wherever they stand; names of trees and forms that hold scripts or files.
_ACTING_KEYS = ("/AA", "/OpenAction", "/JS", "/JavaScript", "/EmbeddedFiles", "/AF", "/XFA", "/Collection", "/EF")
_ACTING_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/RichMediaExecute",
        "/Movie",
        "/Sound",
    }
)
_ACTING_ANNOTATIONS = frozenset({"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})


@dataclass(frozen=True)
class CleanPdf:
    """What may be served of a PDF, whether that differs from what came, and whether it is signed."""

    data: bytes
    pages: int
    cleaned: bool
    signed: bool


def cleaned(data: bytes) -> CleanPdf:
    """`data` without active content, rewritten only when it holds some; raises Invalid or TooLarge."""
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise invalid(_LOCKED, "pdf-protege")
            pages = _count_pages(pdf)
            if _is_signed(pdf, data):
                return CleanPdf(data, pages, cleaned=False, signed=True)
            if not _take_out(pdf):
                return CleanPdf(data, pages, cleaned=False, signed=False)
            target = io.BytesIO()
            pdf.save(target)
            return CleanPdf(target.getvalue(), pages, cleaned=True, signed=False)
    except pikepdf.PasswordError as error:
        raise invalid(_LOCKED, "pdf-protege") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, RuntimeError, ValueError, TypeError, KeyError) as error:
        raise invalid(_BROKEN, "pdf-abime") from error


def _count_pages(pdf: pikepdf.Pdf) -> int:
    pages = len(pdf.pages)
    if pages == 0:
        raise invalid(_EMPTY, "pdf-vide")
    if pages > MOST_PAGES or len(pdf.objects) > MOST_OBJECTS:
        raise TooLarge(
            f"Ce PDF compte {pages} pages et il est trop long (au plus {MOST_PAGES} pages). "
            "N’ajoutez que les pages utiles."
        )
    return pages


def _is_signed(pdf: pikepdf.Pdf, data: bytes) -> bool:
    """Whether a signature covers the file: its byte range lies within it and leaves out the signature alone."""
    for each in _dictionaries(pdf):
        if "/ByteRange" not in each or "/Contents" not in each:
            continue
        spans = [int(number) for number in each.ByteRange]
        if len(spans) != 4 or spans[0] != 0 or spans[2] + spans[3] > len(data):
            continue
        gap = data[spans[1] : spans[2]].strip()
        if gap.startswith(b"<") and gap.endswith(b">") and bytes(each.Contents).startswith(b"\x30"):
            return True
    return False


def _take_out(pdf: pikepdf.Pdf) -> bool:
    """Remove whatever acts; whether there was any."""
    found = False
    for each in list(_dictionaries(pdf)):
        for key in _ACTING_KEYS:
            if key in each and (key != "/AA" or _is_trigger(each[key])):
                del each[key]
                found = True
        found |= _take_out_actions(each)
        found |= _take_out_annotations(each)
    return found


def _take_out_actions(each: pikepdf.Object) -> bool:
    found = False
    for key in ("/A", "/Next", "/PA"):
        action = each.get(key)
        if isinstance(action, pikepdf.Array):
            acts = any(_acts(one) for one in action)
        else:
            acts = action is not None and _acts(action)
        if acts:
            del each[key]
            found = True
    return found


def _is_trigger(value: pikepdf.Object) -> bool:
    """Whether `value` ties events to actions: a font or a picture may bear the name AA too."""
    if not isinstance(value, pikepdf.Dictionary):
        return False
    return any(isinstance(one, pikepdf.Dictionary) and "/S" in one for _, one in value.items())


def _acts(action: pikepdf.Object) -> bool:
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in _ACTING_ACTIONS


def _take_out_annotations(each: pikepdf.Object) -> bool:
    annotations = each.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return False
    kept = [one for one in annotations if not _is_acting_annotation(one)]
    if len(kept) == len(annotations):
        return False
    each["/Annots"] = pikepdf.Array(kept)
    return True


def _is_acting_annotation(annotation: pikepdf.Object) -> bool:
    return isinstance(annotation, pikepdf.Dictionary) and str(annotation.get("/Subtype", "")) in _ACTING_ANNOTATIONS


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary of the file, nested ones too (those of streams among them); without recursion."""
    waiting: list[pikepdf.Object] = [pdf.trailer, *pdf.objects]
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Stream):
            each = each.stream_dict
        if isinstance(each, pikepdf.Dictionary):
            yield each
            inner = [each[key] for key in each.keys()]  # noqa: SIM118 (a PDF dictionary iterates otherwise)
        elif isinstance(each, pikepdf.Array):
            inner = list(each)
        else:
            continue
        waiting.extend(one for one in inner if _is_nested(one))


def _is_nested(value: object) -> bool:
    """A container that stands within another: indirect ones are listed by themselves."""
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
