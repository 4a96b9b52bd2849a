"""The public face of the agenda for writes. Everything joins the caller's unit of work.

The agenda knows no process: it lies below the dossiers. **Whoever writes here tells the process, in the same unit of
work**, with what the returned view's `variables()` say:

    with unit_of_work():
        rdv = agenda.book(token, starts_at)
        dossiers.send_message(rdv.dossier_id, "creneau_reserve", rdv.variables())

| write | message |
|---|---|
| book | creneau_reserve |
| move | creneau_deplace |
| cancel | creneau_annule |
| mark_arrived, mark_honoured, mark_absent | those that the démarche awaits of the counter |

`hold`, `invite` and `withdraw` tell nothing: a hold is no appointment yet, and the process itself asked for the others.
A convocation is named by its link's token (str) or its id (UUID); from an address comes a token only.
"""

from __future__ import annotations

from prefecture.agenda.booking import (
    book,
    cancel,
    hold,
    mark_absent,
    mark_arrived,
    mark_honoured,
    move,
    release_expired,
)
from prefecture.agenda.inviting import erase_for, invite, open_link, withdraw
from prefecture.agenda.jobs import extend, release
from prefecture.agenda.opening import (
    close_counter,
    close_day,
    create_counter,
    create_motif,
    end_hours,
    generate_cells,
    open_day,
    open_hours,
    plan_extension,
    reopen_counter,
    usual_day,
)

__all__ = [
    "book",
    "cancel",
    "close_counter",
    "close_day",
    "create_counter",
    "create_motif",
    "end_hours",
    "erase_for",
    "extend",
    "generate_cells",
    "hold",
    "invite",
    "mark_absent",
    "mark_arrived",
    "mark_honoured",
    "move",
    "open_day",
    "open_hours",
    "open_link",
    "plan_extension",
    "release",
    "release_expired",
    "reopen_counter",
    "usual_day",
    "withdraw",
]
