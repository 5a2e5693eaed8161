# SPDX-License-Identifier: Apache-2.0
"""Sizes of servers, in the api database."""

import copy
from typing import Any

from nova_api_db import context, exception, objects
from nova_api_db.db import facade
from tests import base, builders, statements


class FlavorTestCase(base.DatabaseTestCase):
    def get(self, flavorid: str = "2") -> objects.Flavor:
        return objects.Flavor.get_by_flavor_id(self.context, flavorid)

    def of_project(self, project_id: str | None) -> context.RequestContext:
        """Return the context of someone who is no administrator."""
        return context.RequestContext("user", project_id)


class TestFlavor(FlavorTestCase):
    def test_created_flavor_is_read_back(self) -> None:
        flavor = builders.make_flavor(
            self.context, name="small", extra_specs={"hw:cpu_policy": "dedicated"}, projects=["us"]
        )
        self.assertEqual(set(), flavor.obj_what_changed())
        for again in (
            objects.Flavor.get_by_id(self.context, flavor.id),
            objects.Flavor.get_by_name(self.context, "small"),
            self.get(),
        ):
            self.assertEqual(set(), again.obj_what_changed())
            self.assertEqual(["us"], again.projects)
            self.assertEqual(set(), again.obj_what_changed())
            for name in set(flavor.fields) - {"created_at"}:
                self.assertEqual(getattr(flavor, name), getattr(again, name), name)

    def test_flavor_is_read_in_one_statement(self) -> None:
        builders.make_flavor(self.context, extra_specs={"a": "1", "b": "2"})
        sent = self.useFixture(statements.Statements()).sent
        self.assertEqual({"a": "1", "b": "2"}, self.get().extra_specs)
        self.assertEqual(1, len(sent), "\n".join(sent))

    def test_fields_that_were_left_out_have_defaults(self) -> None:
        flavor = objects.Flavor(self.context, name="f", flavorid="f", memory_mb=1, vcpus=1)
        flavor.create()
        again = self.get("f")
        for name, value in {
            "root_gb": 0,
            "ephemeral_gb": 0,
            "swap": 0,
            "vcpu_weight": 0,
            "rxtx_factor": 1.0,
            "disabled": False,
            "is_public": True,
            "extra_specs": {},
            "projects": [],
            "description": None,
        }.items():
            self.assertEqual(value, getattr(flavor, name), name)
            self.assertEqual(value, getattr(again, name), name)

    def test_columns_that_are_null_load(self) -> None:
        builders.make_flavor(self.context, extra_specs={"a": "1"})
        with facade.api_writer.using(self.context) as connection:
            connection.exec_driver_sql(
                "UPDATE flavors SET disabled = NULL, is_public = NULL, root_gb = NULL"
            )
            connection.exec_driver_sql("UPDATE flavor_extra_specs SET value = NULL")
        flavor = self.get()
        self.assertEqual((False, False, 0), (flavor.disabled, flavor.is_public, flavor.root_gb))
        self.assertEqual({"a": ""}, flavor.extra_specs)

    def test_name_and_flavorid_are_taken_once(self) -> None:
        builders.make_flavor(self.context, name="small", flavorid="1")
        error = self.assertRaises(
            exception.FlavorExists, builders.make_flavor, self.context, name="small", flavorid="2"
        )
        self.assertEqual("Flavor with name small already exists.", str(error))
        by_id = self.assertRaises(
            exception.FlavorIdExists, builders.make_flavor, self.context, name="tiny", flavorid="1"
        )
        self.assertEqual("Flavor with ID 1 already exists.", str(by_id))

    def test_what_is_stored_or_lacks_its_name_cannot_be_created(self) -> None:
        flavor = builders.make_flavor(self.context)
        self.assertRaises(exception.ObjectActionError, flavor.create)
        self.assertRaises(exception.ObjectActionError, objects.Flavor(self.context).create)

    def test_what_is_gone_is_not_found(self) -> None:
        flavor = builders.make_flavor(self.context, name="small", extra_specs={"a": "1"})
        other = self.get()
        flavor.destroy()
        other.description = "none"
        for call in (
            other.save,
            other.destroy,
            self.get,
            lambda: other.add_access("us"),
            lambda: other.remove_access("us"),
            lambda: other.save_extra_specs({"a": "1"}),
            lambda: other.save_projects(["us"]),
            lambda: other.projects,
            lambda: objects.Flavor.get_by_id(self.context, flavor.id),
        ):
            self.assertRaises(exception.FlavorNotFound, call)
        error = self.assertRaises(
            exception.FlavorNotFoundByName, objects.Flavor.get_by_name, self.context, "small"
        )
        self.assertEqual("Flavor with name small could not be found.", str(error))

    def test_flavor_is_destroyed_by_its_flavorid_where_nothing_else_is_known(self) -> None:
        builders.make_flavor(self.context, projects=["us"])
        objects.Flavor(self.context, flavorid="2").destroy()
        self.assertRaises(exception.FlavorNotFound, self.get)

    def test_only_projects_can_be_loaded_later(self) -> None:
        builders.make_flavor(self.context, projects=["us"])
        self.assertEqual(["us"], objects.Flavor(self.context, flavorid="2").projects)
        for name in ("name", "extra_specs", "description"):
            flavor = objects.Flavor(self.context)
            self.assertRaises(exception.ObjectActionError, getattr, flavor, name)


