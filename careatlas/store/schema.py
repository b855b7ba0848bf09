"""The tables as they are now. Old stores are brought here by ``careatlas.store.migrations``."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

metadata = MetaData()

schema_version = Table(
    "schema_version", metadata, Column("version", Integer, primary_key=True), Column("made_at", Text)
)

document = Table(
    "document",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("byte_count", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("area_code", Text, nullable=False),
    Column("area_name", Text, nullable=False),
    Column("doc_type", Text, nullable=False),
    Column("published", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("passage_count", Integer, nullable=False),
    Column("ocr_page_count", Integer, nullable=False),
    Index("document_by_area", "area_code"),
)

# Every path under which the same content was added: one plan is often published under several names.
document_source = Table(
    "document_source",
    metadata,
    Column("document_id", Text, ForeignKey("document.document_id", ondelete="CASCADE"), nullable=False),
    Column("path", Text, nullable=False),
    PrimaryKeyConstraint("document_id", "path"),
)

document_text = Table(
    "document_text",
    metadata,
    Column("document_id", Text, ForeignKey("document.document_id", ondelete="CASCADE"), primary_key=True),
    Column("parser_version", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("offset_map", LargeBinary, nullable=False),
)

page = Table(
    "page",
    metadata,
    Column("document_id", Text, ForeignKey("document.document_id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("rotation", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("glyph_count", Integer, nullable=False),
    Column("tagged_share", Float, nullable=False),
    Column("text_start", Integer, nullable=False),
    Column("text_end", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("document_id", "number"),
)

passage = Table(
    "passage",
    metadata,
    Column("passage_key", Integer, primary_key=True, autoincrement=True),
    Column("passage_id", Text, nullable=False, unique=True),
    Column("document_id", Text, ForeignKey("document.document_id", ondelete="CASCADE"), nullable=False),
    Column("page", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("char_start", Integer, nullable=False),
    Column("char_end", Integer, nullable=False),
    Column("heading_path", Text, nullable=False),
    Column("boxes", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("ocr", Boolean, nullable=False),
    Column("parser_version", Text, nullable=False),
    Index("passage_by_place", "document_id", "page", "position"),
)

# Characters of the file that stand in no passage, with the reason: the other half of "nothing is lost".
dropped = Table(
    "dropped",
    metadata,
    Column("document_id", Text, ForeignKey("document.document_id", ondelete="CASCADE"), nullable=False),
    Column("page", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("glyph_count", Integer, nullable=False),
    PrimaryKeyConstraint("document_id", "page", "reason"),
)

page_image = Table(
    "page_image",
    metadata,
    Column("document_id", Text, ForeignKey("document.document_id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("dpi", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    PrimaryKeyConstraint("document_id", "number", "dpi"),
)

model = Table(
    "model",
    metadata,
    Column("model_id", Text, primary_key=True),
    Column("codebook_id", Text, nullable=False),
    Column("codebook_version", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("card", Text, nullable=False),
)

# One row per passage and model: the probability of every code, so that later statistics need no second scoring.
score = Table(
    "score",
    metadata,
    Column("passage_id", Text, ForeignKey("passage.passage_id", ondelete="CASCADE"), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("none_probability", Float, nullable=False),
    Column("probabilities", Text, nullable=False),
    # The passage's document once more, here and below, so that counts per area read an index and no passages.
    Column("document_id", Text, nullable=False),
    Column("accepted_count", Integer, nullable=False),
    PrimaryKeyConstraint("passage_id", "model_id"),
    Index("score_by_document", "model_id", "document_id", "accepted_count"),
)

# One row per code that reached its cut-off: what lists and counts read.
suggestion = Table(
    "suggestion",
    metadata,
    Column("passage_id", Text, ForeignKey("passage.passage_id", ondelete="CASCADE"), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("document_id", Text, nullable=False),
    PrimaryKeyConstraint("passage_id", "model_id", "code"),
    Index("suggestion_by_code", "model_id", "code", "document_id", "passage_id"),
)

# A cache: it can be emptied at any time. ``backbone`` names everything that the numbers depend on.
embedding = Table(
    "embedding",
    metadata,
    Column("passage_id", Text, ForeignKey("passage.passage_id", ondelete="CASCADE"), nullable=False),
    Column("backbone", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    PrimaryKeyConstraint("passage_id", "backbone"),
)

# Append-only, and without a foreign key: a judgement outlives the passage row that it was made on.
judgement = Table(
    "judgement",
    metadata,
    Column("judgement_id", Text, primary_key=True),
    Column("passage_id", Text, nullable=False),
    Column("codebook_id", Text, nullable=False),
    Column("codebook_version", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("shown_model_id", Text),
    Column("shown_probability", Float),
    Column("seconds", Float),
    Column("drawn_by", Text, nullable=False),
    Column("inclusion_probability", Float),
    Column("note", Text, nullable=False),
    # Where the passage stood when it was judged, so that a new parser version can find it again.
    Column("document_id", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("boxes", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("answer_id", Text, nullable=False, server_default=""),
    Index("judgement_by_passage", "passage_id", "made_at"),
)

# Append-only. ``answer_number`` is the order of arrival, which no clock can upset.
answer = Table(
    "answer",
    metadata,
    Column("answer_number", Integer, primary_key=True, autoincrement=True),
    Column("answer_id", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("task_key", Text, nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("codebook_id", Text, nullable=False),
    Column("codebook_version", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("editor", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("seconds", Float),
    Column("shown_model_id", Text),
    Column("content", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("answer_by_key", "source", "place", "key"),
    Index("answer_by_state", "state"),
)

# Append-only.
attribute_judgement = Table(
    "attribute_judgement",
    metadata,
    Column("attribute_judgement_id", Text, primary_key=True),
    Column("answer_id", Text, nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("codebook_id", Text, nullable=False),
    Column("codebook_version", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("char_start", Integer),
    Column("char_end", Integer),
    Index("attribute_judgement_by_passage", "passage_id", "made_at"),
)

sample = Table(
    "sample",
    metadata,
    Column("sample_id", Text, primary_key=True),
    Column("codebook_id", Text, nullable=False),
    Column("codebook_version", Text, nullable=False),
    Column("model_id", Text),
    Column("seed", Integer, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("population", Integer, nullable=False),
    Column("design", Text, nullable=False),
)

sampled_passage = Table(
    "sampled_passage",
    metadata,
    Column("sample_id", Text, ForeignKey("sample.sample_id"), nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("inclusion_probability", Float, nullable=False),
    # Where the passage stood when it was drawn, as with judgements.
    Column("document_id", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("boxes", Text, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("sample_id", "passage_id"),
    Index("sampled_passage_by_document", "document_id"),
)

assignment = Table(
    "assignment",
    metadata,
    Column("task_key", Text, primary_key=True),
    Column("sample_id", Text, ForeignKey("sample.sample_id"), nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("coder", Text, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Index("assignment_by_coder", "sample_id", "coder", "position"),
)

# What is known of an annotation server: brought up to date, and made again from the server when in doubt.
remote_project = Table(
    "remote_project",
    metadata,
    Column("server", Text, nullable=False),
    Column("sample_id", Text, ForeignKey("sample.sample_id"), nullable=False),
    Column("coder", Text, nullable=False),
    Column("project_id", Integer, nullable=False),
    Column("config_hash", Text, nullable=False),
    PrimaryKeyConstraint("server", "sample_id", "coder"),
)

remote_task = Table(
    "remote_task",
    metadata,
    Column("server", Text, nullable=False),
    Column("project_id", Integer, nullable=False),
    Column("task_key", Text, ForeignKey("assignment.task_key"), nullable=False),
    Column("state", Text, nullable=False),
    Column("remote_id", Integer),
    Column("config_hash", Text, nullable=False),
    PrimaryKeyConstraint("server", "project_id", "task_key"),
)

# Append-only.
survey_answer = Table(
    "survey_answer",
    metadata,
    Column("survey_answer_id", Text, primary_key=True),
    Column("survey", Text, nullable=False),
    Column("respondent", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("area_code", Text, nullable=False),
    Column("area_name", Text, nullable=False),
    Column("codebook_id", Text, nullable=False),
    Column("codebook_version", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("answered_on", Text, nullable=False),
    Column("file_digest", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("imported_at", Text, nullable=False),
    Index("survey_answer_by_area", "survey", "area_code", "code"),
)

# Append-only.
adjudication_event = Table(
    "adjudication_event",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("passage_id", Text, nullable=False),
    Column("codebook_id", Text, nullable=False),
    Column("codebook_version", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("adjudication_event_by_passage", "passage_id", "made_at"),
)

# Where a judged passage went when a new parser version cut the page anew; empty where it could not be found again.
passage_successor = Table(
    "passage_successor",
    metadata,
    Column("old_passage_id", Text, primary_key=True),
    Column("new_passage_id", Text, nullable=False),
    Column("parser_version", Text, nullable=False),
)

# What the machine proposes of documents and of copies among them: made anew with each reading.
document_fact = Table(
    "document_fact",
    metadata,
    Column("document_id", Text, ForeignKey("document.document_id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("value", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("why", Text, nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("char_start", Integer),
    Column("char_end", Integer),
    PrimaryKeyConstraint("document_id", "name", "rank"),
)

document_copy = Table(
    "document_copy",
    metadata,
    Column("document_id", Text, ForeignKey("document.document_id", ondelete="CASCADE"), primary_key=True),
    Column("copy_of", Text, nullable=False),
    Column("similarity", Float, nullable=False),
)

boilerplate = Table(
    "boilerplate",
    metadata,
    Column("passage_id", Text, ForeignKey("passage.passage_id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("document_count", Integer, nullable=False),
    Column("area_count", Integer, nullable=False),
    Index("boilerplate_by_document", "document_id"),
)

# Append-only.
document_correction = Table(
    "document_correction",
    metadata,
    Column("correction_id", Text, primary_key=True),
    Column("document_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("document_correction_by_document", "document_id", "made_at"),
)

# Proposals, replaced by each build. ``content`` holds what only one initiative at a time is asked for.
initiative = Table(
    "initiative",
    metadata,
    Column("codebook_id", Text, nullable=False),
    Column("initiative_id", Text, nullable=False),
    Column("codebook_version", Text, nullable=False),
    Column("area_code", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("content", Text, nullable=False),
    # An initiative is named after its first evidence, which another codebook may have as well.
    PrimaryKeyConstraint("codebook_id", "initiative_id"),
    Index("initiative_by_area", "codebook_id", "area_code"),
)

initiative_evidence = Table(
    "initiative_evidence",
    metadata,
    Column("codebook_id", Text, nullable=False),
    Column("initiative_id", Text, nullable=False),
    Column("evidence_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("codebook_id", "initiative_id", "evidence_id"),
    ForeignKeyConstraint(
        ["codebook_id", "initiative_id"],
        ["initiative.codebook_id", "initiative.initiative_id"],
        ondelete="CASCADE",
    ),
    Index("initiative_evidence_by_passage", "passage_id"),
)

# Append-only. ``event_number`` is the order in which they came, which no clock can upset.
initiative_event = Table(
    "initiative_event",
    metadata,
    Column("event_number", Integer, primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("codebook_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("initiative_id", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("initiative_event_by_initiative", "initiative_id"),
)

run = Table(
    "run",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("counts", Text, nullable=False),
    Index("run_by_subject", "stage", "subject", "started_at"),
)
