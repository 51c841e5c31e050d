"""The state machine as data (domain.md §4): every trigger, who may press it, what it needs, what it means.

`steps` and `side_roads` are the table as it is written: read them from top to bottom. `move` says what a
column means, `parts` holds the words the lines share, `table` reads the lines as the machine walks them.
"""