class TestSave(FlavorTestCase):
    def test_collections_changed_in_place_are_stored(self) -> None:
        builders.make_flavor(
            self.context,
            extra_specs={"kept": "1", "changed": "1", "gone": "1"},
            projects=["a", "b"],
        )
        flavor = self.get()
        flavor.extra_specs["changed"] = "2"
        flavor.extra_specs["new"] = "1"
        del flavor.extra_specs["gone"]
        self.assertEqual({"extra_specs"}, flavor.obj_what_changed())
        flavor.projects.remove("a")
        flavor.projects.append("c")
        flavor.description = "better"
        flavor.save()
        self.assertEqual(set(), flavor.obj_what_changed())
        again = self.get()
        self.assertEqual({"kept": "1", "changed": "2", "new": "1"}, again.extra_specs)
        self.assertEqual(["b", "c"], again.projects)
        self.assertEqual("better", again.description)

    def test_saving_leaves_what_others_added(self) -> None:
        flavor = builders.make_flavor(self.context, extra_specs={"a": "1"})
        self.get().save_extra_specs({"b": "2"})
        flavor.extra_specs["c"] = "3"
        flavor.save()
        self.assertEqual({"a": "1", "b": "2", "c": "3"}, flavor.extra_specs)

    def test_only_description_and_collections_can_be_saved(self) -> None:
        for name, value in (("name", "x"), ("vcpus", 2), ("is_public", False), ("disabled", True)):
            flavor = builders.make_flavor(self.context, flavorid=name)
            setattr(flavor, name, value)
            self.assertRaises(exception.ObjectActionError, flavor.save)

    def test_flavor_that_was_sent_is_unchanged_and_can_be_saved(self) -> None:
        flavor = builders.make_flavor(self.context, extra_specs={"a": "1"}, projects=["us"])
        sent = objects.Flavor.obj_from_primitive(flavor.obj_to_primitive(), self.context)
        for copied in (sent, copy.deepcopy(sent), flavor.obj_clone()):
            self.assertEqual(set(), copied.obj_what_changed())
            self.assertEqual({"a": "1"}, copied.extra_specs)
            self.assertEqual(set(), copied.obj_what_changed())
        sent.extra_specs["b"] = "2"
        sent.projects = ["them"]
        self.assertEqual({"extra_specs", "projects"}, sent.obj_what_changed())
        sent.save()
        self.assertEqual({"a": "1", "b": "2"}, self.get().extra_specs)
        self.assertEqual(["them"], self.get().projects)

    def test_collections_are_saved_alone(self) -> None:
        flavor = builders.make_flavor(self.context, extra_specs={"a": "1"}, projects=["us"])
        flavor.save_extra_specs({"a": "2", "b": "1"}, ["a"])
        flavor.save_projects(["them"], ["us"])
        again = self.get()
        self.assertEqual({"b": "1"}, again.extra_specs)
        self.assertEqual(["them"], again.projects)

    def test_nothing_is_stored_when_a_part_cannot_be(self) -> None:
        flavor = builders.make_flavor(self.context, extra_specs={"a": "1"}, projects=["us"])
        self.assertRaises(
            exception.FlavorExtraSpecsNotFound, flavor.save_extra_specs, {"b": "1"}, ["none"]
        )
        self.assertRaises(exception.FlavorAccessNotFound, flavor.save_projects, ["them"], ["none"])
        self.assertRaises(exception.FlavorAccessExists, flavor.save_projects, ["them", "us"])
        self.assertEqual({"a": "1"}, self.get().extra_specs)
        self.assertEqual(["us"], self.get().projects)


class TestAccess(FlavorTestCase):
    def test_access_is_given_and_taken(self) -> None:
        flavor = builders.make_flavor(self.context, is_public=False)
        flavor.add_access("us")
        self.assertEqual(["us"], flavor.projects)
        self.assertEqual(["us"], self.get().projects)
        self.assertRaises(exception.FlavorAccessExists, flavor.add_access, "us")
        flavor.remove_access("us")
        self.assertEqual([], flavor.projects)
        self.assertEqual([], self.get().projects)
        self.assertRaises(exception.FlavorAccessNotFound, flavor.remove_access, "us")
        self.assertEqual(set(), flavor.obj_what_changed())

    def test_access_cannot_be_changed_while_changes_wait_to_be_saved(self) -> None:
        flavor = builders.make_flavor(self.context, is_public=False)
        flavor.projects.append("us")
        self.assertRaises(exception.ObjectActionError, flavor.add_access, "them")
        self.assertRaises(exception.ObjectActionError, flavor.remove_access, "us")

    def test_project_sees_public_flavors_and_those_it_has_access_to(self) -> None:
        flavor = builders.make_flavor(self.context, name="small", is_public=False, projects=["us"])
        ours = self.of_project("us")
        self.assertEqual(flavor.id, objects.Flavor.get_by_flavor_id(ours, "2").id)
        self.assertEqual(flavor.id, objects.Flavor.get_by_name(ours, "small").id)
        self.assertEqual(flavor.id, objects.Flavor.get_by_id(ours, flavor.id).id)
        for theirs in (self.of_project("them"), self.of_project(None)):
            for get, key in (
                (objects.Flavor.get_by_flavor_id, "2"),
                (objects.Flavor.get_by_name, "small"),
                (objects.Flavor.get_by_id, flavor.id),
            ):
                self.assertRaises(exception.FlavorNotFound, get, theirs, key)


