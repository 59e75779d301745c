"""Reads the tables of the C source: routes, permissions, results, settings, and the tables of bodies; each once a process."""
import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bare(path):
    """The text of a C file without its comments."""
    pattern = r'"(?:\\.|[^"\\])*"|/\*.*?\*/|//[^\n]*'
    return re.sub(pattern, lambda m: m.group() if m.group().startswith('"') else " ", Path(path).read_text(), flags=re.S)


def split(text):
    """The arguments of a macro's call: cut at the commas that stand in no parentheses, braces or quotes."""
    parts, depth, start, quoted = [], 0, 0, False
    for i, char in enumerate(text):
        if char == '"' and text[i - 1] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return parts + [text[start:].strip()]


def calls(text, macro):
    """The arguments of every call of a macro, as lists."""
    found = []
    for match in re.finditer(rf"^[ \t]*{macro}\(|[,\s]{macro}\(", text, re.M):
        depth, end, quoted = 1, match.end(), False
        while depth:
            char = text[end]
            if char == '"':
                quoted = not quoted
            elif not quoted:
                depth += {"(": 1, ")": -1}.get(char, 0)
            end += 1
        found.append(split(text[match.end():end - 1]))
    return found


def literal(text):
    """A C string literal, or several side by side, as Python's."""
    return "".join(ast.literal_eval(part) for part in re.findall(r'"(?:\\.|[^"\\])*"', text))


# Tables

@dataclass(frozen=True)
class Route:
    operation: str
    method: str
    path: str
    permission: str  # the wire name, "self", "single" or "public"
    scope: str
    lane: str
    handler: str

    @property
    def changes(self):
        """Runs in one transaction with its audit event (api_route_changes)."""
        return self.method != "GET" and self.scope not in ("public", "self", "machine", "roots")

    @property
    def creates(self):
        """Takes an Idempotency-Key (api_route_creates)."""
        return self.method == "POST" and self.changes


@functools.cache
def permissions():
    """NAME -> wire name."""
    rows = calls(bare(ROOT / "include/bailiwick/permissions.def"), "PERMISSION")
    return {name: literal(wire) for name, wire, *_ in rows}


@functools.cache
def routes():
    wire = permissions() | {"SELF": "self", "SINGLE": "single", "PUBLIC": "public"}
    rows = calls(bare(ROOT / "server/api/routes.def"), "ROUTE")
    return [Route(operation, method, literal(path), wire[permission], scope.lower(), lane.lower(), handler)
            for operation, method, path, permission, scope, lane, handler in rows]


@dataclass(frozen=True)
class Step:
    """A way in, or a step on it, and what it takes, makes known and audits."""
    operation: str
    address: str
    device: str
    audit: tuple

    def __str__(self):
        return self.operation


def steps():
    rows = calls(bare(ROOT / "server/api/step.def"), "STEP")
    return [Step(operation, address, device, tuple(literal(kinds).split())) for operation, address, device, kinds in rows]


@dataclass(frozen=True)
class Member:
    place: str
    name: str
    kind: str
    choices: list

    @property
    def where(self):
        return "query" if self.place == "QUERY" else "body"


@dataclass(frozen=True)
class Verb:
    """A command of the client, with what it says to the service."""
    noun: str
    name: str
    kind: str
    method: str
    path: str
    columns: list
    members: list

    def __str__(self):
        return f"{self.noun} {self.name}".strip()


def verbs():
    text = bare(ROOT / "server/client/command.def")
    columns = {noun: literal(shown).split() for noun, shown, _ in calls(text, "NOUN")}
    members = {}
    for noun, verb, place, name, kind, choices, _ in calls(text, "MEMBER"):
        if place != "OWN":
            made = Member(place, name, kind, literal(choices).split("|") if choices != "NULL" else None)
            members.setdefault((noun, verb), []).append(made)
    return [Verb(noun, verb, kind, literal(method) or None, literal(path) or None, literal(shown).split() or columns[noun],
                 members.get((noun, verb), [])) for noun, verb, kind, method, path, shown, _ in calls(text, "VERB")]


def results():
    """code -> HTTP status, of everything that is no success."""
    rows = calls(bare(ROOT / "server/base/result.def"), "RESULT_ROW")
    return {literal(code): int(status) for _, status, code, *_ in rows if int(status) >= 400}


@dataclass(frozen=True)
class Setting:
    member: str
    kind: str
    default: str
    help: str
    security: str

    @property
    def variable(self):
        return f"BAILIWICK_{self.member.upper()}"


