# SPDX-License-Identifier: Apache-2.0
"""Record cells in the api database: cell0, and the cells that servers are in."""

from oslo_utils import uuidutils

from nova_api_db import exception, urls
from nova_api_db.context import RequestContext
from nova_api_db.db.api import exclusive
from nova_api_db.maintenance import cell as cells
from nova_api_db.maintenance import tables
from nova_api_db.maintenance.cell import Cell

#: What cell0 has instead of a message bus: nothing runs in it.
NO_BUS = "none:///"

_LOCK = "cell_mappings"


@tables.needed
def map_cell0(
    context: RequestContext, database_connection: str, *, is_default: bool = False
) -> tuple[Cell, bool]:
    """Record cell0, unless it is recorded already.

    :param database_connection: the URL of its database, or a template of it
    :param is_default: nobody asked for this very database
    :returns: the cell, and whether it was recorded now
    :raises DatabaseURLInvalid: if that is no URL
    :raises Cell0Elsewhere: if it is recorded with another database than was asked for
    """
    urls.check_database(database_connection)
    with exclusive.held(context, _LOCK):
        for cell in cells.list_all(context):
            if cell.uuid == cells.CELL0_UUID:
                wanted = urls.expand_database(database_connection)
                if cell.database_connection != wanted and not is_default:
                    recorded = urls.mask(cell.database_connection)
                    raise exception.Cell0Elsewhere(recorded=recorded)
                return cell, False
        cell = cells.create(
            context,
            uuid=cells.CELL0_UUID,
            name="cell0",
            database_connection=database_connection,
            transport_url=NO_BUS,
            disabled=False,
        )
    return cell, True


@tables.needed
def create_cell(
    context: RequestContext,
    *,
    name: str | None,
    database_connection: str,
    transport_url: str,
    disabled: bool = False,
) -> Cell:
    """Record a cell.

    :param database_connection: the URL of its database, or a template of it
    :param transport_url: that of its message bus, likewise
    :raises DatabaseURLInvalid: if that is no URL
    :raises TransportURLInvalid: if that is no URL
    :raises CellMappingExists: if another cell uses one of them
    """
    urls.check_database(database_connection)
    urls.check_transport(transport_url)
    with exclusive.held(context, _LOCK):
        _check_unused(context, database_connection, transport_url)
        return cells.create(
            context,
            uuid=uuidutils.generate_uuid(),
            name=name,
            database_connection=database_connection,
            transport_url=transport_url,
            disabled=disabled,
        )


def _check_unused(context: RequestContext, database_connection: str, transport_url: str) -> None:
    """Compare what the URLs become, for a template may become what another cell has as a URL."""
    database = urls.expand_database(database_connection)
    transport = urls.expand_transport(transport_url)
    for cell in cells.list_all(context):
        what = None
        if cell.database_connection == database:
            what = "database URL"
        elif urls.has_bus(transport) and cell.transport_url == transport:
            what = "transport URL"
        if what is not None:
            name = cell.name or "without a name"
            raise exception.CellMappingExists(uuid=cell.uuid, name=name, what=what)


@tables.needed
def list_cells(context: RequestContext) -> list[Cell]:
    """Return all cells by name, those without a name first."""
    return sorted(cells.list_all(context), key=lambda cell: (cell.name or "", cell.uuid))


@tables.needed
def get_cell(context: RequestContext, uuid_or_name: str) -> Cell:
    """Return the cell that a person means, by its uuid or else by its name.

    :raises CellMappingNotFound: if there is none
    :raises CellMappingAmbiguous: if several have that name
    """
    return cells.get(context, uuid_or_name)
