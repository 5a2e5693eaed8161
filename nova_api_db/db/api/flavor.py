# SPDX-License-Identifier: Apache-2.0
"""Queries on flavors, flavor_extra_specs and flavor_projects in the api database.

A flavor is returned as the columns of its row and its ``extra_specs``. Where a project is given,
only public flavors and those it was given access to are seen; ``None`` sees all.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy.engine import Connection

from nova_api_db import exception
from nova_api_db.db import facade, paging, rows
from nova_api_db.db.api import models
from nova_api_db.db.rows import Row

_FLAVORS: sa.Table = models.Flavor.__table__
_SPECS: sa.Table = models.FlavorExtraSpec.__table__
_PROJECTS: sa.Table = models.FlavorProject.__table__

#: What flavors can be sorted by.
SORT_KEYS = frozenset(_FLAVORS.columns.keys())

# SELECT flavors.*, key, value FROM flavors LEFT OUTER JOIN flavor_extra_specs ON ...
# has a row for each extra spec, so a flavor and its extra specs are of one moment.
_SELECT = (
    sa.select(*_FLAVORS.columns, _SPECS.c.key.label("spec_key"), _SPECS.c.value.label("spec_value"))
    .select_from(_FLAVORS.outerjoin(_SPECS, _SPECS.c.flavor_id == _FLAVORS.c.id))
    .order_by(_SPECS.c.id)
)
_GRANTED = sa.exists().where(
    _PROJECTS.c.flavor_id == _FLAVORS.c.id, _PROJECTS.c.project_id == sa.bindparam("to_project")
)
_VISIBLE = sa.or_(_FLAVORS.c.is_public.is_(sa.true()), _GRANTED)
_BY_ID = _SELECT.where(_FLAVORS.c.id == sa.bindparam("id"))
_BY_NAME = _SELECT.where(_FLAVORS.c.name == sa.bindparam("name"))
_BY_FLAVOR_ID = _SELECT.where(_FLAVORS.c.flavorid == sa.bindparam("flavorid"))
_IF_VISIBLE = {query: query.where(_VISIBLE) for query in (_BY_ID, _BY_NAME, _BY_FLAVOR_ID)}
_SPECS_OF = (
    sa.select(_SPECS.c.flavor_id, _SPECS.c.key, _SPECS.c.value)
    .where(_SPECS.c.flavor_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_SPECS.c.id)
)
# SELECT flavors.id, project_id FROM flavors LEFT OUTER JOIN flavor_projects ON ...
_PROJECTS_OF = (
    sa.select(_FLAVORS.c.id, _PROJECTS.c.project_id)
    .select_from(_FLAVORS.outerjoin(_PROJECTS, _PROJECTS.c.flavor_id == _FLAVORS.c.id))
    .where(_FLAVORS.c.flavorid == sa.bindparam("flavorid"))
    .order_by(_PROJECTS.c.id)
)


@facade.api_reader
def get_by_id(connection: Connection, flavor_id: int, project_id: str | None) -> Row:
    """Return the flavor of a row.

    :raises FlavorNotFound: if there is none
    """
    return _get_by_id(connection, flavor_id, project_id)


def _get_by_id(connection: Connection, flavor_id: int, project_id: str | None) -> Row:
    flavor = _find(connection, _BY_ID, {"id": flavor_id}, project_id)
    if flavor is None:
        raise exception.FlavorNotFound(flavor_id=flavor_id)
    return flavor


@facade.api_reader
def get_by_name(connection: Connection, name: str, project_id: str | None) -> Row:
    """Return the flavor of a name.

    :raises FlavorNotFoundByName: if there is none
    """
    flavor = _find(connection, _BY_NAME, {"name": name}, project_id)
    if flavor is None:
        raise exception.FlavorNotFoundByName(flavor_name=name)
    return flavor


@facade.api_reader
def get_by_flavor_id(connection: Connection, flavorid: str, project_id: str | None) -> Row:
    """Return the flavor of the id that users know.

    :raises FlavorNotFound: if there is none
    """
    flavor = _find(connection, _BY_FLAVOR_ID, {"flavorid": flavorid}, project_id)
    if flavor is None:
        raise exception.FlavorNotFound(flavor_id=flavorid)
    return flavor


@facade.api_reader
def list_by_filters(
    connection: Connection,
    filters: Mapping[str, Any],
    *,
    project_id: str | None,
    sort_key: str,
    descending: bool,
    limit: int | None,
    marker: str | None,
) -> list[Row]:
    """Return a page of flavors; the id of the row breaks ties.

    :param filters: ``min_memory_mb``, ``min_root_gb``, ``disabled``, ``is_public``; others, and
        those that are None, are ignored
    :param marker: the flavorid of the last flavor of the page before
    :raises MarkerNotFound: if there is no such flavor
    """
    columns = [
        paging.SortColumn(_FLAVORS.c[sort_key], descending),
        paging.SortColumn(_FLAVORS.c.id, descending, nullable=False),
    ]
    dialect = connection.dialect.name
    query = sa.select(_FLAVORS).order_by(*paging.order_by(columns, dialect))
    query = query.where(*_conditions(filters, project_id))
    if marker is not None:
        query = query.where(paging.after(columns, _marker(connection, sort_key, marker), dialect))
    if limit is not None:
        query = query.limit(limit)
    flavors = rows.fetch(
        connection, query, {} if project_id is None else {"to_project": project_id}
    )
    specs: dict[int, dict[str, str]] = {flavor["id"]: {} for flavor in flavors}
    if specs:
        for spec in rows.fetch(connection, _SPECS_OF, {"ids": list(specs)}):
            specs[spec["flavor_id"]][spec["key"]] = spec["value"] or ""
    return [{**flavor, "extra_specs": specs[flavor["id"]]} for flavor in flavors]


def _conditions(filters: Mapping[str, Any], project_id: str | None) -> list[Any]:
    columns = _FLAVORS.c
    conditions: list[Any] = []
    for name, column in (("min_memory_mb", columns.memory_mb), ("min_root_gb", columns.root_gb)):
        if filters.get(name) is not None:
            conditions.append(column >= _number(name, filters[name]))
    if filters.get("disabled") is not None:
        conditions.append(_is(columns.disabled, filters["disabled"]))
    is_public = filters.get("is_public")
    if project_id is not None:
        conditions.append(_VISIBLE)
        # Those a project was given access to are public as far as it can tell.
        is_public = None if is_public else is_public
    if is_public is not None:
        conditions.append(_is(columns.is_public, is_public))
    return conditions


def _is(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a column is true, or that it is not: NULL is not."""
    return column.is_(sa.true()) if value else column.is_not(sa.true())


