"""The parts of README.md that say what the source says: run as a program, it writes them anew."""
import re

from support.source import ROOT, settings

README = ROOT / "README.md"
BEGIN, END = "<!-- settings: made by tests/support/readme.py -->\n", "<!-- end of settings -->\n"


def default_of(setting):
    unit = {"SECONDS": " s"}.get(setting.kind, "")
    return f"`{setting.default}`{unit}" if setting.default else "none"


def settings_table():
    lines = ["| setting | default | what it does | for security |", "| --- | --- | --- | --- |"]
    for setting in settings():
        name = f"`{setting.variable}`" + (f" or `{setting.variable}_FILE`" if setting.kind == "SECRET" else "")
        lines.append(f"| {name} | {default_of(setting)} | {setting.help} | {setting.security} |")
    return "\n".join(lines) + "\n"


def section(heading):
    """The text under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", README.read_text(), re.M | re.S)
    return found.group(1)


def blocks(heading):
    """The shell blocks of a section."""
    return re.findall(r"^```sh\n(.*?)^```", section(heading), re.M | re.S)


def present_table():
    return README.read_text().partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    before, _, rest = README.read_text().partition(BEGIN)
    README.write_text(before + BEGIN + settings_table() + END + rest.partition(END)[2])
