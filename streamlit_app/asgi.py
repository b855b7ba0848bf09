"""The app as the web server runs it. ``streamlit run`` finds the object below by its name."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from streamlit_app.headers import SecurityHeaders

app = st.App(Path(__file__).parent / "main.py", middleware=[Middleware(SecurityHeaders)])
