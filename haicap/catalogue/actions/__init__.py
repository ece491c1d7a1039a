"""Every write of the catalogue: reading in procedures, filling in a time limit, drafts and their
publishing.
"""

from haicap.catalogue.actions.drafts import (
    DraftMoved,
    Faulty,
    Overtaken,
    bring_up_to_date,
    discard_draft,
    edit_draft,
    import_draft,
    send_back,
    start_draft,
    submit_draft,
)
from haicap.catalogue.actions.importing import (
    AlreadyFilled,
    ImportReport,
    fill_deadline,
    import_records,
    keep_general_form,
)
from haicap.catalogue.actions.publishing import OneHand, Outdated, publish_draft

__all__ = [
    "AlreadyFilled",
    "DraftMoved",
    "Faulty",
    "ImportReport",
    "OneHand",
    "Outdated",
    "Overtaken",
    "bring_up_to_date",
    "discard_draft",
    "edit_draft",
    "fill_deadline",
    "import_draft",
    "import_records",
    "keep_general_form",
    "publish_draft",
    "send_back",
    "start_draft",
    "submit_draft",
]
