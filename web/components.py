"""The page of components: each one in every state, for whoever writes pages and for the tests that photograph it."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from prefecture.kernel.entry import PUBLIC, entry
from web import component_samples as samples

blueprint = Blueprint("components", __name__)


@blueprint.get("/demo/composants")
@entry(PUBLIC)
def show() -> str:
    """Every component, in the layout that `?vue=` names: usager (by default) or agent.

    `?depot=` is where the sample upload sends its file.
    """
    layout = "layout/agent.html" if request.args.get("vue") == "agent" else "layout/citizen.html"
    fresh, refused = samples.form_page()
    return render_template(
        "components/demonstration.html",
        layout=layout,
        fresh=fresh,
        refused=refused,
        sections=samples.read_back(),
        sample=samples,
        upload_url=request.args.get("depot", ""),
    )
