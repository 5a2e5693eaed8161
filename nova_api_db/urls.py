# SPDX-License-Identifier: Apache-2.0
"""Database and transport URLs: masking, cell templates, the cell0 name. Plain text in and out.

The one place that takes such a URL apart. Every part is kept exactly as it is written: nothing is
decoded and encoded again, so ``p%40ss`` stays ``p%40ss`` on every way through.
"""

import dataclasses
import posixpath
import re
import string
import urllib.parse
from collections.abc import Iterator

from nova_api_db import exception

HIDDEN = "****"

# A database URL names one server; a comma in it separates nothing.
_DATABASE_SCHEMES = frozenset({"mysql", "mariadb", "postgresql", "sqlite"})

_NOT_IN_SCHEME = re.compile(r"[\s:/?#@]")


@dataclasses.dataclass(frozen=True, slots=True)
class Server:
    """Who and where: one of the comma-separated servers of a transport URL. None: not there."""

    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    hostname: str | None = None
    port: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """A URL taken apart; ``str()`` of it is the text it came from."""

    scheme: str
    authority: str = dataclasses.field(repr=False)
    path: str
    query: str | None = dataclasses.field(repr=False)
    fragment: str | None = dataclasses.field(repr=False)

    def __str__(self) -> str:
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}://{self.authority}{self.path}{query}{fragment}"


def split(url: str) -> Parts | None:
    """Take a URL apart; None when it is not one (no ``scheme://``)."""
    scheme, separator, rest = url.partition("://")
    if not separator or _NOT_IN_SCHEME.search(scheme or "/"):
        return None
    end = _end_of_authority(rest)
    authority, rest = rest[:end], rest[end:]
    rest, hash_sign, fragment = rest.partition("#")
    path, question_mark, query = rest.partition("?")
    return Parts(
        scheme, authority, path, query if question_mark else None, fragment if hash_sign else None
    )


def _end_of_authority(rest: str) -> int:
    match = re.search(r"[/?#]", rest)
    end = match.start() if match else len(rest)
    # A raw / ? or # in a password, as SQLAlchemy reads it: "user:pa" is not a host with a port.
    if re.fullmatch(r"[^@:\[\]]*:(?!\d*$)[^@]*", rest[:end]) and "@" in rest[end:]:
        match = re.compile(r"[/?#]").search(rest, rest.index("@", end))
        return match.start() if match else len(rest)
    return end


def _server(text: str) -> Server:
    userinfo, at, location = text.rpartition("@")
    username, colon, password = userinfo.partition(":")
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?", location, re.DOTALL)
    hostname, port = match.groups() if match else (location, None)
    return Server(
        username=username if at else None,
        password=password if at and colon else None,
        hostname=hostname or None,
        port=port or None,
    )


# Masking

_SECRET_KEY = re.compile(r"pass|pwd|secret|token|key|credential", re.IGNORECASE)
_SECRET_INSIDE = re.compile(
    r"(?:pass\w*|pwd|secret\w*|token\w*)\s*=|://[^/]*@|:[^@]*@", re.IGNORECASE
)
_LOCATION = re.compile(r"(?:\[[^\]@]*\]|[^:\[\]@]*)(?::(?:\d*|\{\w+\}))?")
_SERVER = re.compile(r"[^:@/?#]*:([^:@/?#,]*)@" + _LOCATION.pattern)
_FIELD = re.compile(r"\{password\d*\}")


def mask(url: str | None) -> str:
    """Return the URL with every password in it replaced by ``****``.

    A URL that is written as it should be keeps its shape: scheme, user names, hosts, path and the
    names in its query. Where it cannot be told what is password and what is not (an ``@`` that is
    not percent-encoded, a host that was forgotten, text that is no URL), everything in doubt is
    hidden. ``{password}`` in a template is shown.
    """
    if not url:
        return ""
    scheme, separator, rest = url.partition("://")
    if not separator or _NOT_IN_SCHEME.search(scheme or "/"):
        return _mask_unparsable(url)
    dialect = scheme.partition("+")[0].lower()
    if dialect == "sqlite" and rest.startswith("/"):
        return f"{scheme}://{_mask_tail(rest)}"
    last_at = rest.rfind("@")
    match = re.compile(r"[/?#]").search(rest, last_at + 1)
    end = match.start() if match else len(rest)
    authority, tail = rest[:end], rest[end:]
    return f"{scheme}://{_mask_authority(authority, dialect)}{_mask_tail(tail)}"


