"""The house rules, one function each: it is given the tree and yields what breaks it, as (path, line, rule, text)."""
import json
import re
import subprocess
from pathlib import Path

import source

BUDGET = Path("tests/shape/budget.json")
WIDTH = 120
C_SUFFIXES = (".c", ".h", ".def")
SPOKEN_SUFFIXES = (*C_SUFFIXES, ".cmake", ".py", ".sh", "")  # data and licences cannot open with a sentence

BANNED = {
    "strcpy": "arena_copy", "strcat": "struct buf", "sprintf": "snprintf or arena_print", "vsprintf": "vsnprintf",
    "strtok": "str_cut", "atoi": "str_number", "atol": "str_number", "gets": "fgets", "alloca": "arena_alloc",
    "rand": "getrandom", "srand": "getrandom",
}
HEAP = ("malloc", "calloc", "realloc", "reallocarray", "strdup", "strndup", "free")

# A header of an outside library -> the layers that may read it.
LIBRARIES = [
    (r"jansson", {"json"}), (r"libpq|postgres_ext", {"db"}), (r"microhttpd|gnutls", {"http"}), (r"openssl/", {"crypto"}),
    (r"argon2", {"crypto"}), (r"jwt|liboath|utf8proc|zxcvbn|qrencode", {"authn"}), (r"urcu", {"pdp"}),
    (r"curl/", {"policy", "jobs", "client"}),
]

SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE\s+FROM)\b"
                 r"|(?i:\bselect\b.+\bfrom\b|\binsert\s+into\b|\bdelete\s+from\b|\bupdate\s+\w+\s+set\b)")


class Tree:
    """The checkout that is measured, read once, and its budget."""

    def __init__(self, root):
        self.root = Path(root)
        self.budget = json.loads((self.root / BUDGET).read_text(encoding="utf-8"))
        self.limits = self.budget["limits"]
        own = source.files_below(self.root, ["server", "include"], C_SUFFIXES)
        self.sources = [source.Source(self.root, path) for path in own]
        self.tests = [source.Source(self.root, path) for path in source.files_below(self.root, ["tests"], C_SUFFIXES)]
        self.code = [s for s in self.sources if s.path.suffix != ".def" and str(s.path) not in self.budget["generated"]]
        self.functions = source.functions(self.root, self.code)
        self.layers = source.layers(self.root)
        self.measured = {}  # limit -> what is reached

    def over(self, limit, value):
        """Notes what is reached, and says whether it is too much."""
        self.measured[limit] = max(value, self.measured.get(limit, 0))
        return value > self.limits[limit]


def percentile(values, share):
    values = sorted(values)
    if not values:
        return 0
    place = (len(values) - 1) * share / 100
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return round(values[low] + (values[high] - values[low]) * (place - low))


def matches(sources, pattern, part="code"):
    for s in sources:
        for match in re.finditer(pattern, getattr(s, part), re.M):
            yield s, s.line_of(match.start()), match


# Size

def file_length(tree):
    for s in tree.code:
        limit = "c_lines" if s.path.suffix == ".c" else "h_lines"
        lines = len(s.lines) - (s.lines[-1] == "")
        if tree.over(limit, lines):
            yield s.path, lines, "file-length", f"{lines} lines, at most {tree.limits[limit]}"


def function_length(tree):
    lengths = []
    for path, found in tree.functions.items():
        for f in found:
            lines = f.end - f.line + 1
            lengths.append(lines)
            if tree.over("function_lines", lines):
                yield path, f.line, "function-length", f"{f.name}: {lines} lines, at most {tree.limits['function_lines']}"
    p95 = percentile(lengths, 95)
    if tree.over("function_lines_p95", p95):
        yield BUDGET, 1, "function-length-p95", f"{p95} lines, at most {tree.limits['function_lines_p95']}"


def parameters(tree):
    """The list of exceptions names functions, most of them callbacks whose shape a library gives."""
    most = tree.limits["parameters"]
    many = {f"{path}:{f.name}": (path, f) for path, found in tree.functions.items() for f in found if f.parameters > most}
    for name in sorted(many.keys() - set(tree.budget["many_parameters"])):
        path, f = many[name]
        yield path, f.line, "parameters", f"{f.name}: {f.parameters}, at most {most}"
    tree.measured["parameters"] = max((min(f.parameters, most) for found in tree.functions.values() for f in found),
                                      default=0)
    yield from listing(tree, "many_parameters", lambda name: name in many)


