"""Our own laws: each is broken once and found, kept once and silent, and excused only with a reason."""

from __future__ import annotations

import pytest

from tools.lint.__main__ import RULES, check
from tools.lint.files import File

LONG = "\n".join(["x = 1"] * 501)
LONG_FUNCTION = '"""P."""\n\ndef long():\n' + "    x = 1\n" * 51
FACTORY = '"""P."""\n\ndef factory():\n' + "".join(
    f"    def part_{n}():\n" + "        x = 1\n" * 20 for n in range(4)
)

BROKEN = {
    "file-length": ("app/a.py", f'"""P."""\n{LONG}'),
    "function-length": ("app/a.py", LONG_FUNCTION),
    "module-preface": ("builder/a.py", "a = 1\nb = 2\nc = 3\nd = 4\n"),
    "forbidden-call": ("runtime/a.py", '"""P."""\nx = eval("1")\n'),
    "forbidden-import": ("runtime/a.py", '"""P."""\nfrom pickle import loads\n'),
    "made-up-sql": ("runtime/store/a.py", '"""P."""\nq = text(f"SELECT {name}")\n'),
    "sleep": ("tests/a.py", '"""P."""\ntime.sleep(1)\n'),
    "vague-name": ("app/utils.py", '"""P."""\n'),
    "code-in-bundle": ("crm_template/a.py", ""),
    "machine-path": ("docs/a.md", "see /wo" + "rk/main for it"),
    "registry-address": ("docs/a.md", "from py" + "pi.org"),
    "lock-address": ("package-lock.json", '{"resolved": "x"}'),
    "python-lock": ("requirements-x.in", "flask\n"),
    "hashes": ("requirements-x.txt", "flask==3.1.3\n    # via x\n"),
    "npm-lock": ("package.json", '{"dependencies": {"htmx.org": "^2.0.11"}}'),
    "template-level": ("templates/macros/a.html", '{% include "pages/home.html" %}'),
    "template-policy": ("templates/pages/a.html", "{{ text | safe }}"),
    "change-fragment": ("changes/a.md", "# Heading\n\nTwo paragraphs."),
}


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_broken_law_is_found(rule: str) -> None:
    path, text = BROKEN[rule]
    assert rule in {finding.rule for finding in check([File(path, text)])}


def test_every_law_is_broken_once_above() -> None:
    names = {rule.__name__.replace("_", "-") for rule in RULES}
    assert {name for name in names if name != "lock-with-addresses"} == set(BROKEN) - {"lock-address"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "runtime/store/a.py",
            '"""P."""\nq = text("SELECT 1 WHERE a = :a")\nr = connection.execute(select(x))\n',
        ),
        ("app/a.py", '"""P."""\nimport re\np = re.compile("a")\n'),
        ("app/a.py", FACTORY),
        ("expressions/compiler.py", '"""P."""\ncode = compile(tree, "x", "eval")\n'),
        ("templates/pages/a.html", '{% include "fragments/a.html" %}<script src="/a.js"></script>'),
        ("templates/fields/text/a.html", '<b :style="x" data-style="y" data-on="1">{{ value }}</b>'),
        ("docs/a.md", "the root/work folder of a project/home/page"),
        ("changes/new-field.md", "Forms have a rating field."),
    ],
)
def test_lawful_file_is_left_in_peace(path: str, text: str) -> None:
    assert list(check([File(path, text)])) == []


def test_excuse_needs_its_rule_and_a_reason() -> None:
    line = '"""P."""\nx = eval("1")  # lint: {}\n'
    assert not list(check([File("app/a.py", line.format("forbidden-call: the text is a literal of ours"))]))
    assert list(check([File("app/a.py", line.format("forbidden-call: "))]))
    assert list(check([File("app/a.py", line.format("sleep: the text is a literal of ours"))]))


@pytest.mark.parametrize(
    "policy_break",
    [
        '<p style="color: red">', '<button onclick="go()">', "<script>go()</script>",
        '<a href="javascript:go()">', "{% autoescape false %}",
    ],
)  # fmt: skip
def test_what_the_content_policy_refuses_is_found(policy_break: str) -> None:
    assert [one.rule for one in check([File("templates/pages/a.html", policy_break)])] == ["template-policy"]
