"""Rules of the app that its sources must keep: one choke point for text, no service call on the UI loop, light start-up."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.css.errors import UnresolvedVariableError
from textual.style import Style
from tui_house import TuiHouse
from tui_stage import on_stage

FOLDER = Path(__file__).parents[2] / "archroom" / "tui"
CHOKE_POINT = "text.py"
SHOWN_AS_MARKUP = {"border_title", "border_subtitle", "tooltip", "sub_title"}
"""What a widget shows of a plain string as markup."""
MAKERS = {"Content", "Text", "Static", "Label", "Button", "Checkbox", "Option", "DataTable", "RichLog"}
"""What makes something that is shown; outside of the choke point nothing but an empty line may be made so."""
SAFE_STRINGS = {"words", "shown"}
STYLE = re.compile(r'"((?:bold |on )*\$[a-z-]+(?: on \$[a-z-]+)?)"')
"""A style as it stands in the sources."""


def parents_of(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """Each node's parent."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def name_of(function: ast.expr) -> str:
    """The last name of what is called."""
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def chain_of(function: ast.expr) -> str:
    """All names of what is called, with dots."""
    return ast.unparse(function)


def is_empty_line(call: ast.Call) -> bool:
    """Whether a call makes an empty line, or joins contents that are made already."""
    only = call.args[0] if len(call.args) == 1 else None
    return isinstance(only, ast.Constant) and only.value == ""


def is_made_safe(value: ast.expr) -> bool:
    """Whether a string comes out of the choke point."""
    return isinstance(value, ast.Call) and name_of(value.func) in SAFE_STRINGS


def offences(source: str, file: str = "screen.py") -> Iterator[str]:
    """What breaks a rule in one file, in words."""
    tree = ast.parse(source)
    parents = parents_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "textual.widgets":
            yield from (f"imports {alias.name}" for alias in node.names if alias.name != "Input")
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in SHOWN_AS_MARKUP:
            yield f"sets {node.attr}"
        if isinstance(node, ast.Call):
            yield from of_call(node, file, parents)


def of_call(call: ast.Call, file: str, parents: dict[ast.AST, ast.AST]) -> Iterator[str]:
    """What breaks a rule in one call."""
    name, chain = name_of(call.func), chain_of(call.func)
    if file != CHOKE_POINT and (name in MAKERS or chain.startswith("Content.")) and not is_empty_line(call):
        yield f"makes {chain}"
    if "from_markup" in chain:
        yield "parses markup"
    if name == "notify" and not (call.args and is_made_safe(call.args[0])):
        yield "notifies with a raw string"
    if name == "notify" and not any(key.arg == "markup" and ast.unparse(key.value) == "False" for key in call.keywords):
        yield "notifies with markup"
    for key in call.keywords:
        if key.arg == "placeholder" and not is_made_safe(key.value) and not isinstance(key.value, ast.Name):
            yield "shows a raw placeholder"
    if is_service(chain) and not is_deferred(call, parents, file):
        yield f"calls {chain} on the loop"


AISLE_VERBS = ("views", "open", "stop", "aisle_for", "aisle_named")
"""What `services.aisles` does; a block's own `aisles` is a tuple."""


def is_service(chain: str) -> bool:
    """Whether a call goes into a service."""
    parts = chain.split(".")
    return (
        "services" in parts[:-1]
        and parts[-1] != "services"
        or parts[-2:-1] in (["finder"], ["people"], ["_desk"])
        or (parts[-2:-1] == ["aisles"] and parts[-1] in AISLE_VERBS)
    )


def is_deferred(node: ast.AST, parents: dict[ast.AST, ast.AST], file: str) -> bool:
    """Whether a node stands in a job: a lambda, an inner function, what only workers call; or runs before the loop."""
    at: ast.AST | None = node
    functions = 0
    while at is not None:
        if isinstance(at, ast.Lambda):
            return True
        if isinstance(at, ast.FunctionDef):
            functions += 1
            if at.name in WORKERS_OWN or (at.name == "__init__" and file == "app.py"):
                return True
        at = parents.get(at)
    return functions > 1


WORKERS_OWN = {"_carry_out", "_answered", "_is_armed_now"}
"""Methods of `opening.py` and `scanning.py` that run on a worker's thread; their only callers are jobs."""


def test_every_file_keeps_the_rules() -> None:
    files = sorted(FOLDER.rglob("*.py"))
    assert len(files) > 60
    found = [f"{path.relative_to(FOLDER)} {offence}" for path in files for offence in offences(path.read_text(), path.name)]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "from textual.widgets import Static",
        "yield Label(thing.title)",
        "x = Content(thing.title)",
        "x = Content.from_markup('[b]x')",
        "x = Content.assemble((title, ''))",
        "self.border_title = thing.title",
        "self.notify(title, markup=False)",
        "self.notify(words(m))",
        "Input(placeholder=f'{x}')",
        "def show(self):\n    self.house.services.ledger.last_acts(3)",
        "def show(self):\n    finder.find('x')\n    house.services.finder.find('x')",
    ],
)
def test_the_rules_see_an_offence(source: str) -> None:
    assert list(offences(source)) != []


@pytest.mark.parametrize(
    "source",
    [
        "x = Content('')",
        "self.notify(words(m), markup=False)",
        "def show(self):\n    self.lane.start(lambda: self.house.services.ledger.last_acts(3))",
    ],
)
def test_the_rules_let_good_code_pass(source: str) -> None:
    assert list(offences(source)) == []


def test_only_jobs_call_what_runs_on_a_workers_thread() -> None:
    for path in FOLDER.rglob("*.py"):
        tree = ast.parse(path.read_text())
        parents = parents_of(tree)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and name_of(node.func) in WORKERS_OWN
                and path.name in ("opening.py", "scanning.py")
            ):
                assert is_deferred(node, parents, path.name), f"{path.name}:{node.lineno}"


def test_the_app_loads_only_what_its_first_screen_needs() -> None:
    script = "import sys, archroom.tui.app\nprint(*sys.modules, sep='\\n')"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(run.stdout.split())
    screens = ("find.screen", "aisles.screen", "climate.screen", "walk.screen")
    later = {f"archroom.tui.{name}" for name in (*screens, "help", "palette", "aisles.confirm", "aisles.block_drawing")}
    assert all(importlib.util.find_spec(name) for name in later)
    assert loaded.isdisjoint(later)
    assert loaded.isdisjoint({"peewee", "sqlite3", "serial", "pymodbus", "PIL", "reportlab", "textual.widgets._data_table"})
    assert "archroom.tui.app" in loaded


@pytest.mark.parametrize("theme", ["archroom-dark", "archroom-light"])
async def test_every_style_of_ours_is_known_to_both_themes(house: TuiHouse, theme: str) -> None:
    """A style that is not known is silently dropped by Textual, after a search for similar names at every line."""
    written = {text for path in FOLDER.rglob("*.py") for text in STYLE.findall(path.read_text())}
    assert len(written) > 8
    async with on_stage(house) as stage:
        stage.app.theme = theme
        await stage.settle()
        for style in sorted(written):
            Style.parse(style)
        with pytest.raises(UnresolvedVariableError):
            Style.parse("$no-such-style")