def nesting(tree):
    for s in tree.code:
        for f in tree.functions[s.path]:
            depth, at = source.nesting(s, f)
            if tree.over("nesting", depth):
                yield s.path, s.line_of(at), "nesting", f"{f.name}: {depth} deep, at most {tree.limits['nesting']}"


def line_width(tree):
    wide = [(s.path, number) for s in tree.code + tree.tests for number, line in enumerate(s.lines, 1)
            if len(line) > WIDTH and s.path.suffix != ".def"]
    if tree.over("wide_lines", len(wide)):
        for path, number in wide:
            yield path, number, "line-width", f"over {WIDTH} columns; {tree.limits['wide_lines']} such lines are left"


# Words

def banned_functions(tree):
    for s, line, match in matches(tree.sources, rf"\b({'|'.join(BANNED)})\s*\("):
        yield s.path, line, "banned-function", f"{match[1]}: use {BANNED[match[1]]}"


def heap(tree):
    allowed = tree.budget["heap"]
    used = set()
    for s, line, match in matches(tree.sources, rf"(?<![\w.>])({'|'.join(HEAP)})\s*\("):
        used.add(str(s.path))
        if s.layer() != "base" and str(s.path) not in allowed:
            yield s.path, line, "heap", f"{match[1]}: memory comes from an arena, long-lived objects are listed in {BUDGET}"
    yield from listing(tree, "heap", lambda path: path in used)


def goto(tree):
    for s, line, _ in matches(tree.sources, r"\bgoto\b"):
        yield s.path, line, "goto", "return early; CLEANUP releases"


def scope_cast(tree):
    pattern = r"(\w*)[ \t]*\(\s*(?:const\s+)?struct\s+scope\s*(?:const\s*)?(\*[\s*]*(?:const\s*)?)?\)\s*(\{?)"
    for s, line, match in matches(tree.sources, pattern):
        cast = match[1] in ("", "return", "case", "else") and (match[2] or s.layer() not in ("policy", "db"))
        if cast:
            yield s.path, line, "scope-cast", "only policy makes a scope and only db reads one"


def sql_in_c(tree):
    for s in tree.sources:
        for line, content in s.strings():
            if SQL.search(content):
                yield s.path, line, "sql-in-c", "SQL stands in sql/query/, one named statement a file"


def first_line(tree):
    for path in source.files_below(tree.root, ["server", "include"], SPOKEN_SUFFIXES):
        if str(path) in tree.budget["generated"]:
            continue
        lines = (tree.root / path).read_text(encoding="utf-8", errors="replace").split("\n")
        number = 1 if lines[0].startswith("#!") else 0
        comment = re.match(r"(/\*|//|#|--|<!--)\s*(.*)", lines[number])
        if not comment or len(re.findall(r"\w+", comment[2])) < 2:
            yield path, number + 1, "first-line", "a file opens with one sentence saying what happens in it"


# Layers

def dots_in_include(tree):
    for s, line, match in matches(tree.sources + tree.tests, r"^[ \t]*#[ \t]*include[ \t]*[\"<]([^\">]*\.\.[^\">]*)", "spoken"):
        yield s.path, line, "include-dots", f"{match[1]}: an include names its layer"


def include_layer(tree):
    for s, line, match in matches(tree.sources, r'^[ \t]*#[ \t]*include[ \t]*"((?:(?!\.\.)[^"])*)"', "spoken"):
        folder, _, name = match[1].rpartition("/")
        if s.path.parts[0] == "include":
            yield s.path, line, "include-layer", f"{match[1]}: a public header sees <bailiwick/...> alone"
            continue
        given = tree.layers.get(s.layer())
        if not given:
            yield s.path, line, "include-layer", f"CMakeLists.txt has no layer {s.layer()}"
        elif folder not in given.uses:
            yield s.path, line, "include-layer", f"{match[1]}: CMakeLists.txt does not give {folder or 'this'} to {s.layer() or 'main.c'}"
        elif match[1] == "db/scope_mint.h" and not given.mints:
            yield s.path, line, "include-layer", "db/scope_mint.h: what is in a scope is for db and policy"


