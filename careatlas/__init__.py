"""The base of CareAtlas: the types, identifiers, store and command line that every stage shares.

This package imports no stage. Stages (``nlp``, ``models`` ...) are found through the entry-point group
``careatlas.stages`` and meet only through typed rows in the store.
"""
