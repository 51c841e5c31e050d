"""The rules of admission, as data and pure functions.

Nothing in this package knows Flask, SQLAlchemy or the time of day: dates come in as arguments. The
application asks `machine.options` what is possible and `machine.fire` to do it, and so does the command
`python -m workflow evaluate`.
"""
