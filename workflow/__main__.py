"""`python -m workflow evaluate | schema | diagram | rules`: the rules without the application."""

import argparse
import json
import sys

import msgspec

from workflow import drawing
from workflow.evaluate import BadInput, evaluate, schema
from workflow.rulebook import shipped
from workflow.words import differences


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workflow", description="The rules of admission, from outside.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("evaluate", help="read a question (JSON) on standard input, print the answer (JSON)")
    commands.add_parser("schema", help="print the JSON Schema of both")
    diagram = commands.add_parser("diagram", help="print the state machine as a Mermaid diagram")
    diagram.add_argument("--table", action="store_true", help="print the table of all acts (Markdown) instead")
    diagram.add_argument("--rulebook", choices=list(shipped()), help="only what there is under one rulebook")
    rules = commands.add_parser("rules", help="print the rulebooks with their sources (Markdown)")
    rules.add_argument("--json", action="store_true", help="print them as JSON")
    rules.add_argument("--diff", nargs=2, metavar=("FIRST", "SECOND"), help="print what two rulebooks say otherwise")
    return parser


def _picture(code: str | None) -> str:
    return drawing.mermaid(None if code is None else shipped()[code])


def _diff(first: str, second: str, as_json: bool) -> int:
    books = shipped()
    for code in (first, second):
        if code not in books:
            print(f"workflow rules: unknown rulebook {code!r}; known: {', '.join(books)}", file=sys.stderr)
            return 2
    found = differences(books[first], books[second])
    if as_json:
        sys.stdout.write(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2) + "\n")
        return 0
    for line in found:
        sys.stdout.write(f"{line.key}: {line.title.vi}\n  {first}: {line.first.vi}\n  {second}: {line.second.vi}\n")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code (0, or 2 on bad input with one line on standard error)."""
    command = _parser().parse_args(arguments)
    out = sys.stdout
    if command.command == "evaluate":
        try:
            out.write(evaluate(sys.stdin.buffer.read()).decode() + "\n")
        except BadInput as error:
            line = " ".join(str(error).split())
            print(f"workflow evaluate: {line}", file=sys.stderr)
            return 2
    elif command.command == "schema":
        out.write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")
    elif command.command == "diagram":
        out.write(drawing.moves_table() if command.table else _picture(command.rulebook))
    elif command.diff:
        first, second = command.diff
        return _diff(first, second, command.json)
    elif command.json:
        out.write(json.dumps(msgspec.to_builtins(shipped()), ensure_ascii=False, indent=2, default=str) + "\n")
    else:
        out.write("\n".join(drawing.rules_table(book) for book in shipped().values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
