from __future__ import annotations

import warnings
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def ppi_py() -> ModuleType:
    """Give the implementation of prediction-powered inference by the authors of the method."""
    with warnings.catch_warnings():  # on import it changes the filters, and numba may warn of its cache
        warnings.simplefilter("ignore")
        import ppi_py
    return ppi_py
