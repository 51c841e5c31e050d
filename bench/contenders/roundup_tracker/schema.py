# --- the benchmark's own classes, added to the minimal tracker ---
unit = Class(db, "unit", code=String(), parent=Link("unit"))  # noqa: F821
unit.setkey("code")
dossier = Class(  # noqa: F821
    db,  # noqa: F821
    "dossier",
    name=String(),  # noqa: F821
    folded=String(),  # noqa: F821
    unit=Link("unit"),  # noqa: F821
    state=String(),  # noqa: F821
    since=String(),  # noqa: F821
)