def settings():
    rows = calls(bare(ROOT / "server/cli/setting.def"), "SETTING")
    return [Setting(member, kind, literal(default), literal(text), literal(security))
            for member, kind, default, _, _, text, security in rows]


# Bodies

@dataclass(frozen=True)
class Field:
    name: str
    kind: str  # text, id, number, flag, time, texts, raw
    need: str  # REQUIRED, OPTIONAL, NULLABLE
    least: int
    most: int
    choices: tuple


@dataclass(frozen=True)
class Table:
    variable: str
    schema: str
    fields: tuple


class Unit:
    """One file of server/api: its constants, its structs and the tables over them."""

    def __init__(self, path):
        self.text = bare(path)
        self.headers = {}
        for include in re.findall(r'#include "((?:api/|import/job)[^"]*\.h)"', self.text):
            self.headers[include] = bare(ROOT / "server" / include)
        self.whole = "\n".join([*self.headers.values(), self.text])

    def number(self, text):
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        found = re.search(rf"\b{text}\s*=\s*([^,}}]+)", self.whole)
        return eval(found.group(1), {"__builtins__": {}})  # an enum's constant expression from our own source

    def expanded(self, text):
        """Macros with one parameter or none, such as API_LIST_FIELDS(type), put in from their #define."""
        for name, body in re.findall(r"#define (\w+)((?: [^\n]*\\\n)+[^\n]*)", self.whole):
            text = re.sub(rf"\b{name}\b", lambda _, body=body: body.replace("\\\n", " "), text)
        for name, parameter, body in re.findall(r"#define (\w+)\((\w+)\)((?:[^\n]*\\\n)*[^\n]*)", self.whole):
            def put_in(match, parameter=parameter, body=body):
                return re.sub(rf"\b{parameter}\b", match.group(1), body.replace("\\\n", " "))
            text = re.sub(rf"\b{name}\(([^()]*)\)", put_in, text)
        return text

    def kinds(self, struct):
        """member -> kind, of one struct."""
        body = re.search(rf"struct {struct} {{(.*?)}};", self.whole, re.S).group(1)
        for name, members in re.findall(r"#define (\w+) ((?:[^\n]*\\\n)*[^\n]*)", self.whole):
            body = re.sub(rf"\b{name}\b", lambda _, members=members: members.replace("\\\n", " "), body)
        found = {}
        for kind, names in re.findall(r"struct json_(\w+) ([\w\s,]+)(?:;|$)", body):
            found.update({name.strip(): kind for name in names.split(",")})
        return found

    def field(self, text):
        choices = ()
        macro, arguments = re.fullmatch(r"(FIELD(?:_CHOICE)?)\((.*)\)", text, re.S).groups()
        struct, member, need, least, most, *more = split(arguments)
        if macro == "FIELD_CHOICE":
            named = re.search(rf'#define {more[0]} (".*")', self.whole) if more[0].isidentifier() else None
            choices = tuple(literal(named.group(1) if named else more[0]).split("|"))
        kind = self.kinds(struct.removeprefix("struct ").strip())[member]
        return Field(member, kind, need, self.number(least), self.number(most), choices)

    def tables(self):
        for arguments in calls(self.text, "BODY"):
            variable, schema, *fields = split(self.expanded(", ".join(arguments)))
            yield Table(variable, literal(schema), tuple(self.field(field) for field in fields))

    def functions(self):
        """name -> body, of every function."""
        found = re.findall(r"^[\w *]*?\b(\w+)\([^;{]*\)(?:\n\{(.*?)^\}| \{([^\n]*)\}$)", self.text, re.M | re.S)
        return {name: several or one for name, several, one in found}


@dataclass(frozen=True)
class Uses:
    """The tables that a handler decodes by, itself or through a function of its file."""
    bodies: tuple
    queries: tuple


def units():
    return [Unit(path) for path in sorted((ROOT / "server/api").glob("*.c"))]


@functools.cache
def tables():
    """variable -> table."""
    return {table.variable: table for unit in units() for table in unit.tables()}


@functools.cache
def uses():
    """handler -> what it decodes."""
    found = {}
    for unit in units():
        functions = unit.functions()
        for handler in re.findall(r"^api_handler (\w+);", unit.text, re.M):
            seen, todo, text = set(), [handler], ""
            while todo:
                name = todo.pop()
                seen.add(name)
                text += functions[name]
                todo += [other for other in functions if other not in seen and re.search(rf"\b{other}\(", functions[name])]
            found[handler] = Uses(tuple(re.findall(r"api_body\(call, &(\w+)", text)),
                                  tuple(re.findall(r"api_query\(call, &(\w+)", text)))
    return found
