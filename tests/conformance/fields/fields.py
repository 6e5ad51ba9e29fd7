#!/usr/bin/env python3
"""A test through real sockets for every field of the configuration.

  fields.py --proxy PROGRAM --config-tool PROGRAM [--envoy] [--update] [--list] [NAME...]

A case is a bootstrap in which some fields are marked F(value), a probe that talks to the running proxy, and what the probe must
see. Beside the bootstrap's own fields, "files" holds discovery responses by file name. The bootstrap runs once as it is and once
without each marked field: the outcome must be the expected one, and must be another one without the field. So a field counts as
covered only when its effect was seen; that may be a refusal (cases_refused.py). covered.txt names the case per field;
the run fails when it differs (--update writes it) or when a field is neither there nor in uncovered.txt. --envoy only runs the
cases, without the books: the expectations are a real Envoy's, too.
"""
import argparse
import importlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from engine import Refused, Run  # noqa: E402
from environment import ABSENT, Environment, F  # noqa: E402

BOOTSTRAP = "envoy.config.bootstrap.v3.Bootstrap"
RESPONSE = "envoy.service.discovery.v3.DiscoveryResponse"
REFUSED = "refused"


class Schema:
    """The decoder's tables, as config_tool prints them."""

    def __init__(self, tool):
        messages = json.loads(subprocess.run([tool, "fields"], check=True, capture_output=True, text=True).stdout)
        self.messages = {each["message"]: each for each in messages}

    def all_fields(self):
        """Fields that act on something."""
        return [f"{name}.{field['name']}" for name, each in self.messages.items() for field in each["fields"] if not field["ignored"]]

    def type_of(self, message, field):
        for each in self.messages.get(message, {"fields": []})["fields"]:
            if each["name"] == field:
                return each["type"].removeprefix("list of ").removeprefix("map of "), each["type"].startswith("map of ")
        return None, False


def marks(value, schema, message=BOOTSTRAP, path=()):
    """(path, message.field) of each F in a bootstrap."""
    if isinstance(value, F):
        yield from marks(value.value, schema, message, path)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from marks(each, schema, message, (*path, index))
    elif isinstance(value, dict):
        if "@type" in value:
            message = value["@type"].rsplit("/", 1)[-1]
        for key, each in value.items():
            kind, is_map = (RESPONSE, True) if path == () and key == "files" else schema.type_of(message, key)
            if isinstance(each, F):
                if kind is None and key != "@type":
                    raise KeyError(f"{message} has no field {key}")
                yield (*path, key), f"{message}.{key}"
            inner = each.value if isinstance(each, F) else each
            if is_map and isinstance(inner, dict):
                for name, one in inner.items():
                    yield from marks(one, schema, kind, (*path, key, name))
            else:
                yield from marks(inner, schema, kind, (*path, key))


def plain(value, left_out=None, path=()):
    """The bootstrap without marks, and without the marked field at `left_out`."""
    if isinstance(value, F):
        if path == left_out:
            return value.without if value.without is ABSENT else plain(value.without)
        return plain(value.value, left_out, path)
    if isinstance(value, dict):
        pairs = ((key, plain(each, left_out, (*path, key))) for key, each in value.items())
        return {key: each for key, each in pairs if each is not ABSENT}
    if isinstance(value, list):
        items = (plain(each, left_out, (*path, index)) for index, each in enumerate(value))
        return [each for each in items if each is not ABSENT]
    return value


