-- The spine: documents, pages, passages, suggestions, judgements and the run ledger.
CREATE TABLE document (
  document_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  byte_count INTEGER NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  area_code TEXT NOT NULL,
  area_name TEXT NOT NULL,
  doc_type TEXT NOT NULL,
  published TEXT NOT NULL,
  url TEXT NOT NULL,
  added_at TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  page_count INTEGER NOT NULL,
  passage_count INTEGER NOT NULL,
  ocr_page_count INTEGER NOT NULL,
  PRIMARY KEY (document_id),
  UNIQUE (sha256)
);
CREATE INDEX document_by_area ON document (area_code);
CREATE TABLE judgement (
  judgement_id TEXT NOT NULL,
  passage_id TEXT NOT NULL,
  codebook_id TEXT NOT NULL,
  codebook_version TEXT NOT NULL,
  code TEXT NOT NULL,
  verdict TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at TEXT NOT NULL,
  origin TEXT NOT NULL,
  shown_model_id TEXT,
  shown_probability FLOAT,
  seconds FLOAT,
  drawn_by TEXT NOT NULL,
  inclusion_probability FLOAT,
  note TEXT NOT NULL,
  document_id TEXT NOT NULL,
  page INTEGER NOT NULL,
  boxes TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (judgement_id)
);
CREATE INDEX judgement_by_passage ON judgement (passage_id, made_at);
CREATE TABLE model (
  model_id TEXT NOT NULL,
  codebook_id TEXT NOT NULL,
  codebook_version TEXT NOT NULL,
  made_at TEXT NOT NULL,
  card TEXT NOT NULL,
  PRIMARY KEY (model_id)
);
CREATE TABLE passage_successor (
  old_passage_id TEXT NOT NULL,
  new_passage_id TEXT NOT NULL,
  parser_version TEXT NOT NULL,
  PRIMARY KEY (old_passage_id)
);
CREATE TABLE run (
  run_id TEXT NOT NULL,
  stage TEXT NOT NULL,
  subject TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  inputs TEXT NOT NULL,
  config TEXT NOT NULL,
  seed INTEGER NOT NULL,
  code_version TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  started_at TEXT NOT NULL,
  seconds FLOAT NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (run_id)
);
CREATE INDEX run_by_subject ON run (stage, subject, started_at);
CREATE TABLE schema_version (
  version SERIAL NOT NULL,
  made_at TEXT,
  PRIMARY KEY (version)
);
CREATE TABLE document_source (
  document_id TEXT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (document_id, path),
  FOREIGN KEY(document_id) REFERENCES document (document_id) ON DELETE CASCADE
);
CREATE TABLE document_text (
  document_id TEXT NOT NULL,
  parser_version TEXT NOT NULL,
  text TEXT NOT NULL,
  offset_map BYTEA NOT NULL,
  PRIMARY KEY (document_id),
  FOREIGN KEY(document_id) REFERENCES document (document_id) ON DELETE CASCADE
);
CREATE TABLE dropped (
  document_id TEXT NOT NULL,
  page INTEGER NOT NULL,
  reason TEXT NOT NULL,
  glyph_count INTEGER NOT NULL,
  PRIMARY KEY (document_id, page, reason),
  FOREIGN KEY(document_id) REFERENCES document (document_id) ON DELETE CASCADE
);
CREATE TABLE page (
  document_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  width FLOAT NOT NULL,
  height FLOAT NOT NULL,
  rotation INTEGER NOT NULL,
  status TEXT NOT NULL,
  glyph_count INTEGER NOT NULL,
  tagged_share FLOAT NOT NULL,
  text_start INTEGER NOT NULL,
  text_end INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (document_id, number),
  FOREIGN KEY(document_id) REFERENCES document (document_id) ON DELETE CASCADE
);
CREATE TABLE page_image (
  document_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  dpi INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (document_id, number, dpi),
  FOREIGN KEY(document_id) REFERENCES document (document_id) ON DELETE CASCADE
);
CREATE TABLE passage (
  passage_key SERIAL NOT NULL,
  passage_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  page INTEGER NOT NULL,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  char_start INTEGER NOT NULL,
  char_end INTEGER NOT NULL,
  heading_path TEXT NOT NULL,
  boxes TEXT NOT NULL,
  lines TEXT NOT NULL,
  evidence TEXT NOT NULL,
  confidence FLOAT NOT NULL,
  ocr BOOLEAN NOT NULL,
  parser_version TEXT NOT NULL,
  PRIMARY KEY (passage_key),
  UNIQUE (passage_id),
  FOREIGN KEY(document_id) REFERENCES document (document_id) ON DELETE CASCADE
);
CREATE INDEX passage_by_place ON passage (document_id, page, position);
CREATE TABLE score (
  passage_id TEXT NOT NULL,
  model_id TEXT NOT NULL,
  none_probability FLOAT NOT NULL,
  probabilities TEXT NOT NULL,
  document_id TEXT NOT NULL,
  accepted_count INTEGER NOT NULL,
  PRIMARY KEY (passage_id, model_id),
  FOREIGN KEY(passage_id) REFERENCES passage (passage_id) ON DELETE CASCADE
);
CREATE INDEX score_by_document ON score (model_id, document_id, accepted_count);
CREATE TABLE suggestion (
  passage_id TEXT NOT NULL,
  model_id TEXT NOT NULL,
  code TEXT NOT NULL,
  probability FLOAT NOT NULL,
  document_id TEXT NOT NULL,
  PRIMARY KEY (passage_id, model_id, code),
  FOREIGN KEY(passage_id) REFERENCES passage (passage_id) ON DELETE CASCADE
);
CREATE INDEX suggestion_by_code ON suggestion (model_id, code, document_id, passage_id);
CREATE INDEX passage_words ON passage USING gin (to_tsvector('english', text))
  WHERE kind <> 'furniture';
