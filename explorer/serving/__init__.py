"""What the server answers besides Streamlit's own pages, at addresses that only those know who are told them."""