class TestFlavorList(FlavorTestCase):
    def setUp(self) -> None:
        super().setUp()
        for name, values in {
            "b": {"flavorid": "10", "memory_mb": 1024, "root_gb": 10},
            "a": {"flavorid": "9", "memory_mb": 2048, "root_gb": 20, "disabled": True},
            "c": {"flavorid": "z", "memory_mb": 512, "root_gb": 5, "projects": ["us"]},
            "d": {"flavorid": "A", "memory_mb": 1024, "root_gb": 10, "projects": ["them"]},
            "e": {"flavorid": "b", "memory_mb": 512, "root_gb": 10, "extra_specs": {"x": "1"}},
        }.items():
            builders.make_flavor(
                self.context, name=name, is_public="projects" not in values, **values
            )

    def names(self, as_context: context.RequestContext | None = None, **arguments: Any) -> str:
        flavors = objects.FlavorList.get_all(as_context or self.context, **arguments)
        self.assertEqual(set(), flavors.obj_what_changed())
        return "".join(flavor.name or "" for flavor in flavors)

    def test_flavors_come_by_flavorid_in_the_same_order_on_every_engine(self) -> None:
        self.assertEqual("badec", self.names())

    def test_flavors_come_with_their_extra_specs(self) -> None:
        flavors = objects.FlavorList.get_all(self.context)
        specs = {flavor.name: flavor.extra_specs for flavor in flavors if flavor.extra_specs}
        self.assertEqual({"e": {"x": "1"}}, specs)

    def test_filters(self) -> None:
        for filters, names in (
            ({"min_memory_mb": 1024}, "bad"),
            ({"min_memory_mb": "1024", "min_root_gb": 20}, "a"),
            ({"min_root_gb": 10}, "bade"),
            ({"disabled": True}, "a"),
            ({"disabled": False}, "bdec"),
            ({"is_public": True}, "bae"),
            ({"is_public": False}, "dc"),
            ({"is_public": None}, "badec"),
            ({"no_such_filter": 1}, "badec"),
        ):
            self.assertEqual(names, self.names(filters=filters), str(filters))

    def test_filters_as_a_project_sees_flavors(self) -> None:
        ours = self.of_project("us")
        for filters, names in (
            (None, "baec"),
            ({"is_public": True}, "baec"),
            ({"is_public": False}, "c"),
            ({"is_public": None, "disabled": False}, "bec"),
        ):
            self.assertEqual(names, self.names(ours, filters=filters), str(filters))
        self.assertEqual("bae", self.names(self.of_project(None)))

    def test_sorted_by_another_column_the_older_comes_first(self) -> None:
        self.assertEqual("cebda", self.names(sort_key="memory_mb"))
        self.assertEqual("adbec", self.names(sort_key="memory_mb", sort_dir="desc"))

    def test_pages_follow_on_each_other(self) -> None:
        orders: tuple[dict[str, Any], ...] = (
            {},
            {"sort_key": "memory_mb"},
            {"sort_key": "root_gb", "sort_dir": "desc"},
        )
        for order in orders:
            whole = self.names(**order)
            found, marker = "", None
            while page := objects.FlavorList.get_all(
                self.context, limit=2, marker=marker, **order
            ).objects:
                found += "".join(flavor.name or "" for flavor in page)
                marker = page[-1].flavorid
            self.assertEqual(whole, found)
        self.assertEqual("", self.names(limit=0))

    def test_marker_need_not_match_the_filters(self) -> None:
        self.assertEqual("dec", self.names(marker="9", filters={"disabled": False}))

    def test_bad_arguments_are_named(self) -> None:
        for error, arguments in (
            (exception.MarkerNotFound, {"marker": "none"}),
            (exception.InvalidSortKey, {"sort_key": "extra_specs"}),
            (exception.InvalidSortKey, {"sort_key": None}),
            (exception.InvalidSortDirection, {"sort_dir": "up"}),
            (exception.Invalid, {"filters": {"min_root_gb": "much"}}),
        ):
            self.assertRaises(error, self.names, **arguments)
