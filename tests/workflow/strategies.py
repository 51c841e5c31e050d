"""Any value that fits a type of the rules, drawn by hypothesis from the type's own description."""

from datetime import date
from typing import Any

import msgspec
from hypothesis import strategies as st

from workflow.triggers import TRIGGERS

ORDINARY = st.dates(date(1950, 1, 1), date(2040, 12, 31))
DATES = st.one_of(ORDINARY, ORDINARY, st.dates())
WORDS = st.one_of(
    st.sampled_from(["", "a1", "m1", "ceremony", "admission_decision", "removed", "absent", "island", *TRIGGERS]),
    st.text(max_size=12),
)


def values(type_: Any) -> st.SearchStrategy[Any]:
    """Values of a type, as plain JSON-like data."""
    return _of(msgspec.inspect.type_info(type_))


def _of(info: Any) -> st.SearchStrategy[Any]:
    kind = type(info).__name__
    if kind == "Metadata":
        enum = (info.extra_json_schema or {}).get("enum")
        return st.sampled_from(enum) if enum else _of(info.type)
    if kind == "StructType":
        needed = {f.encode_name: _of(f.type) for f in info.fields if f.required}
        others = {f.encode_name: _of(f.type) for f in info.fields if not f.required}
        return st.fixed_dictionaries(needed, optional=others)
    if kind == "UnionType":
        return st.one_of(*(_of(part) for part in info.types))
    if kind == "VarTupleType":
        return st.lists(_of(info.item_type), max_size=4)
    if kind == "TupleType":
        return st.tuples(*(_of(part) for part in info.item_types)).map(list)
    if kind == "EnumType":
        return st.sampled_from([str(member) for member in info.cls])
    if kind == "LiteralType":
        return st.sampled_from(list(info.values))
    if kind == "IntType":
        low = info.ge if info.ge is not None else 0
        high = info.le if info.le is not None else 1000
        return st.one_of(st.integers(low, max(low, min(high, 20))), st.integers(low, high))
    if kind == "StrType":
        return WORDS.filter(lambda word: info.max_length is None or len(word) <= info.max_length)
    simple = {"DateType": DATES.map(date.isoformat), "BoolType": st.booleans(), "NoneType": st.none()}
    return simple[kind]
