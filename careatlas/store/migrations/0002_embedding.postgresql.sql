-- The cache of sentence embeddings: one vector per passage and way of computing it.
CREATE TABLE embedding (
  passage_id TEXT NOT NULL,
  backbone TEXT NOT NULL,
  vector BYTEA NOT NULL,
  PRIMARY KEY (passage_id, backbone),
  FOREIGN KEY(passage_id) REFERENCES passage (passage_id) ON DELETE CASCADE
);
