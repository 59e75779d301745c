"""The house rules as a program: a small clean tree passes, and each rule fires on the one mistake put into it."""
import json
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("run")

LIMITS = {"function_lines": 12, "function_lines_p95": 20, "nesting": 3, "c_lines": 30, "h_lines": 10, "parameters": 5,
          "many_parameters": 1, "wide_lines": 0, "heap": 1, "untested": 1}

CLEAN = {
    "CMakeLists.txt": """
layer(base)
layer(json   USES base        NEEDS PkgConfig::jansson)
layer(db     USES base db_mint
             INSIDE lease.h)
layer(store  USES base db)
layer(policy USES base store db db_mint) # not api
layer(api    USES base json store)
sees(bailiwick base api)
""",
    "include/bailiwick/decide.h": "/* The public face of it. */\n#include <bailiwick/model.h>\n",
    "server/build.cmake": "# How the build works here.\n",
    "server/run": "#!/bin/bash\n# Starts the service at once.\n",
    "server/main.c": '/* Builds all and runs. */\n#include "api/gate.h"\n',
    "server/authn/list.txt": "data without a sentence\n",
    "server/base/buf.c": '/* Bytes that grow here. */\n#include <stdlib.h>\nvoid give(void *p) { free(p); }\n',
    "server/api/gate.c": """/* The one door to all. */
#include "api/gate.h"
#include "base/buf.h"
#include <stdio.h>

static const char *words[] = {"Select a file", "goto", "free(", "please update all of it", "// no comment"};

/* strcpy(a, b); goto nowhere; SELECT 1 */
int gate(int a, int (*b)(int, int), const char *c)
{
  struct pair p = (struct pair){{a, a}};
  if (a)
    for (int i = 0; i < a; i++)
      if (b(i, a))
        return i;
  else if (c)
    return sizeof(struct scope *);
  own->free(p);
  return 0;
}
""",
    "server/api/gate.h": "/* The door's own header. */\nint gate(const struct scope *);\n",
    "tests/unit/base/test_buf.c": "/* Tests. */\n",
    "tests/unit/api/test_gate.c": "/* Tests. */\n",
    "sql/query/tenant_read.sql": "-- params: $1 id\n-- row: name\nSELECT 1\n",
}


def gate_with(body):
    return {"server/api/gate.c": f"/* The one door to all. */\n{body}\n"}


def function_of(statement):
    return gate_with(f"int gate(int a)\n{{\n{statement}\n}}")


