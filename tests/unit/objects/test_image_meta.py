# SPDX-License-Identifier: Apache-2.0
"""Images from what the image service says and from what a server keeps."""

from typing import Any, ClassVar

from nova_api_db import exception, objects
from tests import base

IMAGE = "b3a4bd20-4e1b-4d5e-9c53-0f0b3f1b9f4c"
SERVER = "a01a8822-a03c-5fa5-ab57-11ed47245910"


def props(**given: Any) -> dict[str, Any]:
    return objects.ImageMetaProps.from_dict(given).to_dict()


def server(image_ref: str | None = IMAGE, **system_metadata: Any) -> objects.Instance:
    return objects.Instance(uuid=SERVER, image_ref=image_ref, system_metadata=system_metadata)


class TestFromDict(base.TestCase):
    def test_fields_are_taken_and_others_ignored(self) -> None:
        image = objects.ImageMeta.from_dict(
            {"id": IMAGE, "min_ram": "512", "protected": "false", "tags": ["a"], "stores": "fast"}
        )
        self.assertEqual(
            (IMAGE, 512, False, ["a"]), (image.id, image.min_ram, image.protected, image.tags)
        )

    def test_nothing_known_is_an_image_without_properties(self) -> None:
        nothing: dict[str, Any] | None
        for nothing in ({}, None):
            image = objects.ImageMeta.from_dict(nothing)
            self.assertEqual({}, image.properties.to_dict())
            self.assertNotIn("id", image)

    def test_what_the_service_leaves_null_is_empty(self) -> None:
        image = objects.ImageMeta.from_dict({"name": None, "size": None, "disk_format": None})
        self.assertEqual(("", 0, ""), (image.name, image.size, image.disk_format))

    def test_given_dictionary_is_left_alone(self) -> None:
        given = {"id": IMAGE, "properties": {"hw_disk_bus": "virtio"}}
        objects.ImageMeta.from_dict(given)
        self.assertEqual({"id": IMAGE, "properties": {"hw_disk_bus": "virtio"}}, given)


class TestFromInstance(base.TestCase):
    def test_properties_are_those_kept_with_the_server(self) -> None:
        image = objects.ImageMeta.from_instance(
            server(image_hw_disk_bus="scsi", image_os_type="linux", other="x")
        )
        self.assertEqual({"hw_disk_bus": "scsi", "os_type": "linux"}, image.properties.to_dict())

    def test_sizes_and_formats_are_inherited(self) -> None:
        image = objects.ImageMeta.from_instance(
            server(image_min_ram="512", image_disk_format="raw", image_size="5")
        )
        self.assertEqual((512, "raw"), (image.min_ram, image.disk_format))
        self.assertNotIn("size", image)

    def test_id_is_the_image_of_the_server(self) -> None:
        self.assertEqual(IMAGE, objects.ImageMeta.from_instance(server()).id)
        for none in (None, ""):
            self.assertNotIn("id", objects.ImageMeta.from_instance(server(none)))

    def test_null_counts_as_absent(self) -> None:
        image = objects.ImageMeta.from_instance(server(image_min_ram=None, image_os_type=None))
        self.assertNotIn("min_ram", image)
        self.assertEqual({}, image.properties.to_dict())


class TestProperties(base.TestCase):
    def test_unknown_property_is_ignored(self) -> None:
        self.assertEqual({}, props(favourite_colour="blue"))

    def test_property_takes_its_type(self) -> None:
        self.assertEqual(
            {"hw_qemu_guest_agent": False, "hw_boot_menu": True},
            props(hw_qemu_guest_agent="no", hw_boot_menu="yes"),
        )

    def test_wrong_value_names_the_property(self) -> None:
        error = self.assertRaises(exception.Invalid, props, hw_disk_bus="floppy")
        self.assertIn("hw_disk_bus", str(error))

    def test_newer_name_wins(self) -> None:
        self.assertEqual(
            {"hw_architecture": "x86_64"}, props(architecture="i686", hw_architecture="amd64")
        )

    def test_numa_nodes_end_at_the_first_gap(self) -> None:
        given = {"hw_numa_cpus.0": "0-3,^2", "hw_numa_cpus.1": "4,5", "hw_numa_cpus.3": "6"}
        self.assertEqual({"hw_numa_cpus": [{0, 1, 3}, {4, 5}]}, props(**given))

    def test_numa_memory(self) -> None:
        given = {"hw_numa_mem.0": 512, "hw_numa_mem.1": "256"}
        self.assertEqual({"hw_numa_mem": [512, 256]}, props(**given))
        self.assertRaises(exception.Invalid, props, **{"hw_numa_mem.0": "much"})

    def test_required_traits_are_collected(self) -> None:
        given = {"trait:CUSTOM_GOLD": "required", "trait:CUSTOM_LEAD": "forbidden"}
        self.assertEqual({"traits_required": ["CUSTOM_GOLD"]}, props(**given))

    def test_to_dict_and_from_dict_are_inverse(self) -> None:
        given = {"hw_numa_cpus.0": "0-3", "hw_numa_mem.0": "1", "trait:A": "required"}
        once = props(hw_disk_bus="ide", **given)
        self.assertEqual(once, props(**once))

    def test_text_under_the_name_of_several_is_ignored(self) -> None:
        self.assertEqual({}, props(traits_required="x", hw_numa_cpus="0"))

    def test_get_gives_the_default_where_unset(self) -> None:
        image = objects.ImageMetaProps(hw_disk_bus="ide")
        self.assertEqual("ide", image.get("hw_disk_bus"))
        self.assertEqual("virtio", image.get("hw_vif_model", "virtio"))
        self.assertRaises(AttributeError, image.get, "favourite_colour")


class TestAdapter(base.TestCase):
    scenarios: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        ("ide", {"given": {}, "adapter": "ide", "expected": {"hw_disk_bus": "ide"}}),
        (
            "scsi model",
            {
                "given": {},
                "adapter": "lsiLogicsas",
                "expected": {"hw_disk_bus": "scsi", "hw_scsi_model": "lsisas1068"},
            },
        ),
        (
            "bus given",
            {
                "given": {"hw_disk_bus": "ide"},
                "adapter": "lsiLogic",
                "expected": {"hw_disk_bus": "ide", "hw_scsi_model": "lsilogic"},
            },
        ),
    ]
    given: dict[str, str]
    adapter: str
    expected: dict[str, str]

    def test_adapter_is_a_bus_or_a_model(self) -> None:
        self.assertEqual(self.expected, props(vmware_adaptertype=self.adapter, **self.given))
