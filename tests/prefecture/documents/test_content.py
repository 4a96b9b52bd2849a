"""What is kept of a file that somebody sends, and the sentence that a refused one gets."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from prefecture.documents import content, examination, pictures
from prefecture.kernel.errors import DomainError, Invalid, TooLarge, WrongType

LIMIT = 5 * 1024 * 1024
HEIC = (Path(__file__).parent / "data" / "photo.heic").read_bytes()
SIZE = (96, 64)


def picture(form: str, *, mode: str = "RGB", **options: object) -> bytes:
    target = io.BytesIO()
    Image.new(mode, SIZE, 1 if mode in {"1", "P"} else None).save(target, form, **options)
    return target.getvalue()


def with_gps() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0110] = "Telephone de Amina"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 47.0, 25.0)
    return exif


def pdf(pages: int = 1, **root: object) -> pikepdf.Pdf:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    for key, value in root.items():
        made.Root[f"/{key}"] = value
    return made


def saved(made: pikepdf.Pdf, **options: object) -> bytes:
    target = io.BytesIO()
    made.save(target, **options)
    return target.getvalue()


def refusal(data: bytes) -> DomainError:
    with pytest.raises(DomainError) as caught:
        content.examine(data, LIMIT)
    assert caught.value.message.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("PNG", mode="1"), "image/png"),
        (picture("PNG", mode="P"), "image/png"),
        (picture("PNG", mode="RGBA"), "image/png"),
        (picture("PNG", mode="I;16"), "image/png"),
        (picture("JPEG", mode="CMYK"), "image/jpeg"),
        (HEIC, "image/jpeg"),
    ],
)
def test_a_picture_is_recognised_by_its_content_and_written_again(data: bytes, media_type: str) -> None:
    kept = content.examine(data, LIMIT)
    assert (kept.media_type, kept.pages) == (media_type, 1)
    with Image.open(io.BytesIO(kept.data)) as image:
        assert (image.get_format_mimetype(), image.size) == (media_type, SIZE)


def test_the_place_where_a_photo_was_taken_is_forgotten() -> None:
    sent = picture("JPEG", exif=with_gps(), comment=b"chez Amina")
    assert b"Telephone de Amina" in sent
    assert b"chez Amina" in sent
    kept = content.examine(sent, LIMIT).data
    assert b"Amina" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()


def test_a_heic_photo_loses_its_place_too() -> None:
    assert b"Telephone" in HEIC
    kept = content.examine(HEIC, LIMIT).data
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"Telephone" not in kept


def test_a_photo_taken_upright_stays_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    with Image.open(io.BytesIO(content.examine(picture("JPEG", exif=exif), LIMIT).data)) as image:
        assert image.size == (SIZE[1], SIZE[0])


def test_text_hidden_behind_the_pixels_is_dropped() -> None:
    assert b"<?php" not in content.examine(picture("JPEG") + b"<?php system($_GET['c']); ?>", LIMIT).data


def test_a_flood_of_pixels_is_refused_before_it_is_decoded() -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8_000, 8_000, 1, 0, 0, 0, 0))
    flood = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(8_000 * 1_001), 9)) + chunk(b"IEND", b"")
    error = refusal(flood)
    assert isinstance(error, TooLarge)
    assert "50 millions" in error.message


@pytest.mark.parametrize("data", [picture("JPEG")[:200], b"\x89PNG\r\n\x1a\n" + bytes(80), HEIC[:300]])
def test_a_broken_picture_says_so(data: bytes) -> None:
    error = refusal(data)
    assert isinstance(error, Invalid)
    assert "incomplète ou abîmée" in error.message


def test_an_innocent_pdf_is_kept_byte_for_byte() -> None:
    sent = saved(pdf(3))
    kept = content.examine(sent, LIMIT)
    assert (kept.data, kept.original, kept.pages, kept.media_type) == (sent, None, 3, "application/pdf")


def active() -> dict[str, pikepdf.Pdf]:
    def script() -> pikepdf.Dictionary:
        return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('bonjour')")

    files = pdf()
    files.attachments["outil.exe"] = b"MZ programme"
    link = pdf()
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9])
    annotation.A = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link.pages[0].Annots = pikepdf.Array([link.make_indirect(annotation)])
    attached = pdf()
    clip = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9])
    attached.pages[0].Annots = pikepdf.Array([clip])
    opened = pdf()
    opened.pages[0].AA = pikepdf.Dictionary(O=script())
    tree = pikepdf.Dictionary(Names=pikepdf.Array(["x", script()]))
    return {
        "script at opening": pdf(OpenAction=script()),
        "script in the names": pdf(Names=pikepdf.Dictionary(JavaScript=tree)),
        "script on a page": opened,
        "file inside": files,
        "program behind a link": link,
        "file pinned to a page": attached,
        "XFA form": pdf(AcroForm=pikepdf.Dictionary(Fields=[], XFA=pikepdf.Array(["template", "<x/>"]))),
    }


@pytest.mark.parametrize("name", list(active()))
def test_what_acts_in_a_pdf_is_taken_out_of_the_served_copy_and_the_original_is_kept(name: str) -> None:
    sent = saved(active()[name])
    kept = content.examine(sent, LIMIT)
    assert kept.original == sent
    with pikepdf.open(io.BytesIO(kept.data)) as served:
        assert len(served.pages) == 1
        said = b"".join(each.unparse(resolved=True) for each in served.objects)
        said += served.Root.unparse(resolved=True)
    for word in (b"/JavaScript", b"/JS", b"/OpenAction", b"/EmbeddedFiles", b"/Launch", b"/FileAttachment", b"/XFA"):
        assert word not in said
    assert b"MZ programme" not in kept.data


def test_a_web_link_in_a_pdf_stays() -> None:
    made = pdf()
    uri = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://www.service-public.fr")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=uri)
    made.pages[0].Annots = pikepdf.Array([link])
    assert content.examine(saved(made), LIMIT).original is None


def signed_pdf() -> bytes:
    made = pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1"))
    signature = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1_111_111_111, 1_111_111_111, 1_111_111_111])
    signature.Contents = pikepdf.String(b"\x30\x82" + bytes([200]) * 60)
    made.Root.Perms = made.make_indirect(pikepdf.Dictionary(DocMDP=made.make_indirect(signature)))
    data = saved(made)
    start = data.index(b"<3082")
    end = data.index(b">", start) + 1
    ranges = f"{start} {end} {len(data) - end}".encode()
    place = data.index(b"1111111111 1111111111 1111111111")
    return data[:place] + ranges.ljust(32) + data[place + 32 :]


def test_a_signed_pdf_is_not_touched() -> None:
    sent = signed_pdf()
    kept = content.examine(sent, LIMIT)
    assert (kept.data, kept.original, kept.signed) == (sent, None, True)


def test_a_false_signature_does_not_save_a_script_from_removal() -> None:
    made = pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1"))
    made.Root.Fake = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 10, 20, 10], Contents=b"rien")
    kept = content.examine(saved(made), LIMIT)
    assert not kept.signed
    assert b"/JavaScript" not in kept.data


@pytest.mark.parametrize("user", ["secret", ""])
def test_a_protected_pdf_is_refused_with_what_to_do(user: str) -> None:
    error = refusal(saved(pdf(), encryption=pikepdf.Encryption(owner="secret", user=user)))
    assert (error.status, error.code) == (422, "pdf-protege")
    assert "Imprimer" in error.message


def test_a_broken_pdf_and_an_endless_one_say_so() -> None:
    assert refusal(b"%PDF-1.7\n" + bytes(500)).code == "pdf-abime"
    assert "150 pages" in refusal(saved(pdf(151))).message


def test_a_pdf_whose_pages_cannot_be_drawn_is_refused_at_once() -> None:
    cut_short = saved(pdf(3))[:600]
    assert refusal(cut_short).code == "pdf-illisible"


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_wrong_with_a_file_is_told_by_a_sentence(seed: int) -> None:
    chance = random.Random(seed)
    whole = [saved(pdf(2)), saved(active()["file inside"]), signed_pdf(), picture("JPEG"), picture("PNG"), HEIC]
    for _ in range(60):
        broken = bytearray(whole[seed])
        for _ in range(chance.randint(1, 5)):
            broken[chance.randrange(4, len(broken))] = chance.randrange(256)
        if chance.random() < 0.3:
            del broken[chance.randrange(20, len(broken)) :]
        assert told(bytes(broken))


def told(data: bytes) -> bool:
    """Whether `data` is kept or refused with a sentence, in a child as always: some of these crash a decoder."""
    try:
        return examination.examine(data, LIMIT).pages >= 1
    except DomainError as error:
        return error.message.endswith(".")


def test_an_endless_page_is_drawn_small() -> None:
    made = pdf()
    made.pages[0].MediaBox = pikepdf.Array([0, 0, 14_400, 200])
    (page,) = pictures.draw(content.examine(saved(made), LIMIT).data, "application/pdf")
    assert page.width == pictures.LONGEST_SIDE
    assert page.height < 40


def test_a_form_shows_what_was_typed_into_it() -> None:
    made = pdf()
    white = pictures.draw(saved(made), "application/pdf")[0].data
    look = pikepdf.Stream(made, b"0 0 0 rg 0 0 200 200 re f")
    look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 200, 200])
    field = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="nom", F=4)
    field.Rect, field.AP = pikepdf.Array([0, 0, 200, 200]), pikepdf.Dictionary(N=look)
    widget = made.make_indirect(field)
    made.pages[0].Annots = pikepdf.Array([widget])
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([widget]))
    assert pictures.draw(saved(made), "application/pdf")[0].data != white


def test_a_photograph_is_drawn_as_jpeg_and_a_letter_as_png() -> None:
    noise = io.BytesIO()
    Image.effect_noise((1_200, 1_200), 90).save(noise, "PNG")
    assert pictures.draw(noise.getvalue(), "image/png")[0].media_type == "image/jpeg"
    assert pictures.draw(saved(pdf()), "application/pdf")[0].media_type == "image/png"


def test_a_picture_larger_than_any_page_is_made_smaller() -> None:
    target = io.BytesIO()
    Image.new("L", (6_000, 3_000)).save(target, "PNG")
    with Image.open(io.BytesIO(content.examine(target.getvalue(), LIMIT).data)) as image:
        assert image.size == (5_000, 2_500)


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("facture.exe", b"MZ" * 40)
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        saved(pdf()) + archive(),
        picture("JPEG") + archive(),
        picture("PNG") + archive(),
        saved(pdf()) + b"<html><script>alert(1)</script>",
        b"%PDF-1.7\n<html><script>alert(1)</script>\n" + saved(pdf()),
        picture("JPEG", comment=b"%PDF-1.4 cache"),
    ],
    ids=["pdf+zip", "jpeg+zip", "png+zip", "pdf+html", "html in pdf", "pdf in jpeg"],
)
def test_a_file_that_is_two_things_at_once_is_refused(data: bytes) -> None:
    error = refusal(data)
    assert (error.status, error.code) == (415, "fichier-double")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (archive(), "compressé"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "page web"),
        (b"<!DOCTYPE html><p>", "page web"),
        (b"GIF89a" + bytes(20), "GIF"),
        (b"MZ" + bytes(80), "programme"),
        (b"\xd0\xcf\x11\xe0" + bytes(80), "Word"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(20), "vidéo"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "format accepté"),
        (b"Bonjour", "type accepté"),
    ],
)
def test_another_type_is_named_and_says_what_to_do(data: bytes, word: str) -> None:
    error = refusal(data)
    assert isinstance(error, WrongType)
    assert word in error.message
    assert any(verb in error.message for verb in ("Enregistrez", "Ajoutez", "acceptés"))


def test_empty_and_oversize_files_are_refused() -> None:
    assert refusal(b"").code == "fichier-vide"
    error = refusal(b"%PDF-" + bytes(LIMIT))
    assert isinstance(error, TooLarge)
    assert "5\u00a0Mo" in error.message


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\amina\\Bail 2026.PDF", "Bail 2026.pdf"),
        ("photo.jpeg.exe", "photo.jpeg.pdf"),
        ('a"b\r\nSet-Cookie: x=1.pdf', "a bSet-Cookie x=1.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("é" * 300 + ".pdf", "é" * 100 + ".pdf"),
    ],
)
def test_a_name_is_made_safe_and_gets_its_true_extension(given: str, kept: str) -> None:
    assert content.safe_name(given, "application/pdf") == kept
