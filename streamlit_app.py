"""The entrance: `streamlit run streamlit_app.py` serves the `app` below, and runs this file for each viewer."""

from __future__ import annotations

import streamlit as st

if __name__ == "__main__":
    from explorer import navigation

    navigation.run()
else:
    from explorer.serving.routes import routes

    app = st.App(__file__, routes=routes(st.get_option("server.baseUrlPath")))
