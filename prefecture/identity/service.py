"""The public face of identity for writes, and for who is at the door. Everything joins the caller's unit of work.

Two exceptions commit by themselves and are called outside any: `authenticate` (each try is counted) and
`record_seen`, which the face calls on every request of a signed-in account: without it a session ends after 30 minutes.
"""

from __future__ import annotations

from prefecture.identity.access import (
    Granted,
    actor_of,
    authenticate,
    close_session,
    forget_expired,
    granted_by,
    issue_api_token,
    link_subject,
    open_session,
    revoke_api_token,
    revoke_session,
)
from prefecture.identity.accounts import (
    change_agent,
    change_password,
    change_person,
    create_agent,
    create_person,
    create_prefecture,
    create_service,
    deactivate_agent,
    erase_person,
    reactivate_agent,
    set_password,
)
from prefecture.identity.jobs import forget
from prefecture.identity.last_seen import record_seen
from prefecture.identity.permissions import Actor, Subject

__all__ = [
    "Actor",
    "Granted",
    "Subject",
    "actor_of",
    "authenticate",
    "change_agent",
    "change_password",
    "change_person",
    "close_session",
    "create_agent",
    "create_person",
    "create_prefecture",
    "create_service",
    "deactivate_agent",
    "erase_person",
    "forget",
    "forget_expired",
    "granted_by",
    "issue_api_token",
    "link_subject",
    "open_session",
    "reactivate_agent",
    "record_seen",
    "revoke_api_token",
    "revoke_session",
    "set_password",
]