def include_library(tree):
    for s, line, match in matches(tree.sources, r"^[ \t]*#[ \t]*include[ \t]*<([^>]*)>", "spoken"):
        for pattern, owners in LIBRARIES:
            if re.match(pattern, match[1]) and s.layer() not in owners:
                yield s.path, line, "include-library", f"{match[1]}: belongs to {', '.join(sorted(owners))}"


# Files

def unit_tests(tree):
    untested = set()
    for s in tree.sources:
        if s.path.suffix == ".c" and s.layer():
            test = Path("tests/unit") / s.layer() / f"test_{s.path.name}"
            if not (tree.root / test).exists():
                untested.add(str(s.path))
    for path in sorted(untested - set(tree.budget["untested"])):
        yield Path(path), 1, "unit-test", "one noun, one file pair, one test file"
    yield from listing(tree, "untested", lambda path: path in untested)


def statement_lines(tree):
    for path in source.files_below(tree.root, ["sql/query"], (".sql",)):
        text = (tree.root / path).read_text(encoding="utf-8")
        for word in ("params", "row"):
            if not re.search(rf"^-- {word}:", text, re.M):
                yield path, 1, "statement-lines", f"has no line `-- {word}:`"


# Sessions

# function -> who may call it, and does: one makes sessions, and whoever comes to it has seen every proof that is asked for. A way in that is
# not here is not there; one that is added has its row in tests/api/test_portal.py.
CALLERS = {
    "store_session_create": {"server/domain/session.c:domain_session_begin"},
    "domain_session_begin": {"server/domain/login.c:begin", "server/domain/login.c:enter", "server/domain/login.c:domain_login_enroll_confirm",
                             "server/domain/login.c:domain_login_step_up", "server/domain/machine.c:begin"},
}


def callers(tree):
    for called, known in CALLERS.items():
        found = set()
        for s, line, _ in matches(tree.code, rf"\b{called}\s*\("):
            around = [f.name for f in tree.functions[s.path] if f.line < line <= f.end]
            found.update(f"{s.path}:{name}" for name in around)
            if around and f"{s.path}:{around[0]}" not in known:
                yield s.path, line, "callers", f"{called}: {around[0]} is none of those that may make a session"
        for name in sorted(known - found):
            path, _, function = name.partition(":")
            if Path(path) in tree.functions:
                yield Path(path), 1, "callers", f"{called}: {function} makes no session any more: take it out of the list"


# The ratchet

def listing(tree, name, needed):
    """A list of exceptions: none too many, each still needed."""
    entries = tree.budget[name]
    if tree.over(name, len(entries)):
        yield BUDGET, 1, "ratchet", f"{name}: {len(entries)} entries, at most {tree.limits[name]}"
    for entry in entries:
        if not needed(entry):
            yield BUDGET, 1, "ratchet", f"{name}: {entry} is an exception no longer: take it out"


def earlier_limits(root):
    """(commit, limits) of every committed budget; of none where there is no repository."""
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True, check=True).stdout
    if not (root / ".git").exists():
        return
    for commit in git("log", "--format=%h", "--", str(BUDGET)).split():
        if git("ls-tree", "--name-only", commit, str(BUDGET)).strip():
            yield commit, json.loads(git("show", f"{commit}:{BUDGET}"))["limits"]


def ratchet(tree):
    for commit, limits in earlier_limits(tree.root):
        for name, limit in limits.items():
            now = tree.limits.get(name)
            if now is None or now > limit:
                yield BUDGET, 1, "ratchet", f"{name}: {now} now, {limit} in {commit}: a limit only goes down"


RULES = [file_length, function_length, parameters, nesting, line_width, banned_functions, heap, goto, scope_cast, sql_in_c,
         first_line, dots_in_include, include_layer, include_library, unit_tests, statement_lines, callers, ratchet]


def broken(tree):
    for rule in RULES:
        yield from rule(tree)


def slack(tree):
    """Limits that could be lowered: (name, limit, what is reached)."""
    return [(name, limit, tree.measured.get(name, 0)) for name, limit in tree.limits.items()
            if tree.measured.get(name, 0) < limit]