def _mask_unparsable(url: str) -> str:
    if re.fullmatch(r"[A-Za-z][\w+.-]*:/*", url):
        return url
    match = re.match(r"[A-Za-z][\w+.-]*:/?(?=[^/]|$)", url)
    return f"{match.group() if match else ''}{HIDDEN}"


def _mask_authority(authority: str, dialect: str) -> str:
    servers = [authority] if dialect in _DATABASE_SCHEMES else authority.split(",")
    if all(_SERVER.fullmatch(text) or _LOCATION.fullmatch(text) for text in servers):
        return ",".join(_mask_server(text) for text in servers)
    userinfo, at, location = authority.rpartition("@")
    user, colon, _password = userinfo.partition(":")
    return f"{user}{colon and colon + HIDDEN}{at}{_mask_location(location)}"


def _mask_server(text: str) -> str:
    match = _SERVER.fullmatch(text)
    if match is None or _FIELD.fullmatch(match.group(1)):
        return text
    return f"{text[: match.start(1)]}{HIDDEN}{text[match.end(1) :]}"


def _mask_location(location: str) -> str:
    """Hide what stands where a port should: ``user:secret`` without a host looks like one."""
    if _LOCATION.fullmatch(location):
        return location
    return f"{location.partition(':')[0]}:{HIDDEN}"


def _mask_tail(tail: str) -> str:
    path, question_mark, query = tail.partition("?")
    if not question_mark:
        return path
    return path + "?" + "".join(_mask_query(query))


def _mask_query(query: str) -> Iterator[str]:
    for piece in re.split(r"([&;#])", query):
        name, equals, value = piece.partition("=")
        plain = urllib.parse.unquote_plus(value)
        secret = _SECRET_KEY.search(urllib.parse.unquote_plus(name)) or _SECRET_INSIDE.search(plain)
        yield f"{name}={HIDDEN}" if equals and value and secret else piece


# Templates


class TemplateFields:
    """The parts of a base URL by the names that a cell's URL template uses for them."""

    def __init__(self, base: str, numbered: bool) -> None:
        parts = split(base)
        if parts is None:
            raise exception.ConfigurationError(
                reason=f"Not a URL, so no template can use it: {mask(base)}"
            )
        # The names without a number are those of the whole: with several servers {password} runs
        # from the first one's password to the last one's user, so that a template written for one
        # server yields all of them.
        self.values = dict(_fields(_server(parts.authority), ""))
        self.values |= {
            "scheme": parts.scheme,
            "path": parts.path.removeprefix("/"),
            "query": parts.query,
            "fragment": parts.fragment,
        }
        if numbered:
            for number, text in enumerate(parts.authority.split(","), start=1):
                self.values |= _fields(_server(text), str(number))


def _fields(server: Server, suffix: str) -> Iterator[tuple[str, str | None]]:
    for name in ("username", "password", "hostname", "port"):
        yield name + suffix, getattr(server, name)


def template_fields(template: str) -> list[str] | None:
    """Return the names a template uses, in order; None when its braces are not a template."""
    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError:
        return None
    if any(specification or conversion for _, _, specification, conversion in pieces):
        return None
    return [field for _, field, _, _ in pieces if field is not None]


