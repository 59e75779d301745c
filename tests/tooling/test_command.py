"""What is made of the table of commands and installed: completion in a shell, and the page of the manual."""
import subprocess

import pytest

from support import source
from support.server import binary

VERBS = source.verbs()


def said(*words):
    return subprocess.run([binary(), *words], capture_output=True, text=True, check=True, timeout=60, env={}).stdout


@pytest.fixture(scope="module", name="script")
def completion_script(tmp_path_factory):
    path = tmp_path_factory.mktemp("completion") / "bailiwick"
    path.write_text(said("completion", "bash"))
    return path


def completed(script, *words):
    """What bash offers in the place of the last word."""
    typed = ["bailiwick", *words]
    program = f'. {script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bailiwick; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", program, "bash", *typed], capture_output=True, text=True, check=True, timeout=20)
    assert not done.stderr, done.stderr
    return done.stdout.split()


def test_the_script_is_clean(script):
    subprocess.run(["shellcheck", "-s", "bash", script], check=True)


@pytest.mark.parametrize("words, offered", [
    (["gra"], ["grant"]), (["gr"], ["group", "grant"]), (["rot"], ["rotate-keys"]), (["imp"], ["import"]), (["tenant", "s"], ["show", "set", "suspend"]),
    (["tenant", "suspend", "x", "--re"], ["--reach"]), (["tenant", "suspend", "x", "--reach", ""], ["staff", "subtree"]),
    (["tenant", "add", "--kind", "=", "par"], ["partner"]), (["tenant", "add", "--kind", "="], ["partner", "customer"]),
    (["user", "ls", "--state", "inv"], ["invited"]), (["login", "--aud"], ["--audience"]), (["tree", "x", "--js"], ["--json"]),
    (["login", "--tenant", "x", "--lo"], ["--login"]), (["user", "show", "no-such"], [])])
def test_words_are_completed_by_what_stands_before_them(script, words, offered):
    assert completed(script, *words) == offered


def test_every_verb_is_offered(script):
    for noun in {verb.noun for verb in VERBS}:
        assert completed(script, noun, "") == [verb.name for verb in VERBS if verb.noun == noun and verb.name]


def test_the_manual_has_every_command_and_setting():
    page = said("manual")
    for verb in VERBS:
        assert f".B bailiwick {verb}".replace("-", "\\-") in page
    for setting in source.settings():
        assert setting.variable in page
    assert page.startswith('." Made by') or page.startswith('.\\" Made by')


def test_all_of_it_is_installed(tmp_path):
    """Of a build that is there already: nothing is built here."""
    subprocess.run(["cmake", "--install", binary().parent, "--prefix", tmp_path], check=True, stdout=subprocess.DEVNULL)
    installed = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert installed == {"bin/bailiwick", "share/man/man1/bailiwick.1", "share/bash-completion/completions/bailiwick"}
    assert (tmp_path / "share/man/man1/bailiwick.1").read_text() == said("manual")
    assert (tmp_path / "share/bash-completion/completions/bailiwick").read_text() == said("completion", "bash")
