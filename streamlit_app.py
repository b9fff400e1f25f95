"""The entrance: `streamlit run streamlit_app.py`."""

from __future__ import annotations

from explorer import navigation

navigation.run()