class Case:
    def __init__(self, name, build, probe, expected, arguments=()):
        self.name, self.build, self.probe, self.expected, self.arguments = name, build, probe, expected, arguments
        self.only_ours = False  # Refused here, at work in Envoy.

    def outcome(self, program, bootstrap, environment):
        environment.reset()
        for path, content in bootstrap.pop("files", {}).items():
            environment.file(path, json.dumps(content))
        try:
            run = Run(program, bootstrap, environment, self.arguments)
        except Refused as why:
            return REFUSED, str(why)
        try:
            return self.probe(run), run.errors()
        except Exception:  # A probe that finds less than it looks for is an outcome, too.
            return "probe failed", traceback.format_exc()
        finally:
            run.close()

    def check(self, program, schema, scratch):
        """Problems found, and the fields whose effect was seen."""
        environment = Environment(scratch)
        try:
            bootstrap = self.build(environment)
            got, why = self.outcome(program, plain(bootstrap), environment)
            if got != self.expected:
                return [f"{self.name}: expected {self.expected!r}, got {got!r}\n    {why[-1500:]}"], []
            problems, fields = [], []
            for path, field in marks(bootstrap, schema):
                without, _ = self.outcome(program, plain(bootstrap, path), environment)
                if without == self.expected or (self.only_ours and without != "started"):
                    problems.append(f"{self.name}: {field} makes no difference: {without!r} without it, too")
                fields.append(field)
            return problems, fields
        except Exception:
            return [f"{self.name}: {traceback.format_exc()}"], []
        finally:
            environment.close()


def refused(name, build):
    """The case of a field that the decoder knows only to refuse: with it the program does not start, without it it does."""
    case = Case(f"refused.{name}", build, lambda run: "started", REFUSED)
    case.only_ours = True
    return case


def all_cases():
    cases = []
    for path in sorted(HERE.glob("cases_*.py")):
        cases += importlib.import_module(path.stem).CASES
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), "two cases have one name: " + ", ".join({n for n in names if names.count(n) > 1})
    return cases


def read_table(name):
    lines = (HERE / name).read_text().splitlines() if (HERE / name).exists() else []
    return dict(line.split(None, 1) for line in lines if line and not line.startswith("#"))


def check_books(covered, schema, update):
    """covered.txt is what was seen; uncovered.txt is what is left, and only that."""
    known = schema.all_fields()
    left = [field for field in known if field not in covered]
    texts = {
        "covered.txt": "# Written by fields.py --update: the case that shows a field's effect.\n" +
                       "".join(f"{field} {covered[field]}\n" for field in known if field in covered),
        "uncovered.txt": "# Fields whose effect no case shows yet. This list may only shrink.\n" + "".join(f"{field} -\n" for field in left)}
    problems = []
    if update and (HERE / "uncovered.txt").exists():
        grown = [field for field in left if field not in read_table("uncovered.txt")]
        problems += [f"{field} has no case: write one" for field in grown]
        texts["uncovered.txt"] = "".join(line for line in texts["uncovered.txt"].splitlines(True) if line.split()[0] not in grown)
    for name, text in texts.items():
        if update:
            (HERE / name).write_text(text)
        elif not (HERE / name).exists() or (HERE / name).read_text() != text:
            before = set((HERE / name).read_text().splitlines()) if (HERE / name).exists() else set()
            changes = sorted(before ^ set(text.splitlines()))
            problems.append(f"{name} is not what was seen; run with --update if that is right: {changes[:5]}")
    print(f"{len(known)} fields, {len(known) - len(left)} covered")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proxy", required=True)
    parser.add_argument("--config-tool", required=True)
    parser.add_argument("--envoy", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    schema = Schema(arguments.config_tool)
    cases = [case for case in all_cases() if not arguments.names or any(name in case.name for name in arguments.names)]
    if arguments.envoy:
        cases = [case for case in cases if not case.only_ours]
    if arguments.list:
        print("\n".join(case.name for case in cases))
        return 0
    arguments.proxy = str(pathlib.Path(arguments.proxy).resolve())
    scratch = tempfile.mkdtemp(prefix="fields-")
    problems, covered = [], {}
    try:
        with ThreadPoolExecutor(arguments.jobs) as pool:
            results = pool.map(lambda case: case.check(arguments.proxy, schema, scratch), cases)
            for case, (found, fields) in zip(cases, results):
                problems += found
                for field in fields:
                    covered.setdefault(field, case.name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{len(cases)} cases, {len(problems)} problems")
    if not arguments.names and not arguments.envoy and not problems:
        problems += check_books(covered, schema, arguments.update)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
