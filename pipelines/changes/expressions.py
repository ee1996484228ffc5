"""Parts of a SELECT as sqlglot parses them: what stands in an expression, and what it speaks of."""

from collections.abc import Iterator

from sqlglot import exp


def own(node: exp.Expression, *kinds: type[exp.Expression]) -> Iterator[exp.Expression]:
    """Nodes of some kinds in an expression, not those inside a query in it."""
    stack = [node]
    while stack:
        found = stack.pop()
        if isinstance(found, kinds):
            yield found
        if isinstance(found, (exp.Query, exp.Exists)):
            continue
        query = found.args.get("query") if isinstance(found, exp.In) else None
        stack.extend(child for child in found.iter_expressions() if child is not query)


def own_of(select: exp.Select, *kinds: type[exp.Expression]) -> Iterator[exp.Expression]:
    """Nodes of some kinds in what a SELECT gives, in its HAVING and its ORDER BY."""
    for part in (*select.expressions, select.args.get("having"), select.args.get("order")):
        if part is not None:
            yield from own(part, *kinds)


def text(node: exp.Expression) -> str:
    """An expression as text, the same for what is the same."""
    if isinstance(node, exp.Column):  # most are, and this is quicker
        return f"{node.table}.{node.name}"
    return node.sql()


def sources_of(node: exp.Expression) -> set[str]:
    """Names of the sources whose columns an expression speaks of."""
    return {column.table for column in node.find_all(exp.Column)}


def windowed(aggregate: exp.Expression) -> bool:
    """Whether an aggregate stands before OVER."""
    around = aggregate.parent
    while isinstance(around, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)):
        around = around.parent
    return isinstance(around, exp.Window)


def conjuncts(node: exp.Expression) -> list[exp.Expression]:
    """The conditions that AND joins."""
    if isinstance(node, exp.Paren) and isinstance(node.this, exp.And):
        node = node.this
    return list(node.flatten()) if isinstance(node, exp.And) else [node]


def query_of(node: exp.Expression) -> exp.Expression | None:
    """The query that EXISTS, IN or a subquery asks."""
    query = node.args.get("query") if isinstance(node, exp.In) else node.this
    return query if isinstance(query, exp.Query) else None


def bare(item: exp.Expression) -> exp.Expression:
    """What a column is, without the name it is given."""
    return item.this if isinstance(item, exp.Alias) else item


def is_star(item: exp.Expression) -> bool:
    """Whether it stands for all columns, of all that is read or of one table."""
    return isinstance(item, exp.Star) or (
        isinstance(item, exp.Column) and isinstance(item.this, exp.Star)
    )
