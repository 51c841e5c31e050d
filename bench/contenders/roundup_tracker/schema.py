# --- the benchmark's own classes, added to the minimal tracker ---
unit = Class(db, "unit", code=String(), parent=Link("unit"))
unit.setkey("code")
dossier = Class(
    db,
    "dossier",
    name=String(),
    folded=String(),
    unit=Link("unit"),
    state=String(),
    since=String(),
)
