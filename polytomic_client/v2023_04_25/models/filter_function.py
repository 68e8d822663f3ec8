from __future__ import annotations

from enum import StrEnum


class FilterFunction(StrEnum):
    """The comparison that a filter makes.

    A value that this version of the document does not name is kept: it equals its string, and its name is UNKNOWN.
    """

    ARRAYCONTAINS = "ArrayContains"
    ARRAYDOESNOTCONTAIN = "ArrayDoesNotContain"
    BETWEEN = "Between"
    EQUALITY = "Equality"
    FALSE = "False"
    GREATERTHAN = "GreaterThan"
    GREATERTHANEQUAL = "GreaterThanEqual"
    INEQUALITY = "Inequality"
    INTHELAST = "InTheLast"
    ISNOTNULL = "IsNotNull"
    ISNULL = "IsNull"
    LESSTHAN = "LessThan"
    LESSTHANEQUAL = "LessThanEqual"
    ONORAFTER = "OnOrAfter"
    ONORBEFORE = "OnOrBefore"
    RELATIVEONORAFTER = "RelativeOnOrAfter"
    RELATIVEONORBEFORE = "RelativeOnOrBefore"
    STRINGCONTAINS = "StringContains"
    STRINGDOESNOTCONTAIN = "StringDoesNotContain"
    STRINGDOESNOTENDWITH = "StringDoesNotEndWith"
    STRINGDOESNOTSTARTWITH = "StringDoesNotStartWith"
    STRINGENDSWITH = "StringEndsWith"
    STRINGLIKE = "StringLike"
    STRINGMATCHESTRIMMED = "StringMatchesTrimmed"
    STRINGNOTLIKE = "StringNotLike"
    STRINGNOTONEOF = "StringNotOneOf"
    STRINGONEOF = "StringOneOf"
    STRINGSTARTSWITH = "StringStartsWith"
    TRUE = "True"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> FilterFunction | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
