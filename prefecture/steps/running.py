"""Carrying out what actions planned: read, render between doors, then one door that answers the engine first.

Only when the engine says that the task was still waiting is the rest kept: letters, notices, status, deadline. Every
key comes from the work's own, so that an action played twice answers once and sends one mail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from prefecture.agenda import queries as agenda_queries
from prefecture.agenda import service as agenda
from prefecture.documents import printing
from prefecture.documents import service as documents
from prefecture.documents.shelf import Shelved
from prefecture.dossiers import queries as dossiers_queries
from prefecture.dossiers import service as dossiers
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Gone, NotFound
from prefecture.kernel.outbox import PermanentFailure, Work
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import service as notifications
from prefecture.notifications.service import Recipient
from prefecture.notifications.templates import SmsTooLong, TemplateRefused
from prefecture.steps import letters
from prefecture.steps.gathering import Gathered, gather
from prefecture.steps.letters import Setting
from prefecture.steps.plan import END_OF_DAY, Letter, Notice, Plan, Silence
from prefecture.steps.registry import Action

log = logging.getLogger(__name__)

# Where a citizen's nominative link leads.
LINK_PATH: Final = "/rendez-vous/"


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter that is stored and waits for its row."""

    letter: Letter
    key: str
    pdf: Shelved


def handler(action: Action) -> Callable[[Work], None]:
    """The handler of due work that carries out this action."""

    def carry_out(work: Work) -> None:
        _carry_out(action, work)

    carry_out.__name__ = f"carry_out_{action.name.replace('.', '_')}"
    carry_out.__doc__ = action.label
    return carry_out


def _carry_out(action: Action, work: Work) -> None:
    dossier_id, effect_id = work.dossier_id, work.payload.get("effect_id")
    if dossier_id is None:
        raise PermanentFailure("an action without a dossier")
    if effect_id is None or not dossiers_queries.is_pending(dossier_id, effect_id):
        return  # answered before, cancelled, or erased: nothing is owed
    try:
        gathered = gather(dossier_id, action.name, work.payload.get("params") or {})
        plan = action.plan(gathered.facts)
        pages = [
            (letter, letters.write_letter(gathered.setting, letter, _key(work, letter))) for letter in plan.letters
        ]
    except Gone:
        return
    except (TemplateRefused, LookupError, ValueError) as error:
        raise PermanentFailure(str(error)) from error
    db.session.close()  # no transaction stays open while letters are printed
    printed = [Printed(letter, _key(work, letter), _print(letter, page)) for letter, page in pages]
    with unit_of_work():
        if dossiers.answer(dossier_id, effect_id, plan.result):
            _keep(work, plan, gathered, printed)
        work.done()


def _key(work: Work, letter: Letter) -> str:
    return f"{work.key}:{letter.code}"


def _print(letter: Letter, page: str) -> Shelved:
    return printing.print_letter(page, title=letter.title)


def _keep(work: Work, plan: Plan, gathered: Gathered, printed: Sequence[Printed]) -> None:
    """What is owed once the engine has taken the answer, all of it in the caller's unit of work."""
    dossier = gathered.setting.dossier
    if plan.statut:
        dossiers.change_statut(dossier.id, plan.statut)
    if plan.silence:
        dossiers.set_deadline(dossier.id, _instant(plan.silence, gathered), suspended=plan.silence.suspended)
    if plan.close_invitations:
        agenda.withdraw(dossier.id)
    _note_visit(plan, gathered)
    for kind, values in plan.noted:
        dossiers.note(dossier.id, "notice", kind, values)
    kept = _keep_letters(gathered, printed)
    setting = _with_link(work, plan, gathered)
    for notice in plan.notices:
        try:
            _send(work, notice, setting, gathered, kept)
        except TemplateRefused as error:
            raise PermanentFailure(str(error)) from error


def _instant(silence: Silence, gathered: Gathered) -> datetime | None:
    """The end of the last day, on the préfecture's clock."""
    return datetime.combine(silence.day, END_OF_DAY, gathered.facts.zone) if silence.day else None


def _note_visit(plan: Plan, gathered: Gathered) -> None:
    """Tell the agenda how the visit went; what the waiting room has told it already stands."""
    if plan.visit is None or gathered.rdv is None or not gathered.rdv.active:
        return
    mark = agenda.mark_honoured if plan.visit == "honoured" else agenda.mark_absent
    try:
        mark(gathered.rdv.id)
    except Conflict:
        dossiers.note(gathered.setting.dossier.id, "notice", "rendez_vous_inchange", {"visite": plan.visit})


def _keep_letters(gathered: Gathered, printed: Sequence[Printed]) -> list[UUID]:
    dossier = gathered.setting.dossier
    key_id = str(dossier.key_id)
    kept = []
    for one in printed:
        title = one.letter.title
        view = documents.store_letter(dossier.id, key_id, one.letter.code, title, one.pdf, one.key)
        notifications.record_letter(
            key=one.key,
            to=_citizen(gathered.setting),
            title=title,
            document_id=view.id,
            key_id=key_id,
            dossier_id=dossier.id,
        )
        dossiers.note(dossier.id, "letter", title, {"document": str(view.id), "code": one.letter.code})
        kept.append(view.id)
    return kept


def _with_link(work: Work, plan: Plan, gathered: Gathered) -> Setting:
    """The setting with the citizen's own link, where the action invites them."""
    setting, invitation = gathered.setting, plan.invitation
    if invitation is None:
        return setting
    try:
        _, token = agenda.invite(
            setting.dossier.id,
            setting.service.id,
            invitation.motif,
            work.key,
            purpose=invitation.purpose,
            valid_for=invitation.until - gathered.facts.now,
            max_moves=int(gathered.facts.setting("convocation", "deplacements_max", 2)),
        )
    except NotFound as error:  # the service has no such motif: somebody must open it
        raise PermanentFailure(error.message) from error
    return replace(setting, link=f"{setting.base_url}{LINK_PATH}{token}")


def _send(work: Work, notice: Notice, setting: Setting, gathered: Gathered, kept: Sequence[UUID]) -> None:
    key = f"{work.key}:{notice.channel}:{notice.code}"
    key_id, dossier_id = str(setting.dossier.key_id), setting.dossier.id
    to = _citizen(setting) if notice.to == "usager" else _service(setting)
    if notice.channel == "sms":
        try:
            text = letters.write_sms(setting, notice, key)
        except SmsTooLong:  # an installation's long address must not stop a dossier: the mail says the same
            log.warning("sms too long, left out", extra={"notice": notice.code})
            return
        notifications.queue_sms(key=key, to=to, text=text, key_id=key_id, dossier_id=dossier_id)
        return
    notifications.queue_mail(
        key=key,
        to=to,
        mail=letters.write_mail(setting, notice, key),
        key_id=key_id,
        dossier_id=dossier_id,
        attachments=kept if notice.attached else (),
        calendar=agenda_queries.ics(gathered.rdv.id) if notice.attached and gathered.rdv else None,
        sender=setting.prefecture.name,
    )


def _citizen(setting: Setting) -> Recipient:
    """To the address that the demand gave (CRPA, art. R.112-11-3), else to the account's."""
    demande, person = setting.demande, setting.person
    named = setting.dossier.person
    return Recipient(
        name=named.name if named else "",
        email=demande.get("courriel") or (person.email if person else None),
        phone=demande.get("telephone") or (person.phone if person else None),
        person_id=setting.dossier.person_id,
    )


def _service(setting: Setting) -> Recipient:
    return Recipient(setting.service.name, setting.service.email or setting.prefecture.email)
