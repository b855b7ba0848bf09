-- What the machine reads of documents, the initiatives it proposes, and what people do with them.
CREATE TABLE document_fact (
  document_id TEXT NOT NULL,
  name TEXT NOT NULL,
  rank INTEGER NOT NULL,
  value TEXT NOT NULL,
  label TEXT NOT NULL,
  confidence FLOAT NOT NULL,
  why TEXT NOT NULL,
  passage_id TEXT NOT NULL,
  char_start INTEGER,
  char_end INTEGER,
  PRIMARY KEY (document_id, name, rank),
  FOREIGN KEY(document_id) REFERENCES document (document_id) ON DELETE CASCADE
);
CREATE TABLE document_copy (
  document_id TEXT NOT NULL,
  copy_of TEXT NOT NULL,
  similarity FLOAT NOT NULL,
  PRIMARY KEY (document_id),
  FOREIGN KEY(document_id) REFERENCES document (document_id) ON DELETE CASCADE
);
CREATE TABLE boilerplate (
  passage_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  "group" TEXT NOT NULL,
  document_count INTEGER NOT NULL,
  area_count INTEGER NOT NULL,
  PRIMARY KEY (passage_id),
  FOREIGN KEY(passage_id) REFERENCES passage (passage_id) ON DELETE CASCADE
);
CREATE INDEX boilerplate_by_document ON boilerplate (document_id);
CREATE TABLE document_correction (
  correction_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  label TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (correction_id)
);
CREATE INDEX document_correction_by_document ON document_correction (document_id, made_at);
CREATE TABLE initiative (
  codebook_id TEXT NOT NULL,
  initiative_id TEXT NOT NULL,
  codebook_version TEXT NOT NULL,
  area_code TEXT NOT NULL,
  confidence FLOAT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (codebook_id, initiative_id)
);
CREATE INDEX initiative_by_area ON initiative (codebook_id, area_code);
CREATE TABLE initiative_evidence (
  codebook_id TEXT NOT NULL,
  initiative_id TEXT NOT NULL,
  evidence_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  passage_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (codebook_id, initiative_id, evidence_id),
  FOREIGN KEY(codebook_id, initiative_id) REFERENCES initiative (codebook_id, initiative_id) ON DELETE CASCADE
);
CREATE INDEX initiative_evidence_by_passage ON initiative_evidence (passage_id);
CREATE TABLE initiative_event (
  event_number INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  codebook_id TEXT NOT NULL,
  action TEXT NOT NULL,
  initiative_id TEXT NOT NULL,
  evidence TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at TEXT NOT NULL,
  content TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (event_number),
  UNIQUE (event_id)
);
CREATE INDEX initiative_event_by_initiative ON initiative_event (initiative_id);
