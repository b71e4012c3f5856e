"""The router: which pages there are, and what stands on all of them."""

from __future__ import annotations

import streamlit as st

from dashboard import assets, notices, quick, state, who
from dashboard.components.page_language import state_language
from dashboard.language import keep_language, t

st.set_page_config(
    page_title="sitetrack", page_icon=assets.icon(), layout="wide", initial_sidebar_state="collapsed"
)

keep_language()
pages = {
    "": [
        st.Page(
            "views/overview.py", title=t("Overview"), icon=":material/map:", url_path="overview", default=True
        ),
        st.Page("views/queue.py", title=t("Queue"), icon=":material/checklist:", url_path="queue"),
        st.Page("views/compare.py", title=t("Compare"), icon=":material/compare:", url_path="compare"),
        st.Page(
            "views/timeline.py", title=t("Timeline"), icon=":material/view_timeline:", url_path="timeline"
        ),
        st.Page("views/review.py", title=t("Review"), icon=":material/rate_review:", url_path="review"),
        st.Page("views/site.py", title=t("Site"), icon=":material/location_on:", url_path="site"),
        st.Page("views/imagery.py", title=t("Imagery"), icon=":material/photo_library:", url_path="imagery"),
    ],
    t("Findings"): [
        st.Page("views/growth.py", title=t("Growth"), icon=":material/stairs:", url_path="growth"),
        st.Page("views/claims.py", title=t("Claims"), icon=":material/fact_check:", url_path="claims"),
        st.Page("views/figures.py", title=t("Figures"), icon=":material/image:", url_path="figures"),
    ],
    t("Project"): [
        st.Page("views/history.py", title=t("History"), icon=":material/history:", url_path="history"),
        st.Page("views/settings.py", title=t("Settings"), icon=":material/settings:", url_path="settings"),
    ],
}
page = st.navigation(pages, position="top" if state.is_introduced() else "hidden")
notices.page_style()
state_language()
if state.is_introduced():
    who.corner()
    with notices.refusals():
        page.run()
    quick.settle(page.url_path)
else:
    who.ask()
