# SPDX-License-Identifier: Apache-2.0
"""Every object has the fields, versions and remotable methods of the contract."""

import inspect
import subprocess
import sys
from typing import Any, ClassVar

from oslo_versionedobjects import fixture

from nova_api_db import objects
from nova_api_db.objects import back_level, base, names
from tests import base as tests_base
from tests.contract import data

CONTRACT: dict[str, dict[str, Any]] = data.read("objects")

#: Classes that moved on from the contract: class name -> the fingerprint of its newer version.
CHANGED: dict[str, str] = {}

WHAT_TO_DO = """
{name} is no longer the object that peers know as {name} {version}:

{difference}

If that was not meant, undo it. If it was, the changed object is a new version of it:

1. raise VERSION, and say in the comment above it what the version brought;
2. give each new field its line in `added_in`; a field or value that older receivers have to get in
   another form is converted in obj_make_compatible;
3. add a test to test_backlevel.py that shows what the version before gets;
4. run this test again, and write the fingerprint that it then shows into CHANGED in {file}:
   "{name}": "{fingerprint}"
"""


def checker() -> fixture.ObjectVersionChecker:
    return fixture.ObjectVersionChecker(base.NovaObjectRegistry.obj_classes())


def signatures(cls: type[base.NovaObject]) -> dict[str, str]:
    """Return the signatures of the remotable methods, written as the fingerprint writes them."""
    result = {}
    for name in dir(cls):
        method = inspect.getattr_static(cls, name)
        function = getattr(method, "__func__", method)
        if not getattr(function, "remotable", False):
            continue
        spec = inspect.getfullargspec(function.original_fn)
        result[name] = (
            f"ArgSpec(args={spec.args}, varargs={spec.varargs}, "
            f"keywords={spec.varkw}, defaults={spec.defaults})"
        )
    return result


def difference(ours: dict[str, str], contract: dict[str, str]) -> list[str]:
    """Return one line per entry that is missing, new or different."""
    lines = [f"- missing: {name}: {contract[name]}" for name in contract if name not in ours]
    lines += [f"- new: {name}: {ours[name]}" for name in ours if name not in contract]
    lines += [
        f"- changed: {name}: {ours[name]}\n  it was:  {contract[name]}"
        for name in contract
        if name in ours and ours[name] != contract[name]
    ]
    return lines


class TestFingerprint(tests_base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        (name, {"name": name}) for name in sorted(CONTRACT)
    ]
    name: str

    def setUp(self) -> None:
        super().setUp()
        self.cls = getattr(objects, self.name)
        self.contract = CONTRACT[self.name]

    def fail_with_advice(self, lines: list[str]) -> None:
        self.fail(
            WHAT_TO_DO.format(
                name=self.name,
                version=self.contract["version"],
                difference="\n".join(lines),
                file=__file__,
                fingerprint=checker().get_hashes()[self.name],
            )
        )

    def test_version_and_fields_are_those_of_the_contract(self) -> None:
        if self.name in CHANGED:
            return
        lines = difference(
            {"VERSION": self.cls.VERSION} | {k: repr(f) for k, f in self.cls.fields.items()},
            {"VERSION": self.contract["version"]} | self.contract["fields"],
        )
        if lines:
            self.fail_with_advice(lines)

    def test_object_fields_hold_the_classes_of_the_contract(self) -> None:
        held = {
            name: field.objname
            for name, field in self.cls.fields.items()
            if hasattr(field, "objname")
        }
        self.assertEqual(self.contract["objects"], held)

    def test_read_only_fields_are_those_of_the_contract(self) -> None:
        read_only = [name for name, field in self.cls.fields.items() if field.read_only]
        self.assertEqual(self.contract["read_only"], read_only)

    def test_fields_are_in_the_order_of_the_contract(self) -> None:
        # Stored text names the fields in this order; what a newer version brought may be anywhere.
        known = [name for name in self.cls.fields if name in self.contract["fields"]]
        self.assertEqual(list(self.contract["fields"]), known)

    def test_fingerprint_is_that_of_the_contract(self) -> None:
        expected = CHANGED.get(self.name, self.contract["fingerprint"])
        lines = difference(signatures(self.cls), self.contract["methods"])
        if checker().get_hashes()[self.name] != expected:
            self.fail_with_advice(lines or ["- the fields, or the version"])


class TestNames(tests_base.TestCase):
    def test_every_class_of_the_contract_has_a_name(self) -> None:
        self.assertEqual(set(CONTRACT), set(names.MODULES))

    def test_each_name_gives_the_class_of_that_name(self) -> None:
        for name, module in names.MODULES.items():
            cls = getattr(objects, name)
            self.assertEqual(name, cls.obj_name())
            self.assertEqual(module, cls.__module__)

    def test_unknown_name_is_an_attribute_error(self) -> None:
        self.assertRaises(AttributeError, getattr, objects, "NoSuchObject")

    def test_names_are_listed_before_they_are_used(self) -> None:
        self.assertTrue(set(names.MODULES) <= set(dir(objects)))

    def test_register_all_registers_every_class(self) -> None:
        objects.register_all()
        registered = base.NovaObjectRegistry.obj_classes()
        self.assertTrue(set(CONTRACT) <= set(registered))


class TestChanged(tests_base.TestCase):
    def test_what_moved_on_has_a_newer_version(self) -> None:
        for name in CHANGED:
            older, newer = CONTRACT[name]["version"], getattr(objects, name).VERSION
            self.assertTrue(back_level.is_older(older, newer), f"{name} is still {newer}")


class TestImport(tests_base.TestCase):
    def imported_by(self, statement: str) -> set[str]:
        code = f"{statement}; import sys; print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        return {name.partition(".")[0] for name in done.stdout.split()}

    def test_package_costs_no_database_and_no_messaging(self) -> None:
        imported = self.imported_by("import nova_api_db.objects")
        self.assertEqual(
            set(), imported & {"sqlalchemy", "pymysql", "oslo_messaging", "oslo_versionedobjects"}
        )

    def test_type_checkers_see_every_class(self) -> None:
        source = inspect.getsource(objects)
        for name, module in names.MODULES.items():
            self.assertIn(f"from {module} import ", source)
            self.assertIn(f"{name} as {name}", source)
