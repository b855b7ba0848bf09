"""The browser app: thin pages over queries of the store and over the stages' pure functions.

Nothing in here reads a plan or loads a model; the web process shows what the stages stored.
"""
