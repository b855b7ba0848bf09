-- What people are asked to read, what they answer, and what is said of areas beside the documents.
ALTER TABLE judgement ADD COLUMN answer_id TEXT NOT NULL DEFAULT '';
CREATE TABLE answer (
  answer_number INTEGER NOT NULL,
  answer_id TEXT NOT NULL,
  source TEXT NOT NULL,
  place TEXT NOT NULL,
  "key" TEXT NOT NULL,
  task_key TEXT NOT NULL,
  passage_id TEXT NOT NULL,
  codebook_id TEXT NOT NULL,
  codebook_version TEXT NOT NULL,
  person TEXT NOT NULL,
  editor TEXT NOT NULL,
  made_at TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  seconds FLOAT,
  shown_model_id TEXT,
  content TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (answer_number),
  UNIQUE (answer_id)
);
CREATE INDEX answer_by_key ON answer (source, place, "key");
CREATE INDEX answer_by_state ON answer (state);
CREATE TABLE attribute_judgement (
  attribute_judgement_id TEXT NOT NULL,
  answer_id TEXT NOT NULL,
  passage_id TEXT NOT NULL,
  codebook_id TEXT NOT NULL,
  codebook_version TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at TEXT NOT NULL,
  char_start INTEGER,
  char_end INTEGER,
  PRIMARY KEY (attribute_judgement_id)
);
CREATE INDEX attribute_judgement_by_passage ON attribute_judgement (passage_id, made_at);
CREATE TABLE sample (
  sample_id TEXT NOT NULL,
  codebook_id TEXT NOT NULL,
  codebook_version TEXT NOT NULL,
  model_id TEXT,
  seed INTEGER NOT NULL,
  made_at TEXT NOT NULL,
  population INTEGER NOT NULL,
  design TEXT NOT NULL,
  PRIMARY KEY (sample_id)
);
CREATE TABLE sampled_passage (
  sample_id TEXT NOT NULL,
  passage_id TEXT NOT NULL,
  stratum TEXT NOT NULL,
  inclusion_probability FLOAT NOT NULL,
  document_id TEXT NOT NULL,
  page INTEGER NOT NULL,
  boxes TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (sample_id, passage_id),
  FOREIGN KEY(sample_id) REFERENCES sample (sample_id)
);
CREATE INDEX sampled_passage_by_document ON sampled_passage (document_id);
CREATE TABLE assignment (
  task_key TEXT NOT NULL,
  sample_id TEXT NOT NULL,
  passage_id TEXT NOT NULL,
  coder TEXT NOT NULL,
  blind BOOLEAN NOT NULL,
  repeat INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (task_key),
  FOREIGN KEY(sample_id) REFERENCES sample (sample_id)
);
CREATE INDEX assignment_by_coder ON assignment (sample_id, coder, position);
CREATE TABLE remote_project (
  server TEXT NOT NULL,
  sample_id TEXT NOT NULL,
  coder TEXT NOT NULL,
  project_id INTEGER NOT NULL,
  config_hash TEXT NOT NULL,
  PRIMARY KEY (server, sample_id, coder),
  FOREIGN KEY(sample_id) REFERENCES sample (sample_id)
);
CREATE TABLE remote_task (
  server TEXT NOT NULL,
  project_id INTEGER NOT NULL,
  task_key TEXT NOT NULL,
  state TEXT NOT NULL,
  remote_id INTEGER,
  config_hash TEXT NOT NULL,
  PRIMARY KEY (server, project_id, task_key),
  FOREIGN KEY(task_key) REFERENCES assignment (task_key)
);
CREATE TABLE survey_answer (
  survey_answer_id TEXT NOT NULL,
  survey TEXT NOT NULL,
  respondent TEXT NOT NULL,
  role TEXT NOT NULL,
  area_code TEXT NOT NULL,
  area_name TEXT NOT NULL,
  codebook_id TEXT NOT NULL,
  codebook_version TEXT NOT NULL,
  code TEXT NOT NULL,
  question TEXT NOT NULL,
  verdict TEXT NOT NULL,
  value TEXT NOT NULL,
  answered_on TEXT NOT NULL,
  file_digest TEXT NOT NULL,
  "row" INTEGER NOT NULL,
  imported_at TEXT NOT NULL,
  PRIMARY KEY (survey_answer_id)
);
CREATE INDEX survey_answer_by_area ON survey_answer (survey, area_code, code);
CREATE TABLE adjudication_event (
  event_id TEXT NOT NULL,
  passage_id TEXT NOT NULL,
  codebook_id TEXT NOT NULL,
  codebook_version TEXT NOT NULL,
  person TEXT NOT NULL,
  made_at TEXT NOT NULL,
  action TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (event_id)
);
CREATE INDEX adjudication_event_by_passage ON adjudication_event (passage_id, made_at);