def expand(template: str, base: str | None, *, numbered: bool = False) -> str:
    """Fill the parts of a base URL into a template.

    A part that the base does not have renders empty, and takes along the ``:`` before a port or a
    password and the ``@`` after a user that are not there, since no driver reads ``host:/``. A
    template with an unknown field or unbalanced braces, and any template while there is no base,
    is returned as it is.
    """
    if base is None or ("{" not in template and "}" not in template):
        return template
    values = TemplateFields(base, numbered).values
    fields = template_fields(template)
    if fields is None or not values.keys() >= set(fields):
        return template
    text, value = "", None
    for literal, field, _, _ in string.Formatter().parse(template):
        nobody = value is None and text.endswith(("://", ","))
        text += literal.removeprefix("@") if nobody else literal
        if field is None:
            continue
        value = values[field]
        kind = field.rstrip(string.digits)
        if value is None and kind in ("port", "password"):
            text = text.removesuffix(":")
        elif value is not None and kind == "hostname" and text.endswith("["):
            value = value.strip("[]")
        text += value or ""
    return text


@dataclasses.dataclass(slots=True)
class _Bases:
    database: str | None = None
    transport: str | None = None


_bases = _Bases()


def set_bases(*, database: str | None = None, transport: str | None = None) -> None:
    """Set the URLs that templates of cells are filled from: those of the configuration."""
    _bases.database = database or None
    _bases.transport = transport or None


def expand_database(template: str) -> str:
    """Expand the template of a cell's database URL from the configured one."""
    return expand(template, _bases.database)


def expand_transport(template: str) -> str:
    """Expand the template of a cell's transport URL from the configured one."""
    return expand(template, _bases.transport, numbered=True)


def check_database(template: str) -> None:
    """Raise DatabaseURLInvalid for what cannot become a database URL, before it is stored."""
    if reason := _problem(template, _bases.database, numbered=False):
        raise exception.DatabaseURLInvalid(url=mask(template), reason=reason)


def check_transport(template: str) -> None:
    """Raise TransportURLInvalid for what cannot become a transport URL, before it is stored."""
    if reason := _problem(template, _bases.transport, numbered=True):
        raise exception.TransportURLInvalid(url=mask(template), reason=reason)


def _problem(template: str, base: str | None, numbered: bool) -> str | None:
    # A template is no URL yet ({port} is no number), so only what it becomes is held against the
    # form of a URL, and only where there is a base to fill it from.
    fields = template_fields(template)
    if fields is None:
        return "its braces are not those of a template; write {{ and }} for plain ones"
    example = "scheme://username:password@hostname:1/path?query#fragment"
    known = TemplateFields(base or example, numbered).values
    for name in fields:
        plain = name.rstrip(string.digits) if numbered and base is None else name
        if plain not in known:
            names = ", ".join(known)
            return f"there is nothing to fill {{{name}}} from; fields are {names}"
    if fields and base is None:
        return None
    return _problem_of_url(expand(template, base, numbered=numbered))


def _problem_of_url(url: str) -> str | None:
    parts = split(url)
    if parts is None:
        return "it has no scheme://"
    location = parts.authority.rpartition("@")[2]
    if not _LOCATION.fullmatch(location):
        return "what follows the host is not a port number"
    return None


# The cell0 database


def derive_cell0(url: str) -> str:
    """Return the URL of the cell0 database that goes with a database URL.

    The same server, user, password and query; ``_cell0`` is added to the name of the database, on
    SQLite to that of the file, before its extension. Raises DatabaseURLInvalid when there is no
    name to add it to.
    """
    parts = split(url)
    if parts is None:
        raise exception.DatabaseURLInvalid(url=mask(url), reason="it has no scheme://")
    folder, slash, name = parts.path.rpartition("/")
    if not name or ":memory:" in name:
        raise exception.DatabaseURLInvalid(url=mask(url), reason="it names no database")
    extension = ""
    if parts.scheme.startswith("sqlite"):
        name, extension = posixpath.splitext(name)
    return str(dataclasses.replace(parts, path=f"{folder}{slash}{name}_cell0{extension}"))


def with_database(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    parts = split(url)
    if parts is None:
        raise exception.DatabaseURLInvalid(url=mask(url), reason="it has no scheme://")
    return str(dataclasses.replace(parts, path=f"/{name}"))


# Transports


def has_bus(transport_url: str | None) -> bool:
    """Tell whether a transport URL names a message bus; ``none://`` is how a cell says no."""
    return bool(transport_url) and not str(transport_url).lower().startswith("none:")