def _number(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise exception.Invalid(reason=f"{name} is not a number: {value}") from None


def _marker(connection: Connection, sort_key: str, flavorid: str) -> tuple[Any, int]:
    columns = (_FLAVORS.c[sort_key].label("sort_value"), _FLAVORS.c.id.label("row_id"))
    row = connection.execute(sa.select(*columns).where(_FLAVORS.c.flavorid == flavorid)).first()
    if row is None:
        raise exception.MarkerNotFound(marker=flavorid)
    return row.sort_value, row.row_id


@facade.api_reader
def list_projects(connection: Connection, flavorid: str) -> list[str]:
    """Return the projects that have access to a flavor, in the order in which they got it.

    :raises FlavorNotFound: if there is none
    """
    found = connection.execute(_PROJECTS_OF, {"flavorid": flavorid}).all()
    if not found:
        raise exception.FlavorNotFound(flavor_id=flavorid)
    return [row.project_id for row in found if row.project_id is not None]


@facade.api_writer
def create(
    connection: Connection, values: Row, extra_specs: Mapping[str, str], projects: Iterable[str]
) -> Row:
    """Insert a flavor with its extra specs and the projects that have access, and return it.

    :raises FlavorExists: if there is one of that name
    :raises FlavorIdExists: if there is one of that flavorid
    """
    try:
        flavor = rows.insert(connection, _FLAVORS, values)
    except db_exception.DBDuplicateEntry as error:
        if "flavorid" in error.columns:
            raise exception.FlavorIdExists(flavor_id=values["flavorid"]) from None
        raise exception.FlavorExists(name=values["name"]) from None
    _insert_specs(connection, flavor["id"], extra_specs)
    for project_id in dict.fromkeys(projects):
        _grant(connection, flavor["id"], project_id)
    return {**flavor, "extra_specs": dict(extra_specs)}


@facade.api_writer
def update(
    connection: Connection,
    flavor_id: int,
    values: Row,
    *,
    specs_to_add: Mapping[str, str],
    specs_to_delete: Iterable[str],
    projects_to_add: Iterable[str],
    projects_to_delete: Iterable[str],
) -> Row:
    """Change columns, extra specs and access of a flavor, all or nothing, and return it.

    :raises FlavorNotFound: if there is none
    :raises FlavorExtraSpecsNotFound: if it has not the extra spec that is to go
    :raises FlavorAccessExists: if a project that is to be added has access
    :raises FlavorAccessNotFound: if a project that is to go has none
    """
    _lock(connection, _FLAVORS.c.id == flavor_id, flavor_id)
    if values:
        connection.execute(sa.update(_FLAVORS).where(_FLAVORS.c.id == flavor_id), values)
    _put_specs(connection, flavor_id, specs_to_add)
    for key in specs_to_delete:
        _delete_spec(connection, flavor_id, key)
    for project_id in projects_to_add:
        _grant(connection, flavor_id, project_id)
    for project_id in projects_to_delete:
        _revoke(connection, flavor_id, project_id)
    return _get_by_id(connection, flavor_id, None)


@facade.api_writer
def delete(connection: Connection, *, flavor_id: int | None, flavorid: str | None) -> None:
    """Delete a flavor, by the id of its row or else by its flavorid.

    :raises FlavorNotFound: if there is none
    """
    if flavor_id is not None:
        key = _lock(connection, _FLAVORS.c.id == flavor_id, flavor_id)
    else:
        key = _lock(connection, _FLAVORS.c.flavorid == flavorid, flavorid)
    for table in (_SPECS, _PROJECTS):
        connection.execute(sa.delete(table).where(table.c.flavor_id == key))
    connection.execute(sa.delete(_FLAVORS).where(_FLAVORS.c.id == key))


def _find(
    connection: Connection, query: sa.Select[Any], parameters: Row, project_id: str | None
) -> Row | None:
    if project_id is not None:
        query, parameters = _IF_VISIBLE[query], {**parameters, "to_project": project_id}
    found = rows.fetch(connection, query, parameters)
    if not found:
        return None
    specs = {
        row["spec_key"]: row["spec_value"] or "" for row in found if row["spec_key"] is not None
    }
    return {**found[0], "extra_specs": specs}


def _lock(connection: Connection, condition: sa.ColumnElement[bool], named: Any) -> int:
    """Return the id of a flavor, which stays until the transaction ends."""
    query = sa.select(_FLAVORS.c.id).where(condition).with_for_update()
    flavor_id: int | None = connection.execute(query).scalar_one_or_none()
    if flavor_id is None:
        raise exception.FlavorNotFound(flavor_id=named)
    return flavor_id


def _insert_specs(connection: Connection, flavor_id: int, specs: Mapping[str, str]) -> None:
    values = [{"flavor_id": flavor_id, "key": key, "value": specs[key]} for key in specs]
    if values:
        connection.execute(sa.insert(_SPECS), values)


def _put_specs(connection: Connection, flavor_id: int, specs: Mapping[str, str]) -> None:
    missing = {}
    for key, value in specs.items():
        statement = sa.update(_SPECS).where(_SPECS.c.flavor_id == flavor_id, _SPECS.c.key == key)
        if not connection.execute(statement, {"value": value}).rowcount:
            missing[key] = value
    _insert_specs(connection, flavor_id, missing)


def _delete_spec(connection: Connection, flavor_id: int, key: str) -> None:
    statement = sa.delete(_SPECS).where(_SPECS.c.flavor_id == flavor_id, _SPECS.c.key == key)
    if not connection.execute(statement).rowcount:
        raise exception.FlavorExtraSpecsNotFound(flavor_id=flavor_id, extra_specs_key=key)


def _grant(connection: Connection, flavor_id: int, project_id: str) -> None:
    try:
        rows.insert(connection, _PROJECTS, {"flavor_id": flavor_id, "project_id": project_id})
    except db_exception.DBDuplicateEntry:
        raise exception.FlavorAccessExists(flavor_id=flavor_id, project_id=project_id) from None


def _revoke(connection: Connection, flavor_id: int, project_id: str) -> None:
    statement = sa.delete(_PROJECTS).where(
        _PROJECTS.c.flavor_id == flavor_id, _PROJECTS.c.project_id == project_id
    )
    if not connection.execute(statement).rowcount:
        raise exception.FlavorAccessNotFound(flavor_id=flavor_id, project_id=project_id)
