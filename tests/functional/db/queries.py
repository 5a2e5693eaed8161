# SPDX-License-Identifier: Apache-2.0
"""Small queries, for tests of how a database is picked."""

import sqlalchemy
from oslo_utils import uuidutils

from nova_api_db.db import facade
from nova_api_db.db.api import models as api_models
from nova_api_db.db.cell import models as cell_models


def insert_service(connection, host):
    connection.execute(
        sqlalchemy.insert(cell_models.Service).values(
            uuid=uuidutils.generate_uuid(), host=host, binary="nova-compute", version=74
        )
    )


def select_hosts(connection):
    query = sqlalchemy.select(cell_models.Service.host).order_by(cell_models.Service.id)
    return connection.execute(query).scalars().all()


def select_cells(connection):
    query = sqlalchemy.select(api_models.CellMapping.name).order_by(api_models.CellMapping.id)
    return connection.execute(query).scalars().all()


def count_report(connection, host):
    connection.execute(
        sqlalchemy.update(cell_models.Service)
        .where(cell_models.Service.host == host)
        .values(report_count=cell_models.Service.report_count + 1)
    )


def select_report_counts(connection):
    return connection.execute(sqlalchemy.select(cell_models.Service.report_count)).scalars().all()


add_service = facade.cell_writer(insert_service)
list_hosts = facade.cell_reader(select_hosts)
list_report_counts = facade.cell_reader(select_report_counts)
list_cells = facade.api_reader(select_cells)
list_hosts_on_replica = facade.cell_reader.replica(select_hosts)
list_cells_on_replica = facade.api_reader.replica(select_cells)


@facade.cell_reader
def get_connection(connection):
    """Return what tells one connection to a server from another, and one engine."""
    return id(connection.engine), id(connection.connection.dbapi_connection)


@facade.spec_reader
def get_tables(connection):
    return set(sqlalchemy.inspect(connection).get_table_names())
