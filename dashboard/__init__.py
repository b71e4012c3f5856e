"""The dashboard: pages on Streamlit, the comparison viewer, and the routes that serve pictures to both."""
