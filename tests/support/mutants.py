"""Small faults that can be planted in a module, one at a time, to see whether its tests would notice.

The faults of a source are numbered by their order in it, so that a number names the same fault as long as the source stays.
What only speaks to people (`say`), types and declares is left alone: it decides nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}  # fmt: skip
_LEFT_ALONE = ("say", "field", "dataclass", "TypeVar", "NewType", "super")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault that can be planted."""

    line: int
    what: str
    """What is changed into what, in a few characters."""
    plant: Callable[[], None]
    """Changes the tree that it was found in."""


def mutants(tree: ast.Module) -> list[Mutant]:
    """Return every fault that can be planted in a module's tree, in the order of its text."""
    found = list(_within(tree))
    return sorted(found, key=lambda mutant: mutant.line)


def planted(source: str, number: int) -> ast.Module:
    """Return a module's tree with the fault of that number."""
    tree = ast.parse(source)
    mutants(tree)[number].plant()
    return ast.fix_missing_locations(tree)


def _within(node: ast.AST) -> Iterator[Mutant]:
    yield from _of(node)
    for name, value in ast.iter_fields(node):
        if _is_left_alone(node, name):
            continue
        for at, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST):
                continue
            if isinstance(child, ast.stmt) and isinstance(value, list):
                yield from _of_statement(value, at, child)
            yield from _within(child)


def _is_left_alone(node: ast.AST, field: str) -> bool:
    """Whether a part of a node decides nothing: annotations, decorators, docstrings, texts for people."""
    if field in ("annotation", "returns", "decorator_list", "bases", "keywords") and not isinstance(node, ast.Call):
        return True
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called in _LEFT_ALONE
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Subscript) and field == "slice":
        return isinstance(node.value, ast.Name) and node.value.id in ("dict", "list", "tuple", "set", "frozenset")
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return True  # `zip` of two that are always equally long
    return isinstance(node, ast.JoinedStr | ast.Raise | ast.Assert)


def _of(node: ast.AST) -> Iterator[Mutant]:
    match node:
        case ast.Compare():
            for at, found in enumerate(node.ops):
                other = _COMPARED[type(found)]
                yield _mutant(node, f"{type(found).__name__} -> {other.__name__}", _setting(node.ops, at, other()))
        case ast.BoolOp():
            other_bool = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield _mutant(node, f"-> {other_bool.__name__}", lambda: setattr(node, "op", other_bool()))
        case ast.BinOp() if type(node.op) in _CALCULATED and not _is_text(node):
            other_op = _CALCULATED[type(node.op)]
            yield _mutant(node, f"{type(node.op).__name__} -> {other_op.__name__}", lambda: setattr(node, "op", other_op()))
        case ast.UnaryOp(op=ast.Not()):
            yield _mutant(node, "not x -> not not x", lambda: setattr(node, "operand", ast.UnaryOp(ast.Not(), node.operand)))
        case ast.Constant(value=bool() as truth):
            yield _mutant(node, f"{truth} -> {not truth}", lambda: setattr(node, "value", not truth))
        case ast.Constant(value=(int() | float()) as number):
            another = number + 1 if abs(number) < 10 else number * 2
            yield _mutant(node, f"{number} -> {another}", lambda: setattr(node, "value", another))
        case ast.If() | ast.IfExp() | ast.While() if not isinstance(node.test, ast.Compare | ast.UnaryOp | ast.Constant):
            tested = node.test
            yield _mutant(node, "x -> not x", lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), tested)))


def _of_statement(body: list[ast.stmt], at: int, statement: ast.stmt) -> Iterator[Mutant]:
    match statement:
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise():
            yield _mutant(statement, f"{type(statement).__name__} left out", _setting(body, at, ast.Pass()))
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) if not isinstance(statement.value, ast.Constant):
            yield _mutant(statement, "Assign left out", _setting(body, at, ast.Pass()))
        case ast.Break() | ast.Continue():
            yield _mutant(statement, f"{type(statement).__name__} left out", _setting(body, at, ast.Pass()))
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield _mutant(statement, "return x -> return None", _setting(body, at, ast.Return(ast.Constant(None))))


def _mutant(node: ast.expr | ast.stmt, what: str, plant: Callable[[], None]) -> Mutant:
    return Mutant(node.lineno, what, plant)


def _setting(nodes: list[Node], at: int, node: Node) -> Callable[[], None]:
    def set_it() -> None:
        nodes[at] = ast.copy_location(node, nodes[at])

    return set_it


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr | ast.Constant) and not isinstance(getattr(side, "value", 0), int | float)
        for side in (node.left, node.right)
    )
