# SPDX-License-Identifier: Apache-2.0
"""The ssh keys of users; rows of the api database (key_pairs), a copy in instance_extra."""

from nova_api_db.objects import base, fields


@base.NovaObjectRegistry.register
class KeyPair(base.PersistentFields, base.NovaObject, base.DictCompat):
    """A public key of a user."""

    # 1.2: field type
    VERSION = "1.4"

    added_in = {"type": "1.2"}

    fields = {
        "id": fields.IntegerField(),
        "name": fields.StringField(),
        "user_id": fields.StringField(nullable=True),
        "fingerprint": fields.StringField(nullable=True),
        "public_key": fields.StringField(nullable=True),
        "type": fields.StringField(),
    }


@base.NovaObjectRegistry.register
class KeyPairList(base.ObjectListBase[KeyPair], base.NovaObject):
    """Key pairs."""

    VERSION = "1.3"

    fields = {"objects": fields.ListOfObjectsField("KeyPair")}