def planted(root, files, **budget):
    whole = {"limits": LIMITS, "generated": [], "heap": [], "untested": [], "many_parameters": []}
    whole.update(budget)
    for path, text in {**CLEAN, **files, "tests/shape/budget.json": json.dumps(whole)}.items():
        if text is None:
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def shape(root):
    """(exit status, the violations, the whole output)"""
    done = subprocess.run([RUN, root], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    lines = [line for line in done.stdout.splitlines() if ": could be" not in line]
    violations = [line for line in lines[:-1] if " could be lowered " not in line]
    return done.returncode, violations, done.stdout


def test_a_clean_tree_passes(tmp_path):
    planted(tmp_path, {})
    status, violations, _ = shape(tmp_path)
    assert violations == []
    assert status == 0


MISTAKES = {
    "file-length of a .c": ("file-length", "server/api/gate.c:31", gate_with("\n" * 29 + "int a;")),
    "file-length of a .h": ("file-length", "server/api/gate.h:11", {"server/api/gate.h": "/* The door's own header. */" + "\n" * 11}),
    "function-length": ("function-length", "server/api/gate.c:2", function_of("  a++;\n" * 10)),
    "parameters": ("parameters", "server/api/gate.c:2", gate_with("int gate(int a, int b, int c, int d, int e, int f)\n{ }")),
    "nesting with braces": ("nesting", "server/api/gate.c:7", function_of(
        "  if (a) {\n    while (a) {\n      switch (a) {\n      case 1: if (a) { a++; }\n      }\n    }\n  }")),
    "nesting without": ("nesting", "server/api/gate.c:7", function_of("if (a)\nfor (;;)\ndo\nif (a) a++;\nwhile (a);")),
    "nesting in an else": ("nesting", "server/api/gate.c:7", function_of(
        "if (a) a++;\nelse if (a) while (a)\nfor_each(x, a) {\nif (a) a++;\n}")),
    "line-width": ("line-width", "server/api/gate.c:2", gate_with("/* " + "x" * 120 + " */")),
    "line-width in a test": ("line-width", "tests/unit/api/test_gate.c:1", {"tests/unit/api/test_gate.c": "/* " + "x" * 120}),
    "heap": ("heap", "server/api/gate.c:4", function_of("  free (a);")),
    "a second function that makes sessions": ("callers", "server/api/gate.c:4", function_of("  store_session_create(a);")),
    "a way in that is not listed": ("callers", "server/api/gate.c:4", function_of("  domain_session_begin(a);")),
    "heap by calloc": ("heap", "server/api/gate.c:4", function_of("  a = calloc(1, 1);")),
    "goto": ("goto", "server/api/gate.c:5", function_of("  a++;\n  goto end;")),
    "scope-cast": ("scope-cast", "server/api/gate.c:4", function_of("  a = (struct scope *)b;")),
    "scope-cast of const": ("scope-cast", "server/api/gate.c:4", function_of("  return (const struct scope *)b;")),
    "scope-cast in policy": ("scope-cast", "server/policy/mint.c:2", {
        "server/policy/mint.c": "/* Makes the scopes here. */\nvoid *a(void) { return x((struct scope*)b); }\n",
        "tests/unit/policy/test_mint.c": ""}),
    "scope made by a literal": ("scope-cast", "server/api/gate.c:4", function_of("  a = &(struct scope){0};")),
    "sql in capitals": ("sql-in-c", "server/api/gate.c:4", function_of('  a("SELECT 1");')),
    "sql in small letters": ("sql-in-c", "server/api/gate.c:4", function_of('  a("delete "\n    "from tenant");')),
    "update": ("sql-in-c", "server/api/gate.c:4", function_of('  a("update tenant set a = 1");')),
    "first-line that is code": ("first-line", "server/api/gate.h:1", {"server/api/gate.h": "int gate(void);\n"}),
    "first-line of one word": ("first-line", "server/api/gate.h:1", {"server/api/gate.h": "/* Gate. */\n"}),
    "first-line of a script": ("first-line", "server/run:2", {"server/run": "#!/bin/bash\nset -e\n"}),
    "first-line of a public header": ("first-line", "include/bailiwick/decide.h:1", {"include/bailiwick/decide.h": "\n"}),
    "include-dots": ("include-dots", "server/api/gate.c:2", gate_with('#include "base/../db/tx.h"')),
    "include-dots in a test": ("include-dots", "tests/unit/api/test_gate.c:2", {
        "tests/unit/api/test_gate.c": '/* Tests. */\n#include <../../server/api/gate.c>\n'}),
    "include-layer": ("include-layer", "server/api/gate.c:2", gate_with('#include "db/tx.h"')),
    "include-layer of main": ("include-layer", "server/main.c:2", {"server/main.c": '/* Builds all and runs. */\n#include "json/a.h"\n'}),
    "include without a layer": ("include-layer", "server/api/gate.c:2", gate_with('#include "gate.h"')),
    "include-layer unknown to CMake": ("include-layer", "server/odd/a.c:2", {
        "server/odd/a.c": '/* Is in no layer. */\n#include "base/buf.h"\n', "tests/unit/odd/test_a.c": ""}),
    "include-layer of a public header": ("include-layer", "include/bailiwick/decide.h:2", {
        "include/bailiwick/decide.h": '/* The public face of it. */\n#include "base/buf.h"\n'}),
    "what is in a scope": ("include-layer", "server/store/a.c:2", {
        "server/store/a.c": '/* Reads what it may not. */\n#include "db/scope_mint.h"\n', "tests/unit/store/test_a.c": ""}),
    "include-library": ("include-library", "server/api/gate.c:2", gate_with("#include <jansson.h>")),
    "unit-test": ("unit-test", "server/api/new.c:1", {"server/api/new.c": "/* Has no test yet. */\n"}),
    "statement without params": ("statement-lines", "sql/query/a.sql:1", {"sql/query/a.sql": "-- row: a\nSELECT 1\n"}),
    "statement without row": ("statement-lines", "sql/query/a.sql:1", {"sql/query/a.sql": "-- params: none\nSELECT 1\n"}),
}
for name in ("strcpy", "strcat", "sprintf", "vsprintf", "strtok", "atoi", "atol", "gets", "alloca", "rand", "srand"):
    MISTAKES[name] = ("banned-function", "server/api/gate.c:4", function_of(f"  {name}(a);"))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_rule_fires(tmp_path, mistake):
    rule, place, files = MISTAKES[mistake]
    planted(tmp_path, files)
    status, violations, _ = shape(tmp_path)
    assert [line.split(": ")[:2] for line in violations] == [[place, rule]]
    assert status == 1


def test_the_95th_percentile_is_held(tmp_path):
    body = "\n".join(f"int f{i}(void)\n{{\n  return 0;\n}}" for i in range(5))
    planted(tmp_path, gate_with(body), limits={**LIMITS, "function_lines_p95": 3})
    assert [line.split(": ")[1] for line in shape(tmp_path)[1]] == ["function-length-p95"]


def test_generated_files_and_lists_of_exceptions_are_heeded(tmp_path):
    planted(tmp_path, {"server/api/table.c": "int a;" + "\n" * 200,
                       "server/api/gate.c": "/* The one door to all. */\nint a(int a, int b, int c, int d, int e, int f)"
                                            "\n{\n  free(a);\n}\n"},
            generated=["server/api/table.c"], untested=["server/api/table.c"], heap=["server/api/gate.c"],
            many_parameters=["server/api/gate.c:a"])
    assert shape(tmp_path)[:2] == (0, [])


@pytest.mark.parametrize("name, entry", [("heap", "server/api/gate.c"), ("untested", "server/api/gate.c"),
                                         ("untested", "server/api/gone.c"), ("many_parameters", "server/api/gate.c:gate")])
def test_an_exception_that_is_needed_no_longer_is_a_violation(tmp_path, name, entry):
    planted(tmp_path, {}, **{name: [entry]})
    status, violations, _ = shape(tmp_path)
    assert status == 1 and len(violations) == 1
    assert f"ratchet: {name}: {entry} is an exception no longer" in violations[0]


def test_a_list_of_exceptions_has_a_limit(tmp_path):
    planted(tmp_path, {"server/api/a.c": "/* Has no test yet. */\n", "server/api/b.c": "/* Has no test either. */\n"},
            untested=["server/api/a.c", "server/api/b.c"])
    assert ["ratchet: untested: 2 entries, at most 1" in line for line in shape(tmp_path)[1]] == [True]


def test_what_could_be_lowered_is_said(tmp_path):
    planted(tmp_path, {})
    assert "c_lines could be lowered from 30 to 20" in shape(tmp_path)[2]
    assert "nesting could be lowered" not in shape(tmp_path)[2]


def git(root, *words):
    subprocess.run(["git", "-C", root, "-c", "user.name=t", "-c", "user.email=t@example.org", *words], check=True,
                   capture_output=True)


@pytest.mark.parametrize("limits, broken", [({"c_lines": 31}, True), ({"c_lines": 29}, False), ({"c_lines": 30}, False)])
def test_a_committed_limit_only_goes_down(tmp_path, limits, broken):
    planted(tmp_path, {})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    planted(tmp_path, {}, limits={**LIMITS, **limits})
    git(tmp_path, "commit", "-qam", "second", "--allow-empty")
    violations = shape(tmp_path)[1]
    assert bool(violations) == broken
    assert all("ratchet: c_lines: 31 now, 30 in" in line for line in violations)


def test_a_committed_limit_cannot_be_left_out(tmp_path):
    planted(tmp_path, {}, limits={**LIMITS, "columns": 3})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    planted(tmp_path, {})
    assert ["ratchet: columns: None now" in line for line in shape(tmp_path)[1]] == [True]
