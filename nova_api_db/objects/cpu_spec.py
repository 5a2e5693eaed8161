# SPDX-License-Identifier: Apache-2.0
"""Sets of CPUs as people write them: ``0-3,^2,8``."""

from nova_api_db import exception


def parse(text: str) -> set[int]:
    """Return the CPUs that a text names; ``^`` takes away one that a range includes.

    :raises Invalid: if a part is neither a number nor a range
    """
    included: set[int] = set()
    excluded: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        if part.startswith("^"):
            excluded.add(_number(part[1:], text))
            continue
        first, dash, last = part.partition("-")
        start = _number(first, text)
        end = _number(last, text) if dash else start
        if end < start:
            raise exception.Invalid(reason=f"{part} is no range of CPUs in '{text}'")
        included.update(range(start, end + 1))
    return included - excluded


def _number(text: str, whole: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise exception.Invalid(reason=f"'{whole}' does not name CPUs") from None
