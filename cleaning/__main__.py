"""The program: one line of JSON and the bytes of files in, for each a line and its bytes out, as soon as it is done."""

import json
import os
import resource
import sys
from typing import Any, BinaryIO

from cleaning.common import MEMORY, SECONDS, Refused
from cleaning.kinds import clean


def _answer(out: BinaryIO, said: dict[str, Any], contents: list[bytes]) -> None:
    out.write(json.dumps(said).encode() + b"\n")
    for content in contents:
        out.write(content)
    out.flush()


def _clean_one(data: bytes, asked: dict[str, Any], out: BinaryIO) -> None:
    try:
        pages = clean(data, asked["megapixels"], asked["pages"])
    except Refused as refused:
        _answer(out, {"refused": refused.why}, [])
    except MemoryError:
        _answer(out, {"refused": "unpacks"}, [])
    except Exception:  # whatever a damaged file breaks on
        _answer(out, {"refused": "unreadable"}, [])
    else:
        told = [{"kind": p.kind, "pages": p.pages, "turn": p.turn, "size": len(p.content)} for p in pages]
        _answer(out, {"files": told}, [p.content for p in pages])


def _template(data: bytes, asked: dict[str, Any], out: BinaryIO) -> None:
    """A template tried on a sample, or filled: what it says and makes, or why not."""
    from cleaning.filling import Faulty, filled, tried  # and with it docxtpl, which nothing else needs

    os.nice(5)  # others are answered meanwhile
    try:
        if asked["task"] == "try":
            kept, names, made, words = tried(data, asked["values"])
            contents = [kept, made]
            said: dict[str, Any] = {"names": names, "words": words}
        else:
            contents = [filled(data, asked["values"], asked["dots"], asked["mark"], asked["properties"])]
            said = {}
    except Faulty as faulty:
        _answer(out, {"refused": faulty.why, "faults": faulty.faults}, [])
    except Refused as refused:
        _answer(out, {"refused": refused.why}, [])
    except MemoryError:
        _answer(out, {"refused": "unpacks"}, [])
    except Exception:  # whatever a damaged file, or a template that makes no text, breaks on
        _answer(out, {"refused": "unreadable"}, [])
    else:
        _answer(out, {**said, "files": [{"size": len(one)} for one in contents]}, contents)


def main(source: BinaryIO, out: BinaryIO) -> None:
    """Read what is asked and the files, answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked = json.loads(source.readline())
    if "seconds" in asked:
        least = min(asked["seconds"], SECONDS)  # a limit is only ever lowered
        resource.setrlimit(resource.RLIMIT_CPU, (least, least))
    files = [source.read(size) for size in asked["sizes"]]
    if asked["task"] == "clean":
        for data in files:
            _clean_one(data, asked, out)
    elif asked["task"] == "join":
        from cleaning.joining import join  # and with it pikepdf, which a picture needs not

        made = join(list(zip(asked["kinds"], files, strict=True)), asked["leaves"])
        _answer(out, {"size": len(made)}, [made])
    elif asked["task"] == "bind":
        from cleaning.joining import bind  # as above

        made = bind(
            list(zip(asked["kinds"], files, strict=True)), [(title, leaves) for title, leaves in asked["parts"]]
        )
        _answer(out, {"size": len(made)}, [made])
    elif asked["task"] == "bind_each":
        from cleaning.joining import join  # as above

        sources = list(zip(asked["kinds"], files, strict=True))
        each = [join(sources, leaves) for _title, leaves in asked["parts"]]
        _answer(out, {"files": [{"size": len(one)} for one in each]}, each)
    elif asked["task"] in ("try", "fill"):
        _template(files[0], asked, out)
    elif asked["task"] == "draw":
        from cleaning.drawing import drawn  # as above

        made = drawn(asked["texts"], asked["face"])
        _answer(out, {"size": len(made)}, [made])
    elif asked["task"] == "read":
        from cleaning.reading import paragraphs  # as above

        made = json.dumps(paragraphs(files[0])).encode()
        _answer(out, {"size": len(made)}, [made])
    else:
        from cleaning.pictures import turned  # as above

        made = turned(files[0], asked["turn"])
        _answer(out, {"size": len(made)}, [made])


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
