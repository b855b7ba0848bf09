"""People: their judgements on passages.

A judgement is made here from what a person did and from what was on the screen at that moment, never guessed later.
"""
