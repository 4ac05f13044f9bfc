"""What a field may be, where it may be one of a few words: told to whom wrote another."""

from collections.abc import Iterator, Sequence

from msgspec import inspect


def choices_at(wanted: object, field: str) -> Sequence[str]:
    """Return the words that fit at a place of a type; none where it is not a choice of words.

    field: names and places, joined by dots; empty for the type itself.
    """
    if wanted is None:
        return ()
    kinds = list(_alternatives(inspect.type_info(wanted)))
    for step in field.split(".") if field else ():
        kinds = [each for kind in kinds for each in _inside(kind, step)]
    return [str(word) for kind in kinds for word in _words(kind)]


def _alternatives(kind: inspect.Type) -> Iterator[inspect.Type]:
    match kind:
        case inspect.Metadata():
            yield from _alternatives(kind.type)
        case inspect.UnionType():
            for each in kind.types:
                yield from _alternatives(each)
        case _:
            yield kind


def _inside(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    match kind:
        case inspect.StructType():
            for field in kind.fields:
                if field.encode_name == step:
                    yield from _alternatives(field.type)
        case inspect.ListType() | inspect.VarTupleType() | inspect.CollectionType():
            yield from _alternatives(kind.item_type)
        case inspect.DictType():
            yield from _alternatives(kind.value_type)
        case _:
            return


def _words(kind: inspect.Type) -> Sequence[object]:
    match kind:
        case inspect.LiteralType():
            return kind.values
        case inspect.EnumType():
            return [each.value for each in kind.cls]
        case _:
            return ()
