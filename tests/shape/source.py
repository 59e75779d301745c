"""Reads the tree as the rules need it: C with comments and strings blanked, functions from ctags, layers from CMake."""
import re
import subprocess
from collections import namedtuple

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)

Function = namedtuple("Function", "name line end parameters")
Layer = namedtuple("Layer", "uses mints")  # the layers it sees, and whether it sees what is in a scope


def blank(text, quotes):
    """Spaces of the same shape; a string keeps its quotes if asked, so that it stays a token."""
    shape = re.sub(r"[^\n]", " ", text)
    return text[0] + shape[1:-1] + text[-1] if quotes else shape


class Source:
    """One C file: `text` as it is, `spoken` without comments, `code` also without what stands in strings."""

    def __init__(self, root, path):
        self.path = path
        self.text = (root / path).read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.split("\n")
        self.spoken = TOKEN.sub(lambda m: m[0] if m[0][0] in "\"'" else blank(m[0], False), self.text)
        self.code = TOKEN.sub(lambda m: blank(m[0], m[0][0] in "\"'"), self.text)
        self.statements = PREPROCESSOR.sub(lambda m: blank(m[0], False), self.code)

    def layer(self):
        """The folder below server/; None for server/main.c and what stands elsewhere."""
        parts = self.path.parts
        return parts[1] if parts[0] == "server" and len(parts) == 3 else None

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1

    def strings(self):
        """(line, content) of each literal; those that the compiler joins are one."""
        joined = []
        end = None
        for match in re.finditer(r'"((?:\\.|[^"\\\n])*)"', self.spoken):
            if end is not None and not self.spoken[end:match.start()].strip():
                joined[-1][1] += match[1]
            else:
                joined.append([self.line_of(match.start()), match[1]])
            end = match.end()
        return joined


def files_below(root, folders, suffixes):
    found = []
    for folder in folders:
        found += [path.relative_to(root) for path in (root / folder).rglob("*")
                  if path.is_file() and path.suffix in suffixes]
    return sorted(found)


def parameter_count(signature):
    inside = signature.strip()[1:-1].strip()
    if inside in ("", "void"):
        return 0
    depth, count = 0, 1
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        count += character == "," and depth == 0
    return count


def functions(root, sources):
    """The functions of each source by its path, as ctags sees them."""
    listing = "\n".join(str(source.path) for source in sources)
    command = ["ctags", "--options=NONE", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f", "--fields=+neS",
               "--sort=no", "-f", "-", "-L", "-"]
    output = subprocess.run(command, input=listing, cwd=root, capture_output=True, text=True, check=True).stdout
    found = {source.path: [] for source in sources}
    paths = {str(path): path for path in found}
    for row in output.splitlines():
        name, path, *fields = row.split("\t")
        field = dict(part.split(":", 1) for part in fields if ":" in part)
        if "end" in field:
            found[paths[path]].append(Function(name, int(field["line"]), int(field["end"]),
                                               parameter_count(field.get("signature", "()"))))
    return found


def call_words(cmake, command):
    """The words of each `command(...)` in a CMake text."""
    bare = re.sub(r"#[^\n]*", "", cmake)
    return [match[1].split() for match in re.finditer(rf"^\s*{command}\(([^)]*)\)", bare, re.M)]


def layers(root):
    """What CMakeLists.txt gives each layer, and under None what it gives server/main.c."""
    cmake = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    given = {}
    for name, *words in call_words(cmake, "layer"):
        uses, taking = set(), False
        for word in words:
            if word.isupper():
                taking = word == "USES"
            elif taking:
                uses.add(word)
        given[name] = Layer(uses | {name}, "db_mint" in uses)
    for target, *words in call_words(cmake, "sees"):
        if target == "bailiwick":
            given[None] = Layer(set(words), "db_mint" in words)
    return given


WORDS = re.compile(r"[A-Za-z_]\w*|[{}();:]|[^\s\w]|\d\w*")
CONTROLS = {"if", "for", "while", "switch"}


class Nesting:
    """How deep statements stand in each other, with braces or without; `else if` stands beside its `if`."""

    def __init__(self, code, start):
        self.words = [(m[0], m.start()) for m in WORDS.finditer(code, start)]
        self.deepest, self.at = 0, start

    def word(self, i):
        return self.words[i][0] if i < len(self.words) else ""

    def balanced(self, i):
        """Behind the bracket that closes the one at i."""
        depth = 0
        while i < len(self.words):
            depth += (self.word(i) in "({[") - (self.word(i) in ")}]")
            i += 1
            if depth == 0:
                break
        return i

    def body(self, i, depth, opener):
        if depth > self.deepest:
            self.deepest, self.at = depth, self.words[opener][1]
        return self.block(i, depth) if self.word(i) == "{" else self.statement(i, depth)

    def block(self, i, depth):
        i += 1
        while i < len(self.words) and self.word(i) != "}":
            i = self.statement(i, depth)
        return i + 1

    def expression(self, i):
        while i < len(self.words) and self.word(i) not in (";", "}"):
            i = self.balanced(i) if self.word(i) in "({[" else i + 1
        return i + 1 if self.word(i) == ";" else i

    def conditional(self, i, depth):
        i = self.body(self.balanced(i + 1), depth + 1, i)
        while self.word(i) == "else":
            i = self.conditional(i + 1, depth) if self.word(i + 1) == "if" else self.body(i + 1, depth + 1, i)
        return i

    def statement(self, i, depth):
        word = self.word(i)
        if word == "{":
            return self.body(i, depth + 1, i)
        if word == "if":
            return self.conditional(i, depth)
        if word == "do":
            return self.expression(self.body(i + 1, depth + 1, i))
        if word in ("case", "default"):
            while self.word(i) not in (":", ""):
                i += 1
            return i + 1
        loop = word.isidentifier() and self.word(i + 1) == "(" and self.word(self.balanced(i + 1)) == "{"
        if word in CONTROLS or loop:
            return self.body(self.balanced(i + 1), depth + 1, i)
        return self.expression(i)


def nesting(source, function):
    """(depth, position) of the deepest statement of a function."""
    start = 0
    for _ in range(function.line - 1):
        start = source.statements.index("\n", start) + 1
    walk = Nesting(source.statements, source.statements.index("{", start))
    walk.block(0, 0)
    return walk.deepest, walk.at
