"""Classifiers: from a passage to suggested codes, with scores, cut-offs and the model that said so."""
