"""Arrays in, Plotly figures or pictures out; nothing here knows models, sessions or Streamlit."""
