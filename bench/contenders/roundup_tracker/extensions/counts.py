"""Counts by organisation and state, for the report's page."""


def counts(db):
    """One query."""
    inner = db._db
    inner.sql(
        "SELECT p._code, d._state, count(*) FROM _dossier d JOIN _unit u ON u.id = d._unit JOIN _unit p ON p.id = u._parent"
        " WHERE d.__retired__ = 0 GROUP BY 1, 2"
    )
    return inner.cursor.fetchall()


def init(instance):
    """Roundup calls this."""
    instance.registerUtil("counts", counts)
