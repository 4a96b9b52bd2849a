"""The first schema: every desk's tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_key")),
    )
    op.create_table(
        "demarche_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demarche_version")),
        sa.UniqueConstraint("code", "number", name=op.f("uq_demarche_version_code")),
    )
    with op.batch_alter_table("demarche_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demarche_version_digest"), ["digest"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("own_key", sa.Boolean(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("storage_name", sa.String(length=32), nullable=False),
        sa.Column("original_name", sa.String(length=32), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("work_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('piece', 'courrier', 'apercu')", name=op.f("ck_document_kind")),
        sa.CheckConstraint("status IN ('quarantaine', 'sain', 'refuse')", name=op.f("ck_document_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("original_name", name=op.f("uq_document_original_name")),
        sa.UniqueConstraint("storage_name", name=op.f("uq_document_storage_name")),
        sa.UniqueConstraint("work_key", name=op.f("uq_document_work_key")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_content_hash"), ["content_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "dossier_counter",
        sa.Column("prefecture", sa.String(length=3), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefecture", "year", name=op.f("pk_dossier_counter")),
    )
    op.create_table(
        "due_work",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_work")),
        sa.UniqueConstraint("key", name=op.f("uq_due_work_key")),
    )
    with op.batch_alter_table("due_work", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_work_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "ix_due_work_pending",
            ["status", "run_at"],
            unique=False,
            sqlite_where=sa.text("status IN ('ready', 'running')"),
            postgresql_where=sa.text("status IN ('ready', 'running')"),
        )
        batch_op.create_index(
            "uq_due_work_running_dossier",
            ["dossier_id"],
            unique=True,
            sqlite_where=sa.text("status = 'running' AND exclusive"),
            postgresql_where=sa.text("status = 'running' AND exclusive"),
        )

    op.create_table(
        "journal_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal_seal")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=180), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("perhaps_twice", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('mail', 'sms', 'courrier')", name=op.f("ck_notification_kind")),
        sa.CheckConstraint(
            "status IN ('queued', 'sent', 'kept', 'failed', 'incident')", name=op.f("ck_notification_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("key", name=op.f("uq_notification_key")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notification_created_at"), ["created_at"], unique=False)
        batch_op.create_index("ix_notification_dossier", ["dossier_id", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_notification_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("email_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("e_notifications", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_person_email_hash")),
    )
    op.create_table(
        "prefecture",
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_prefecture")),
    )
    op.create_table(
        "trace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace")),
    )
    with op.batch_alter_table("trace", schema=None) as batch_op:
        batch_op.create_index("ix_trace_subject", ["subject_id", "at"], unique=False)

    op.create_table(
        "tries",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_tries")),
    )
    with op.batch_alter_table("tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tries_window_ends_at"), ["window_ends_at"], unique=False)

    op.create_table(
        "agent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("prefecture_code", sa.String(length=3), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["prefecture_code"], ["prefecture.code"], name=op.f("fk_agent_prefecture_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("login", name=op.f("uq_agent_login")),
    )
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_prefecture_code"), ["prefecture_code"], unique=False)

    op.create_table(
        "document_page",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("storage_name", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_page_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_document_page")),
        sa.UniqueConstraint("storage_name", name=op.f("uq_document_page_storage_name")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("demarche_code", sa.String(length=80), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("person_id", "demarche_code", name=op.f("uq_draft_person_id")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prefecture_code", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["prefecture_code"], ["prefecture.code"], name=op.f("fk_service_prefecture_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_prefecture_code"), ["prefecture_code"], unique=False)

    op.create_table(
        "agent_role",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_role_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "role", name=op.f("pk_agent_role")),
    )
    op.create_table(
        "agent_service",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_service_agent_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_agent_service_service_id")),
        sa.PrimaryKeyConstraint("agent_id", "service_id", name=op.f("pk_agent_service")),
    )
    with op.batch_alter_table("agent_service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_service_service_id"), ["service_id"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (agent_id IS NULL)", name=op.f("ck_api_token_whose")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_api_token_agent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index("ix_api_token_agent", ["agent_id"], unique=False)
        batch_op.create_index("ix_api_token_expires", ["expires_at"], unique=False)
        batch_op.create_index("ix_api_token_person", ["person_id"], unique=False)

    op.create_table(
        "creneau",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column("taken", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("capacity >= 0 AND taken >= 0", name=op.f("ck_creneau_counts")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_creneau_service_id")),
        sa.PrimaryKeyConstraint("service_id", "starts_at", name=op.f("pk_creneau")),
    )
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("demarche_code", sa.String(length=80), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("prefecture", sa.String(length=3), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("statut", sa.String(length=20), nullable=False),
        sa.Column("etape", sa.String(length=80), nullable=True),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("person", sa.LargeBinary(), nullable=True),
        sa.Column("timers", sa.JSON(), nullable=False),
        sa.Column("kept_messages", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(length=200), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silence_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("journal_seq", sa.Integer(), nullable=False),
        sa.Column("journal_head", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dossier_person_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_dossier_service_id")),
        sa.ForeignKeyConstraint(["version_id"], ["demarche_version.id"], name=op.f("fk_dossier_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("number", name=op.f("uq_dossier_number")),
    )
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.create_index(
            "ix_dossier_incident",
            ["service_id"],
            unique=False,
            sqlite_where=sa.text("incident IS NOT NULL"),
            postgresql_where=sa.text("incident IS NOT NULL"),
        )
        batch_op.create_index("ix_dossier_person", ["person_id", "filed_at"], unique=False)
        batch_op.create_index("ix_dossier_service", ["service_id", "statut", "filed_at"], unique=False)
        batch_op.create_index(
            "ix_dossier_unsealed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("journal_seq > sealed_seq"),
            postgresql_where=sa.text("journal_seq > sealed_seq"),
        )
        batch_op.create_index(batch_op.f("ix_dossier_version_id"), ["version_id"], unique=False)

    op.create_table(
        "exceptional_day",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_exceptional_day_service_id")),
        sa.PrimaryKeyConstraint("service_id", "day", name=op.f("pk_exceptional_day")),
    )
    op.create_table(
        "guichet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_guichet_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guichet")),
        sa.UniqueConstraint("service_id", "number", name=op.f("uq_guichet_service_id")),
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'link' AND subject IS NOT NULL AND person_id IS NULL AND agent_id IS NULL) OR (kind = 'web' AND (person_id IS NULL) <> (agent_id IS NULL))",
            name=op.f("ck_login_session_whose"),
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_login_session_agent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "motif",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("step_minutes", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "minutes > 0 AND minutes % 5 = 0 AND step_minutes > 0 AND step_minutes % 5 = 0", name=op.f("ck_motif_cells")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_motif_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motif")),
        sa.UniqueConstraint("service_id", "code", name=op.f("uq_motif_service_id")),
    )
    op.create_table(
        "convocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("motif_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("max_moves", sa.SmallInteger(), nullable=False),
        sa.Column("moves", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("purpose IN ('depot', 'remise')", name=op.f("ck_convocation_purpose")),
        sa.ForeignKeyConstraint(["motif_id"], ["motif.id"], name=op.f("fk_convocation_motif_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["convocation.id"], name=op.f("fk_convocation_replaced_by_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_convocation_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_convocation")),
        sa.UniqueConstraint("key", name=op.f("uq_convocation_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_convocation_token_hash")),
    )
    with op.batch_alter_table("convocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_convocation_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "dossier_search",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.LargeBinary(length=16), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_search_dossier_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_dossier_search_service_id")),
        sa.PrimaryKeyConstraint("dossier_id", "token", name=op.f("pk_dossier_search")),
    )
    with op.batch_alter_table("dossier_search", schema=None) as batch_op:
        batch_op.create_index("ix_dossier_search_token", ["service_id", "token", "dossier_id"], unique=False)

    op.create_table(
        "dossier_task",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.String(length=120), nullable=False),
        sa.Column("process", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=80), nullable=True),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("form", sa.String(length=120), nullable=True),
        sa.Column("variable", sa.String(length=120), nullable=True),
        sa.Column("not_by", sa.String(length=250), nullable=True),
        sa.Column("etape", sa.String(length=80), nullable=True),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("prefecture", sa.String(length=3), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("assignee", sa.String(length=120), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_by_kind", sa.String(length=8), nullable=True),
        sa.Column("closed_by_name", sa.String(length=120), nullable=True),
        sa.Column("card", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name=op.f("fk_dossier_task_assignee_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_task_dossier_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dossier_task_person_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_dossier_task_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_task")),
    )
    with op.batch_alter_table("dossier_task", schema=None) as batch_op:
        batch_op.create_index("ix_dossier_task_dossier", ["dossier_id", "status"], unique=False)
        batch_op.create_index(
            "ix_dossier_task_inbox", ["service_id", "status", "audience", "sort_at", "id"], unique=False
        )
        batch_op.create_index("ix_dossier_task_mine", ["assignee_id", "status", "sort_at", "id"], unique=False)
        batch_op.create_index("ix_dossier_task_person", ["person_id", "status", "sort_at", "id"], unique=False)

    op.create_table(
        "idempotency",
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_idempotency_dossier_id")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_idempotency_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=8), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("element", sa.String(length=120), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("task_id", sa.String(length=80), nullable=True),
        sa.Column("trail", sa.Text(), nullable=True),
        sa.Column("values_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_journal_entry_dossier_id")),
        sa.PrimaryKeyConstraint("dossier_id", "seq", name=op.f("pk_journal_entry")),
    )
    op.create_table(
        "journal_seal_head",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_journal_seal_head_dossier_id")),
        sa.ForeignKeyConstraint(["number"], ["journal_seal.number"], name=op.f("fk_journal_seal_head_number")),
        sa.PrimaryKeyConstraint("number", "dossier_id", name=op.f("pk_journal_seal_head")),
    )
    op.create_table(
        "journal_value",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_journal_value_dossier_id")),
        sa.PrimaryKeyConstraint("dossier_id", "seq", name=op.f("pk_journal_value")),
    )
    op.create_table(
        "kept_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_kept_message_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_message")),
        sa.UniqueConstraint("dossier_id", "key", name=op.f("uq_kept_message_dossier_id")),
    )
    op.create_table(
        "plage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guichet_id", sa.Uuid(), nullable=False),
        sa.Column("weekdays", sa.String(length=7), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("ends > starts", name=op.f("ck_plage_order")),
        sa.ForeignKeyConstraint(["guichet_id"], ["guichet.id"], name=op.f("fk_plage_guichet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plage")),
    )
    with op.batch_alter_table("plage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plage_guichet_id"), ["guichet_id"], unique=False)

    op.create_table(
        "rdv",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convocation_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cells", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(length=14), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('retenu', 'confirme', 'arrive', 'en_retard', 'honore', 'absent', 'annule_usager', 'annule_service', 'expire')",
            name=op.f("ck_rdv_status"),
        ),
        sa.ForeignKeyConstraint(["convocation_id"], ["convocation.id"], name=op.f("fk_rdv_convocation_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_rdv_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rdv")),
    )
    with op.batch_alter_table("rdv", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rdv_convocation_id"), ["convocation_id"], unique=False)
        batch_op.create_index("ix_rdv_day", ["service_id", "starts_at"], unique=False)
        batch_op.create_index(
            "ix_rdv_held",
            ["held_until"],
            unique=False,
            sqlite_where=sa.text("status = 'retenu'"),
            postgresql_where=sa.text("status = 'retenu'"),
        )
        batch_op.create_index(
            "uq_rdv_active",
            ["convocation_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('retenu', 'confirme', 'arrive', 'en_retard')"),
            postgresql_where=sa.text("status IN ('retenu', 'confirme', 'arrive', 'en_retard')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("rdv", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_rdv_active",
            sqlite_where=sa.text("status IN ('retenu', 'confirme', 'arrive', 'en_retard')"),
            postgresql_where=sa.text("status IN ('retenu', 'confirme', 'arrive', 'en_retard')"),
        )
        batch_op.drop_index(
            "ix_rdv_held", sqlite_where=sa.text("status = 'retenu'"), postgresql_where=sa.text("status = 'retenu'")
        )
        batch_op.drop_index("ix_rdv_day")
        batch_op.drop_index(batch_op.f("ix_rdv_convocation_id"))

    op.drop_table("rdv")
    with op.batch_alter_table("plage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plage_guichet_id"))

    op.drop_table("plage")
    op.drop_table("kept_message")
    op.drop_table("journal_value")
    op.drop_table("journal_seal_head")
    op.drop_table("journal_entry")
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_dossier_id"))
        batch_op.drop_index(batch_op.f("ix_idempotency_created_at"))

    op.drop_table("idempotency")
    with op.batch_alter_table("dossier_task", schema=None) as batch_op:
        batch_op.drop_index("ix_dossier_task_person")
        batch_op.drop_index("ix_dossier_task_mine")
        batch_op.drop_index("ix_dossier_task_inbox")
        batch_op.drop_index("ix_dossier_task_dossier")

    op.drop_table("dossier_task")
    with op.batch_alter_table("dossier_search", schema=None) as batch_op:
        batch_op.drop_index("ix_dossier_search_token")

    op.drop_table("dossier_search")
    with op.batch_alter_table("convocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_convocation_dossier_id"))

    op.drop_table("convocation")
    op.drop_table("motif")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_login_session_expires_at"))
        batch_op.drop_index(batch_op.f("ix_login_session_agent_id"))

    op.drop_table("login_session")
    op.drop_table("guichet")
    op.drop_table("exceptional_day")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossier_version_id"))
        batch_op.drop_index(
            "ix_dossier_unsealed",
            sqlite_where=sa.text("journal_seq > sealed_seq"),
            postgresql_where=sa.text("journal_seq > sealed_seq"),
        )
        batch_op.drop_index("ix_dossier_service")
        batch_op.drop_index("ix_dossier_person")
        batch_op.drop_index(
            "ix_dossier_incident",
            sqlite_where=sa.text("incident IS NOT NULL"),
            postgresql_where=sa.text("incident IS NOT NULL"),
        )

    op.drop_table("dossier")
    op.drop_table("creneau")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index("ix_api_token_person")
        batch_op.drop_index("ix_api_token_expires")
        batch_op.drop_index("ix_api_token_agent")

    op.drop_table("api_token")
    with op.batch_alter_table("agent_service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_service_service_id"))

    op.drop_table("agent_service")
    op.drop_table("agent_role")
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_prefecture_code"))

    op.drop_table("service")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_updated_at"))

    op.drop_table("draft")
    op.drop_table("document_page")
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_prefecture_code"))

    op.drop_table("agent")
    with op.batch_alter_table("tries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tries_window_ends_at"))

    op.drop_table("tries")
    with op.batch_alter_table("trace", schema=None) as batch_op:
        batch_op.drop_index("ix_trace_subject")

    op.drop_table("trace")
    op.drop_table("prefecture")
    op.drop_table("person")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notification_person_id"))
        batch_op.drop_index("ix_notification_dossier")
        batch_op.drop_index(batch_op.f("ix_notification_created_at"))

    op.drop_table("notification")
    op.drop_table("journal_seal")
    with op.batch_alter_table("due_work", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_due_work_running_dossier",
            sqlite_where=sa.text("status = 'running' AND exclusive"),
            postgresql_where=sa.text("status = 'running' AND exclusive"),
        )
        batch_op.drop_index(
            "ix_due_work_pending",
            sqlite_where=sa.text("status IN ('ready', 'running')"),
            postgresql_where=sa.text("status IN ('ready', 'running')"),
        )
        batch_op.drop_index(batch_op.f("ix_due_work_dossier_id"))

    op.drop_table("due_work")
    op.drop_table("dossier_counter")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_owner_id"))
        batch_op.drop_index(batch_op.f("ix_document_dossier_id"))
        batch_op.drop_index(batch_op.f("ix_document_content_hash"))

    op.drop_table("document")
    with op.batch_alter_table("demarche_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demarche_version_digest"))

    op.drop_table("demarche_version")
    op.drop_table("data_key")
